"""Every fact about numbers in a verdict, computed once more from the numbers themselves, holds for every entry."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from bptutor.grading.answer import parse_answer
from bptutor.grading.answer.submission import Case, make
from bptutor.grading.verdict import Finding
from bptutor.notation import parse
from bptutor.notation.shapes.layout import layout
from bptutor.notation.values.evaluate import Values, evaluate
from bptutor.packs.question_types import of
from tests.grading.test_mistakes import cases, graded, read, scenes

pytestmark = pytest.mark.normal

Array = NDArray[np.float64]
Sides = list[tuple[Array, Array, dict[str, int]]]
"""What is asked and what was answered, on some draws, with the sizes there."""
SEEDS = (101, 202, 303)
"""Draws that no grader takes."""
FACTS = {"sign", "factor-two", "transposed", "no-batch-mean", "twice-batch-mean", "class-mean", "bias-all-summed"}
"""Mistakes of which a number is claimed."""
TYPED = 0.0006
"""How far typed numbers may be from what they stand for."""


def sides(case: dict[str, Any]) -> Sides:
    """Return both sides on draws of their own; nothing where the answer does not fit or is a program."""
    asks, scene = read(json.dumps(case["question"])), scenes()[case["scene"]]
    made = make(asks, case["answer"], scene, case.get("seed", 0))
    if asks.kind in {"numeric", "vector", "matrix"}:
        return list(_numbers(made))
    if asks.kind in {"symbolic", "numpy", "matrix-expression"}:
        return [pair for seed in SEEDS if (pair := _expressions(made, seed)) is not None]
    return []


def _numbers(case: Case) -> Iterator[tuple[Array, Array, dict[str, int]]]:
    values = case.scene.draw(case.seed)
    tree = next(parse_answer.models(case))
    try:
        got = np.asarray(ast.literal_eval(case.text), dtype=float)
    except (ValueError, SyntaxError):
        return
    yield np.asarray(evaluate(tree, values), dtype=float), got, dict(values.sizes)


def _expressions(case: Case, seed: int) -> tuple[Array, Array, dict[str, int]] | None:
    try:
        values: Values = case.scene.fresh(seed)
        columns, tree, given = (
            of(case.question).columns,
            next(parse_answer.models(case)),
            parse_answer.read_answer(case),
        )
        asked = layout(tree, case.scope, columns, parse_answer.goal(case))
        given = parse_answer.with_letters(given, asked, case.scope, columns)
        truth, got = (
            np.asarray(evaluate(one, values, order=asked.letters, columns=columns, known=asked.known), dtype=float)
            for one in (tree, given)
        )
        if case.question.where:
            where = parse.read_condition(case.question.where, case.scope)
            counts = evaluate(where, values, order=asked.letters, columns=columns, known=asked.known)
            counts = np.broadcast_to(np.asarray(counts, dtype=float) > 0.5, truth.shape)
            truth, got = truth[counts], got[counts]
    except Exception:  # what has no value on this draw says nothing
        return None
    finite = np.isfinite(truth).all() and np.isfinite(got).all()
    return (truth, got, dict(values.sizes)) if finite and truth.any() else None


def close(got: Array, meant: Array, exact: bool) -> bool:
    return got.squeeze().shape == meant.squeeze().shape and np.allclose(
        got.squeeze(), meant.squeeze(), rtol=1e-7, atol=1e-9 if exact else TYPED * max(1.0, float(np.abs(meant).max()))
    )


def holds(finding: Finding, truth: Array, got: Array, sizes: dict[str, int], exact: bool) -> bool:
    """Return whether the fact of a finding is true of these numbers; facts about other things are not looked at."""
    fact = finding.message.partition(" Look at ")[0]
    if re.search(r"right size and the (other sign|opposite direction)", fact):
        return close(got, -truth, exact)
    if re.search(r"twice what is asked|factor of two everywhere", fact):
        return close(got, 2 * truth, exact) or close(got, truth / 2, exact)
    if "at the mirrored place" in fact:
        return close(got, truth.T, exact)
    if re.search(r"too large by the number|would double", fact):
        return any(close(got, truth * n, exact) for n in sizes.values())
    if re.search(r"too small by the number|would halve", fact):
        return any(close(got, truth / n, exact) for n in sizes.values())
    factor = re.search(r"is ([−\d.e]+) times what is asked, everywhere", fact)
    if factor:
        number = float(factor[1].replace("−", "-"))
        return number != 1 and np.allclose(got, number * truth, rtol=2e-3, atol=1e-9)
    step = re.search(r"differs by ([−\d.e]+) everywhere", fact)
    if step:
        return np.allclose(got - truth, float(step[1].replace("−", "-")), rtol=2e-3, atol=1e-9)
    if "one number for all" in fact:
        return got.size == 1
    if "keeps one row per example" in fact:
        return got.ndim > truth.ndim
    return True


def test_facts_about_numbers_hold() -> None:
    """Here for a few of the known wrong answers."""
    _check([case for case in cases() if case["id"] in FACTS][::20])


@pytest.mark.long
def test_facts_about_numbers_hold_for_all_known_answers() -> None:
    _check(cases())


def _check(some: list[dict[str, Any]]) -> None:
    false = []
    for case in some:
        exact = case["question"]["type"] not in {"numeric", "vector", "matrix"}
        verdict = graded(case)
        for truth, got, sizes in sides(case):
            for finding in verdict.findings:
                if not holds(finding, truth, got, sizes, exact):
                    false.append((case["scene"], case["question"]["answer"], case["answer"], finding.message))
    assert false == []


@pytest.mark.parametrize("text", ["[3, 0, 0]", "[1, -2, 0.5]", "[0.5, -1, 0.25]", "[2, -4, 2]", "[-1, 2, 0.5]"])
def test_what_holds_for_some_entries_is_not_said_of_all(text: str) -> None:
    """The scene `gpn` asks for p − y = [0.2, −0.5, 0.3]."""
    case = {"scene": "gpn", "question": {"type": "vector", "answer": "p - y"}, "answer": text}
    _check([case])


def test_random_answers_get_no_false_fact() -> None:
    """Multiples, shifts and mirror images of what is asked, each true for all entries or for all but one."""
    rng = np.random.default_rng(3)
    changes: tuple[Callable[[Array], Array], ...] = (
        lambda x: -x,
        lambda x: 2 * x,
        lambda x: x / 2,
        lambda x: x + 0.25,
        lambda x: 3 * x,
    )
    scene = scenes()["hn"]
    for answer in ("dW2", "dz2", "dW1"):
        truth = np.asarray(scene.draw(0)[answer], dtype=float)
        for change in changes:
            whole = change(truth)
            spoiled = whole.copy()
            spoiled.flat[rng.integers(truth.size)] += 0.07
            for made in (whole, spoiled):
                kind = "matrix" if truth.ndim == 2 else "vector"
                asks = {"type": kind, "answer": answer, "decimals": 4}
                _check([{"scene": "hn", "question": asks, "answer": str(made.round(6).tolist())}])


def test_of_two_slips_at_once_neither_is_said_of_all_numbers() -> None:
    """The mean is left out and the sign is turned: −3 times what is asked."""
    asks = {"type": "vector", "answer": "∂L/∂w"}
    _check([{"scene": "msen", "question": asks, "answer": "[-6.59, 6.142]"}])
