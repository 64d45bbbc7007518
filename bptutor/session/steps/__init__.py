"""The walk through a lesson, from stop to stop, rebuilt from events."""
