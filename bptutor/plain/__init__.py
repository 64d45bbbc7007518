"""The same session by lines on stdin and stdout, mathematics in words."""
