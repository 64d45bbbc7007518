"""Where a lesson stops, and in which order things are offered."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from bptutor.packs.model import Lesson, Nudge, Prose, Question, Show
from bptutor.packs.question_types.base import typed
from bptutor.session.steps.lesson_steps import cut
from bptutor.session.view.question_view import Asked, seed_of
from tests.session.fakes import ERROR, ERROR_LINES, LESSONS, RISES, SLOPE, SORT

NUDGE = Show(("z",), Nudge("L", "z"))


def stops(*blocks: object) -> list[tuple[str, str, int]]:
    lesson = Lesson("one", "One", blocks)  # type: ignore[arg-type]
    return [(re.sub("-[0-9a-f]{8}$", "", stop.id), stop.wants.value, stop.piece) for stop in cut(lesson).stops]


@pytest.mark.parametrize(
    ("blocks", "expected"),
    [
        ((Prose("a"), SLOPE, Prose("b")), [("slope", "answer", 1)]),
        ((Prose("a\n\n## B\n\nb"), SLOPE), [("rest", "go on", 0), ("slope", "answer", 2)]),
        ((Prose("## A\n\na"), SLOPE), [("slope", "answer", 1)]),
        ((SLOPE, Prose("## B")), [("slope", "answer", 0)]),
        ((SLOPE, Prose("a\n## B")), [("slope", "answer", 0), ("rest", "go on", 1)]),
        ((Show(("z",)), Prose("## B")), [("rest", "go on", 0)]),
        ((NUDGE, Prose("## B")), [("nudge", "nudge", 0)]),
        ((Prose("a\n```\n## no heading\n```\nb"),), [("rest-end", "go on", 0)]),
        ((Prose("# A\n\n### C\n\nc"),), [("rest-end", "go on", 0)]),
        ((), [("rest-end", "go on", -1)]),
    ],
)
def test_stops(blocks: tuple[object, ...], expected: list[tuple[str, str, int]]) -> None:
    assert stops(*blocks) == expected


def test_every_line_of_a_derivation_is_a_stop() -> None:
    found = stops(ERROR)
    assert [wants for _, wants, _ in found] == ["go on", "answer", "answer", "go on", "answer"]
    assert [name for name, _, _ in found] == list(ERROR_LINES)


def test_ids_of_stops_differ() -> None:
    for lesson in LESSONS.values():
        count = Counter(stop.id for stop in cut(lesson).stops)
        assert max(count.values()) == 1


def test_choices_change_places_and_keep_their_source_beside_them() -> None:
    places = set()
    for seed in range(60):
        asked = Asked.of(RISES, seed).graded
        assert sorted(c.text for c in asked.choices) == sorted(c.text for c in RISES.choices)
        written = asked.source["choices"]
        assert isinstance(written, tuple)
        assert [mapping["text"] for mapping in written] == [choice.text for choice in asked.choices]
        assert asked.choices["abc".index(Asked.of(RISES, seed).right_text(None, 0))].right
        places.add(Asked.of(RISES, seed).right_text(None, 0))
    assert places == {"a", "b", "c"}


def test_lines_to_order_never_stand_in_the_right_order() -> None:
    for seed in range(200):
        asked = Asked.of(SORT, seed)
        lines = asked.shown(str).lines
        assert sorted(lines) == sorted((*SORT.lines, *SORT.extra))
        assert lines[:3] != SORT.lines or lines[3] != SORT.extra[0]
        chosen = [lines[int(number) - 1] for number in asked.right_text(None, 0).split(",")]
        assert tuple(chosen) == SORT.lines
        assert asked.for_grading(asked.right_text(None, 0)) == "1,2,3"


@pytest.mark.parametrize("text", ["forward first", "9,1", "", "1,2,x"])
def test_what_is_no_order_goes_to_grading_as_it_is(text: str) -> None:
    assert Asked.of(SORT, 1).for_grading(text) == text


def test_an_array_answer_is_revealed_as_it_would_be_typed() -> None:
    question = Question("m", "matrix", answer=(("1", "2"), ("3", "4")))
    assert Asked.of(question, 0).right_text(None, 0) == "[[1, 2], [3, 4]]"
    assert typed("p - y") == "p - y"


def test_seeds_spread_and_repeat() -> None:
    seeds = [seed_of("pack", "lesson", "me", draw) for draw in range(2000)]
    assert seeds == [seed_of("pack", "lesson", "me", draw) for draw in range(2000)]
    assert all(0 <= seed <= 9999 for seed in seeds)
    assert len(set(seeds)) > 1700  # 2,000 throws into 10,000 hit 1,813 on average
    assert seed_of("pack", "lesson", "Ada", 0) != seed_of("pack", "lesson", "me", 0)
