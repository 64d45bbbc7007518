"""A function call as it was written, and the readers of arguments that several functions share."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from bptutor.errors import UnreadableAnswer
from bptutor.notation import tree as t
from bptutor.notation.limits import whole_number

Value = t.Expr | str | bool | None
"""An argument: an expression, a text in quotes, True, False or None."""


class Called(NamedTuple):
    """A call as it was written, with what its reader knows of shapes so far."""

    word: str
    """The function as typed."""
    column: int
    args: tuple[Value, ...]
    options: dict[str, Value]
    """Keyword arguments."""
    python: bool
    """Whether the text is read as Python, not as mathematics."""
    dotted: bool
    """Whether it was written after a dot: `np.sum(x)`, `x.sum()`."""
    axes: Callable[[t.Expr], tuple[str, ...] | None]
    """The axes of an argument; None where they do not fit or cannot be seen yet."""
    rank: Callable[[t.Expr], int | None]
    """The number of axes of an argument; None where it cannot be seen."""
    function: str = ""
    """Its id in the table."""

    def error(self, message: str, help: str = "") -> UnreadableAnswer:  # noqa: A002
        """Return an error at the function."""
        return UnreadableAnswer(self.column, f"{self.word} {message}", help)

    def arrays(self, low: int, high: int | None = None) -> tuple[t.Expr, ...]:
        """Return the arguments, `low` to `high` of them, all expressions.

        Raises:
            UnreadableAnswer: Another number of arguments, or a text, True, False or None among them.
        """
        most = low if high is None else high
        found = tuple(arg for arg in self.args if isinstance(arg, t.Expr))
        if len(found) != len(self.args) and low <= len(self.args) <= most:
            raise self.error("takes arrays and numbers here", "leave texts, True, False and None out")
        if len(found) != len(self.args) or not low <= len(found) <= most:
            count = f"{low}" if low == most else f"{low} to {most}"
            noun = "argument" if count == "1" else "arguments"
            raise self.error(f"takes {count} {noun}, not {len(self.args)}")
        return found

    def first(self, count: int = 1) -> tuple[t.Expr, ...]:
        """Return the arrays before the arguments that may also be named, `x` of `np.sum(x, 0)`.

        Raises:
            UnreadableAnswer: There are fewer, or one is no expression.
        """
        return self._replace(args=self.args[:count]).arrays(count)

    def only(self, *keys: str) -> None:
        """Refuse other keyword arguments.

        Raises:
            UnreadableAnswer: There is another one.
        """
        for key in self.options:
            if key not in keys:
                raise self.error(f"does not take {key}= here", f"it takes {', '.join(keys)}" if keys else "")

    def named(self, key: str, place: int) -> Value:
        """Return an argument by its name or its 0-based place."""
        return self.options.get(key, self.args[place] if len(self.args) > place else None)

    def known_axes(self, most: int, help: str) -> tuple[str, ...]:  # noqa: A002
        """Return the axes of the first of at most `most` arguments, which must all have names.

        Raises:
            UnreadableAnswer: They are not known, or it is one number.
        """
        axes = self.axes(self.arrays(1, most)[0]) or ()
        if not axes or not all(axes):
            raise self.error("needs an array whose shape is known", help)
        return axes


Arguments = Callable[[Called], t.Expr]
"""How the arguments of a function are read: from the call to the node that it means."""


def integers(value: Value, call: Called, key: str) -> int | tuple[object, ...]:
    """Return a whole number or a nested tuple of them from the argument called `key`.

    Raises:
        UnreadableAnswer: It is something else.
    """
    if isinstance(value, t.Stack):
        return tuple(integers(item, call, key) for item in value.items)
    number = whole_number(value) if isinstance(value, t.Expr) else None
    if number is None:
        raise call.error(f"needs whole numbers for {key}", "write axis=0")
    return number


def arrays(low: int = 1, high: int | None = None, *ignored: str) -> Arguments:
    """Return a reader of `low` to `high` arrays; the keyword arguments `ignored` change nothing."""

    def read(call: Called) -> t.Expr:
        call.only(*ignored)
        return t.Call(call.function, call.arrays(low, high))

    return read


def arrays_and(key: str, count: int = 1) -> Arguments:
    """Return a reader of `count` arrays and then whole numbers called `key`, which may be left out: `axis=0`."""

    def read(call: Called) -> t.Expr:
        call.only(key)
        found, value = call.first(count), call.named(key, count)
        return t.Call(call.function, found, () if value is None else ((key, integers(value, call, key)),))

    return read


def sizes_in(args: tuple[t.Expr, ...]) -> list[t.Expr]:
    """Return sizes that are given one by one or as a tuple: `(2, K)`."""
    return [item for arg in args for item in (arg.items if isinstance(arg, t.Stack) else (arg,))]
