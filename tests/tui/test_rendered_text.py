"""What prose and menus look like as text, without a screen."""

from __future__ import annotations

import pytest

from bptutor.packs.model import Kind, Question
from bptutor.packs.outline import Rule
from bptutor.packs.scene import Scene
from bptutor.tui.render.formulas import Typesetter
from bptutor.tui.render.prose import prose
from bptutor.tui.render.steps import Setting, choice_rows

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
    menu = Question("q", Kind.RULE, answer="product-rule", options=("product-rule",))
    rows = [row.plain.strip() for row in choice_rows(menu, Setting(VECTORS, rules), 70)]
    assert rows == ["a  Product rule   ∂(uv)/∂x = ∂u/∂x v + u ∂v/∂x"]
