"""What prose and menus look like as text, without a screen."""

from __future__ import annotations

import numpy as np
import pytest

from bptutor.grading.verdict import Finding, Mark, ProofMark, Reading, Verdict
from bptutor.packs.lesson.outline import Rule
from bptutor.packs.model import Choice, Derivation, Lesson, Line, Question
from bptutor.packs.scene.scene import Scene
from bptutor.session import LineState, ShownDerivation, ShownQuestion, View, Wants
from bptutor.tui.render.formulas import Typesetter
from bptutor.tui.render.grids import NamedArray
from bptutor.tui.render.prompt import Typed, reading_rows, waiting_rows
from bptutor.tui.render.prose import one_line, prose
from bptutor.tui.render.steps import Setting, choice_rows, derivation_rows
from bptutor.tui.render.verdicts import Judged

VECTORS = Typesetter(Scene.from_mapping({"given": {"u": {"axes": ["N"]}, "v": {"axes": ["N"]}}}).scope)


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("$u_i$ is 0.5 at i = 1", "uᵢ is 0.5 at i = 1"),
        ("At 7$u_i$8 too", "At 7uᵢ8 too"),
        ("the slope of $x^n$", "the slope of xⁿ"),
        (
            "[1, 2] with [4, 5] is 1*4 + 2*5 = 14, and (1-a)*(1-b) is *one* **more**",
            "[1, 2] with [4, 5] is 1*4 + 2*5 = 14, and (1-a)*(1-b) is one more",
        ),
    ],
)
def test_mathematics_in_prose_is_set_wherever_it_stands(markdown: str, shown: str) -> None:
    assert [row.plain for row in prose(markdown, VECTORS, 90)] == [shown]


def test_the_formula_of_a_rule_knows_nothing_of_the_lesson() -> None:
    rules = {"product-rule": Rule("product-rule", "Product rule", "∂(u v)/∂x = ∂u/∂x v + u ∂v/∂x")}
    menu = Question("q", "rule", answer="product-rule", options=("product-rule",))
    rows = [row.plain.strip() for row in choice_rows(menu, Setting(VECTORS, rules), 70)]
    assert rows == ["a  Product rule   ∂(uv)/∂x = ∂u/∂x v + u ∂v/∂x"]


def test_what_a_choice_reads_is_set_as_the_choice_is() -> None:
    menu = Question("q", "choice", answer="a", choices=(Choice("$u_i$ or `u[0]`", right=True),))
    typed = Typed("a", Reading("(a) $u_i$ or `u[0]`"))
    rows = reading_rows(viewed(menu, Wants.ANSWER), typed, Setting(VECTORS), 70, 3)
    assert [row.plain.rstrip() for row in rows] == ["I read: (a) uᵢ or u[0]"]


@pytest.mark.parametrize(
    ("kind", "mark", "first"),
    [
        ("symbolic", Mark.WRONG, "✗ wrong   yours: u_i v_i"),
        ("code", Mark.WRONG, "✗ wrong"),
        ("symbolic", Mark.RIGHT, "✔ right"),
    ],
)
def test_a_wrong_answer_that_is_over_stands_beside_its_verdict(kind: str, mark: Mark, first: str) -> None:
    witness = Finding("witness", "They differ. Look at u.", values={"u": [1.0] * 6}, expected=1.0, got=2.0)
    judged = Judged(Verdict(mark, ProofMark.NONE, (witness,), ""))
    view = viewed(Question("q", kind), Wants.GO_ON)
    rows = [row.plain for row in waiting_rows(view, Typed(judged=judged, judged_text="u_i v_i"), 70)]
    assert rows[0] == first
    assert any("yours 2, asked 1" in row for row in rows)


def test_reasons_that_are_too_long_for_a_row_keep_what_became_of_the_line() -> None:
    titles = [
        Rule(f"r{n}", title) for n, title in enumerate(("A function of each entry", "The slope of σ", "δ keeps one"))
    ]
    line = Line("u_i", by=("r0", "r1", "r2"))
    shown = ShownDerivation(Derivation("d", "v_i", (line,)), ((line, LineState.REVEALED),), finished=False)
    setting = Setting(VECTORS, {rule.id: rule for rule in titles})
    rows = [row.plain.strip() for row in derivation_rows(shown, setting, 60)]
    assert rows[-2:] == ["A function of each entry, The slope of σ, δ keeps one", "revealed"]


def viewed(question: Question, wants: Wants) -> View:
    """Return a view of one question, which is asked or was answered."""
    lesson = Lesson("l", "A lesson", (question,))
    shown = (ShownQuestion(question, None if wants is Wants.ANSWER else "u_i"),)
    asked = question if wants is Wants.ANSWER else None
    return View(lesson, 7, shown, wants, asked, (), 0, "", stop=1, stops=1, saving=True)


FORMULAS = ("$e^x/x^2 + x$", "$-Σ_k u_k log v_k$", "$-(u_i/v_i) v_i (1 - v_i)$", "$Σ_k u_k v_k$")


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("width", range(24, 60))
def test_a_formula_that_fits_in_a_row_is_not_broken(width: int, formula: str) -> None:
    said = VECTORS.plain(formula.strip("$"))
    for text in (
        f"Which rule comes first for the slope of {formula}?",
        f"- some words, ({formula}), and more",
    ):
        rows = [row.plain for row in prose(text, VECTORS, width)]
        assert any(said in row for row in rows), rows
        assert max(map(len, rows)) <= width and "\ue000" not in "".join(rows)
    choice = Question("q", "choice", choices=(Choice(f"it is {formula} and nothing else"),))
    assert any(said in row.plain for row in choice_rows(choice, Setting(VECTORS), width + 8))


def test_a_formula_that_fits_in_no_row_is_broken_at_blanks_and_loses_nothing() -> None:
    rows = [row.plain for row in prose("It is $u_i + v_i + u_i + v_i + u_i + v_i$ here", VECTORS, 14)]
    assert max(map(len, rows)) <= 14
    assert "".join(rows).replace(" ", "") == "Itisuᵢ+vᵢ+uᵢ+vᵢ+uᵢ+vᵢhere"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("u_1 v_1 + u_2 v_2 is Σ_k u_k v_k", "u₁ v₁ + u₂ v₂ is Σₖ uₖ vₖ"),
        ("Look at p_2, and at `p_2` in code.", "Look at p₂, and at p_2 in code."),
        ("Σ_j W_i? a_j + b_i", "Σⱼ Wᵢ? aⱼ + bᵢ"),
        ("The function cross_entropy(p) and max_pool stay", "The function cross_entropy(p) and max_pool stay"),
    ],
)
def test_mathematics_in_hints_and_choices_is_set_also_without_signs_around_it(text: str, shown: str) -> None:
    assert one_line(text, VECTORS).plain == shown
    assert prose(text, VECTORS, 90)[0].plain == shown


@pytest.mark.parametrize(
    ("named", "position", "entry"),
    [
        (NamedArray("W¹", np.zeros((3, 4)), 1), (0, 1), "W¹₁₂"),
        (NamedArray("W¹", np.zeros((3, 4)), 0), (0, 1), "W¹₀₁"),
        (NamedArray("W¹", np.zeros((12, 4)), 1), (9, 1), "W¹₁₀,₂"),
        (NamedArray("∂L/∂p", np.zeros(3), 1), (2,), "∂L/∂p₃"),
        (NamedArray("L", np.zeros(()), 1), (), "L"),
        (NamedArray("u + v", np.zeros(3), 1), (0,), "(u + v)₁"),
        (NamedArray("∂L/∂zᵢ", np.zeros(3), 1, ("i",)), (1,), "∂L/∂zᵢ at i = 2"),
    ],
)
def test_an_entry_is_written_as_mathematics_writes_it(named: NamedArray, position: tuple[int, ...], entry: str) -> None:
    assert named.entry(position) == entry


def test_what_was_picked_out_of_an_array_is_not_taken_for_its_shape() -> None:
    assert NamedArray("(diag(p) − p ⊗ p)[0]", np.zeros(3)).heading == "(diag(p) − p ⊗ p)[0]  of shape [3]"
