"""What the course says of numbers, lines and NumPy is so, for every draw: found by computing, lesson by lesson."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bptutor.authoring.check.asked import asked
from bptutor.authoring.check.lesson.scenes import check_scenes
from bptutor.authoring.check.report import Checked
from bptutor.grading import types
from bptutor.grading.answer.submission import make
from bptutor.grading.code.cases import calls, code_of
from bptutor.grading.code.sandbox.wire import Made
from bptutor.grading.feedback.floating_point import at_extremes
from bptutor.grading.grade import grade
from bptutor.grading.verdict import Mark
from bptutor.notation import parse
from bptutor.notation.equality.prove import Outcome, prove
from bptutor.notation.values.evaluate import evaluate
from bptutor.packs.folder import lesson_files, quiz_files
from bptutor.packs.library import Library
from bptutor.packs.model import Lesson, Question
from bptutor.packs.pages import read_lesson
from bptutor.packs.question_types import of
from bptutor.packs.quiz import bank_files
from bptutor.session.steps.redraw import drawn_names

pytestmark = pytest.mark.normal

ROOT = Library.builtin().pack.root
FILES = [*lesson_files(ROOT), *quiz_files(ROOT), *bank_files(ROOT)]
SEEDS = 25
FEW = 8
"""Seeds on which a drawn number is not always the same."""


@cache
def lesson(file: Path) -> Lesson:
    return read_lesson(file)


def named(name: str) -> Lesson:
    return lesson(next(file for file in FILES if file.stem.endswith(name)))


def question(name: str, id_: str) -> tuple[Question, Lesson]:
    found = named(name)
    return next(q for q in asked(found) if q.id == id_), found


def everything() -> Iterator[tuple[Question, Lesson]]:
    for file in FILES:
        for one in asked(lesson(file)):
            yield one, lesson(file)


# --- the wrong line --------------------------------------------------------------------------------------------------

WRONG_LINES = [
    pytest.param(one, found, id=f"{found.id}-{one.id}") for one, found in everything() if one.kind == "wrong-line"
]


def test_every_question_for_a_wrong_line_is_one_that_is_proved() -> None:
    assert len(WRONG_LINES) >= 7
    menus = [one.id for one, _ in everything() if any(choice.text.startswith("line ") for choice in one.choices)]
    assert not menus


@pytest.mark.parametrize(("one", "found"), WRONG_LINES)
def test_the_line_called_wrong_is_wrong_and_every_other_is_proved(one: Question, found: Lesson) -> None:
    assert list(types.of(one).faults(make(one, "", found.scene))) == []


def test_the_symmetry_of_softmax_lets_the_other_index_stand_in_front() -> None:
    scene = named("output-error").scene
    above = "-Σ_k (y_k/p_k) ∂p_k/∂z_i"
    right = (above, "-Σ_k (y_k/p_k) p_i (δ_ki - p_k)", "-Σ_k (y_k/p_k) p_k (δ_ki - p_i)")
    for lines, wrong in ((right, "none"), ((above, "-Σ_k (y_k/p_k) p_k (δ_ki - p_k)"), "2")):
        one = Question("q", "wrong-line", lines=lines, answer=wrong)
        assert list(types.of(one).faults(make(one, "", scene))) == []


def test_a_loss_with_a_sum_over_another_index_is_refuted() -> None:
    scene = named("output-error").scene
    assert scene is not None
    sides = [parse.read(text, scene.scope) for text in ("-Σ_k y_k log p_k", "-Σ_j y_k log p_k")]
    assert prove(sides[0], sides[1], scene.scope, exact=False).outcome is Outcome.REFUTED


def test_one_diagonal_factor_makes_the_sum_collapse() -> None:
    rng = np.random.default_rng(1)
    full, diagonal = rng.normal(size=(5, 5)), np.diag(rng.normal(size=5))
    for left, right in ((full, diagonal), (diagonal, full)):
        assert np.allclose(np.diag(left @ right), np.diag(left) * np.diag(right))
    assert not np.allclose(np.diag(full @ full.T), np.diag(full) * np.diag(full.T))
    one, _ = question("chain-rules", "short-form")
    assert [choice.text for choice in one.choices if choice.right] == [
        "one of the two layers works on each entry by itself"
    ]


# --- finite numbers --------------------------------------------------------------------------------------------------


def test_every_written_model_answer_is_finite_where_learners_see_it() -> None:
    tried = 0
    for one, found in everything():
        written = one.kind in {"numpy", "matrix-expression"} or of(one).asks_numbers
        if not written or not isinstance(one.answer, str):
            continue
        case = make(one, one.answer, found.scene)
        for seed in range(5):
            values = case.scene.draw(seed)
            with np.errstate(over="raise", divide="raise", invalid="raise"):
                assert np.isfinite(evaluate(parse.read(one.answer, case.scope), values)).all(), (found.id, one.id)
            tried += 1
    assert tried > 500


PROGRAMS = [pytest.param(o, f, id=f"{f.id}-{o.id}-{n}") for n, (o, f) in enumerate(everything()) if o.kind == "code"]


@pytest.mark.parametrize(("one", "found"), PROGRAMS)
def test_a_model_program_gives_finite_numbers_without_a_warning(one: Question, found: Lesson) -> None:
    case = make(one, str(one.answer), found.scene)
    made = calls(case)
    names: dict[str, Any] = {"np": np}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        exec(made.setup + "\n" + str(one.answer), names)
        for call in made.calls:
            arguments = [names[a.name] if isinstance(a, Made) else a for a in call.arguments.values()]
            assert finite(names[code_of(case).entry](*arguments))


def finite(value: Any) -> bool:
    if isinstance(value, dict):
        return finite(list(value.values()))
    if isinstance(value, list | tuple):
        return all(finite(part) for part in value)
    return bool(np.isfinite(value).all())


BEARS_ZERO = [
    "return -(y * np.log(p + 1e-12)).sum()",
    "return -(y * np.log(np.maximum(p, 1e-12))).sum()",
    "return -(y * np.log(np.clip(p, 1e-7, 1))).sum()",
    "return -np.sum(y * np.log(np.where(y > 0, p, 1)))",
    "return -np.nansum(y * np.log(p))",
    "return -sum(t * np.log(s) for s, t in zip(p, y) if t)",
]


@pytest.mark.parametrize("body", BEARS_ZERO)
def test_a_loss_that_bears_a_probability_of_zero_is_right(body: str) -> None:
    one, found = question("softmax-and-loss", "cross-entropy")
    verdict = grade(one, f"def cross_entropy(p, y):\n    {body}\n", found.scene)
    assert verdict.mark is Mark.RIGHT, verdict


@pytest.mark.parametrize("body", ["return -(y * np.log(p)).sum()", "return -np.dot(y, np.log(p))"])
def test_a_loss_that_is_no_number_there_is_not(body: str) -> None:
    one, found = question("softmax-and-loss", "cross-entropy")
    verdict = grade(one, f"def cross_entropy(p, y):\n    {body}\n", found.scene)
    assert (verdict.mark, verdict.rules[0]) == (Mark.WRONG, "not-finite")


def test_the_probabilities_of_the_loss_are_those_of_the_scores_named() -> None:
    one, _ = question("softmax-and-loss", "cross-entropy")
    scores = np.array([1000, 999, 0, -1000.0])
    parts = np.exp(scores - scores.max())
    assert one.code is not None
    written = np.array(one.code.cases[1]["p"], dtype=float)
    assert np.allclose(written, parts / parts.sum(), atol=1e-15) and (written == 0).sum() == 2


def test_a_question_about_overflow_is_tried_on_scores_that_overflow() -> None:
    one, found = question("softmax-and-loss", "stable-parts")
    case = make(one, str(one.answer), found.scene)
    tree = parse.read("np.exp(z)", case.scope)
    from bptutor.grading.graders.expression import Read, bring

    read = bring(case, tree, tree)
    assert isinstance(read, Read)
    assert any(not np.isfinite(read.comparison.truth(values)).all() for _, values in at_extremes(case, read.comparison))


def test_only_the_line_called_safe_bears_every_score() -> None:
    one, _ = question("see-shares", "overflow")
    exact = np.array([1.0, 0, 0, 0])
    bears: dict[str, bool] = {}
    for choice in one.choices:
        first, then = (part.strip("` ") for part in choice.text.split("and then"))
        names: dict[str, Any] = {"np": np, "v": np.array([2000.0, 0, 0, 0])}
        with np.errstate(all="ignore"):
            exec(first, names)
            shares = eval(then, names)
        bears[choice.text] = bool(np.allclose(shares, exact))
    assert bears == {choice.text: choice.right for choice in one.choices}


# --- scenes and draws ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_array_reads_as_kroneckers_delta_and_every_target_is_reached(file: Path) -> None:
    checked = Checked()
    check_scenes(lesson(file), range(SEEDS), checked)
    assert checked.problems == []


def test_a_unit_called_flat_and_far_off_is_both_on_every_draw() -> None:
    _, found = question("practice-steps", "flat")
    assert found.scene is not None
    for seed in range(200):
        values = found.scene.draw(seed)
        gap, flatness = abs(float(values["a"] - values["t"])), 1 - float(values["a"]) ** 2
        assert gap > 1.9 and flatness < 0.1, seed


def test_a_unit_called_nearly_as_wrong_as_can_be_is_so_on_every_draw() -> None:
    one, found = question("nielsen", "saturated")
    assert found.scene is not None
    for seed in range(200):
        output = float(found.scene.draw(seed)["r"])
        assert output > 0.95 and output**2 * (1 - output) < 0.1 * output, seed  # the target is 0
    assert len(asks(one, found)) > 1


def asks(one: Question, found: Lesson) -> set[str]:
    case = make(one, str(one.answer), found.scene)
    tree = parse.read(str(one.answer), case.scope)
    return {str(evaluate(tree, case.scene.draw(seed)).tolist()) for seed in range(FEW)}


def test_numbers_are_said_to_change_exactly_where_they_do() -> None:
    for one, found in everything():
        if not of(one).asks_numbers or found.scene is None:
            continue
        scene = found.scene.changed(one.changes)
        texts = {scene.fill(one.prompt, scene.draw(seed)) for seed in range(FEW)}
        readable = isinstance(one.answer, str) and any(c.isalpha() for c in one.answer)
        change = len(texts) > 1 or (readable and len(asks(one, found)) > 1)
        assert bool(drawn_names(one, scene)) is change, (found.id, one.id)


# --- what is said of NumPy -------------------------------------------------------------------------------------------


def said(name: str, *sentences: str) -> None:
    """Hold that the lesson says what the test then tries."""
    text = " ".join(next(file for file in FILES if file.stem.endswith(name)).read_text(encoding="utf-8").split())
    for sentence in sentences:
        assert sentence in text


def test_dot_and_matmul_differ_for_single_numbers_and_from_three_axes_on() -> None:
    said("deeper-products", "`np.dot(3, M)` multiplies every entry, and `np.matmul(3, M)` raises an error")
    M = np.arange(12.0).reshape(2, 6)
    assert np.array_equal(np.dot(3, M), 3 * M)
    with pytest.raises(ValueError, match="matmul"):
        np.matmul(3, M)
    shapes = [(1,), (2,)]
    for left, right in itertools.product(shapes, shapes):
        a, b = np.ones((4,) * left[0]), np.ones((4,) * right[0])
        assert np.array_equal(np.dot(a, b), np.matmul(a, b))
    assert np.dot(np.ones((9, 7, 4)), np.ones((8, 4, 1))).shape == (9, 7, 8, 1)
    assert np.matmul(np.ones((9, 7, 4)), np.ones((9, 4, 1))).shape == (9, 7, 1)


def test_a_vector_beside_a_matrix_goes_along_the_columns_only_where_it_fits() -> None:
    said(
        "deeper-products",
        "`s * M` raises an error here",
        "Were `M` square, it would run and multiply column j by `s[j]`",
    )
    s = np.array([2.0, 3.0])
    with pytest.raises(ValueError, match="broadcast"):
        s * np.ones((2, 6))
    square = np.array([[1.0, 2.0], [3.0, 4.0]])
    assert np.array_equal(s * square, square @ np.diag(s))


def test_correlate_keeps_the_inner_places_and_convolve_all() -> None:
    said("row-convolution", "For lengths 6 and 3 that makes 4 numbers, and 8.")
    row, kernel = np.arange(6.0), np.array([1.0, 2.0, 4.0])
    assert np.array_equal(np.correlate(row, kernel), [row[p : p + 3] @ kernel for p in range(4)])
    assert len(np.convolve(row, kernel)) == 8


def test_zero_times_the_logarithm_of_zero_is_no_number() -> None:
    said("softmax-and-loss", "`np.log` makes `-inf` of a 0, and `0 * -inf` is `nan`")
    with np.errstate(divide="ignore", invalid="ignore"):
        assert np.log(np.float64(0)) == -np.inf and np.isnan(0 * np.log(np.float64(0)))


def test_a_list_beside_a_square_array_is_subtracted_from_every_row() -> None:
    said("last-layer", "[[1, 2], [3, 4]] - [1, 2] is [[0, 0], [2, 2]] in NumPy")
    assert (np.array([[1, 2], [3, 4]]) - np.array([1, 2])).tolist() == [[0, 0], [2, 2]]
