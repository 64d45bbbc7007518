"""From entries to arrays: `Σ_i W_ij d_i` with the letter j is `Wᵀ d`; the inverse of `to_index_notation`.

Mistakes about products are made on whole arrays; a line in index notation is brought to them first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bptutor.notation.transform.products import times
from bptutor.notation.transform.to_index_notation import entrywise
from bptutor.notation.tree import (
    Add,
    At,
    Call,
    Derivative,
    Div,
    Einsum,
    Expr,
    Letter,
    MatMul,
    Mul,
    Name,
    Neg,
    Number,
    Outer,
    Pow,
    Slice,
    Span,
    Sum,
    Transpose,
    walk,
)

ALL = Span()


@dataclass(frozen=True)
class Held:
    """An array with the letters of its axes, in order."""

    tree: Expr
    letters: tuple[str, ...] = ()


class NoArray(Exception):
    """An index expression that no array expression of this kind equals."""


def as_array(expr: Expr, letters: tuple[str, ...]) -> Expr | None:
    """Return an index expression as an array expression with its axes in the order of the letters; None when none.

    Args:
        expr: A tree over letters.
        letters: One for each axis of the result.
    """
    if not any(isinstance(part, Letter) for part in walk(expr)):
        return None
    try:
        return _ordered(_array(expr), letters)
    except NoArray:
        return None


def spelled_out(expr: Expr) -> tuple[Expr, tuple[str, ...]] | None:
    """Return an einsum as a Σ over entries with the letters of its result; None for anything else."""
    if not isinstance(expr, Einsum):
        return None
    inputs, _, output = expr.spec.partition("->")
    parts = [
        At(operand, tuple(Letter(letter) for letter in letters))
        for letters, operand in zip(inputs.split(","), expr.operands, strict=True)
    ]
    body = parts[0] if len(parts) == 1 else Mul(tuple(parts))
    summed = tuple(dict.fromkeys(letter for letter in inputs if letter.isalpha() and letter not in output))
    return (Sum(summed, body) if summed else body), tuple(output)


def _ordered(held: Held, letters: tuple[str, ...]) -> Expr:
    if held.letters == letters:
        return held.tree
    if held.letters[::-1] == letters and len(letters) == 2:
        if isinstance(held.tree, Outer):
            return Outer(held.tree.right, held.tree.left)
        if isinstance(held.tree, MatMul):
            return MatMul(turned(held.tree.right), turned(held.tree.left))
        return turned(held.tree)
    raise NoArray


def turned(expr: Expr) -> Expr:
    """Return the transpose, without a double one."""
    return expr.arg if isinstance(expr, Transpose) else Transpose(expr)


def _array(expr: Expr) -> Held:
    rule = _RULES.get(type(expr))
    if rule is None:
        raise NoArray
    return rule(expr)


def _plain(expr: Expr) -> Held:
    return Held(expr)


def _at(expr: Expr) -> Held:
    assert isinstance(expr, At)  # noqa: S101  # by the table
    letters = tuple(part.id for part in expr.subscripts if isinstance(part, Letter))
    if len(letters) != len(expr.subscripts) or len(set(letters)) < len(letters) or _lettered(expr.base):
        raise NoArray
    return Held(expr.base, letters)


def _lettered(expr: Expr) -> bool:
    return any(isinstance(part, Letter) for part in walk(expr))


def _neg(expr: Expr) -> Held:
    assert isinstance(expr, Neg)  # noqa: S101  # by the table
    held = _array(expr.arg)
    return Held(Neg(held.tree), held.letters)


def _call(expr: Expr) -> Held:
    assert isinstance(expr, Call)  # noqa: S101  # by the table
    if not _lettered(expr):
        return Held(expr)
    if not entrywise(expr):
        raise NoArray
    held = _array(expr.args[0])
    return Held(Call(expr.function, (held.tree,)), held.letters)


def _derivative(expr: Expr) -> Held:
    """∂L/∂z_i is the array ∂L/∂z at i; ∂p_i/∂z_j the Jacobian at i, j."""
    assert isinstance(expr, Derivative)  # noqa: S101  # by the table
    of, by = _array(expr.of), _array(expr.by)
    letters = of.letters + by.letters
    if len(set(letters)) < len(letters) or not isinstance(of.tree, Name) or not isinstance(by.tree, Name):
        raise NoArray
    return Held(Derivative(of.tree, by.tree), letters)


def _same(parts: list[Held], build: Callable[[list[Expr]], Expr]) -> Held:
    """Combine parts that stand over the same letters, or over none."""
    letters = max((part.letters for part in parts), key=len)
    trees = [_ordered(part, letters) if part.letters else part.tree for part in parts]
    return Held(build(trees), letters)


def _add(expr: Expr) -> Held:
    assert isinstance(expr, Add)  # noqa: S101  # by the table
    parts = [_array(term) for term in expr.terms]
    widest = max((part.letters for part in parts), key=len)
    if widest and any(part.letters != widest and sorted(part.letters) != sorted(widest) for part in parts):
        parts = [_spread(part, widest) for part in parts]
    return _same(parts, lambda trees: Add(tuple(trees)))


def _spread(part: Held, letters: tuple[str, ...]) -> Held:
    """Let an array over fewer letters stand over more, as NumPy broadcasts it."""
    if not part.letters or sorted(part.letters) == sorted(letters):
        return part
    if part.letters == letters[-len(part.letters) :]:
        return Held(part.tree, letters)
    if len(letters) == 2 and part.letters == letters[:1]:
        return Held(Slice(part.tree, (ALL, None)), letters)
    raise NoArray


def _div(expr: Expr) -> Held:
    assert isinstance(expr, Div)  # noqa: S101  # by the table
    return _same([_array(expr.num), _array(expr.den)], lambda trees: Div(trees[0], trees[1]))


def _pow(expr: Expr) -> Held:
    assert isinstance(expr, Pow)  # noqa: S101  # by the table
    return _same([_array(expr.base), _array(expr.exponent)], lambda trees: Pow(trees[0], trees[1]))


def _grouped(parts: list[Held]) -> list[Held]:
    """Multiply parts over the same letters; a number joins the first group."""
    groups: dict[frozenset[str], list[Held]] = {}
    for part in parts:
        groups.setdefault(frozenset(part.letters), []).append(part)
    scalars = [part.tree for part in groups.pop(frozenset(), [])]
    found = []
    for same in groups.values():
        letters = same[0].letters
        found.append(Held(times(*(_ordered(part, letters) for part in same)), letters))
    if scalars:
        head = found[0] if found else Held(times(*scalars))
        found[:1] = [Held(times(*scalars, head.tree), head.letters) if found else head]
    return found


def _mul(expr: Expr) -> Held:
    assert isinstance(expr, Mul)  # noqa: S101  # by the table
    groups = _grouped([_array(factor) for factor in expr.factors])
    while len(groups) > 1:
        groups[:2] = [_pair(groups[0], groups[1])]
    return groups[0]


def _pair(left: Held, right: Held) -> Held:
    if len(left.letters) == len(right.letters) == 1:
        return Held(Outer(left.tree, right.tree), left.letters + right.letters)
    wide, narrow = (left, right) if len(left.letters) > len(right.letters) else (right, left)
    return Held(times(_spread(narrow, wide.letters).tree, wide.tree), wide.letters)


def _sum(expr: Expr) -> Held:
    assert isinstance(expr, Sum)  # noqa: S101  # by the table
    if expr.where is not None or expr.low is not None:
        raise NoArray
    body = expr.body
    sign = isinstance(body, Neg)
    held = (
        _over_all(_array(body.arg if isinstance(body, Neg) else body), expr.letters)
        if len(expr.letters) > 1
        else _summed(expr)
    )
    return Held(Neg(held.tree), held.letters) if sign else held


def _over_all(held: Held, letters: tuple[str, ...]) -> Held:
    """Sum an array over several of its letters."""
    if set(letters) == set(held.letters):
        return Held(Call("sum", (held.tree,)), ())
    for letter in letters:
        held = _over(held, letter)
    return held


def _summed(expr: Sum) -> Held:
    body = expr.body.arg if isinstance(expr.body, Neg) else expr.body
    letter = expr.letters[0]
    if not isinstance(body, Mul):
        return _over(_array(body), letter)
    inside = [f for f in body.factors if _mentions(f, letter)]
    outside = [f for f in body.factors if not _mentions(f, letter)]
    groups = _grouped([_array(factor) for factor in inside])
    if not 1 <= len(groups) <= 2:
        raise NoArray
    total = _over(groups[0], letter) if len(groups) == 1 else _contracted(groups[0], groups[1], letter)
    rest = _grouped([_array(factor) for factor in outside])
    return _joined([*rest, total])


def _joined(groups: list[Held]) -> Held:
    held = _grouped(groups)
    while len(held) > 1:
        held[:2] = [_pair(held[0], held[1])]
    return held[0]


def _mentions(expr: Expr, letter: str) -> bool:
    return any(isinstance(part, Letter) and part.id == letter for part in walk(expr))


def _over(held: Held, letter: str) -> Held:
    """Sum an array over one of its letters."""
    if letter not in held.letters:
        raise NoArray
    rest = tuple(x for x in held.letters if x != letter)
    if not rest:
        return Held(Call("sum", (held.tree,)), ())
    return Held(Call("sum", (held.tree,), (("axis", held.letters.index(letter)),)), rest)


def _contracted(left: Held, right: Held, letter: str) -> Held:
    """Return the matrix product that sums one letter of two arrays."""
    if len(left.letters) > 2 or len(right.letters) > 2 or letter not in left.letters or letter not in right.letters:
        raise NoArray
    if set(left.letters) & set(right.letters) != {letter}:
        raise NoArray
    if len(left.letters) == 1 and len(right.letters) == 2:  # the matrix comes first
        left, right = right, left
    first = left.tree if left.letters[-1] == letter else turned(left.tree)
    second = right.tree if right.letters[0] == letter else turned(right.tree)
    letters = tuple(x for x in left.letters + right.letters if x != letter)
    return Held(MatMul(first, second), letters)


_RULES: dict[type, Callable[[Expr], Held]] = {
    Number: _plain,
    Name: _plain,
    At: _at,
    Neg: _neg,
    Call: _call,
    Derivative: _derivative,
    Add: _add,
    Div: _div,
    Pow: _pow,
    Mul: _mul,
    Sum: _sum,
}
