"""What an answer holds: whether there is a product or a sum in it to speak of, and which names it mentions."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bptutor.notation.tree import Add, Call, Div, Einsum, Expr, MatMul, Mul, Name, Number, Outer, Sum, walk

_PRODUCTS = frozenset({"dot", "matmul", "outer", "inner", "vdot", "tensordot", "multiply", "einsum", "kron"})
_SLIDING = frozenset({"convolve", "correlate", "corr", "conv"})
_SUMS = frozenset(
    {"sum", "mean", "average", "nansum", "dot", "matmul", "inner", "vdot", "tensordot", "einsum", "trace"}
)
_AT_LEAST = 2
"""Factors of a product that pairs one thing with another."""


@dataclass(frozen=True)
class Written:
    """What stands in an answer: of numbers, nothing."""

    formula: bool = False
    """Whether it is a formula or a program: numbers are typed without either."""
    pairing: bool = False
    """Whether something is put together with something else: added, subtracted, multiplied or divided."""
    product: bool = False
    sum: bool = False
    names: frozenset[str] = frozenset()
    """The names of the scene in it."""
    shown: Mapping[str, str] | None = None
    """Of a program: name of the scene -> what the program calls it."""

    def holds(self) -> dict[str, str]:
        """Return the words by which a message is chosen; see `message_context`."""
        held = {
            "numbers": not self.formula,
            "no pairing": not self.pairing,
            "no product": not self.product,
            "no sum": not self.sum,
            "program": self.shown is not None,
        }
        return {word: "yes" if holds else "" for word, holds in held.items()}


NUMBERS = Written()
"""What typed numbers hold."""


def of_tree(expr: Expr) -> Written:
    """Return what an expression holds."""
    parts = list(walk(expr))
    names = frozenset(part.id for part in parts if isinstance(part, Name))
    product = any(map(_multiplies, parts))
    return Written(True, product or any(map(_pairs, parts)), product, any(map(_sums, parts)), names)


def _pairs(part: Expr) -> bool:
    if isinstance(part, Add):
        return sum(not isinstance(term, Number) for term in part.terms) >= _AT_LEAST
    return isinstance(part, Div) and not isinstance(part.den, Number)


def _multiplies(part: Expr) -> bool:
    if isinstance(part, Mul):
        return sum(not isinstance(factor, Number) for factor in part.factors) >= _AT_LEAST
    known = isinstance(part, Call) and part.function in _PRODUCTS | _SLIDING
    return known or isinstance(part, MatMul | Outer | Einsum)


def _sums(part: Expr) -> bool:
    known = isinstance(part, Call) and part.function in _SUMS | _SLIDING
    return known or isinstance(part, Sum | MatMul | Einsum)


def of_program(source: str, parameters: Mapping[str, str], scene: Iterable[str]) -> Written:
    """Return what a program holds.

    Args:
        source: Python that can be read.
        parameters: Name of the scene -> the parameter that receives it.
        scene: The names of the scene; a program may call what it computes by them.
    """
    nodes = list(ast.walk(ast.parse(source)))
    used = {node.id for node in nodes if isinstance(node, ast.Name)}
    called = {
        function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        for function in (node.func for node in nodes if isinstance(node, ast.Call))
    }
    signs = {type(node.op) for node in nodes if isinstance(node, ast.BinOp | ast.AugAssign)}
    product = bool(signs & {ast.Mult, ast.MatMult}) or bool(called & (_PRODUCTS | _SLIDING))
    adds = ast.MatMult in signs or bool(called & (_SUMS | _SLIDING))
    adds |= any(isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add) for node in nodes)
    names = frozenset(name for name in scene if parameters.get(name, name) in used)
    pairing = product or bool(signs & {ast.Add, ast.Sub, ast.Div})
    return Written(True, pairing, product, adds, names, parameters)
