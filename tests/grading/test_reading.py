from __future__ import annotations

import time

import pytest

from bptutor.grading.grade import grade
from bptutor.grading.grade import preview as reading
from bptutor.grading.verdict import Mark, Reading
from bptutor.packs.model import Place, Question
from bptutor.packs.question_types.read import question
from bptutor.packs.scene.scene import Scene
from tests.grading.pairs import scene

ASKED: Question = question({"type": "symbolic", "answer": "p_i - y_i"}, Place())
OUTER: Question = question({"type": "numpy", "answer": "np.outer(p - y, a)"}, Place())

HOSTILE = [
    "a" * 100_000,
    "(" * 100_000,
    "p_i+" * 30_000,
    "9**9**9**9",
    "2^100000000",
    "\x00p",
    "p\x1b[2J",
    "p\u202e",
    "__import__('os').system('true')",
    "lambda: 0",
    "(lambda x: x)(1)",
    "p.__class__.__bases__",
    "exec('1')",
    "Σ_k" * 300,
    "[" * 900,
    "170!!!!" * 100,
]


def test_arrays_are_echoed_by_their_letters() -> None:
    assert reading(ASKED, scene("softmax"), "p-y") == Reading("pᵢ − yᵢ", "i")


def test_axes_of_a_numpy_answer() -> None:
    assert reading(OUTER, scene("layer"), "np.outer(p, a)").fits == "(C, H)"
    assert reading(OUTER, scene("layer"), "p - y").fits == "(C,)"


def test_axes_without_a_name_are_counted() -> None:
    rows = Scene.from_mapping({"given": {"x": ["N"], "k": ["M"]}}, Place())
    slid = question({"type": "numpy", "answer": "np.convolve(x, k)"}, Place())
    assert reading(slid, rows, "np.convolve(x, k)").fits == "one axis"


def test_a_wrong_shape_that_the_author_named_is_met_with_its_words() -> None:
    said = "That counts the inputs. Look at the outputs."
    asks = question({"type": "shape", "answer": "W", "wrong": [{"answer": "(H, C)", "say": said}]}, Place())
    assert [finding.message for finding in grade(asks, "(4, 3)", scene_of_sizes()).findings] == [said]
    assert said not in [finding.message for finding in grade(asks, "(4,)", scene_of_sizes()).findings]


def scene_of_sizes() -> Scene:
    """A matrix with known sizes."""
    return Scene.from_mapping({"sizes": {"C": 3, "H": 4}, "given": {"W": ["C", "H"]}}, Place())


def test_the_echo_is_the_same_for_right_and_wrong() -> None:
    right, wrong = (reading(ASKED, scene("softmax"), text) for text in ("p_i - y_i", "p_i + y_i"))
    assert right.fits == wrong.fits == "i"
    assert not right.problem and not wrong.problem


def test_half_typed_text_says_where_it_stops() -> None:
    found = reading(ASKED, scene("softmax"), "p_i - (y_i")
    assert found.read_as == "" and found.problem and found.column == 7


def test_nothing_typed_is_no_problem() -> None:
    assert reading(ASKED, scene("softmax"), "  ") == Reading()


def test_arithmetic_shows_its_value_and_a_literal_does_not() -> None:
    asked = question({"type": "numeric", "answer": "-0.393"}, Place())
    assert reading(asked, None, "-.786*.5").fits == "−0.393"
    assert reading(asked, None, "-0.393").fits == ""


@pytest.mark.parametrize("kind", ["matrix", "vector", "shape"])
def test_grids_and_shapes(kind: str) -> None:
    asked = question({"type": kind, "answer": "(2, 2)" if kind == "shape" else "[[1,2],[3,4]]"}, Place())
    assert reading(asked, None, "1,2").read_as
    assert reading(asked, None, "1,x").problem


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:20]))
@pytest.mark.parametrize("asked", [ASKED, OUTER], ids=["symbolic", "numpy"])
def test_hostile_text_is_unreadable_and_costs_little(text: str, asked: Question) -> None:
    given = scene("layer" if asked is OUTER else "softmax")
    reading(asked, given, "p")
    best = min(_timed(asked, text) for _ in range(5))
    assert best < 0.005
    assert reading(asked, given, text).problem
    assert grade(asked, text, given).mark is Mark.UNREADABLE


def _timed(asked: Question, text: str) -> float:
    given = scene("layer" if asked is OUTER else "softmax")
    start = time.perf_counter()
    reading(asked, given, text)
    return time.perf_counter() - start


@pytest.mark.parametrize(
    ("asks", "text"),
    [
        ({"type": "einsum", "answer": "i,j->ij", "operands": ["p", "y"]}, "jk,j->jk"),
        ({"type": "numpy", "answer": "np.outer(p, y)"}, 'np.einsum("jk,j->jk", p, y)'),
    ],
)
def test_one_axis_is_one(asks: dict[str, object], text: str) -> None:
    found = reading(question(asks, Place()), scene("softmax"), text)
    assert found.problem and "1 axes" not in found.problem + found.help, found
    assert "one axis" in found.problem, found
