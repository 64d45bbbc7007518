"""What is said of an answer does not follow from letters: under other names the mark and the findings are the same."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from bptutor.grading.grade import grade
from bptutor.packs.model import Place
from bptutor.packs.question_types.read import question
from bptutor.packs.scene.scene import Scene
from tests.grading.pairs import answers, groups, pairs
from tests.grading.pairs import scenes as pair_scenes
from tests.grading.renamed import LeftAsideError, Renaming, renamed_question
from tests.thinned import thinned

pytestmark = pytest.mark.normal

MISTAKES = Path(__file__).parents[1] / "data" / "mistakes"
WORDS = {"choice", "order", "rule"}
"""Types whose answers hold no names."""
READABLE = 0.9
"""At least this part of the answers has to be renamed."""


@lru_cache
def written() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((MISTAKES / "scenes.json").read_text(encoding="utf-8"))
    return found | {f"pairs/{name}": made for name, made in pair_scenes().items()}


@lru_cache
def scene(name: str) -> Scene:
    return Scene.from_mapping(written()[name], Place())


@lru_cache
def renaming(name: str, seed: int) -> Renaming:
    return Renaming(scene(name), seed)


@lru_cache
def cases() -> list[dict[str, Any]]:
    """Every wrong answer of the tables about a scene, with names that a learner may write."""
    lines = (MISTAKES / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    found = [json.loads(line) for line in lines]
    named = [{**pair, "scene": f"pairs/{pair['scene']}"} for pair in pairs() if pair["scene"]]
    for group in groups():
        if group["scene"]:
            shared = {"scene": f"pairs/{group['scene']}", "question": group["question"]}
            named += [{**shared, "answer": text} for text, mark in answers(group) if mark == "wrong"]
    found += [case for case in named if case["question"]["type"] not in WORDS]
    return [case for case in found if not scene(case["scene"]).scope.layers]


def texts(case: dict[str, Any], other: Renaming) -> tuple[str, str]:
    """The answer under the old names and under the new ones, both printed in one way."""
    kind, text = case["question"]["type"], case["answer"]
    if kind == "code":
        return text, other.program(text)
    if kind == "shape":
        return text, other.words(text, other.scope.sizes)
    if kind == "einsum":  # letters of indices, or a call with names
        return text, other.words(text) if "(" in text else text
    return other.printed(text, kind), other.text(text, kind)


def said(asked: dict[str, Any], text: str, of: Scene, seed: int) -> tuple[object, list[str]]:
    verdict = grade(question(asked, Place()), text, of, seed)
    return verdict.mark, [finding.rule for finding in verdict.findings]


@pytest.mark.parametrize("n", thinned(range(len(cases())), 150))
def test_findings_are_the_same_under_other_names(n: int) -> None:
    case = cases()[n]
    other = renaming(case["scene"], n % 5)
    try:
        asked, (old, new) = renamed_question(case["question"], other), texts(case, other)
    except LeftAsideError:
        return
    seed = case.get("seed", 0)
    assert said(asked, new, other.scene, seed) == said(case["question"], old, scene(case["scene"]), seed), (asked, new)


def test_nearly_all_answers_can_be_renamed() -> None:
    some = cases()[::40]
    left = 0
    for case in some:
        try:
            renamed_question(case["question"], renaming(case["scene"], 0))
            texts(case, renaming(case["scene"], 0))
        except LeftAsideError:
            left += 1
    assert left <= (1 - READABLE) * len(some)
