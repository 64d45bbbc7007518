"""Answers that are a part of something: an einsum specification of given operands, a hole in a line."""

from __future__ import annotations

import re

from bptutor.errors import UnreadableAnswer
from bptutor.notation import parse
from bptutor.notation.parse import Spelling
from bptutor.notation.scope import Scope, counted
from bptutor.notation.shapes import axes
from bptutor.notation.shapes.axes import ShapeMisfit
from bptutor.notation.tree import Einsum, Expr
from bptutor.packs.model import Question

_SPEC = re.compile(r"\s*[\"'“”]?\s*([A-Za-z]+(?:\s*,\s*[A-Za-z]+)*)\s*(?:(->|→)\s*([A-Za-z]*))?\s*[\"'“”]?\s*")


def is_spec(text: str) -> bool:
    """Return whether a text is an einsum specification rather than an expression."""
    return bool(_SPEC.fullmatch(text)) and ("->" in text or "→" in text or "," in text)


def read_einsum(text: str, question: Question, scope: Scope) -> Expr:
    """Read `ij,j->i`, quoted or not, or a whole `np.einsum(...)`, over the question's operands.

    Raises:
        UnreadableAnswer: It is no specification of these operands.
    """
    if "einsum" in text:
        return parse.read(text, scope, Spelling.NUMPY)
    found = _SPEC.fullmatch(text)
    if not found:
        raise UnreadableAnswer(1, "this is no einsum specification", "write it as ij,j->i")
    inputs = [part.strip() for part in found[1].split(",")]
    output = found[3] if found[2] else _implicit(inputs)
    operands = tuple(parse.read(name, scope) for name in question.operands)
    if len(inputs) != len(operands):
        names = ", ".join(question.operands)
        raise UnreadableAnswer(1, f"{len(inputs)} operands are named, and there are {len(operands)}: {names}", "")
    for letters, name, operand in zip(inputs, question.operands, operands, strict=True):
        count = len(axes.of(operand, scope, columns=False).axes)
        if len(letters) != count:
            column = text.find(letters) + 1
            raise UnreadableAnswer(column, f"{name} has {counted(count)}, and {letters} names {len(letters)}", "")
    stray = sorted(set(output) - set("".join(inputs)))
    if stray:
        raise UnreadableAnswer(text.rfind(stray[0]) + 1, f"{stray[0]} stands in no operand", "")
    if len(set(output)) < len(output):
        raise UnreadableAnswer(text.rfind(output) + 1, "a letter stands twice after ->", "")
    expr = Einsum(",".join(inputs) + "->" + output, operands)
    axes.of(expr, scope, columns=False)
    return expr


def _implicit(inputs: list[str]) -> str:
    """Return NumPy's output letters where no arrow says them: those that stand once, in alphabetical order."""
    every = "".join(inputs)
    return "".join(sorted(letter for letter in set(every) if every.count(letter) == 1))


def filled(line: str, hole: str, scope: Scope) -> Expr:
    """Read a line with the text put in the place of its `?`; of an equation, the side with the hole.

    Raises:
        UnreadableAnswer: The filled line cannot be read; the column is that of the hole's text.
    """
    side = next((part for part in re.split(r"(?<![<>=!≠:])=(?!=)", line) if "?" in part), line)
    before, _, after = side.partition("?")
    text = hole.strip()
    whole = not before.strip() and not after.strip()
    if not text:
        raise UnreadableAnswer(1, "nothing is written", "write what stands in the place of ?")
    last = before.rstrip()[-1:]
    if last in {"_", "^"} and not text.startswith("{"):
        text = "{" + text + "}"
    elif not whole and (_compound(text) or text[0].isdigit()):
        text = "(" + text + ")"
    try:
        return parse.read(before + text + after, scope)
    except ShapeMisfit:
        raise
    except UnreadableAnswer as wrong:
        column = min(max(wrong.column - len(before), 1), len(hole) + 1)
        raise UnreadableAnswer(column, wrong.message, wrong.help) from None


def _compound(text: str) -> bool:
    """Return whether a text needs brackets to stay one factor: a sign or an operator outside brackets."""
    depth = 0
    for char in text:
        depth += (char in "([{") - (char in ")]}")
        if depth == 0 and char in "+-−/*·@⊙⊘× ":
            return True
    return False
