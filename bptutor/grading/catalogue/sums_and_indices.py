"""Mistakes about sums, indices and terms, as rewrites of the right tree."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import chain, combinations
from typing import TYPE_CHECKING

from bptutor.grading.catalogue.index_arithmetic import is_place, plus
from bptutor.grading.catalogue.matrix_products import joined
from bptutor.notation.printers import unicode
from bptutor.notation.transform.products import ONE, TWO
from bptutor.notation.transform.rewrite import Made, Rule, everywhere, lettered, main_name
from bptutor.notation.tree import (
    Add,
    At,
    Call,
    Delta,
    Derivative,
    Div,
    Expr,
    Letter,
    Mul,
    Name,
    Neg,
    Number,
    Outer,
    Slice,
    Sum,
    rebuild,
    walk,
)

if TYPE_CHECKING:
    from bptutor.grading.catalogue.hypotheses import Target

MOST_PLACES = 6
"""Most places of one letter whose two meanings are told apart."""
ZERO = Number(Fraction(0))
BASES = (10, 2)
"""Bases that are taken for e."""


def one_path(target: Target) -> Rule:
    """Return the rule that keeps one term of a Σ: the one where the summed letter equals a free one."""
    goal = set(target.comparison.layout.letters)

    def rule(expr: Expr) -> Made:
        if isinstance(expr, Sum) and len(expr.letters) == 1:
            bound = expr.letters[0]
            for letter in sorted((_free(expr.body) | goal) - {bound}):
                yield lettered(expr.body, bound, Letter(letter)), bound

    return rule


def _free(expr: Expr) -> set[str]:
    return {part.id for part in walk(expr) if isinstance(part, Letter)}


def paths(kept: Callable[[tuple[Expr, ...]], Iterator[Expr]]) -> Callable[[Target], Rule]:
    """Return the rule that keeps some of what reaches a name that is used more than once."""

    def make(target: Target) -> Rule:
        meetings = {Add(parts): parts for parts in target.lines.back.values() if len(parts) > 1}

        def rule(expr: Expr) -> Made:
            if isinstance(expr, Add) and expr in meetings:
                for part in kept(meetings[expr]):
                    yield part, main_name(part)

        return rule

    return make


def each_path(parts: tuple[Expr, ...]) -> Iterator[Expr]:
    """Keep one path, whichever."""
    yield from parts


def end_path(parts: tuple[Expr, ...]) -> Iterator[Expr]:
    """Keep the path that is met last, in the order of reading or of the backward pass."""
    yield parts[-1]
    yield parts[0]


def delta_collapse(expr: Expr) -> Made:
    """Take a δ as always 1, or always 0; let every row have what belongs to one."""
    if isinstance(expr, Outer):
        ones = Call("ones_like", (expr.left,))
        yield Outer(Mul((Call("sum", (expr.left,)), ones)), expr.right), main_name(expr.left)
    if isinstance(expr, Delta):
        letter = expr.left.id if isinstance(expr.left, Letter) else ""
        yield ONE, letter
        yield ZERO, letter


def dropped_factor(expr: Expr) -> Made:
    """Leave out one factor of a product, alone or with the numbers beside it; a divisor; a side of an outer product."""
    if isinstance(expr, Mul):
        for n, factor in enumerate(expr.factors):
            if not isinstance(factor, Number):
                rest = expr.factors[:n] + expr.factors[n + 1 :]
                bare = tuple(part for part in rest if not isinstance(part, Number))
                yield from ((joined(left), main_name(factor)) for left in dict.fromkeys((rest, bare)) if left)
    if isinstance(expr, Div):
        yield expr.num, main_name(expr.den)
        if expr.num != ONE:
            yield Div(ONE, expr.den), main_name(expr.num)
    if isinstance(expr, At) and isinstance(expr.base, Outer) and len(expr.subscripts) == 2:
        for side, other, place in zip((expr.base.left, expr.base.right), (1, 0), expr.subscripts, strict=True):
            yield At(side, (place,)), main_name((expr.base.left, expr.base.right)[other])
    if isinstance(expr, Add):
        yield from _dropped_everywhere(expr)


def factor_left_out(target: Target) -> Rule:
    """Return the rule that leaves out a factor, but for numbers and sizes, which are mistakes of their own."""

    def rule(expr: Expr) -> Made:
        yield from ((made, part) for made, part in dropped_factor(expr) if part and part not in target.scope.sizes)

    return rule


def _dropped_everywhere(expr: Add) -> Made:
    """Leave out a factor that all terms of a sum have."""
    bare = [term.arg if isinstance(term, Neg) else term for term in expr.terms]
    factors = [term.factors if isinstance(term, Mul) else (term,) for term in bare]
    for factor in dict.fromkeys(factors[0]):
        if not isinstance(factor, Number) and all(factor in term and len(term) > 1 for term in factors):
            rest = [joined(_without(term, factor)) for term in factors]
            signed = [Neg(r) if isinstance(term, Neg) else r for r, term in zip(rest, expr.terms, strict=True)]
            yield Add(tuple(signed)), main_name(factor)


def _without(factors: tuple[Expr, ...], factor: Expr) -> tuple[Expr, ...]:
    at = factors.index(factor)
    return factors[:at] + factors[at + 1 :]


def dropped_term(expr: Expr) -> Made:
    """Leave out one term of a sum."""
    if isinstance(expr, Add) and len(expr.terms) > 1 and not is_place(expr):
        for n, term in enumerate(expr.terms):
            rest = expr.terms[:n] + expr.terms[n + 1 :]
            yield (rest[0] if len(rest) == 1 else Add(rest)), main_name(term)


def term_sign(expr: Expr) -> Made:
    """Turn the sign of one term."""
    if isinstance(expr, Add) and not is_place(expr):
        for n, term in enumerate(expr.terms):
            turned = term.arg if isinstance(term, Neg) else Neg(term)
            yield Add((*expr.terms[:n], turned, *expr.terms[n + 1 :])), main_name(term)


def without_two(expr: Expr) -> Made:
    """Leave out a 2 that multiplies."""
    if isinstance(expr, Mul) and TWO in expr.factors and len(expr.factors) > 1 and not is_place(expr):
        yield joined(tuple(factor for factor in expr.factors if factor != TWO)), main_name(expr)


def off_by_one(target: Target) -> Rule:
    """Return the rule that counts a position from the other end: from 0 for from 1."""

    def rule(expr: Expr) -> Made:
        for step in (1, -1):
            if isinstance(expr, At):
                yield from (
                    (At(expr.base, places), _counted(expr, target)) for places in _next_to(expr.subscripts, step)
                )
            if isinstance(expr, Slice):
                for n, item in enumerate(expr.items):
                    if isinstance(item, int):
                        items = (*expr.items[:n], item + step, *expr.items[n + 1 :])
                        yield Slice(expr.base, items), _counted(expr, target)

    return rule


def _counted(expr: At | Slice, target: Target) -> str:
    """Return what places are counted in: a gradient as it is shown, else its first name."""
    slope = isinstance(expr.base, Derivative)
    return unicode.line(expr.base, target.scope) if slope else main_name(expr)


def _next_to(places: tuple[Expr, ...], step: int) -> Iterator[tuple[Expr, ...]]:
    """Yield places with all their numbers moved by a step, then each computed or written place alone."""
    if any(isinstance(place, Number) for place in places):
        yield tuple(Number(place.value + step) if isinstance(place, Number) else place for place in places)
    for n, place in enumerate(places):
        alone = isinstance(place, Name) and len(places) == 1
        if isinstance(place, Number | Add) or alone:
            yield (*places[:n], plus(place, step), *places[n + 1 :])


def other_unit(expr: Expr) -> Made:
    """Take degrees for radians, or radians for degrees."""
    if isinstance(expr, Call) and expr.function in {"sin", "cos", "tan"} and len(expr.args) == 1:
        for factor in (DEGREE, Div(ONE, DEGREE)):
            yield Call(expr.function, (Mul((factor, expr.args[0])),)), main_name(expr)


DEGREE = Number(Fraction(0.017453292519943295))


def other_base(expr: Expr) -> Made:
    """Take the logarithm to base 10 or 2 for the natural one."""
    if isinstance(expr, Call) and expr.function == "log" and len(expr.args) == 1:
        yield from ((Div(expr, Call("log", (Number(Fraction(base)),))), main_name(expr)) for base in BASES)


def every_base(expr: Expr) -> Made:
    """Take every logarithm of a line to base 10, or to base 2."""
    for base in BASES:
        done = _based(expr, base)
        if done != expr:
            yield done, main_name(expr)


def _based(expr: Expr, base: int) -> Expr:
    done = rebuild(expr, lambda part: _based(part, base))
    if isinstance(done, Call) and done.function == "log" and len(done.args) == 1:
        return Div(done, Call("log", (Number(Fraction(base)),)))
    return done


# --- a letter with two meanings, in the learner's own tree ---------------------------------------------------


def untangled(expr: Expr, free: tuple[str, ...]) -> Iterator[Expr]:
    """Yield what a tree may have meant where a Σ binds a letter of the goal: some places of it taken as free.

    Args:
        expr: The learner's tree.
        free: The letters of the goal.
    """

    def split(part: Expr) -> Made:
        if isinstance(part, Sum):
            for letter in set(part.letters) & set(free):
                yield _not_summed(part, letter), letter
                yield from ((made, letter) for made in _told_apart(part, letter))

    for changed, _ in everywhere(expr, split):
        yield changed


def _not_summed(part: Sum, letter: str) -> Expr:
    letters = tuple(x for x in part.letters if x != letter)
    return Sum(letters, part.body) if letters else part.body


def _told_apart(part: Sum, letter: str) -> Iterator[Expr]:
    used = {p.id for p in walk(part) if isinstance(p, Letter)}
    new = next(x for x in "kmnqrstuvw" if x not in used)
    count = sum(1 for p in walk(part.body) if isinstance(p, Letter) and p.id == letter)
    if not 1 < count <= MOST_PLACES:
        return
    letters = tuple(new if x == letter else x for x in part.letters)
    every = chain.from_iterable(combinations(range(count), n) for n in range(1, count))
    for places in every:
        counter = iter(range(count))
        yield Sum(letters, _renamed(part.body, letter, new, frozenset(places), counter))


def _renamed(expr: Expr, letter: str, new: str, places: frozenset[int], counter: Iterator[int]) -> Expr:
    if isinstance(expr, Letter) and expr.id == letter:
        return Letter(new) if next(counter) in places else expr
    return rebuild(expr, lambda part: _renamed(part, letter, new, places, counter))
