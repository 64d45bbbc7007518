"""Answers that are numbers: one, a grid of them, or the shape of an array.

Only literals and arithmetic are read here: a declared name is not an answer to "compute it".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bptutor.errors import BptutorError, UnreadableAnswer
from bptutor.grading.answer.strip_markup import in_arithmetic
from bptutor.grading.answer.submission import Case
from bptutor.notation import parse
from bptutor.notation.equality.tolerances import close
from bptutor.notation.scope import Scope
from bptutor.notation.tree import At, Call, Derivative, Expr, Letter, Name, Number, Sum, walk
from bptutor.notation.values.evaluate import Values, evaluate

Array = NDArray[np.float64]

CELLS = 400
"""Most cells of a grid."""
DEPTH = 4
"""Most axes of a grid."""
_OPEN, _CLOSE = "([{", ")]}"
_ARRAY = re.compile(r"\s*(?:np\.|numpy\.)?(?:array|asarray)\s*\(")
_LATEX = (
    (re.compile(r"\\begin\{[bpvB]?matrix\}"), "["),
    (re.compile(r"\\end\{[bpvB]?matrix\}"), "]"),
    (re.compile(r"\\\\"), ";"),
    (re.compile(r"&"), ","),
)
_WRAPPED = re.compile(r"[,\[]\s*\n|\n\s*\]")
"""A line break after a comma or at a bracket, which separates nothing."""
_TURNED = re.compile(r"(?<=[)\]])\s*(?:\.T|ᵀ|\^\{?T\}?|\^\\top)\s*$")
"""A transpose behind a grid."""
_EQUALS = re.compile(r"(?<![<>=!≠:])=(?!=)")
_SHAPE = re.compile(r"[\[(]?\s*((?:[0-9]{1,6}(?:\s*[,x×*;]\s*|\s+|(?=[\])])|$))*)[\])]?")


def answered(case: Case) -> str:
    """Return what stands for the number: of `dW_21 = -0.393` the right side, where the left is what is asked."""
    left, *right = _EQUALS.split(case.text)
    if len(right) != 1:
        return case.text
    try:
        values = case.values()
        named, asked = (evaluate(parse.read(text, case.scope), values) for text in (left, str(case.question.answer)))
        same = named.shape == asked.shape and close(asked, named)
    except (BptutorError, ValueError, KeyError, TypeError):
        same = False
    return " " * (len(left) + 1) + right[0] if same else case.text


def in_numbers(text: str, sizes: Mapping[str, int]) -> str:
    """Return a shape such as `(B, C)` with the sizes of its axes."""
    return re.sub(r"\w+", lambda word: str(sizes.get(word[0], word[0])), text)


def grid_text(grid: Array) -> str:
    """Return a grid as one line."""
    if grid.ndim == 0:
        return f"{float(grid):.6g}".replace("-", "−")
    return "[" + ", ".join(grid_text(part) for part in grid) + "]"


_DECIMALS = re.compile(r"[0-9]*\.([0-9]+)")
_ARITHMETIC = re.compile(r"[0-9.)\]]\s*[*/+^−-]")
WHOLE = 0.01
"""How far a number without decimals, or arithmetic, may be from what it stands for."""
FINEST = 7
"""Most decimals that are taken at their word."""


def as_typed(text: str, asked: float) -> float:
    """Return how far a number may be from what it stands for: one unit of its last typed decimal, at most `asked`."""
    found = [len(digits) for digits in _DECIMALS.findall(text)]
    if not found or _ARITHMETIC.search(text):
        return min(asked, WHOLE)
    return min(asked, 1.01 * float(10.0 ** -min(max(found), FINEST)))


def read_number(text: str, scope: Scope) -> tuple[float, Expr]:
    """Read one number or arithmetic.

    Raises:
        UnreadableAnswer: It is not arithmetic, mentions a name, or has no finite value.
    """
    expr = parse.read(in_arithmetic(text), scope)
    for part in walk(expr):
        _refuse_names(part, text, scope)
    try:
        with np.errstate(all="ignore"):
            value = np.asarray(evaluate(expr, Values(scope, {}, {})), dtype=float)
    except (BptutorError, ValueError, MemoryError):  # lists of different lengths, of nothing, or far too long
        value = np.empty(0)
    if value.shape != ():
        raise UnreadableAnswer(1, "one number is asked for, and this is a list", "write one number, such as -0.25")
    if not np.isfinite(value):
        raise UnreadableAnswer(1, "this has no value", "divisors must not be 0, and roots not of negative numbers")
    return float(value), expr


def _refuse_names(part: Expr, text: str, scope: Scope) -> None:
    if isinstance(part, Name):
        shown = scope.shown(part.id)
        column = max(text.find(part.id), text.find(shown)) + 1
        raise UnreadableAnswer(
            max(column, 1), f"{shown} is a name, and a number is asked for", "compute it: digits only"
        )
    if isinstance(part, At | Letter | Derivative | Sum):
        raise UnreadableAnswer(1, "a number is asked for, and this is a formula", "write it with digits only")
    if isinstance(part, Call) and part.function in {"softmax", "sum", "mean"}:
        raise UnreadableAnswer(1, "a number is asked for, and this is a formula", "write it with digits only")


def read_grid(text: str, scope: Scope) -> Array:
    """Read `[[1, 2], [3, 4]]`, `1 2; 3 4`, `np.array([...])`, with arithmetic in the cells.

    Raises:
        UnreadableAnswer: A cell is not a number, or the rows differ in length.
    """
    text = _one_line(text)
    turned = _TURNED.search(text)
    if turned:
        return read_grid(text[: turned.start()], scope).T
    start, end = _inside_array_call(text)
    nested = _grid(text, start, end, scope, DEPTH)
    if not isinstance(nested, list):
        nested = [nested]
    cells = list(_flat(nested))
    if len(cells) > CELLS:
        raise UnreadableAnswer(1, f"a grid has at most {CELLS} cells", "")
    try:
        return np.array(nested, dtype=float)
    except ValueError:
        raise UnreadableAnswer(1, "the rows differ in length", "every row needs the same number of cells") from None


def _one_line(text: str) -> str:
    r"""Return a grid in brackets and signs, every column what it was: `\begin{bmatrix}1&2\\3&4\end{bmatrix}` too."""
    for pattern, sign in _LATEX:
        text = pattern.sub(lambda m, sign=sign: sign.ljust(len(m.group())), text)  # type: ignore[misc]
    if text.lstrip().startswith("{") and "^{" not in text:
        text = text.replace("{", "[").replace("}", "]")
    return _WRAPPED.sub(lambda m: m.group().replace("\n", " "), text)


def _inside_array_call(text: str) -> tuple[int, int]:
    call = _ARRAY.match(text)
    if not call:
        return 0, len(text)
    end = text.rstrip()
    if not end.endswith(")"):
        raise UnreadableAnswer(len(text), "the bracket of array( is not closed", "close it with )")
    return call.end(), len(end) - 1


def _grid(text: str, start: int, end: int, scope: Scope, depth: int) -> Any:
    """Read `text[start:end]` as a number or nested lists of numbers."""
    start, end = _trim(text, start, end)
    if depth < 0:
        raise UnreadableAnswer(start + 1, f"a grid has at most {DEPTH} axes", "")
    if start < end and text[start] == "[" and _match(text, start, end) == end - 1:
        inner = _parts(text, start + 1, end - 1)
        return [_grid(text, a, b, scope, depth - 1) for a, b in inner]
    if start < end and text[start] == "(" and _match(text, start, end) == end - 1:
        inner = list(_split(text, start + 1, end - 1, ","))
        if len(inner) > 1:
            return [_grid(text, a, b, scope, depth - 1) for a, b in inner if a < b]
    parts = _parts(text, start, end)
    if len(parts) > 1:
        return [_grid(text, a, b, scope, depth - 1) for a, b in parts]
    return _cell(text, start, end, scope)


def _parts(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Split at `;` or new lines, else at commas, else between cells at spaces."""
    for marks in (";\n", ","):
        parts = list(_split(text, start, end, marks))
        if len(parts) > 1:
            parts = parts[:-1] if parts[-1][0] == parts[-1][1] else parts
            return parts
    return [(a, b) for a, b in _split(text, start, end, " \t") if a < b]


def _split(text: str, start: int, end: int, marks: str) -> Iterator[tuple[int, int]]:
    """Yield the stretches between marks that stand outside brackets."""
    depth, last = 0, start
    for n in range(start, end):
        depth += (text[n] in _OPEN) - (text[n] in _CLOSE)
        if depth == 0 and text[n] in marks:
            yield _trim(text, last, n)
            last = n + 1
    yield _trim(text, last, end)


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _match(text: str, start: int, end: int) -> int:
    """Return the place of the bracket that closes the one at `start`; -1 when none does."""
    depth = 0
    for n in range(start, end):
        depth += (text[n] in _OPEN) - (text[n] in _CLOSE)
        if depth == 0:
            return n
    return -1


def _cell(text: str, start: int, end: int, scope: Scope) -> float:
    if start >= end:
        raise UnreadableAnswer(start + 1, "a cell is empty", "write a number in every cell")
    try:
        return read_number(text[start:end], scope)[0]
    except UnreadableAnswer as wrong:
        raise UnreadableAnswer(start + wrong.column, wrong.message, wrong.help) from None


def _flat(nested: Any) -> Iterator[float]:
    for item in nested:
        if isinstance(item, list):
            yield from _flat(item)
        else:
            yield item


def read_shape(text: str) -> tuple[int, ...]:
    """Read `(3, 4)`, `3x4`, `3 by 4`, `(3,)` = `3,` = `3`, `()`, and between commas arithmetic, `(28 - 5 + 1, 2*13)`.

    Raises:
        UnreadableAnswer: It is not a list of sizes.
    """
    bare = re.sub(r"(?<=\d) *\bby\b *(?=\d)", "x", text.strip())
    computed = _computed_shape(bare)
    if computed is not None:
        return computed
    found = _SHAPE.fullmatch(bare)
    if bare.casefold() in {"scalar", "()", "( )", "[]"}:
        return ()
    if not found or not found[1].strip():
        rest = re.search(r"[^\d\s,x×*;()\[\]]", text)
        column = rest.start() + 1 if rest else 1
        raise UnreadableAnswer(column, "a shape is a list of sizes", "write it as (3, 4), (3,) or ()")
    return tuple(int(size) for size in re.findall(r"[0-9]+", found[1]))


def _computed_shape(text: str) -> tuple[int, ...] | None:
    """Return a shape whose sizes, parted by commas, are arithmetic; None when nothing is to be computed, or cannot."""
    if "," not in text or not re.search(r"\d\s*[-−+*×/x^]", text):
        return None
    try:
        grid = read_grid(re.sub(r"(?<=\d)\s*[x×]\s*(?=\d)", "*", text), Scope({}))
    except UnreadableAnswer:
        return None
    whole = grid.ndim == 1 and all(size == int(size) and 0 <= size < 10**6 for size in grid)
    return tuple(int(size) for size in grid) if whole else None


def shown_shape(shape: tuple[int, ...]) -> str:
    """Return a shape as Python prints it."""
    return str(tuple(int(n) for n in shape))


def exact(text: object) -> Number | None:
    """Return a literal as an exact number, None for anything else."""
    from fractions import Fraction

    try:
        return Number(Fraction(str(text).replace("−", "-")), str(text))
    except (ValueError, ZeroDivisionError):
        return None
