"""A function call as it was written, and what its arguments must be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bptutor.errors import UnreadableAnswer
from bptutor.notation.parser.brackets import whole_number
from bptutor.notation.parser.cursor import Reader
from bptutor.notation.parser.lexer import Token
from bptutor.notation.tree import (
    Expr,
    Stack,
)

Value = Expr | str | bool | None
MODES = ("valid", "full", "same")


class Called(NamedTuple):
    """A call as it was written."""

    reader: Reader
    token: Token
    function: str
    args: tuple[Value, ...]
    options: dict[str, Value]

    def error(self, message: str, help: str = "") -> UnreadableAnswer:  # noqa: A002
        """Return an error at the function."""
        return self.reader.error(f"{self.token.text} {message}", help, self.token)

    def arrays(self, low: int, high: int | None = None) -> tuple[Expr, ...]:
        """Return the arguments if all are expressions, as many as the function takes."""
        most = low if high is None else high
        found = tuple(arg for arg in self.args if isinstance(arg, Expr))
        if len(found) != len(self.args) and low <= len(self.args) <= most:
            raise self.error("takes arrays and numbers here", "leave texts, True, False and None out")
        if len(found) != len(self.args) or not low <= len(found) <= most:
            count = f"{low}" if low == most else f"{low} to {most}"
            noun = "argument" if count == "1" else "arguments"
            raise self.error(f"takes {count} {noun}, not {len(self.args)}")
        return found

    def only(self, *keys: str) -> None:
        """Refuse other keyword arguments."""
        for key in self.options:
            if key not in keys:
                raise self.error(f"does not take {key}= here", f"it takes {', '.join(keys)}" if keys else "")

    def named(self, key: str, place: int) -> Value:
        """Return an argument by its name or its place."""
        return self.options.get(key, self.args[place] if len(self.args) > place else None)


def plain(value: Value, call: Called, what: str) -> int | tuple[object, ...]:
    """Return a whole number or a nested tuple of them from an argument."""
    if isinstance(value, Stack):
        return tuple(plain(item, call, what) for item in value.items)
    number = whole_number(value) if isinstance(value, Expr) else None
    if number is None:
        raise call.error(f"needs whole numbers for {what}", "write axis=0")
    return number


def tuple_of(items: Sequence[Expr]) -> Stack:
    """Return a written-out tuple."""
    return Stack(tuple(items))
