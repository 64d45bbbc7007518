"""Mistakes about computed places: `x_{p−m}` for `x_{p+m}`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from bptutor.grading.rewrites import Made, main_name
from bptutor.notation.tree import Add, At, Expr, Letter, Mul, Neg, Number, Sum, rebuild, walk


def is_place(expr: Add) -> bool:
    """Return whether a sum is made of letters and numbers alone: a computed place."""
    return all(isinstance(part, Letter | Number | Add | Neg | Mul) for part in walk(expr))


def other_place(expr: Expr) -> Made:
    """Turn the sign of a part of a computed place, or of all of it, or leave a part out: `x_{p−m}` for `x_{p+m}`."""
    if isinstance(expr, At):
        for n, place in enumerate(expr.subscripts):
            for other in _other_places(place) if isinstance(place, Add) else ():
                yield At(expr.base, (*expr.subscripts[:n], other, *expr.subscripts[n + 1 :])), main_name(expr)


def _other_places(place: Add) -> Iterator[Expr]:
    turned = tuple(term.arg if isinstance(term, Neg) else Neg(term) for term in place.terms)
    yield Add(turned)
    for n, term in enumerate(place.terms):
        yield Add((*place.terms[:n], turned[n], *place.terms[n + 1 :]))
        rest = (*place.terms[:n], *place.terms[n + 1 :])
        if not isinstance(term, Number):
            yield rest[0] if len(rest) == 1 else Add(rest)


def all_off_by_one(expr: Expr) -> Made:
    """Move every computed place of a Σ by one."""
    if isinstance(expr, Sum):
        for step in (1, -1):
            yield _moved(expr, step), main_name(expr)


def _moved(expr: Expr, step: int) -> Expr:
    if isinstance(expr, At):
        places = tuple(Add((s, Number(Fraction(step)))) if isinstance(s, Add) else s for s in expr.subscripts)
        return replace(expr, subscripts=places)
    return rebuild(expr, lambda part: _moved(part, step))
