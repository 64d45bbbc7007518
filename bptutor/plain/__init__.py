"""The same session by lines on stdin and stdout, mathematics in words."""

from bptutor.plain.repl import run

__all__ = ["run"]
