"""The exact test: is every entry of an array zero, whatever its symbols stand for?

`SYMBOLS` lets the walk of `values.evaluate` build the entries; `zero` reads each as a polynomial of SymPy (see
`to_polynomial`) and, where signs matter, goes through the cases. It says "proved" or "do not know",
never "wrong", but for what is rational in the symbols themselves.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from bptutor.notation.algebra.expression import (
    HALF,
    ONE,
    PI,
    Constant,
    E,
    Sym,
    Symbol,
    TooHard,
    apply,
    entry,
    multiply,
    power,
    raised,
)
from bptutor.notation.algebra.piecewise import choose, step
from bptutor.notation.algebra.sign_cases import Cases
from bptutor.notation.algebra.substitution import Replacement
from bptutor.notation.algebra.sympy_ring import Generator, Ring, with_room
from bptutor.notation.tree import Relation
from bptutor.notation.values.backends import LEAK, Array, Field

# --- the field ------------------------------------------------------------------------------------


def _entrywise(function: Callable[..., Sym], count: int) -> Callable[..., Array]:
    lifted = np.frompyfunc(function, count, 1)

    def on_arrays(*arrays: Array) -> Array:
        out = np.empty(np.broadcast_shapes(*(np.shape(a) for a in arrays)), dtype=object)
        out[...] = lifted(*arrays)
        return out

    return on_arrays


def _of(function: str) -> Callable[[object], Sym]:
    return lambda u: apply(function, entry(u))


def _exp(u: object) -> Sym:
    return apply("exp", entry(u))


def _sigmoid(u: object) -> Sym:
    return power(ONE + _exp(-entry(u)), Fraction(-1))


def _tanh(u: object) -> Sym:
    return ONE - 2 * power(ONE + _exp(2 * entry(u)), Fraction(-1))


def _abs(u: object) -> Sym:
    return apply("abs", entry(u))


def _larger(a: object, b: object) -> Sym:
    left, right = entry(a), entry(b)
    if left is right:
        return left
    return multiply(HALF, left + right + _abs(left - right))


def _sign(u: object) -> Sym:
    return step(Relation.GT, entry(u)) - step(Relation.GT, -entry(u))


def _kinked(u: object, below: Fraction) -> Sym:
    x = entry(u)
    return choose(step(Relation.GT, x), x, Constant(below) * x)


def _logarithm(base: int) -> Callable[[object], Sym]:
    return lambda u: apply("log", entry(u)) / apply("log", Constant(Fraction(base)))


_UNARY: Mapping[str, Callable[[object], Sym]] = {
    **{name: _of(name) for name in ("exp", "log", "sin", "cos", "arctan", "arcsin", "arccos", "abs", "floor")},
    "log2": _logarithm(2),
    "log10": _logarithm(10),
    "sqrt": lambda u: power(entry(u), Fraction(1, 2)),
    "tan": lambda u: apply("sin", entry(u)) / apply("cos", entry(u)),
    "sinh": lambda u: HALF * (_exp(u) - _exp(-entry(u))),
    "cosh": lambda u: HALF * (_exp(u) + _exp(-entry(u))),
    "tanh": _tanh,
    "sign": _sign,
    "sigmoid": _sigmoid,
    "relu": lambda u: _kinked(u, Fraction(0)),
    "leaky_relu": lambda u: _kinked(u, LEAK),
    "softplus": lambda u: apply("log", ONE + _exp(u)),
}


def fresh(name: str, shape: tuple[int, ...], positive: bool = False) -> Array:
    """Return an array of new independent symbols, of the given shape."""
    out = np.empty(shape, dtype=object)
    for place in np.ndindex(shape):
        out[place] = Symbol(name + "".join(f"_{n + 1}" for n in place), positive)
    return out


def _substitute(entries: Array, mapping: Mapping[Any, Any]) -> Array:
    replace = Replacement({symbol: entry(value) for symbol, value in mapping.items()})
    return _entrywise(lambda node: replace(entry(node)), 1)(entries)


SYMBOLS = Field(
    name="symbols",
    dtype=object,
    number=Constant,
    unary={name: _entrywise(function, 1) for name, function in _UNARY.items()},
    power=_entrywise(lambda a, b: raised(entry(a), entry(b)), 2),
    compare=lambda relation, a, b: _entrywise(lambda x, y: step(relation, entry(x) - entry(y)), 2)(a, b),
    where=_entrywise(lambda mask, a, b: choose(entry(mask), entry(a), entry(b)), 3),
    maximum=_entrywise(_larger, 2),
    symbolic=True,
    substitute=_substitute,
    constants={"e": E, "pi": PI},
)


# --- the test -------------------------------------------------------------------------------------


def zero(entries: Iterable[object], deadline: float = math.inf) -> bool | None:
    """Return True when every entry is proved to be zero, False when one surely is not, None otherwise.

    Sure is only what is rational in the symbols themselves.

    Args:
        entries: `Sym` nodes, integers or fractions.
        deadline: A time of `time.monotonic()` after which the answer is None.
    """
    nodes = [entry(e) for e in entries]
    used: frozenset[Symbol] = frozenset().union(*(node.free for node in nodes))
    for split in (False, True):
        try:
            found, again = with_room(len(used) + 6, lambda ring: _all_zero(nodes, ring), deadline, split)
        except (TooHard, RecursionError, OverflowError):
            return None
        if found is not None or not again or time.monotonic() > deadline:
            return found
    return None


def _all_zero(nodes: list[Sym], ring: Ring) -> tuple[bool | None, bool]:
    """Return what is known of all entries, and whether splitting polynomials may show more."""
    try:
        if Cases(ring).all_zero(nodes):
            return True, False
        if all(generator.key[0] in ("symbol", "inverse") for generator in ring.generators):
            return False, False
    except (TooHard, RecursionError, OverflowError):
        pass
    return None, any(_of_sum(generator) for generator in ring.generators)


def _of_sum(generator: Generator) -> bool:
    """Tell whether a generator is a function of a polynomial that might split."""
    match generator.key:
        case ("log" | "abs" | "root", of, *_):
            return not isinstance(of, Generator | int)
        case ("step", factors, _):
            return any(not isinstance(factor, Generator) for factor, _ in factors)
    return False
