"""Answers that are programs: what they are called with, what comes back, and how the two differ."""
