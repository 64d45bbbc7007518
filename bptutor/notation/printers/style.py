"""What a way of setting must say: how characters, rows and brackets stand, and its own constructions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Generic, TypeVar

from bptutor.notation import tree as t
from bptutor.notation.printers.precedence import Path, Style
from bptutor.notation.scope import Scope

T = TypeVar("T")
WAYS: dict[type[t.Expr], str] = {
    kind: "set_" + kind.__name__.lower()
    for kind in (
        *(t.Number, t.Name, t.Letter, t.Whole, t.At, t.Add, t.Neg, t.Mul, t.Juxtapose, t.Div, t.Pow, t.MatMul),
        *(t.Transpose, t.Outer, t.Sum, t.Delta, t.Derivative, t.Call, t.Compare, t.Cases, t.Stack),
        *(t.Einsum, t.Slice, t.Chain, t.Text),
    )
}
"""Type of node -> name of the method that sets it."""


class Setting(ABC, Generic[T]):
    """The pieces that a face sets, and the way from a node to the method that sets it."""

    fractions_enclose: ClassVar[bool] = True
    """Whether a quotient stands as one factor without brackets (a fraction bar does)."""
    minus: ClassVar[str] = "−"
    entrywise: ClassVar[str] = " ⊙ "
    times: ClassVar[str] = " · "
    outer_sign: ClassVar[str] = " ⊗ "

    def __init__(self, scope: Scope) -> None:
        """Remember where displays come from."""
        self.scope = scope

    def way(self, expr: t.Expr, path: Path) -> T:
        """Set a node by the method that is called after its type."""
        result: T = getattr(self, WAYS[type(expr)])(expr, path)
        return result

    # --- what a face must say -----------------------------------------------------------------

    @abstractmethod
    def text(self, text: str, style: Style = Style.PLAIN) -> T:
        """Set characters."""

    @abstractmethod
    def row(self, pieces: Sequence[T]) -> T:
        """Set pieces side by side."""

    @abstractmethod
    def enclosed(self, piece: T, left: str = "(", right: str = ")") -> T:
        """Put brackets around a piece."""

    @abstractmethod
    def edges(self, piece: T) -> str:
        """Return the text on the base line of a piece, to decide on the space between factors."""

    def mark(self, piece: T, path: Path, expr: t.Expr) -> T:
        """Remember where the node at `path` stands; only boxes do."""
        return piece

    # --- constructions that differ ---------------------------------------------------------------

    @abstractmethod
    def set_name(self, expr: t.Name, path: Path) -> T:
        """Set a declared name by its display."""

    @abstractmethod
    def set_at(self, expr: t.At, path: Path) -> T:
        """Set elements of an array."""

    @abstractmethod
    def set_div(self, expr: t.Div, path: Path) -> T:
        """Set a quotient."""

    @abstractmethod
    def set_pow(self, expr: t.Pow, path: Path) -> T:
        """Set a power."""

    @abstractmethod
    def set_transpose(self, expr: t.Transpose, path: Path) -> T:
        """Set a transpose."""

    @abstractmethod
    def set_sum(self, expr: t.Sum, path: Path) -> T:
        """Set Σ with what stands at it."""

    @abstractmethod
    def set_delta(self, expr: t.Delta, path: Path) -> T:
        """Set Kronecker's δ."""

    @abstractmethod
    def set_derivative(self, expr: t.Derivative, path: Path) -> T:
        """Set ∂of/∂by."""

    @abstractmethod
    def set_call(self, expr: t.Call, path: Path) -> T:
        """Set a function with its arguments."""

    @abstractmethod
    def set_cases(self, expr: t.Cases, path: Path) -> T:
        """Set values under conditions."""

    @abstractmethod
    def set_stack(self, expr: t.Stack, path: Path) -> T:
        """Set an array written out."""

    @abstractmethod
    def set_einsum(self, expr: t.Einsum, path: Path) -> T:
        """Set einsum with its operands."""

    @abstractmethod
    def set_slice(self, expr: t.Slice, path: Path) -> T:
        """Set NumPy indexing."""
