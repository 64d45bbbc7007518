from __future__ import annotations

from typing import Any

import pytest

from bptutor.grading.grade import grade
from bptutor.grading.verdict import Mark
from tests.grading.pairs import answers, asked, groups, name, pairs
from tests.thinned import thinned

pytestmark = pytest.mark.normal

REFUSED = {"wrong", "unreadable"}


@pytest.mark.parametrize("pair", thinned(pairs(), 8), ids=name)
def test_each_answer_gets_its_mark_and_its_finding(pair: dict[str, Any]) -> None:
    question, scene = asked(pair)
    verdict = grade(question, pair["answer"], scene)
    assert verdict.mark.value == pair["mark"], verdict
    if "finding" in pair:
        assert pair["finding"] in [finding.rule for finding in verdict.findings]
    elif verdict.mark is Mark.RIGHT:
        assert all(finding.rule == "shape" for finding in verdict.findings)
    assert (verdict.error is not None) == (verdict.mark is Mark.UNREADABLE)
    assert verdict.findings or verdict.mark in {Mark.RIGHT, Mark.UNREADABLE}


@pytest.mark.parametrize("number", thinned(range(len(groups())), 8))
def test_right_spellings_are_right_and_near_misses_are_not(number: int) -> None:
    group = groups()[number]
    question, scene = asked(group)
    wrong = []
    for text, mark in answers(group):
        got = grade(question, text, scene).mark.value
        if got not in (REFUSED if mark == "refused" else {mark}):
            wrong.append((text, mark, got))
    assert not wrong, (group["scene"], question.answer, wrong)


def test_the_pairs_are_many_and_seldom_undecided() -> None:
    marks = [mark for group in groups() for _, mark in answers(group)] + [pair["mark"] for pair in pairs()]
    assert len(marks) >= 3000
    assert marks.count("right") >= 1200 and marks.count("wrong") >= 1200
    assert marks.count("undecided") <= len(marks) / 200


def test_messages_are_two_sentences_and_the_second_says_where_to_look() -> None:
    for pair in pairs()[::3]:
        if pair["mark"] == "wrong":
            question, scene = asked(pair)
            for finding in grade(question, pair["answer"], scene).findings:
                assert " Look at " in finding.message or finding.message == "Look at"
                assert len(finding.message) <= 160, finding.message


@pytest.mark.parametrize(
    ("asks", "answer", "place"),
    [
        ({"type": "vector", "answer": "∂L/∂k", "decimals": 0}, "[1, 8, 3]", "Look at entry 2."),
        ({"type": "symbolic", "answer": "Σ_p dz_p x_{p+m}"}, "Σ_p dz_p x_{p-m}+[m=0]", "Look at the case m = 0."),
    ],
)
def test_a_place_counts_from_where_the_scene_counts(asks: dict[str, Any], answer: str, place: str) -> None:
    question, scene = asked({"question": asks, "scene": "row"})
    verdict = grade(question, answer, scene)
    assert [finding.message.endswith(place) for finding in verdict.findings] == [True]
