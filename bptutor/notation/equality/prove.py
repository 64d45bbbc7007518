"""Are two expressions equal? A refutation with a witness, a proof with its method, or undecided; never a guess.

The order: axes and free letters; draws in floats, on both sides of every kink; 50 digits; the exact test
entry by entry. Conditions of the scene are used only where the line does not hold without them, and named.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

import numpy as np

from bptutor.errors import BptutorError
from bptutor.notation.equality import pairs
from bptutor.notation.equality.gradient_check import checked
from bptutor.notation.equality.pairs import Misfit, Pair
from bptutor.notation.equality.probes import Point, Probed, Prober, shrunk
from bptutor.notation.limits import PROOF_SECONDS
from bptutor.notation.scope import Scope
from bptutor.notation.tree import Add, At, Compare, Expr, Letter, Name, Number, Relation, Stack, Sum, walk
from bptutor.notation.values.conditions import Constraints, names_under
from bptutor.notation.values.sizes import least_sizes

FEW = 8
"""Draws where only a quick word is asked for."""
PROVERS = ("sympy",)
"""Who proves: the exact test is decided by SymPy's polynomials."""


class Outcome(Enum):
    """What a proof says."""

    PROVED = "proved"
    PROBES = "probes"
    REFUTED = "refuted"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Proof:
    """The outcome, how it was reached, and what refutes."""

    outcome: Outcome
    method: str
    """`probes`, `digits`, `entrywise` or `gradient-check`."""
    witness: Mapping[str, object] | None = None
    """Name -> value (a number or nested lists), where the sides differ."""
    conditions: tuple[str, ...] = ()
    """The conditions of the scene that were needed, as text."""
    detail: str = ""
    """Such as `proved entrywise for K = 2, 3, 4; 20 probes`."""
    left: object = None
    """The left side at the witness."""
    right: object = None
    """The right side at the witness."""
    rule: str = ""
    """`free-index` or `shape` where the axes differ already (then no witness); `disagreement` of two ways;
    `time-limit` where the time of the exact test was over."""
    provers: tuple[str, ...] = ()
    """What proved it, where it is proved."""


def prove(  # noqa: PLR0913 - the sides, where they stand, and how to look
    left: Expr,
    right: Expr,
    scope: Scope,
    where: Expr | None = None,
    *,
    exact: bool = True,
    order: tuple[str, ...] = (),
    known: Mapping[str, str] | None = None,
    sizes: Mapping[str, int] | None = None,
    columns: bool = True,
    agreed: bool = False,
    deadline: float = PROOF_SECONDS,
) -> Proof:
    """Decide whether two expressions are equal under the scope.

    Args:
        left: A finished tree.
        right: A finished tree.
        scope: The names; literals are replaced by draws.
        where: A condition on letters; only entries that meet it are compared.
        exact: Whether to try the exact test after probes and digits.
        order: Letters in the order of positional axes on the other side; else as they appear.
        known: Axes of letters that neither side fixes, such as those of the goal.
        sizes: The only sizes at which the sides are compared, for one that is written for these.
        columns: Whether vectors are columns, or NumPy's 1-D arrays.
        agreed: Whether draws and 50 digits agree already, so that without `exact` only kinks are left to look at.
        deadline: Seconds; when they are over, the outcome is `PROBES` at best.
    """
    until = time.monotonic() + deadline
    try:
        pair = pairs.pair(left, right, scope, where, order=order, known=known, columns=columns)
    except Misfit as misfit:
        return Proof(Outcome.REFUTED, "probes", detail=str(misfit), rule=misfit.rule)
    except BptutorError as error:
        return Proof(Outcome.UNDECIDED, "probes", detail=str(error))
    return _Proving(pair, until, own_kinks=not exact, sizes=sizes).run(exact, agreed)


class _Proving:
    """One proof on its way."""

    def __init__(
        self, pair: Pair, until: float, own_kinks: bool = False, sizes: Mapping[str, int] | None = None
    ) -> None:
        self.pair = pair
        self.scope = pair.scope
        self.until = until
        exprs = [pair.left, pair.right, *([pair.where] if pair.where else [])]
        self.least = least_sizes(self.scope, exprs)
        self.under = names_under(self.scope, Add((pair.left, pair.right)))
        self.all = _relevant(Constraints.of(self.scope), self.under, self.scope)
        fixed = dict(sizes) if sizes else self._fixed(exprs)
        self.prober = Prober(pair, self.least, fixed, until, own_kinks)

    def _fixed(self, exprs: list[Expr]) -> dict[str, int] | None:
        """Return the author's sizes where an array is written out, as no other sizes fit it."""
        if not any(isinstance(n, Stack) for e in exprs for n in walk(e)):
            return None
        return {a: int(t) for a, t in self.scope.sizes.items() if t.strip().isdigit()} or None

    def run(self, exact: bool, agreed: bool = False) -> Proof:
        held, probed = self._needed() if exact else (self.all, self._quickly(agreed))
        if probed.refuted is not None:
            return self._refutation(probed)
        if not probed.agreed:
            return Proof(Outcome.UNDECIDED, "probes", detail="no point was found where both sides have a value")
        texts = self._texts(held)
        said = f"{probed.agreed} probes"
        gradient = checked(self.pair, self.prober, self.all, self.until)
        if gradient is False:
            detail = f"{said}; the gradient check disagrees"
            return Proof(Outcome.UNDECIDED, "gradient-check", conditions=texts, detail=detail, rule="disagreement")
        if gradient:
            said += "; gradient check"
        if not exact:
            return Proof(Outcome.PROBES, "digits", conditions=texts, detail=said)
        return self._exact(held, texts, said, bool(gradient))

    def _quickly(self, agreed: bool) -> Probed:
        return self.prober.probe(self.all, count=1 if agreed else FEW, digits=not agreed)

    def _exact(self, held: Constraints, texts: tuple[str, ...], said: str, gradient: bool) -> Proof:
        from bptutor.notation.equality.exact_proof import Contradiction, proved, size_rounds

        rounds = [dict(self.prober.fixed)] if self.prober.fixed else size_rounds(self.scope, self.least, self._axes())
        for using in dict.fromkeys((replace(held, positive=self.all.positive), self.all)):
            try:
                done = proved(self.pair, using, rounds, self.until)
            except Contradiction as found:
                detail = f"{said}; the exact test disagrees: {found}"
                return Proof(Outcome.UNDECIDED, "entrywise", conditions=texts, detail=detail, rule="disagreement")
            if done and len(done) == len(rounds):
                if using is not held and using.equations != held.equations:
                    texts = self._texts(using)
                text = f"proved entrywise{_sizes_text(done, self._axes())}; {said}"
                return Proof(Outcome.PROVED, "entrywise", conditions=texts, detail=text, provers=PROVERS)
        method = "gradient-check" if gradient else "digits"
        late = time.monotonic() > self.until
        said = f"{'out of time' if late else 'not proved'}; {said}"
        return Proof(
            Outcome.PROBES,
            method,
            conditions=texts,
            detail=f"equal on all probes, {said}",
            rule="time-limit" if late else "",
        )

    def _axes(self) -> list[str]:
        used: dict[str, None] = {}
        for name in sorted(self.under | self.pair.names()):
            declared = self.scope.names.get(name)
            for axis in declared.axes if declared else ():
                used[axis] = None
            if name in self.scope.sizes:
                used[name] = None
        letters = {n.id for side in (self.pair.left, self.pair.right) for n in walk(side) if isinstance(n, Letter)}
        used |= {self.scope.indices[x]: None for x in sorted(letters) if x in self.scope.indices}
        for axis in self.pair.known.values():
            used[axis] = None
        return list(used)

    def _refutation(self, probed: Probed) -> Proof:
        assert probed.refuted is not None  # noqa: S101  # the caller has looked
        point = shrunk(self.prober, probed.refuted, self.all) if probed.method == "probes" else probed.refuted
        count = probed.agreed
        detail = f"differs at a point; {count} probes agreed" if count else "differs at the first point"
        return Proof(
            Outcome.REFUTED,
            probed.method,
            witness=self._witness(point),
            detail=detail,
            left=_plain(point.difference.left),
            right=_plain(point.difference.right),
        )

    def _witness(self, point: Point) -> dict[str, object]:
        shown = {n for n in self.scope.names if n in self.under or n in self.pair.names()}
        out = {n: _plain(a) for n, a in point.given.items() if n in shown}
        out.update({n: point.sizes[n] for n in self.pair.names() if n in point.sizes})
        return out

    # --- which conditions are needed ----------------------------------------------------------------

    def _needed(self) -> tuple[Constraints, Probed]:
        """Return the fewest conditions under which the sides agree, with the probes under all of them."""
        free = self.prober.probe(Constraints())
        if not free.refuted and free.agreed >= 4:
            return Constraints(), free
        bound = self.prober.probe(self.all)
        if bound.refuted or not bound.agreed or self.all == Constraints():
            return self.all, bound
        held = self.all
        for weaker in _weaker(self.all):
            candidate = weaker(held)
            if candidate != held and self._holds(candidate):
                held = candidate
        return held, bound

    def _holds(self, held: Constraints) -> bool:
        probed = self.prober.probe(held, count=8, digits=False)
        return probed.refuted is None and probed.agreed >= 4

    def _texts(self, held: Constraints) -> tuple[str, ...]:
        """Return the conditions as texts; positivity that only keeps a logarithm defined is not among them."""
        texts = [_condition_text(c, self.scope) for c in held.equations]
        for name in sorted(held.unit_sum):
            texts.append(_condition_text(_sum_is_one(self.scope, name), self.scope))
        texts += [f"{self.scope.shown(name)} is one-hot" for name in sorted(held.one_hot)]
        texts += [f"{self.scope.shown(name)} is one of its listed values" for name in sorted(held.pick)]
        spoken = {n for c in held.equations for n in names_under(self.scope, c)} | held.unit_sum
        texts += [f"{self.scope.shown(name)} > 0" for name in sorted(held.positive - spoken)]
        return tuple(texts)


def _relevant(held: Constraints, under: set[str], scope: Scope) -> Constraints:
    """Keep the conditions that say something of the names in play."""
    names = frozenset(under)
    equations = tuple(c for c in held.equations if names_under(scope, c) & names)
    names |= {n for c in equations for n in names_under(scope, c)}
    return Constraints(equations, held.one_hot & names, held.unit_sum & names, held.positive & names, held.pick & names)


def _weaker(held: Constraints) -> list[Any]:
    """Return the ways to ask for less, one condition at a time."""
    ways: list[Any] = []
    for name in sorted(held.pick):
        ways.append(lambda h, n=name: replace(h, pick=h.pick - {n}))
    for name in sorted(held.one_hot):
        ways.append(lambda h, n=name: replace(h, one_hot=h.one_hot - {n}, unit_sum=h.unit_sum | {n}))
        ways.append(lambda h, n=name: replace(h, one_hot=h.one_hot - {n}, unit_sum=h.unit_sum - {n}))
    for name in sorted(held.unit_sum):
        ways.append(lambda h, n=name: replace(h, unit_sum=h.unit_sum - {n}))
    for condition in held.equations:
        ways.append(lambda h, c=condition: replace(h, equations=tuple(e for e in h.equations if e is not c)))
    for name in sorted(held.positive):
        ways.append(lambda h, n=name: replace(h, positive=h.positive - {n}))
    return ways


def _condition_text(condition: Expr, scope: Scope) -> str:
    """Return a condition as one Unicode line."""
    from bptutor.notation.printers import unicode

    text = unicode.line(condition, scope)
    return text[1:-1] if text.startswith("[") and text.endswith("]") else text


def _sum_is_one(scope: Scope, name: str) -> Compare:
    axes = scope.names[name].axes
    letters = [x for x in "kbijmn" if x not in scope.names][: len(axes)]
    letters = [*letters[1:], letters[0]]
    body = At(Name(name), tuple(Letter(x) for x in letters))
    from fractions import Fraction

    return Compare(Relation.EQ, Sum((letters[-1],), body), Number(Fraction(1)))


def _sizes_text(rounds: list[Any], axes: list[str]) -> str:
    """Return ` for K = 2, 3, 4`, or ` for (C, H) = (2, 3), (3, 4), (4, 2)`."""
    axes = [a for a in axes if a in rounds[0]]
    if not axes:
        return ""
    if len(axes) == 1:
        return f" for {axes[0]} = " + ", ".join(str(r[axes[0]]) for r in rounds)
    return f" for ({', '.join(axes)}) = " + ", ".join(f"({', '.join(str(r[a]) for a in axes)})" for r in rounds)


def _plain(array: Any) -> object:
    """Return an array as a number or nested lists, with short decimals."""
    floats = np.array([float(f"{float(x):.12g}") for x in np.asarray(array).flat]).reshape(np.shape(array))
    return _whole(floats.tolist())


def _whole(value: Any) -> Any:
    if isinstance(value, list):
        return [_whole(v) for v in value]
    return int(value) if float(value).is_integer() and abs(value) < 1e15 else value
