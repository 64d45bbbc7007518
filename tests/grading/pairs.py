"""The pairs of tests/data/grading: a question, an answer, and what is to be said of it.

`pairs.jsonl` has one answer a line, with the finding it must have. `answers.jsonl` has one question a line, with
many answers by mark; `refused` means wrong or unreadable, whichever is said.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from bptutor.packs.model import Place, Question
from bptutor.packs.question_types.read import question
from bptutor.packs.scene.scene import Scene

DATA = Path(__file__).parents[1] / "data" / "grading"


def pairs() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / "pairs.jsonl").read_text(encoding="utf-8").splitlines()]


@lru_cache
def groups() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / "answers.jsonl").read_text(encoding="utf-8").splitlines()]


def answers(group: dict[str, Any]) -> list[tuple[str, str]]:
    """The answers of a group with the mark each must get."""
    marks = [key for key in group if key not in {"scene", "question"}]
    return [(text, mark) for mark in marks for text in group[mark]]


def name(pair: dict[str, Any]) -> str:
    asked = pair["question"]
    return f"{asked['type']}-{asked.get('answer', '')}-{pair['answer'][:40]!r}"


@lru_cache
def scenes() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DATA / "scenes.json").read_text(encoding="utf-8"))
    return found


@lru_cache
def scene(named: str | None) -> Scene | None:
    return Scene.from_mapping(scenes()[named], Place()) if named else None


def asked(pair: dict[str, Any]) -> tuple[Question, Scene | None]:
    return question(pair["question"], Place()), scene(pair["scene"])


def line(pair: dict[str, Any], identity: object = 1) -> str:
    mapping = dict(pair["question"])
    if pair["scene"]:
        mapping["scene"] = scenes()[pair["scene"]]
    return json.dumps({"id": identity, "question": mapping, "answer": pair["answer"]})
