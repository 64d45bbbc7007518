"""How rightly and how fast answers are graded, beside what SymPy alone and plain sampling make of the same pairs.

Run from the root of the repository: `python benchmarks/grading.py [MOST]`. The pairs are those of `tests/data/grading`
(all of them for bptutor, at most MOST expressions for the others, 1 s each). SymPy cannot read what people type, so
each rival gets the difference of the two sides, read and laid out entry by entry by bptutor.
"""

from __future__ import annotations

import random
import signal
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import sympy

from bptutor.grading.answer import parse_answer
from bptutor.grading.answer.submission import make
from bptutor.grading.grade import grade, prove_answer
from bptutor.grading.graders import expression as expressions
from bptutor.grading.verdict import Mark
from bptutor.notation.algebra import expression as symbols
from bptutor.notation.equality import exact_proof
from bptutor.notation.equality import pairs as sides_of
from bptutor.notation.values.conditions import Constraints
from bptutor.notation.values.sizes import least_sizes
from tests.grading.pairs import asked, pairs

LIMIT = 1.0
"""Seconds that a rival may take for one pair."""
POINTS = 5
RIGHT = {Mark.RIGHT.value, Mark.RIGHT_OTHER_FORM.value}
EXPRESSIONS = {"symbolic", "matrix-expression", "numpy"}


@dataclass
class Score:
    """What one way of deciding said of its pairs."""

    refused: int = 0
    accepted: int = 0
    undecided: int = 0
    seconds: list[float] = field(default_factory=list)

    def add(self, wanted: bool, said: bool | None, seconds: float) -> None:
        """Take in one pair: what is true, what was said (None: no answer), and how long it took."""
        self.seconds.append(seconds)
        self.undecided += said is None
        self.refused += said is False and wanted
        self.accepted += said is True and not wanted

    def row(self, name: str) -> str:
        """Return the row of the table."""
        ms = sorted(1000 * s for s in self.seconds)
        figures = f"{statistics.median(ms):9.2f}{ms[int(0.95 * (len(ms) - 1))]:9.2f}{ms[-1]:9.2f}"
        return f"{name:34}{len(ms):6}{self.refused:9}{self.accepted:10}{self.undecided:11}{figures}"


HEAD = f"{'way':34}{'pairs':>6}{'refused':>9}{'accepted':>10}{'undecided':>11}{'median':>9}{'p95':>9}{'max':>9} ms"


def ours() -> tuple[dict[str, Score], Score, Score]:
    """Grade every pair twice, the second time warm; return scores by type, of all verdicts, and of the proofs."""
    by_type: dict[str, Score] = defaultdict(Score)
    everything, proofs = Score(), Score()
    for pair in pairs():
        if pair["mark"] == Mark.UNREADABLE.value:
            continue
        question, scene = asked(pair)
        grade(question, pair["answer"], scene)
        start = time.perf_counter()
        verdict = grade(question, pair["answer"], scene)
        seconds = time.perf_counter() - start
        said = None if verdict.mark is Mark.UNDECIDED else verdict.mark.value in RIGHT
        for score in (by_type[question.kind], everything):
            score.add(pair["mark"] in RIGHT, said, seconds)
        if said and question.kind in EXPRESSIONS:
            start = time.perf_counter()
            proved = prove_answer(question, pair["answer"], scene, verdict)
            proofs.add(True, None if proved.mark is Mark.UNDECIDED else True, time.perf_counter() - start)
    return by_type, everything, proofs


# --- the rivals -------------------------------------------------------------------------------------------


def differences(most: int) -> Iterator[tuple[bool, list[sympy.Expr]]]:
    """Yield whether a pair is right, and the entries of the difference of its sides, as SymPy expressions."""
    chosen = [p for p in pairs() if p["question"]["type"] in EXPRESSIONS and p["mark"] in {"right", "wrong"}]
    random.Random(7).shuffle(chosen)
    for pair in chosen:
        found = entries(pair)
        if found is not None:
            yield pair["mark"] == "right", found
            most -= 1
        if not most:
            return


def entries(pair: dict[str, Any]) -> list[sympy.Expr] | None:
    """Return the entries of one difference at small sizes; None where the sides have different shapes."""
    question, scene = asked(pair)
    case = make(question, pair["answer"], scene)
    try:
        met = expressions.bring(case, parse_answer.read_answer(case), next(iter(parse_answer.models(case))))
        if not isinstance(met, expressions.Read):
            return None
        scope, order = case.scope, met.comparison.layout.letters
        sides = sides_of.pair(met.expr, met.comparison.expected, scope, order=order, columns=met.comparison.columns)
        sizes = exact_proof.size_rounds(scope, least_sizes(scope, [sides.left, sides.right]), [])[0]
        kept: list[Any] = []
        held = Constraints.of(scope)
        for fixed in exact_proof._assignments(scope, held, sizes):
            exact_proof._zero_with(
                sides, held, sizes, frozenset(), fixed, lambda found, _: kept.extend(found), time.monotonic() + 9
            )
            break
        return [to_sympy(entry) for entry in kept] or None
    except Exception:  # what cannot be laid out is no pair for the rivals
        return None


def to_sympy(node: Any) -> sympy.Expr:
    """Return a symbolic entry as SymPy's."""
    if isinstance(node, symbols.Symbol):
        name = f"{node.name}_{id(node)}"
        return sympy.pi if node is symbols.PI else sympy.Symbol(name, real=True, positive=node.positive or None)
    if isinstance(node, symbols.Total):
        return sympy.Add(*(to_sympy(part) for part in node.terms))
    if isinstance(node, symbols.Product):
        return sympy.Mul(*(to_sympy(part) for part in node.factors))
    if isinstance(node, symbols.Power):
        exponent = sympy.Rational(node.exponent.numerator, node.exponent.denominator)
        return sympy.Pow(to_sympy(node.base), exponent)
    if isinstance(node, symbols.Apply):
        name = {"arctan": "atan", "arcsin": "asin", "arccos": "acos", "abs": "Abs"}.get(node.function, node.function)
        return getattr(sympy, name)(to_sympy(node.arg))
    value = symbols.entry(node)
    assert isinstance(value, symbols.Constant)
    return sympy.Rational(value.value.numerator, value.value.denominator)


def simplified(entry: sympy.Expr) -> bool | None:
    """Return what `simplify(a - b) == 0` says."""
    return bool(sympy.simplify(entry) == 0)


def equals(entry: sympy.Expr) -> bool | None:
    """Return what `.equals` says."""
    said = entry.equals(0)
    return None if said is None else bool(said)


def sampled(entry: sympy.Expr) -> bool | None:
    """Return whether a difference is small at five points of normal numbers, in double precision."""
    free = sorted(entry.free_symbols, key=str)
    source = random.Random(1)
    function = sympy.lambdify(free, entry, "math")
    seen = 0
    for _ in range(POINTS):
        point = [abs(v) if s.is_positive else v for s, v in zip(free, (source.gauss(0, 1) for _ in free), strict=True)]
        try:
            value = function(*point)
        except (ValueError, ZeroDivisionError, OverflowError):
            continue
        seen += 1
        if isinstance(value, complex) or abs(value) > 1e-9:
            return False
    return True if seen else None


def timed(way: Callable[[sympy.Expr], bool | None], found: list[sympy.Expr]) -> tuple[bool | None, float]:
    """Ask one way about every entry, for a second at most."""

    def over(*_: object) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, over)
    start = time.perf_counter()
    signal.setitimer(signal.ITIMER_REAL, LIMIT)
    try:
        said = [way(entry) for entry in found]
    except Exception:  # a rival that fails has said nothing
        return None, time.perf_counter() - start
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    decided = False if False in said else None if None in said else True
    return decided, time.perf_counter() - start


def main() -> int:
    """Print the tables and the figures."""
    most = int(sys.argv[1]) if len(sys.argv) > 1 else 150
    by_type, everything, proofs = ours()
    print(HEAD)
    for name, score in sorted(by_type.items()):
        print(score.row(f"bptutor, {name}"))
    print(everything.row("bptutor, all"))
    print(proofs.row("bptutor, proof after the verdict"))
    rivals = {"simplify(a - b) == 0": simplified, ".equals": equals, f"{POINTS} random points": sampled}
    scores = {name: Score() for name in rivals}
    for right, found in differences(most):
        for name, way in rivals.items():
            said, seconds = timed(way, found)
            scores[name].add(right, said, seconds)
    for name, score in scores.items():
        print(score.row(name))
    ms = sorted(1000 * s for s in everything.seconds)
    print(f"false refusals: {everything.refused}, false acceptances: {everything.accepted} (0, 0)")
    print(f"verdict: {statistics.median(ms):.2f} ms median, {ms[int(0.95 * (len(ms) - 1))]:.2f} ms p95 (< 5, < 25)")
    p95 = sorted(proofs.seconds)[int(0.95 * (len(proofs.seconds) - 1))]
    print(f"proof: {p95:.2f} s p95 (< 1)")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
