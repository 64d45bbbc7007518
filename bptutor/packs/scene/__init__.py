"""Scenes: the names that a lesson computes with, and networks as scenes."""
