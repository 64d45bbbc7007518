"""Markdown, mathematics and arrays for the ear."""

from __future__ import annotations

import numpy as np
import pytest

from bptutor.notation.scope import Declared, Scope
from bptutor.notation.values.evaluate import Values
from bptutor.plain.speech import array, clean, heard, minus, number, paragraphs, sentence
from tests.session.fakes import FakeScene

SCOPE = FakeScene().scope


@pytest.mark.parametrize(
    ("markdown", "said"),
    [
        ("the score $z_i$", "the score z i"),
        ("it costs $5, not $4", "it costs $5, not $4"),
        ("write `p - $y$` as *code*", "write p - $y$ as code"),
        ("**bold** and _soft_ and snake_case_name", "bold and soft and snake_case_name"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("Two rows. $Σ_k p_k$ is 1.", "Two rows. The sum over k of p k is 1."),
        ("see [the page](https://example.org)", "see the page (https://example.org)"),
        ("a \\$ sign", "a $ sign"),
        ("1, −1.2 and `−1.2`", "1, minus 1.2 and −1.2"),
        ("$$p - y$$", "p minus y"),
        ("## The slope", "The slope"),
        ("\x1b[31mred\x07", "[31mred"),
    ],
)
def test_sentences(markdown: str, said: str) -> None:
    assert sentence(markdown, SCOPE) == said


@pytest.mark.parametrize(
    ("typed", "said"),
    [("[1, -2.5, −.5]", "[1, minus 2.5, minus .5]"), ("3-1", "3-1"), ("1e-5", "1e-5"), ("(-1)", "(minus 1)")],
)
def test_the_signs_of_numbers_are_words(typed: str, said: str) -> None:
    assert minus(typed) == said


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("A larger z_2 moves p_2. Look at log p_2.", "A larger z 2 moves p 2. Look at log p 2."),
        ("Look at W²'s column and at K_ocm.", "Look at W 2's column and at K o c m."),
        ("Look at a1_2 and at a¹_2.", "Look at a1 sub 2 and at a 1 sub 2."),
        ("Look at x² and at W².", "Look at x squared and at W 2."),
        ("Look at ∂L/∂W_ij.", "Look at the derivative of L by W i j."),
        ("It is −5 at i = 1. Look at max_pool(x).", "It is minus 5 at i = 1. Look at max_pool(x)."),
        ("Look at Wᵀ and a ⊙ b.", "Look at W transposed and a times entry by entry b."),
    ],
)
def test_symbols_in_messages_are_said(message: str, said: str) -> None:
    assert heard(message, Scope({"W2": Declared("W2", show="W²")})) == said


def test_mathematics_that_cannot_be_read_stays_as_written() -> None:
    assert sentence("so $)]$ there", SCOPE) == "so )] there"


def test_paragraphs_lists_and_code() -> None:
    markdown = "one\ntwo\n\n- first\n  more\n- second\n\n```python\ndW = d  @ a\n\nx\n```\n## Head\nafter"
    assert paragraphs(markdown, SCOPE) == [
        "one two",
        "",
        "- first more",
        "- second",
        "",
        "    dW = d  @ a",
        "    ",
        "    x",
        "",
        "Head",
        "",
        "after",
    ]


def test_a_table_is_read_row_by_row_with_the_heads_of_its_columns() -> None:
    table = "| letters | product |\n| --- | :-: |\n| $z_i$ | dot |\n| $y_i z_i$ | `A * C` |"
    assert paragraphs(table, SCOPE) == ["letters: z i; product: dot.", "letters: y i times z i; product: A * C."]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.3, "0.3"),
        (-0.25, "minus 0.25"),
        (1 / 3, "0.333"),
        (0.0, "0"),
        (-0.0, "0"),
        (2.0, "2"),
        (1e-5, "1e-05"),
        (10.0, "10"),
    ],
)
def test_numbers(value: float, said: str) -> None:
    assert number(value) == said


def test_arrays_are_lines() -> None:
    grid = np.array([[1.0, -2.0], [0.5, 0.0], [3.0, 4.0]])
    values = Values(SCOPE, {"z": np.array([0.3, -0.2]), "y": grid, "p": np.zeros((30, 30)), "L": np.array(1.54)}, {})
    assert array("z", values) == ["z, 2 entries: 0.3, minus 0.2"]
    assert array("L", values) == ["L: 1.54"]
    assert array("y", values) == [
        "y, 3 by 2:",
        "  row 1: 1, minus 2",
        "  row 2: 0.5, 0",
        "  row 3: 3, 4",
    ]
    said = ["p, 30 by 30 entries: begins with 0, 0, 0, 0, 0, 0; the word more reads all of it"]
    assert array("p", values) == said
    assert len(array("p", values, full=True)) == 31
    line = Values(SCOPE, {"z": np.arange(50.0)}, {})
    assert array("z", line)[0].startswith("z, 50 entries: begins with 0, 1, 2, 3, 4, 5;")
    assert array("z", line, full=True)[0].endswith("48, 49")


def test_clean_keeps_mathematics() -> None:
    text = "∂L/∂zᵢ = −Σₖ yₖ δᵢₖ ⊙ 𝟏\nW²"
    assert clean(text) == text
    assert clean("a\u202eb\u200bc\ud800") == "abc"
