"""An answer that is right in algebra and not in floating point, where a question names the numbers that decide."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from bptutor.errors import PackError
from bptutor.grading.grade import grade
from bptutor.grading.service.batch import grade_lines
from bptutor.grading.verdict import Mark, ProofMark, Verdict
from bptutor.packs.model import Question
from bptutor.packs.question_types.read import question
from bptutor.packs.scene.scene import Scene

pytestmark = pytest.mark.normal

SCENE = Scene.from_mapping(
    {
        "given": {"z": {"axes": ["K"]}, "w": {"axes": ["K"]}, "u": {"axes": []}},
        "define": {"s": "σ(u)", "v_i": "z_i + w_i"},
    }
)
PARTS: dict[str, object] = {
    "id": "parts",
    "type": "numpy",
    "answer": "np.exp(z - z.max())",
    "extreme": [{"z": [1000, 999, 0, -1000]}, {"z": [-1000, -1001]}],
}


def said(mapping: Mapping[str, object], text: str, *, exact: bool = False) -> Verdict:
    return grade(question(mapping), text, SCENE, exact=exact)


@pytest.mark.parametrize(
    "text",
    [
        "np.exp(z - z.max())",
        "np.exp(z-max(z))",
        "np.exp(z - np.max(z))",
        "1/np.exp(z.max() - z)",
        "np.exp(-(z.max() - z))",
    ],
)
def test_what_does_not_overflow_is_right_and_proved(text: str) -> None:
    verdict = said(PARTS, text, exact=True)
    assert (verdict.mark, verdict.proof) == (Mark.RIGHT, ProofMark.PROVED)


@pytest.mark.parametrize(
    "text",
    [
        "np.exp(z)/np.exp(z.max())",
        "np.exp(z) / np.exp(z).max()",
        "np.exp(z) * np.exp(-z.max())",
        "np.exp(z - z.min()) / np.exp(z.max() - z.min())",
        "np.exp(z)**1 / np.exp(z.max())",
    ],
)
def test_what_overflows_is_wrong_and_told_what_it_computes(text: str) -> None:
    verdict = said(PARTS, text, exact=True)
    assert (verdict.mark, verdict.rules) == (Mark.WRONG, ("not-finite",))
    with np.errstate(all="ignore"):
        z = np.array([1000, 999, 0, -1000.0])
        first = eval(text, {"np": np, "z": z})[0]
    assert not np.isfinite(first)
    assert f"z = [1000, 999, 0, −1000] it computes [{first}, " in verdict.findings[0].message


def test_without_extreme_numbers_it_is_right() -> None:
    plain = {key: value for key, value in PARTS.items() if key != "extreme"}
    assert said(plain, "np.exp(z)/np.exp(z.max())").mark is Mark.RIGHT


def test_a_second_extreme_decides_too() -> None:
    one: dict[str, object] = {**PARTS, "extreme": [{"z": [1, 2]}, {"z": [-1000, -1001]}]}
    verdict = said(one, "np.exp(z)/np.exp(z.max())")
    assert verdict.mark is Mark.WRONG and "z = [−1000, −1001]" in verdict.findings[0].message


def test_digits_that_are_lost_count_as_well() -> None:
    one: dict[str, object] = {"id": "one", "type": "numpy", "answer": "u", "extreme": [{"u": "1e-20"}]}
    assert said(one, "u").right
    verdict = said({**one, "answer": "u * 1e12", "extreme": [{"u": "1e-10"}]}, "((1 + u) - 1) * 1e12")
    assert (verdict.mark, verdict.rules) == (Mark.WRONG, ("witness",))


def test_a_defined_name_may_be_extreme() -> None:
    one: dict[str, object] = {"id": "v", "type": "numpy", "answer": "np.exp(v - v.max())", "extreme": [{"v": [800, 0]}]}
    assert said(one, "np.exp(v - v.max())").right
    assert said(one, "np.exp(v) / np.exp(v.max())").mark is Mark.WRONG


def test_a_wrong_answer_is_told_its_own_mistake() -> None:
    one: dict[str, object] = {**PARTS, "wrong": [{"answer": "np.exp(z)", "say": "Too large. Look at z."}]}
    assert said(one, "np.exp(z)").findings[0].message == "Too large. Look at z."
    assert said(PARTS, "np.exp(z - z.min())").rules != ("not-finite",)


def streamed(extreme: object) -> dict[str, object]:
    asked = {**PARTS, "extreme": extreme, "scene": dict(SCENE.source)}
    line = json.dumps({"id": 1, "question": asked, "answer": "np.exp(z)/np.exp(z.max())"})
    found: dict[str, object] = json.loads(next(iter(grade_lines([line], 1))))
    return found


def test_the_stream_grades_it_from_plain_data() -> None:
    assert streamed(PARTS["extreme"])["mark"] == "wrong"


@pytest.mark.parametrize("extreme", [[{"q": [1, 2]}], [{"z": 3}], [{"z": [[1], [2, 3]]}], [{"z": "much"}]])
def test_numbers_that_cannot_be_are_an_error_in_words(extreme: object) -> None:
    assert "`extreme` gives" in str(streamed(extreme)["error"])


def test_the_key_survives_what_a_session_does_with_a_question() -> None:
    read = question(PARTS)
    assert isinstance(read, Question) and replace(read, prompt="x").extreme == read.extreme
    assert question(dict(read.source)).extreme == read.extreme


def test_an_extreme_is_a_mapping() -> None:
    with pytest.raises(PackError, match="an extreme is"):
        question({**PARTS, "extreme": ["1000"]})
