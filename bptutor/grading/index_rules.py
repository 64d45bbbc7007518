"""Mistakes about sums, indices and terms, as rewrites of the right tree."""

from __future__ import annotations

from fractions import Fraction

from bptutor.grading.formulas import ONE
from bptutor.grading.product_rules import joined
from bptutor.grading.rewrites import Made, lettered, main_name
from bptutor.notation.tree import Add, At, Call, Delta, Div, Expr, Letter, Mul, Neg, Number, Sum, walk

ZERO = Number(Fraction(0))


def one_path(expr: Expr) -> Made:
    """Keep one term of a Σ: the one where the summed letter equals a free one."""
    if isinstance(expr, Sum) and len(expr.letters) == 1:
        bound = expr.letters[0]
        for letter in sorted(_free(expr.body) - {bound}):
            yield lettered(expr.body, bound, Letter(letter)), bound


def _free(expr: Expr) -> set[str]:
    return {part.id for part in walk(expr) if isinstance(part, Letter)}


def delta_collapse(expr: Expr) -> Made:
    """Take a δ as always 1, or always 0."""
    if isinstance(expr, Delta):
        letter = expr.left.id if isinstance(expr.left, Letter) else ""
        yield ONE, letter
        yield ZERO, letter


def dropped_factor(expr: Expr) -> Made:
    """Leave out one factor of a product."""
    if isinstance(expr, Mul):
        for n, factor in enumerate(expr.factors):
            if not isinstance(factor, Number):
                yield joined(expr.factors[:n] + expr.factors[n + 1 :]), main_name(factor)


def dropped_term(expr: Expr) -> Made:
    """Leave out one term of a sum."""
    if isinstance(expr, Add) and len(expr.terms) > 1:
        for n, term in enumerate(expr.terms):
            rest = expr.terms[:n] + expr.terms[n + 1 :]
            yield (rest[0] if len(rest) == 1 else Add(rest)), main_name(term)


def term_sign(expr: Expr) -> Made:
    """Turn the sign of one term."""
    if isinstance(expr, Add):
        for n, term in enumerate(expr.terms):
            turned = term.arg if isinstance(term, Neg) else Neg(term)
            yield Add((*expr.terms[:n], turned, *expr.terms[n + 1 :])), main_name(term)


def off_by_one(expr: Expr) -> Made:
    """Count a position from the other end: from 0 for from 1."""
    if isinstance(expr, At) and any(isinstance(s, Number) for s in expr.subscripts):
        for step in (1, -1):
            moved = tuple(Number(s.value + step) if isinstance(s, Number) else s for s in expr.subscripts)
            if all(s.value >= 1 for s in moved if isinstance(s, Number)):
                yield At(expr.base, moved), main_name(expr)


def other_unit(expr: Expr) -> Made:
    """Take degrees for radians."""
    if isinstance(expr, Call) and expr.function in {"sin", "cos", "tan"} and len(expr.args) == 1:
        degree = Number(Fraction("0.017453292519943295"))
        yield Call(expr.function, (Mul((degree, expr.args[0])),)), main_name(expr)


def other_base(expr: Expr) -> Made:
    """Take the logarithm to base 10 for the natural one."""
    if isinstance(expr, Call) and expr.function == "log" and len(expr.args) == 1:
        yield Div(expr, Call("log", (Number(Fraction(10)),))), main_name(expr)
