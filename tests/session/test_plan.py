"""What a review asks, in which order."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bptutor.packs.model import Question
from bptutor.session.review.order import plan
from bptutor.session.steps.lesson_steps import Item


def item(name: str, *skills: str) -> Item:
    return Item(f"lesson/{name}", Question(name, "numeric", skills=skills or (name,)))


def names(items: list[Item]) -> list[str]:
    return [one.stop for one in items]


def test_one_item_a_skill_in_the_order_in_which_they_are_due() -> None:
    known = {skill: [item(skill), item(skill + "2", skill)] for skill in "abc"}
    assert names(plan(["b", "a", "c"], known)) == ["b", "a", "c"]
    assert names(plan(["b", "a", "c"], known, limit=2)) == ["b", "a"]


def test_contrasts_stand_side_by_side() -> None:
    known = {skill: [item(skill)] for skill in "abcd"}
    assert names(plan(["a", "b", "c", "d"], known, [["a", "d"], ["b", "x"]])) == ["a", "d", "b", "c"]


def test_an_item_of_two_skills_asks_both_at_once() -> None:
    known = {"a": [item("both", "a", "b")], "b": [item("both", "a", "b")], "c": [item("c")]}
    assert names(plan(["a", "b", "c"], known)) == ["both", "c"]


def test_another_item_is_taken_rather_than_one_skill_twice_running() -> None:
    known = {"a": [item("a", "a", "x")], "b": [item("bx", "b", "x"), item("b")]}
    assert names(plan(["a", "b"], known)) == ["a", "b"]
    assert names(plan(["a", "b", "c"], {**known, "b": known["b"][:1], "c": [item("c")]})) == ["a", "c"]


def test_a_skill_without_items_is_left_out() -> None:
    assert plan(["a", "b"], {"b": []}) == []


SKILLS = st.sampled_from("abcdef")


@given(st.lists(st.lists(SKILLS, min_size=1, max_size=3, unique=True), max_size=12), st.permutations("abcdef"))
def test_never_one_skill_twice_running(skills: list[list[str]], due: list[str]) -> None:
    items = [item(f"q{n}", *own) for n, own in enumerate(skills)]
    known = {skill: [one for one in items if skill in one.question.skills] for skill in due}
    found = plan(due, known, [["a", "b"], ["c", "d", "e"]], limit=4)
    assert len(found) <= 4
    assert len(set(names(found))) == len(found)
    for one, other in pairwise(found):
        assert not set(one.question.skills) & set(other.question.skills)
