"""Grading in processes of its own: for screens, one answer at a time; for commands, line by line."""
