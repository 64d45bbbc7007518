"""Errors that have a reader: an author, a learner, or whoever called a command.

```
BptutorError
├── PackError           an author's file is wrong: every problem with file:line:column
├── UnreadableAnswer    a learner's text cannot be read: a column and what would be right
└── UsageError          a command was called with something that cannot be used
```

Everything else that is raised is a defect of the program.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


class BptutorError(Exception):
    """Base of all errors that are meant to be read by a person."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong in an author's file."""

    path: str
    line: int
    """1-based; 0 when the whole file is meant."""
    column: int
    """1-based; 0 when the whole line is meant."""
    what: str
    help: str = ""
    """What would be right, in one sentence without a final full stop; may be empty."""
    rule: str = "invalid"
    """Id of the kind of problem, for machine-readable reports."""
    level: str = "error"
    """`error`; or `note`, for what is only doubtful."""

    def __str__(self) -> str:
        """Show as `path:line:column: what`, with a `help:` line below when there is one."""
        place = ":".join([printable(self.path), *(str(n) for n in (self.line, self.column) if n)])
        note = "note: " if self.level == "note" else ""
        return f"{place}: {note}{self.what}" + (f"\n  help: {self.help}" if self.help else "")


def printable(name: str) -> str:
    """Return the name of a file with `?` for what a terminal might obey: it comes from anywhere."""
    return "".join("?" if unicodedata.category(c) in _UNPRINTABLE else c for c in name)


class PackError(BptutorError):
    """An author's file is wrong; carries every problem found in it."""

    def __init__(self, *problems: Problem) -> None:
        """Keep all problems; the message is their text, one after the other."""
        self.problems = problems
        super().__init__("\n".join(str(p) for p in problems))


class UnreadableAnswer(BptutorError):
    """A text cannot be read as mathematics here; it is not an attempt."""

    def __init__(self, column: int, message: str, help: str = "") -> None:  # noqa: A002
        """Keep the place and the advice.

        Args:
            column: 1-based, in code points of the text as given.
            message: What is wrong, for a learner.
            help: What would be right; may be empty.
        """
        self.column = column
        self.message = message
        self.help = help
        super().__init__(f"column {column}: {message}" + (f" ({help})" if help else ""))


class UsageError(BptutorError):
    """A command cannot use what it was given."""

    def __init__(self, message: str, help: str = "") -> None:  # noqa: A002
        """Keep the message and the advice, for one line and one `help:` line on stderr."""
        self.message = message
        self.help = help
        super().__init__(message)
