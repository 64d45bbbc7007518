"""Thin widgets: one input, one way to show it."""
