"""The parts of a rational function: generators, polynomials, and products of their powers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from bptutor.notation.algebra.expression import Sym

WIDTH = 32
"""Bits of one exponent in a monomial."""

Terms = dict[int, int]
"""Monomial -> integer coefficient, none of them 0."""


@dataclass(eq=False)
class Generator:
    """Something that polynomials treat as a variable; compared by identity."""

    index: int
    key: object
    positive: bool = False
    node: Sym | None = None
    """The entry it stands for, where it is a symbol."""
    degree: int = 0
    """With `tail`: this generator to the power `degree` equals `tail`."""
    tail: Ratio | None = None
    log: Ratio | None = None
    """Its logarithm, for an exponential or a root."""

    @property
    def unit(self) -> int:
        """The monomial of its first power."""
        return 1 << (WIDTH * self.index)


@dataclass(eq=False)
class Poly:
    """A polynomial with coprime integer coefficients, no monomial factor, and a positive leading term."""

    terms: Terms
    powers: list[Terms] = field(default_factory=list)
    """Its powers, as far as they were needed."""


Factor = Generator | Poly


@dataclass(frozen=True, eq=False)
class Ratio:
    """coefficient · Π factor^exponent; zero has coefficient 0 and no factors."""

    coefficient: Fraction
    powers: Mapping[Factor, int]

    @property
    def key(self) -> tuple[Fraction, frozenset[tuple[Factor, int]]]:
        """What makes it equal to another, as far as the form tells."""
        return self.coefficient, frozenset(self.powers.items())
