"""Mathematics in words, as one would say it."""

from __future__ import annotations

import pytest

from bptutor.notation import parse
from bptutor.notation.printers.spoken import words
from bptutor.notation.scope import Declared, Scope

from .scenes import SCOPE


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Σ_k y_k (δ_ki - p_i)", "the sum over k of y k times the quantity delta k i minus p i"),
        ("∂L/∂z_i", "the derivative of L by z i"),
        ("p_i^2", "p i squared"),
        ("Σ_k y_{k+1} z_k", "the sum over k of y at k plus 1 times z k"),
        ("W2_ij d2_i", "W 2 sub i j times delta 2 sub i"),
        ("W2ᵀ d2", "W 2 transposed times delta 2"),
        ("Σ_{k≠i} y_k", "the sum over k, where k is not i, of y k"),
        ("(p_i + y_i) z_i", "the quantity p i plus y i, times z i"),
        ("y_i/(p_i z_i)", "y i over the quantity p i times z i"),
        ("y_i/p_i z_i", "the quantity y i over p i, times z i"),
        ("p_i Σ_k y_k - y_i", "p i times the sum over k of y k, minus y i"),
        (
            "(s/2 - (1 - s)/(1 + s)) s",
            "the quantity s over 2, minus the quantity 1 minus s, over the quantity 1 plus s, times s",
        ),
        ("e^{-s}", "e to the power minus s"),
        ("where(s > 0, s, 0)", "s if s is greater than 0; otherwise 0"),
        ("d2[::-1]", "delta 2 at all backwards"),
        ("y[1:3]", "y at 1 to before 3"),
        ("W2[:, None]", "W 2 at all, a new axis"),
        ("2 * p * y", "2 times p times entry by entry y"),
        ("[[1, 2], [3, 4]]", "the matrix with rows 1, 2; 3, 4"),
    ],
)
def test_said_as_people_say_it(text: str, said: str) -> None:
    assert words(parse.read(text, SCOPE), SCOPE) == said


def test_a_name_that_no_scene_has_is_said_like_any_other() -> None:
    nothing = Scope({})
    assert words(parse.read_prose("w_i = A_ij v_j", nothing), nothing) == "w i equals A i j times v j"


@pytest.mark.parametrize(("one", "other"), [("(p_i + y_i) z_i", "p_i + y_i z_i"), ("y_i/(p_i z_i)", "y_i/p_i z_i")])
def test_brackets_are_heard(one: str, other: str) -> None:
    assert words(parse.read(one, SCOPE), SCOPE) != words(parse.read(other, SCOPE), SCOPE)


def test_a_line_of_code_that_stands_for_its_value_is_said_as_it_is_written() -> None:
    scope = Scope({"f": Declared("f", ("K",), show="np.correlate(e, s)")}, {"K": ""})
    assert words(parse.read("f", scope), scope) == "np.correlate(e, s)"
