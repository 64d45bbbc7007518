"""Mistakes about computed places: `x_{p−m}` for `x_{p+m}`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, product

from bptutor.notation.transform.rewrite import Made, main_name, substituted
from bptutor.notation.tree import Add, At, Expr, Letter, Mul, Neg, Number, Sum, rebuild, walk


def is_place(expr: Add | Mul) -> bool:
    """Return whether a sum or a product is made of letters and numbers alone: a computed place."""
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
        yield from ((_moved(expr, Add, step), main_name(expr)) for step in (1, -1))


def every_number_off(expr: Expr) -> Made:
    """Move all places that are written as numbers: `q_3 − t_3` for `q_2 − t_2`."""
    if isinstance(expr, Add | Mul) and sum(map(_at_number, walk(expr))) > 1:
        yield from ((_moved(expr, Number, step), main_name(expr)) for step in (1, -1))


def _at_number(part: Expr) -> bool:
    return isinstance(part, At) and all(isinstance(place, Number) for place in part.subscripts)


def _moved(expr: Expr, kind: type[Add | Number], step: int) -> Expr:
    """Return a tree with the places of one kind moved; numbers only where no letter stands beside them."""
    if isinstance(expr, At) and (kind is Add or _at_number(expr)):
        places = tuple(plus(place, step) if isinstance(place, kind) else place for place in expr.subscripts)
        return replace(expr, subscripts=places)
    return rebuild(expr, lambda part: _moved(part, kind, step))


def plus(place: Expr, step: int) -> Expr:
    """Return a place moved by a step."""
    return Number(place.value + step) if isinstance(place, Number) else Add((place, Number(Fraction(step))))


def needless_turn(expr: Expr) -> Made:
    """Subtract what is added in a computed place, the summed letters or the free ones: `x_{p−m}` for `x_{p+m}`."""
    if isinstance(expr, Sum):
        for part in dict.fromkeys(part for part in walk(expr.body) if isinstance(part, At)):
            for places in _turned_about(part, frozenset(expr.letters)):
                yield substituted(expr, part, At(part.base, places)), main_name(part)


def _turned_about(part: At, bound: frozenset[str]) -> Iterator[tuple[Expr, ...]]:
    """Yield the places of an entry with some of them turned, where only sums of letters stand."""
    forward = [place for place in part.subscripts if isinstance(place, Add) and _runs_forward(place, bound)]
    for count in range(len(forward), 0, -1):
        for chosen in combinations(forward, count):
            for summed, constants in product((False, True), repeat=2):
                yield tuple(
                    _subtracting(place, bound, summed, constants) if place in chosen else place
                    for place in part.subscripts
                )


def _runs_forward(place: Expr, bound: frozenset[str]) -> bool:
    """Return whether a place adds up summed letters and free ones."""
    letters = [term.id in bound for term in place.terms if isinstance(term, Letter)] if isinstance(place, Add) else []
    subtracted = any(isinstance(part, Neg) and _letters(part) for part in walk(place))
    return True in letters and False in letters and not subtracted


def _subtracting(place: Expr, bound: frozenset[str], summed: bool, constants: bool) -> Expr:
    def turns(term: Expr) -> bool:
        letters = _letters(term)
        return any((x in bound) is summed for x in letters) if letters else constants

    terms = place.terms if isinstance(place, Add) else ()
    return Add(tuple(Neg(term) if turns(term) else term for term in terms))


def letters_exchanged(expr: Expr) -> Made:
    """Exchange two letters among the computed places of a Σ, both summed or both free: `x_{i+n,j+m}`."""
    if not isinstance(expr, Sum):
        return
    for part in dict.fromkeys(part for part in walk(expr.body) if isinstance(part, At)):
        computed = [place for place in part.subscripts if isinstance(place, Add)]
        letters = {x.id: x.id in expr.letters for place in computed for x in walk(place) if isinstance(x, Letter)}
        for one, other in combinations(sorted(letters), 2):
            if letters[one] is letters[other] and not any({one, other} <= _letters(place) for place in computed):
                yield substituted(expr, part, At(part.base, _swapped(part.subscripts, one, other))), ""


def _letters(place: Expr) -> set[str]:
    return {part.id for part in walk(place) if isinstance(part, Letter)}


def _swapped(places: tuple[Expr, ...], one: str, other: str) -> tuple[Expr, ...]:
    swap = {one: Letter(other), other: Letter(one)}

    def put(part: Expr) -> Expr:
        return swap.get(part.id, part) if isinstance(part, Letter) else rebuild(part, put)

    return tuple(put(place) if isinstance(place, Add) else place for place in places)


def not_flipped(expr: Expr) -> Made:
    """Let every place of a Σ run forward: `D_{a+m}` for `D_{a−m}`."""
    if isinstance(expr, Sum):
        for constants in (False, True):
            done = _forward(expr, set(expr.letters), constants)
            if done != expr:
                yield done, main_name(expr)


def one_flipped(expr: Expr) -> Made:
    """Let one of several places of a Σ run forward."""
    turned = _subtracted_letters(expr) if isinstance(expr, Sum) else []
    if len(turned) > 1:
        for letter in turned:
            for constants in (False, True):
                done = _forward(expr, {letter}, constants)
                if done != expr:
                    yield done, main_name(expr)


def _subtracted_letters(expr: Sum) -> list[str]:
    """Return the summed letters that are subtracted in a place: those along which something is flipped."""
    places = [part for part in walk(expr.body) if isinstance(part, Add) and is_place(part)]
    return [x for x in expr.letters if any(_subtracted(term, {x}) for place in places for term in place.terms)]


def _forward(expr: Expr, letters: set[str], constants: bool) -> Expr:
    """Add what is subtracted: these letters, and with `constants` the numbers beside them."""
    if isinstance(expr, Add) and any(_subtracted(term, letters) for term in expr.terms):
        return Add(tuple(_turned(term, letters, constants) for term in expr.terms))
    return rebuild(expr, lambda part: _forward(part, letters, constants))


def _subtracted(term: Expr, letters: set[str]) -> bool:
    return isinstance(term, Neg) and isinstance(term.arg, Letter) and term.arg.id in letters


def _turned(term: Expr, letters: set[str], constants: bool) -> Expr:
    if isinstance(term, Neg) and _subtracted(term, letters):
        return term.arg
    if constants and isinstance(term, Number):
        return Number(-term.value)
    return term.arg if constants and isinstance(term, Neg) and isinstance(term.arg, Number) else term
