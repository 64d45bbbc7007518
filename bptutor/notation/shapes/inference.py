"""Shape inference by axis name: the free indices and the positional axes of an expression.

Names decide, not sizes: with `W2: [C, H]` and `dz2: [C]`, `W2 @ dz2` would sum H with C and is
refused even where both are 3. An index ranges over one axis; which one is inferred from the arrays it
indexes, then from its partners in δ and in conditions, then from what is known (the goal, `indices`).

Two axis names are special: `"1"` is an axis of size one that broadcasts (`a[:, None]`), and `""` is an
axis of unknown name (a literal `[1, 2]`, a slice) that fits anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bptutor.errors import UnreadableAnswer
from bptutor.notation.scope import Scope
from bptutor.notation.tree import Expr

Axes = tuple[str, ...]


class ShapeMisfit(UnreadableAnswer):
    """Axes do not fit; the message names the axes and both shapes."""

    def __init__(self, message: str, help: str = "") -> None:  # noqa: A002
        """Shapes have no column of their own: the whole text is meant."""
        super().__init__(1, message, help)


@dataclass(frozen=True)
class Kind:
    """Free indices with their axes, and positional axes."""

    letters: Mapping[str, str]
    """In order of first appearance; "" while the axis is unknown."""
    axes: Axes
    row: bool = False
    """A vector that is a row in the column reading."""
    turned: bool = False
    """A row by a transposition that was written; `d @ W` may be meant as either."""

    @property
    def column(self) -> bool:
        """A vector that can only be a column, where vectors are columns."""
        return len(self.axes) == 1 and self.axes != ("1",) and not self.row


@dataclass
class _Letters:
    """Which axis each index ranges over; an index bound by a Σ has a key of its own."""

    axis: dict[str, str] = field(default_factory=dict)
    partners: list[tuple[str, str]] = field(default_factory=list)
    count: int = 0

    def fresh(self, letter: str) -> str:
        self.count += 1
        return f"{letter}#{self.count}"

    def bind(self, key: str, axis: str) -> None:
        if not axis:
            return
        known = self.axis.setdefault(key, axis)
        if known != axis:
            letter = key.partition("#")[0]
            raise ShapeMisfit(
                f"the letter {letter} stands over {known} in one place and over {axis} in another",
                "use one letter for each axis",
            )

    def settle(self) -> None:
        """Carry axes across δ and conditions until nothing changes."""
        changed = True
        while changed:
            changed = False
            for a, b in self.partners:
                for one, other in ((a, b), (b, a)):
                    if one in self.axis and other not in self.axis:
                        self.axis[other] = self.axis[one]
                        changed = True


def shape_text(axes: Axes) -> str:
    """Return axes as a reader sees them: `[C, H]`, or `one number`."""
    return "[" + ", ".join(a or "?" for a in axes) + "]" if axes else "one number"


class Inference:
    """One walk over an expression."""

    def __init__(
        self,
        rules: Mapping[type[Expr], ShapeRule],
        scope: Scope,
        columns: bool = True,
        known: Mapping[str, str] | None = None,
        strict: bool = False,
    ) -> None:
        """Start with the rule of each node type, and with what is known of the free indices (from the goal)."""
        self.rules = rules
        self.scope = scope
        self.columns = columns
        self.strict = strict
        self.known = known or {}
        self.letters = _Letters()
        self.parameters: dict[str, Axes] = {}

    # --- the walk ---------------------------------------------------------------------------------

    def kind(self, expr: Expr, env: Mapping[str, str]) -> Kind:
        """Return the kind of a node; `env` maps visible bound indices to keys. Letters hold keys here."""
        rule = self.rules.get(type(expr))
        if rule is None:
            return Kind({}, ())
        return rule(self, expr, env)

    def key(self, letter: str, env: Mapping[str, str]) -> str:
        """Return the key of a letter: its binder's, or its own when it is free."""
        return env.get(letter, letter)

    def merge(self, kinds: Sequence[Kind], sign: str) -> Kind:
        """Combine the kinds of operands that pair entry by entry."""
        letters: dict[str, str] = {}
        axes: Axes = ()
        row, turned = any(k.row for k in kinds), any(k.turned for k in kinds)
        for k in kinds:
            letters |= {key: "" for key in k.letters if key not in letters}
            axes = self.broadcast(axes, k.axes, sign)
        if self.columns:
            _one_way(kinds, sign, self.strict)
        return Kind(letters, axes, row, turned)

    def broadcast(self, a: Axes, b: Axes, sign: str) -> Axes:
        """Align from the right, as NumPy does, but by name."""
        if not a or not b:
            return a or b
        if self.columns and len(a) != len(b) and "1" not in a + b and not _tail(a, b):
            raise ShapeMisfit(f"`{sign}` pairs entries one to one; {shape_text(a)} and {shape_text(b)} do not pair")
        out: list[str] = []
        for n in range(1, max(len(a), len(b)) + 1):
            x = a[-n] if n <= len(a) else "1"
            y = b[-n] if n <= len(b) else "1"
            if x and y and x != y and "1" not in (x, y):
                raise ShapeMisfit(f"`{sign}` pairs entries one to one; {shape_text(a)} and {shape_text(b)} do not pair")
            out.append(x if y == "1" or (x not in ("1", "")) else y)
        return tuple(reversed(out))

    def product(self, a: Kind, b: Kind) -> Kind:
        """The kind of a matrix product."""
        letters = {**a.letters, **b.letters}
        if not a.axes or not b.axes:
            if self.columns:
                return Kind(letters, a.axes or b.axes, a.row or b.row, a.turned or b.turned)
            raise ShapeMisfit("`@` needs arrays on both sides", "multiply by one number with `*`")
        if len(a.axes) == 1 and len(b.axes) == 1:
            return self._vectors(a, b, letters)
        left, right = a.axes[-1], b.axes[-2] if len(b.axes) > 1 else b.axes[0]
        if self.columns and len(a.axes) == 2 and b.row and (b.turned or not same_axis(left, right)):
            raise ShapeMisfit(f"{shape_text(a.axes)} times a row over {b.axes[0]} does not fit")
        if not same_axis(left, right):
            raise ShapeMisfit(
                f"the product of {shape_text(a.axes)} and {shape_text(b.axes)} would sum {left} with {right}",
                "a product sums one axis that both sides have",
            )
        if len(b.axes) == 1:
            return Kind(letters, a.axes[:-1])
        if len(a.axes) == 1:
            return Kind(letters, (*b.axes[:-2], b.axes[-1]), len(b.axes) == 2, a.turned)
        lead = self.broadcast(a.axes[:-2], b.axes[:-2], "@")
        return Kind(letters, (*lead, a.axes[-2], b.axes[-1]))

    def _vectors(self, a: Kind, b: Kind, letters: dict[str, str]) -> Kind:
        if self.columns and b.row and not a.row:
            return Kind(letters, (*a.axes, *b.axes))
        if not same_axis(a.axes[0], b.axes[0]):
            raise ShapeMisfit(
                f"the product of {shape_text(a.axes)} and {shape_text(b.axes)} would sum {a.axes[0]} with {b.axes[0]}",
                "every pair of entries: `outer(u, v)`",
            )
        return Kind(letters, ())

    # --- what remains when the walk is over ---------------------------------------------------------

    def finish(self, kind: Kind) -> Kind:
        """Settle the indices and return the kind with their axes."""
        for letter, axis in self.known.items():
            self.letters.axis.setdefault(letter, axis)
        self.letters.settle()
        for letter, axis in self.scope.indices.items():
            self.letters.axis.setdefault(letter, axis)
        self.letters.settle()
        return replace(kind, letters={k: self.letters.axis.get(k, "") for k in kind.letters})


def _one_way(kinds: Sequence[Kind], sign: str, strict: bool) -> None:
    """Refuse a column beside a row; when strict, also beside a square matrix, where NumPy would repeat it as a row."""
    column = next((k for k in kinds if k.column), None)
    if column is None:
        return
    other = ""
    if any(k.turned and len(k.axes) == 1 for k in kinds):
        other = "a row"
    elif strict:
        other = next((shape_text(k.axes) for k in kinds if len(k.axes) > 1 and k.axes[-1] == k.axes[-2] != ""), "")
    if other:
        what = f"{other} and a column over {column.axes[0]}"
        raise ShapeMisfit(f"`{sign}` pairs entries one to one; {what} do not pair", "transpose one of the two")


def _tail(a: Axes, b: Axes) -> bool:
    short, long = sorted((a, b), key=len)
    return all(same_axis(x, y) for x, y in zip(short, long[-len(short) :], strict=True))


def same_axis(a: str, b: str) -> bool:
    """Tell whether two axis names fit; an unknown one fits anything."""
    return a == b or not a or not b


ShapeRule = Callable[[Inference, Any, Mapping[str, str]], Kind]
"""The kind of one node, from the kinds of its parts."""
