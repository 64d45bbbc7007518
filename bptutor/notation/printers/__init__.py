"""The ways a tree is shown."""
