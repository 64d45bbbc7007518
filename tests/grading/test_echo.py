"""What the echo says of a text, and what Enter does with it, are one."""

from __future__ import annotations

import json
import random
from dataclasses import replace

import pytest

from bptutor.grading.grade import grade
from bptutor.grading.grade import preview as reading
from bptutor.grading.verdict import Mark
from bptutor.packs.library import Library
from bptutor.packs.model import Choice, Place, Question
from bptutor.packs.question_types.read import question
from bptutor.packs.scene.scene import Scene
from bptutor.session.view.question_view import Asked
from tests.grading.pairs import answers, groups, pairs, scene

pytestmark = pytest.mark.normal

SAMPLE = 150


def corpus() -> list[tuple[str, str | None, str]]:
    """Every question of the corpus with every text that is typed for it, programs and empty texts left out."""
    found = [(json.dumps(pair["question"]), pair["scene"], pair["answer"]) for pair in pairs()]
    found += [(json.dumps(group["question"]), group["scene"], text) for group in groups() for text, _ in answers(group)]
    return [case for case in found if case[2].strip() and json.loads(case[0])["type"] != "code"]


def agree(asks: Question, given: Scene | None, text: str) -> None:
    echo, verdict = reading(asks, given, text), grade(asks, text, given)
    said = f"{asks.kind} {text!r}: echo {echo}, Enter {verdict.mark.value} {verdict.read_as!r}"
    if verdict.mark is Mark.UNREADABLE:
        assert echo.problem, said
        return
    assert not echo.problem or echo.counted, said
    if asks.kind == "fill" and verdict.right and echo.read_as != verdict.read_as:
        return  # the whole line was typed into its hole, which is right too; the echo cannot know that
    if echo.read_as and verdict.read_as:
        assert echo.read_as == verdict.read_as, said


def test_the_echo_and_enter_read_alike() -> None:
    for mapping, named, text in random.Random(5).sample(corpus(), SAMPLE):
        agree(question(json.loads(mapping), Place()), scene(named), text)


@pytest.mark.long
def test_the_echo_and_enter_read_the_whole_corpus_alike() -> None:
    for mapping, named, text in corpus():
        agree(question(json.loads(mapping), Place()), scene(named), text)


SIZES = Scene.from_mapping({"sizes": {"C": 3, "H": 4}, "given": {"W": ["C", "H"]}}, Place())


@pytest.mark.parametrize(
    ("asks", "text", "read_as"),
    [
        ({"type": "shape", "answer": "W"}, "(C, H)", "(3, 4)"),
        ({"type": "vector", "answer": "[-0.5, 2]"}, "-1/2 2", "[−0.5, 2]"),
        ({"type": "matrix", "answer": "[[-0.5, 2]]"}, "[[-.5, 2]]", "[[−0.5, 2]]"),
    ],
)
def test_what_is_read_is_said_in_one_spelling(asks: dict[str, object], text: str, read_as: str) -> None:
    asked = question(asks, Place())
    assert reading(asked, SIZES, text).read_as == read_as
    agree(asked, SIZES, text)


def test_axes_that_do_not_fit_are_said_to_count() -> None:
    asked = question({"type": "numpy", "answer": "W.T @ W"}, Place())
    echo = reading(asked, SIZES, "W @ W")
    assert echo.problem and echo.counted and "Enter counts it" in echo.help
    assert grade(asked, "W @ W", SIZES).mark is Mark.WRONG
    assert not reading(asked, SIZES, "W @ (W").counted


# --- rules: screens know their titles, and what grades knows their ids ------------------------------------------

RULES = Library.builtin().pack.rules


def menu(ids: list[str]) -> Question:
    source = {"type": "rule", "prompt": "Which?", "answer": ids[0], "options": ids}
    return Library.builtin().titled(question({**source, "id": "menu"}, Place()))


def texts_for(ids: list[str], chance: random.Random) -> list[str]:
    """Ids and titles, whole, begun, and in parts, labels, places, and what names nothing."""
    found = ["a", "b", "(c)", "2", "9", "sum", "rule", "the", "banana", "a b", "1,2"]
    for id_ in ids:
        words = RULES[id_].title.split()
        start = chance.randrange(len(words))
        found += [id_, id_.replace("-", " ").upper(), id_[:4], RULES[id_].title, RULES[id_].title.upper(), words[0]]
        found.append(" ".join(words[start : start + 1 + chance.randrange(3)]))
    return found


@pytest.mark.parametrize("seed", range(12))
def test_a_rule_is_graded_as_the_echo_read_it_by_title_part_and_id(seed: int) -> None:
    chance = random.Random(seed)
    ids = chance.sample(sorted(RULES), 3 + chance.randrange(3))
    asked = Asked.of(menu(ids), seed)
    bare = question({**asked.graded.source, "id": "menu"}, Place())  # what a grader in another process is handed
    for text in texts_for(ids, chance):
        echo, verdict = reading(asked.graded, None, text), grade(bare, asked.for_grading(text), None)
        said = f"{text!r} among {[RULES[id_].title for id_ in asked.graded.options]}: {echo}, {verdict}"
        assert bool(echo.problem) == (verdict.mark is Mark.UNREADABLE), said
        if not echo.problem:
            assert echo.read_as == RULES[verdict.read_as or ""].title, said
            assert verdict.right == (echo.read_as == RULES[ids[0]].title), said


def test_a_part_of_one_title_names_it() -> None:
    asked = Asked.of(menu(["own-coordinate", "sum-rule", "chain-rule"]), 1)
    part = " ".join(RULES["own-coordinate"].title.split()[1:3])
    assert reading(asked.graded, None, part).read_as == RULES["own-coordinate"].title
    assert asked.for_grading(part) == "own-coordinate"


# --- orders: what is typed counts in the order shown ------------------------------------------------------------

LINES = Question("o", "order", prompt="Order.", lines=("one", "two", "three"), extra=("four",))


@pytest.mark.parametrize("spelled", ["{},{},{}", "{}{}{}", "{} > {} > {}", "({}, {}, {})", "{}→{}→{}", "{}. {}. {}."])
@pytest.mark.parametrize("seed", range(6))
def test_an_order_counts_as_shown_however_it_is_spelled(seed: int, spelled: str) -> None:
    asked = Asked.of(LINES, seed)
    shown = asked.shown(str).lines
    typed = spelled.format(*(shown.index(line) + 1 for line in LINES.lines))
    assert not reading(asked.graded, None, typed).problem
    assert grade(LINES, asked.for_grading(typed), None).mark is Mark.RIGHT


@pytest.mark.parametrize("typed", ["7", "1,9", "one", "1,1", "½", ""])
def test_an_order_that_names_no_lines_is_unreadable_in_both(typed: str) -> None:
    asked = Asked.of(LINES, 2)
    assert grade(LINES, asked.for_grading(typed), None).mark is Mark.UNREADABLE
    assert reading(asked.graded, None, typed).problem or not typed


# --- choices: numbers in their texts, and an order of their own -------------------------------------------------


def choice(*texts: str, right: int = 0) -> Question:
    return Question("c", "choice", choices=tuple(Choice(text, n == right) for n, text in enumerate(texts)))


@pytest.mark.parametrize(
    ("texts", "typed", "read_as"),
    [
        (("in line 1", "in line 4", "in line 3", "in line 2"), "4", "(b) in line 4"),
        (("in line 1", "in line 4", "in line 3", "in line 2"), "line 2", "(d) in line 2"),
        (("line 1: `d = p - y`", "line 2: `s = 1 - 2`"), "2", "(b) line 2: `s = 1 - 2`"),
        (("it rises", "it falls"), "2", "(b) it falls"),
        (("3", "2", "1"), "2", "(b) 2"),
        (("$z_1$ and $z_3$", "$z_2$"), "z1 and z3", "(a) $z_1$ and $z_3$"),
        (("$k = i$", "$k ≠ i$"), "k != i", "(b) $k ≠ i$"),
        (("$x^2$", "$x_2$"), "x_2", "(b) $x_2$"),
    ],
)
def test_a_choice_is_read_by_its_own_words_and_numbers(texts: tuple[str, ...], typed: str, read_as: str) -> None:
    assert reading(choice(*texts), None, typed).read_as == read_as
    agree(choice(*texts), None, typed)


def test_a_number_that_no_choice_has_is_no_place_among_numbers() -> None:
    asked = choice("3 inputs", "5 inputs", "7 inputs")
    assert reading(asked, None, "1").problem
    agree(asked, None, "1")


@pytest.mark.parametrize(
    "texts",
    [
        ("in line 1", "in line 2", "in line 3"),
        ("line 2", "line 3", "both follow"),
        ("line 1: `a + 3`", "line 2: `b`", "line 3: `c * 2`"),
        ("−1", "0.5", "2"),
    ],
)
def test_choices_with_an_order_of_their_own_keep_it(texts: tuple[str, ...]) -> None:
    asked = choice(*texts)
    assert all(Asked.of(asked, seed).graded == asked for seed in range(20))


@pytest.mark.parametrize(
    "texts",
    [("0", "1", "as much as before", "it depends"), ("1", "3", "2"), ("rises", "falls"), ("W_1", "W_2", "W_3")],
)
def test_other_choices_are_shuffled(texts: tuple[str, ...]) -> None:
    asked = replace(choice(*texts), id="mixed")
    assert len({Asked.of(asked, seed).graded.choices for seed in range(40)}) > 1
