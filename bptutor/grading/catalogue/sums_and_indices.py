"""Mistakes about sums, their terms, and indices."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from itertools import combinations

from bptutor.grading.catalogue import softmax
from bptutor.grading.catalogue.base import Mistake, any_of, nothing, on_tree
from bptutor.notation.transform.products import ONE
from bptutor.notation.transform.rewrite import (
    Made,
    everywhere,
    is_place,
    letters_in,
    main_name,
    mapped,
    negated,
    replaced,
    summed,
)
from bptutor.notation.tree import Add, Call, Delta, Expr, Letter, Mul, Number, Outer, Sum, walk

MOST_PLACES = 6
"""Most places of one letter whose two meanings are told apart."""
ZERO = Number(Fraction(0))


def delta_collapse(expr: Expr) -> Made:
    """Take a δ as always 1, or always 0; let every row have what belongs to one."""
    if isinstance(expr, Outer):
        ones = Call("ones_like", (expr.left,))
        yield Outer(Mul((Call("sum", (expr.left,)), ones)), expr.right), main_name(expr.left)
    if isinstance(expr, Delta):
        letter = expr.left.id if isinstance(expr.left, Letter) else ""
        yield ONE, letter
        yield ZERO, letter


def dropped_term(expr: Expr) -> Made:
    """Leave out one term of a sum."""
    if isinstance(expr, Add) and len(expr.terms) > 1 and not is_place(expr):
        for n, term in enumerate(expr.terms):
            yield summed(replaced(expr.terms, n)), main_name(term)


def term_sign(expr: Expr) -> Made:
    """Turn the sign of one term."""
    if isinstance(expr, Add) and not is_place(expr):
        for n, term in enumerate(expr.terms):
            yield Add(replaced(expr.terms, n, negated(term))), main_name(term)


def untangled(expr: Expr, free: tuple[str, ...]) -> Iterator[Expr]:
    """Yield what a tree may have meant where a Σ binds a letter of the goal: some places of it taken as free.

    Args:
        expr: The learner's tree.
        free: The letters of the goal.
    """

    def split(part: Expr) -> Made:
        if isinstance(part, Sum):
            for letter in set(part.letters) & set(free):
                rest = tuple(x for x in part.letters if x != letter)
                yield Sum(rest, part.body) if rest else part.body, letter
                yield from ((made, letter) for made in _told_apart(part, letter))

    yield from (changed for changed, _ in everywhere(expr, split))


def _told_apart(part: Sum, letter: str) -> Iterator[Expr]:
    """Yield a Σ with another index than the goal's, at some of its places."""
    new = next(x for x in "kmnqrstuvw" if x not in letters_in(part))
    count = sum(p == Letter(letter) for p in walk(part.body))
    letters = tuple(new if x == letter else x for x in part.letters)
    for n in range(1, count if count <= MOST_PLACES else 1):
        for places in combinations(range(count), n):
            named = iter([Letter(new if place in places else letter) for place in range(count)])
            yield Sum(letters, mapped(part.body, partial(_renamed, letter, named)))


def _renamed(letter: str, named: Iterator[Letter], part: Expr) -> Expr:
    return next(named) if part == Letter(letter) else part


MISTAKES: tuple[Mistake, ...] = (
    Mistake(
        "index-clash",
        "one letter with two meanings",
        "In your answer {part} is summed and also names the entry. Look at each {part} under Σ.",
        nothing,
    ),
    Mistake(
        "free-index",
        "free letters differ between the sides",
        "Your answer has other free letters than the goal. Look at {part}.",
        nothing,
    ),
    Mistake(
        "delta-collapse",
        "δ replaced by the wrong index",
        "Your answer treats two indices alike in both cases. Look at {cases}.",
        any_of(on_tree(delta_collapse), softmax.on_jacobian(softmax.diagonal_everywhere, softmax.diagonal_everywhere)),
        says={
            "one case": "Your answer holds in one of two cases only. Look at {cases}.",
        },
    ),
    Mistake(
        "term-sign",
        "one term with the opposite sign",
        "One term of your answer points the other way. Look at the term with {part}.",
        on_tree(term_sign),
        says={"whole": "One term of your answer points the other way. Look at each term."},
        vague=True,
    ),
    Mistake(
        "missing-term",
        "one term left out",
        "Your answer is one term short. Look at everything that moves it.",
        on_tree(dropped_term),
        vague=True,
    ),
)
