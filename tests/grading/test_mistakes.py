from __future__ import annotations

import json
import re
from collections import defaultdict
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bptutor.grading.catalogue.base import Mistake
from bptutor.grading.catalogue.order import ORDER, place
from bptutor.grading.catalogue.table import BY_ID, CATALOGUE
from bptutor.grading.grade import grade
from bptutor.grading.verdict import Mark, Verdict
from bptutor.packs.model import Place, Question
from bptutor.packs.question_types.read import question
from bptutor.packs.scene.scene import Scene
from tests.grading.pairs import asked as asked_pair
from tests.grading.pairs import pairs, scene
from tests.thinned import thinned

pytestmark = pytest.mark.normal

DATA = Path(__file__).parents[1] / "data" / "mistakes"
WORDS = {"loss": "L", "p": "p", "b": "b²", "averaged": "what precedes Σ_s in L"}
ROW = 76
"""Cells of a row of feedback, after its indent."""


@lru_cache
def scenes() -> dict[str, Scene]:
    written = json.loads((DATA / "scenes.json").read_text(encoding="utf-8"))
    return {name: Scene.from_mapping(made, Place()) for name, made in written.items()}


@lru_cache
def scene_of(case: str) -> Scene:
    """The scene of a case: a named one, or its own."""
    written = json.loads(case)
    return scenes()[written] if isinstance(written, str) else Scene.from_mapping(written, Place())


def cases() -> list[dict[str, Any]]:
    """The cases of the tests, and those that stand in the rows of the catalogue."""
    written = [json.loads(line) for line in (DATA / "cases.jsonl").read_text(encoding="utf-8").splitlines()]
    return written + [
        {"id": mistake.id, "scene": case.scene, "question": case.question, "answer": answer}
        for mistake in CATALOGUE
        for case in mistake.cases
        for answer in case.answers
    ]


def case_name(case: dict[str, Any]) -> str:
    scene = case["scene"] if isinstance(case["scene"], str) else ""
    return f"{case['id']}-{scene}-{case['question']['answer']}-{case['answer'][:40]}"


@lru_cache
def read(asks: str) -> Question:
    return question(json.loads(asks), Place())


def graded(case: dict[str, Any]) -> Verdict:
    asks = read(json.dumps(case["question"]))
    return grade(asks, case["answer"], scene_of(json.dumps(case["scene"])), case.get("seed", 0))


def mistakes(verdict: Verdict) -> list[str]:
    return [finding.rule for finding in verdict.findings if finding.rule in BY_ID]


def test_rows_stand_in_the_order_of_the_table_and_other_quantity_is_last() -> None:
    ids = [mistake.id for mistake in CATALOGUE]
    listed = [row.id for row in ORDER]
    assert len(ids) == len(set(ids)) and len(listed) == len(set(listed))
    assert [name for name in ids if name in listed] == listed
    assert ids[-1] == listed[-1] == "other-quantity"


def uncovered(given: list[dict[str, Any]]) -> list[str]:
    """The mistakes of the catalogue that have less than five cases, or of less than three questions."""
    questions: dict[str, list[str]] = defaultdict(list)
    for case in given:
        questions[case["id"]].append(json.dumps([case["scene"], case["question"]]))
    return [name for name in BY_ID if len(questions[name]) < 5 or len(set(questions[name])) < 3]


def test_each_mistake_is_made_in_several_ways_at_several_questions() -> None:
    assert uncovered(cases()) == []


@pytest.mark.parametrize("case", thinned(cases(), 8), ids=case_name)
def test_a_wrong_answer_is_named(case: dict[str, Any]) -> None:
    verdict = graded(case)
    assert verdict.mark is Mark.WRONG, verdict
    found = mistakes(verdict)
    assert case["id"] in found, verdict
    assert found == sorted(found, key=place)
    for finding in verdict.findings:
        if finding.rule != "raises":  # what Python itself says may be long; it scrolls
            _check_wording(finding.message)
        assert not _gives_away(finding.message, str(case["question"]["answer"]))


def _check_wording(message: str) -> None:
    fact, look, place = message.partition(" Look at ")
    assert look and place.endswith("."), message
    assert len(fact) <= 2 * ROW and len(f"Look at {place}") <= ROW, message


def _gives_away(message: str, answer: str) -> bool:
    """Return whether a message holds the model answer, in whatever spacing."""
    bare = re.sub(r"\s", "", answer)
    return len(bare) > 3 and bare in re.sub(r"\s", "", message)


@pytest.mark.parametrize("mistake", CATALOGUE, ids=lambda mistake: mistake.id)
@pytest.mark.parametrize("holds", ["", "yes"])
def test_a_fact_then_one_place(mistake: Mistake, holds: str) -> None:
    for part, paired in product(("", "W²", "∂L/∂W²"), (False, True)):
        message = mistake.message(part, WORDS | dict.fromkeys(("classes", "slope", "square", "batch"), holds), paired)
        fact, look, place = message.partition(" Look at ")
        assert look and place.endswith(".") and fact[0].isupper() and fact.endswith(".")
        assert len(fact) <= ROW and len(f"Look at {place}") <= ROW
        assert message.count(". ") == 1
        assert not re.search(r"(?i)\b(forgot|well done|good|great|should|instead|must|correct)\b|!", message)
        assert not re.search(r"ᵀ|\.T\b|[@⊙⊗*−-]\s?[a-zA-Z(]*\(|np\.|1/B|{|}", message)


def test_right_answers_are_accused_of_nothing() -> None:
    for pair in pairs():
        if pair["mark"] == "right":
            asks, given = asked_pair(pair)
            assert mistakes(grade(asks, pair["answer"], given)) == []


def test_a_wrong_answer_that_nobody_would_make_gets_numbers_and_no_name() -> None:
    softmax = scene("softmax")
    asks = question({"type": "symbolic", "answer": "p_i - y_i"}, Place())
    for text in ("p_i^2 - y_i^3", "z_i p_i", "e^{p_i} - 1", "(p_i - y_i)^3", "tanh(z_i) - y_i"):
        verdict = grade(asks, text, softmax)
        assert [finding.rule for finding in verdict.findings] == ["witness"], text


def test_two_mistakes_at_once_are_both_named() -> None:
    batch = scene("batch")
    asks = question({"type": "numpy", "answer": "dz2"}, Place())
    assert mistakes(grade(asks, "y - p", batch)) == ["sign", "no-batch-mean"]
    asks = question({"type": "numpy", "answer": "dz1"}, Place())
    assert mistakes(grade(asks, "(y - p) / B @ W2", batch)) == ["sign", "no-activation-derivative"]


def test_numbers_made_wrong_by_hand_are_named() -> None:
    """The wrong numbers are computed here in plain NumPy, from the numbers that the learner sees."""
    batch = scene("batch")
    assert batch is not None
    asks = question({"type": "matrix", "answer": "dW2", "decimals": 6}, Place())
    for seed in range(5):
        seen = {name: batch.draw(seed)[name] for name in ("x", "y", "W1", "b1", "W2", "b2")}
        a1 = 1 / (1 + np.exp(-(seen["x"] @ seen["W1"].T + seen["b1"])))
        z2 = a1 @ seen["W2"].T + seen["b2"]
        p = np.exp(z2) / np.exp(z2).sum(axis=1, keepdims=True)
        made = {
            "right": (p - seen["y"]).T @ a1 / len(p),
            "sign": (seen["y"] - p).T @ a1 / len(p),
            "no-batch-mean": (p - seen["y"]).T @ a1,
            "twice-batch-mean": (p - seen["y"]).T @ a1 / len(p) ** 2,
            "class-mean": (p - seen["y"]).T @ a1 / len(p) / p.shape[1],
            "diagonal-softmax": ((p - 1) * seen["y"]).T @ a1 / len(p),
            "transposed": a1.T @ (p - seen["y"]) / len(p),
        }
        for name, numbers in made.items():
            verdict = grade(asks, str(numbers.round(9).tolist()), batch, seed)
            if name == "right":
                assert verdict.mark is Mark.RIGHT
            else:
                assert verdict.mark is Mark.WRONG
                assert name in mistakes(verdict)


def test_random_wrong_numbers_accuse_of_nothing() -> None:
    house = scene("house")
    asks = question({"type": "matrix", "answer": "dW2"}, Place())
    rng = np.random.default_rng(5)
    for _ in range(30):
        verdict = grade(asks, str(rng.uniform(-1, 1, (3, 2)).round(3).tolist()), house)
        assert [finding.rule for finding in verdict.findings] == ["cells"]


def test_a_weight_after_the_step_is_not_taken_for_one_of_another_layer() -> None:
    """The scene runs forward through U2 too, so that it stands among the weights."""
    asked = question({"type": "numpy", "answer": "(W2.T @ dz2) * (1 - a1**2)"}, Place())
    findings = grade(asked, "(U2.T @ dz2) * (1 - a1**2)", scene("stepped")).findings
    assert [finding.rule for finding in findings] == ["updated-weights"]
