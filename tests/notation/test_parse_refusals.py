"""What cannot be read is refused with a column and what would be right; nothing else is ever raised."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bptutor.errors import UnreadableAnswer
from bptutor.notation.parse import Spelling, read, read_integer, read_prose, read_sides
from bptutor.notation.scope import Scope
from bptutor.notation.tree import Expr
from tests.notation.scopes import SCOPES

pytestmark = pytest.mark.normal

DATA = Path(__file__).parent.parent / "data" / "notation"


def rows() -> list[tuple[str, int, str, str]]:
    found = []
    for line in (DATA / "refusals.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            scope, column, word, text = line.split(" | ", 3)
            found.append((scope, int(column), word, text.replace("\\u202e", "\u202e").replace("\\u200b", "\u200b")))
    return found


@pytest.mark.parametrize(("scope", "column", "word", "text"), rows())
def test_refusals_name_the_column_and_what_would_be_right(scope: str, column: int, word: str, text: str) -> None:
    with pytest.raises(UnreadableAnswer) as caught:
        read(text, SCOPES[scope])
    assert word in f"{caught.value.message} ({caught.value.help})"
    assert caught.value.column == column


TOKENS = [
    "p",
    "y",
    "z",
    "L",
    "W2",
    "a1",
    "x",
    "i",
    "j",
    "k",
    "t",
    "K",
    "np",
    "e",
    "d",
    "dL",
    "dz",
    "d/dz",
    "σ",
    "exp",
    "log",
    "softmax",
    "max",
    "sum",
    "where",
    "cases",
    "einsum",
    "δ",
    "delta",
    "I",
    "T",
    "f",
    "np.sum",
    "np.einsum",
    "np.eye",
    "np.pad",
    "axis=0",
    "'ij,j->i'",
    "0",
    "1",
    "2",
    "21",
    "0.5",
    "1e9",
    "½",
    "+",
    "-",
    "*",
    "/",
    "^",
    "**",
    "@",
    "_",
    "'",
    "!",
    ".",
    ".T",
    ".sum",
    ".shape",
    ".reshape",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "=",
    "==",
    "≠",
    "<",
    "|",
    "‖",
    "Σ",
    "∂",
    "∇",
    "√",
    "𝟏",
    "²",
    "ᵢ",
    "⁻¹",
    "\\frac",
    "\\sum",
    "\\partial",
    "\\begin{cases}",
    "\\end{cases}",
    "\\\\",
    "&",
    "\\text{if}",
    "_{",
    "^{",
    "if",
    "else",
    "None",
    "0:",
    "::",
    "\\hat{y}",
    "⌊",
    "⌋",
    "⋆",
    "⊗",
    "\\left",
    "\\right",
    "∂L/∂z_i",
    "Σ_k",
    "δ_ij",
]


def in_numpy(text: str, scope: Scope) -> Expr:
    return read(text, scope, Spelling.NUMPY)


PIECES = st.lists(st.sampled_from(TOKENS), max_size=14)


@settings(max_examples=1500, deadline=None)
@given(PIECES, st.sampled_from(["", " "]), st.sampled_from([*SCOPES]))
def test_any_text_is_read_or_refused(pieces: list[str], space: str, scope: str) -> None:
    text = space.join(pieces)
    for reads in (read, in_numpy, read_sides, read_prose, read_integer):
        try:
            reads(text, SCOPES[scope])
        except UnreadableAnswer as error:
            assert 1 <= error.column <= len(text) + 1
            assert error.message


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=30))
def test_any_characters_are_read_or_refused(text: str) -> None:
    for spelling in Spelling:
        try:
            read(text, SCOPES["softmax"], spelling)
        except UnreadableAnswer as error:
            assert 1 <= error.column <= len(text) + 1


HOSTILE = {
    "long": "p+" * 50_000,
    "brackets": "(" * 999,
    "closed brackets": "(" * 450 + "1" + ")" * 450,
    "signs": "-" * 900 + "1",
    "powers": "9**" * 200 + "9",
    "raised": "9^(9999)^(9999)",
    "tower": "((9^9999)^9999)^9999",
    "named tower": "((p^999)^999)^999",
    "primes": "p" + "'" * 900,
    "transposes": "p" + ".T" * 190,
    "quotients": "/".join(["p"] * 190),
    "products": "@".join(["p"] * 190),
    "split": "pyz" * 300,
    "unknown": "qjx" * 300,
    "number": "9" * 990,
    "factorials": "99!!!!!",
    "lists": "[" * 400,
    "functions": "exp " * 240,
    "sums": "Σ_k " * 120 + "p_k",
    "derivatives": "∂" * 300,
    "lambda": "(lambda: (yield))()",
    "import": "__import__('os').system('true')",
    "attributes": "().__class__.__bases__[0].__subclasses__()",
    "comprehension": "[x for x in (1).__class__.__mro__]",
    "walrus": "(p:=1)",
    "null": "p\0",
    "surrogate": "p\ud800",
    "string": "'" * 500,
    "fraction": "\\frac" * 190,
    "braces": "_{" * 190,
    "einsum": 'np.einsum("' + "i" * 900 + '", p)',
}


@pytest.mark.parametrize("spelling", Spelling)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_texts_are_refused_at_once(text: str, spelling: Spelling) -> None:
    taken = []
    for _ in range(5):
        start = time.process_time()
        with pytest.raises(UnreadableAnswer):
            read(text, SCOPES["softmax"], spelling)
        taken.append(time.process_time() - start)
    assert min(taken) < 0.005
