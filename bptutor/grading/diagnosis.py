"""Why an answer is wrong: its shape, the mistake it is, or numbers for which it differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bptutor.errors import BptutorError
from bptutor.grading import authored, value_mistakes
from bptutor.grading import formulas as scene_formulas
from bptutor.grading.case import Case
from bptutor.grading.comparison import CLOSE, PROBES, Comparison, close
from bptutor.grading.guesses import Met, Target
from bptutor.grading.layouts import Layout
from bptutor.grading.lift import by_letters
from bptutor.grading.mistakes import fits
from bptutor.grading.reads import own_layout
from bptutor.grading.softmax_rules import minus, targets
from bptutor.grading.verdict import Finding, Mark, ProofMark, Verdict
from bptutor.notation.tree import Expr, Name, walk
from bptutor.notation.value import Values

if TYPE_CHECKING:
    from bptutor.grading.expressions import Read
    from bptutor.notation.prove import Proof

Array = NDArray[np.float64]
SAID = 2
"""Most mistakes that are said; when more fit, the numbers speak."""


def wrong(case: Case, met: Read, shown: str, proof: Proof | None = None) -> Verdict:
    """Return the verdict of an answer with a wrong value; of one that only the prover refuted, its witness."""
    if proof is not None:
        return Verdict(Mark.WRONG, ProofMark.REFUTED, (_found_by_proof(proof),), shown)
    draws = tuple(finite_draws(met.comparison, met.expr))
    if not draws:
        return Verdict(Mark.WRONG, ProofMark.REFUTED, (witness(met, draws),), shown)
    findings: list[Finding] = []
    missing = _missing_letters(met)
    if missing:
        findings.append(missing)
    target = make_target(case, met.comparison)
    apart = Met(draws, CLOSE)
    found = authored.findings(case, met.comparison, apart) or named(target, apart)
    findings += found or ([] if missing else plain_differences(draws))
    if not findings or len(found) > SAID:
        findings.insert(0, witness(met, draws))
    return Verdict(Mark.WRONG, ProofMark.REFUTED, tuple(findings), shown)


def make_target(case: Case, comparison: Comparison) -> Target:
    """Return what mistakes are made from: the expected tree, and the forms in which its value is also known."""
    known = scene_formulas.formulas(case.scope, getattr(case.scene, "source", {}))
    trees = [comparison.expected, *_same_value(case, comparison, known)]
    if isinstance(comparison.expected, Name) and comparison.expected.id in known:
        trees.append(known[comparison.expected.id])
    for tree in list(trees):
        for rounds in (1, scene_formulas.DEEP):
            trees.append(scene_formulas.unfolded(tree, known, rounds=rounds))
    trees += [scene_formulas.slopes_named(tree, case.scope) for tree in list(trees)]
    return Target(comparison, tuple(dict.fromkeys(trees)), known)


def _same_value(case: Case, comparison: Comparison, known: Mapping[str, Expr]) -> Iterator[Expr]:
    """Yield trees that mistakes are known for, where their value is the expected one: p − y, dW2, ..."""
    letters, axes = comparison.layout.letters, comparison.layout.all_axes
    candidates: list[Expr] = [
        minus(Name(p), Name(y)) for p, y in targets(case.scope) if case.scope.names[p].axes == axes
    ]
    candidates += [Name(name) for name in known if case.scope.names[name].axes == axes]
    if isinstance(comparison.expected, Name):
        candidates = [tree for tree in candidates if tree != comparison.expected]
    for tree in candidates:
        held = by_letters(tree, letters, case.scope) if letters and not comparison.layout.axes else tree
        if _agrees(comparison, held):
            yield held
            if isinstance(tree, Name):
                made = known[tree.id]
                yield by_letters(made, letters, case.scope) if held is not tree else made


def _agrees(comparison: Comparison, tree: Expr) -> bool:
    try:
        for n, values in enumerate(comparison.draws()):
            truth, got = comparison.truth(values), comparison.given(tree, values)
            if truth.shape != got.shape or not close(truth, got):
                return False
            if n + 1 == PROBES:
                return True
    except (BptutorError, ValueError):
        return False
    return False


def finite_draws(comparison: Comparison, expr: Expr) -> Iterator[tuple[Values, Array, Array]]:
    """Yield the draws on which both sides are finite, as many as a mistake must hold on."""
    count = 0
    for values in comparison.draws():
        truth, got = comparison.truth(values), comparison.given(expr, values)
        if np.isfinite(truth).all() and np.isfinite(got).all():
            yield values, truth, got
            count += 1
        if count == PROBES:
            return


def named(target: Target, met: Met) -> list[Finding]:
    """Return a finding for every mistake that the answer is, in catalogue order."""
    return [Finding(mistake.id, mistake.message(part, target.scope)) for mistake, part in fits(target, met)]


def plain_differences(draws: tuple[tuple[Values, Array, Array], ...]) -> list[Finding]:
    """Return a finding when the answer is off by one constant factor, or by one constant."""
    for rule, measure in (("factor", value_mistakes.ratio), ("offset", value_mistakes.offset)):
        found = [measure(truth, got) for _, truth, got in draws]
        first = found[0] if found else None
        if first is not None and all(c is not None and abs(c - first) <= 1e-7 * max(1, abs(first)) for c in found):
            if rule == "factor" and first == 0:
                return []
            message = {
                "factor": f"Your answer is {_shown(first)} times what is asked, everywhere. Look at the constants.",
                "offset": f"Your answer differs by {_shown(first)} everywhere. Look at the constant terms.",
            }[rule]
            return [Finding(rule, message)]
    return []


def _shown(number: float) -> str:
    return f"{number:.4g}".replace("-", "−")


# --- the witness -------------------------------------------------------------------------------------------


def witness(met: Read, draws: tuple[tuple[Values, Array, Array], ...]) -> Finding:
    """Return numbers for which the answer differs, with the first place where it does."""
    if not draws:
        return Finding("witness", "The two sides differ. Look at where your answer has no value.")
    values, truth, got = _clearest(met.comparison, draws)
    shape = np.broadcast_shapes(truth.shape, got.shape)
    truth, got = np.broadcast_to(truth, shape), np.broadcast_to(got, shape)
    counts = met.comparison.mask(values, shape)
    apart = np.argwhere((np.abs(truth - got) > CLOSE * max(1.0, float(np.abs(truth).max(initial=0.0)))) & counts)
    where = tuple(int(n) for n in apart[0]) if len(apart) and apart[0].size else None
    expected, given = (float(side[where]) if where else float(side.flat[0]) for side in (truth, got))
    place = _place(met.comparison.layout, where)
    message = f"On these numbers it is {_shown(expected)} and yours is {_shown(given)}{place[0]}. Look at {place[1]}."
    return Finding(
        "witness",
        message,
        where,
        values=_small(_mentioned(met, values)),
        expected=_small(truth),
        got=_small(got),
    )


def _found_by_proof(proof: Proof) -> Finding:
    values = dict(proof.witness or {})
    point = ", ".join(f"{name} = {_brief(value)}" for name, value in list(values.items())[:2])
    message = f"At {point} your answer leaves what is asked. Look at what it does there."
    return Finding("witness", message, values=values, expected=proof.right, got=proof.left)


def _brief(value: object) -> str:
    return _shown(value) if isinstance(value, float | int) else "the numbers below"


def _clearest(comparison: Comparison, draws: tuple[tuple[Values, Array, Array], ...]) -> tuple[Values, Array, Array]:
    """Return a draw on which the two differ."""
    for values, truth, got in draws:
        if comparison.same(truth, got, values) is False:
            return values, truth, got
    return draws[0]


def _place(shape: Layout, where: tuple[int, ...] | None) -> tuple[str, str]:
    if where is None:
        return "", "how each number enters"
    if shape.letters and len(shape.letters) == len(where):
        text = ", ".join(f"{letter} = {n + 1}" for letter, n in zip(shape.letters, where, strict=True))
        return f" at {text}", f"the case {text}"
    text = ", ".join(str(n + 1) for n in where)
    return f" at entry {text}", f"entry {text}"


def _mentioned(met: Read, values: Values) -> dict[str, Array]:
    """Return the values of the names that the two sides mention; of what they are made of when that is nothing."""
    trees = (met.expr, met.comparison.expected)
    names = dict.fromkeys(part.id for tree in trees for part in walk(tree) if isinstance(part, Name))
    found = {}
    for name in names:
        try:
            found[name] = values[name]
        except (BptutorError, KeyError):
            continue
    return found


def _small(value: Any) -> Any:
    """Return arrays as nested lists of numbers with at most six digits."""
    if isinstance(value, dict):
        return {name: _small(array) for name, array in value.items()}
    rounded = np.vectorize(lambda x: float(f"{x:.6g}"), otypes=[float])(np.asarray(value, dtype=float))
    return rounded.tolist()


def _missing_letters(met: Read) -> Finding | None:
    """Return the finding for a goal's letter that the answer does not have."""
    got = own_layout(met.expr, met.comparison.layout, met.comparison.scene.scope, met.comparison.columns)
    missing = [letter for letter in met.comparison.layout.letters if letter not in got.letters]
    if not missing or not got.letters or got.axes:
        return None
    message = f"Your answer is the same for every {missing[0]}. Look at the free letters of the goal."
    return Finding("free-index", message)
