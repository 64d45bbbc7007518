"""The entry to the mathematics language: a text becomes a tree, or an error with a column.

Nothing is evaluated here and nothing of Python's own reading is used: a hand-written parser knows the
names of the scope and refuses everything else.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bptutor.errors import UnreadableAnswer
from bptutor.notation import limits
from bptutor.notation import tree as t
from bptutor.notation.parser import factors, grammar, prose
from bptutor.notation.parser.cursor import Reader, Rules, Spelling, described
from bptutor.notation.parser.implicit_sizes import sized
from bptutor.notation.parser.lexer import Kind
from bptutor.notation.scope import Scope
from bptutor.notation.shapes import axes

__all__ = ["Spelling", "not_asked", "read", "read_condition", "read_integer", "read_prose", "read_sides"]

_IN_PLACE = re.compile(r"\A(\s*\w+\s*[-+*/@])=(?!=)(.*)", re.DOTALL)

_RULES = Rules(grammar.whole, grammar.term, factors.factor)


def read(text: str, scope: Scope, spelling: Spelling = Spelling.ANY) -> t.Expr:
    """Read an expression or a condition.

    Args:
        text: As it was typed.
        scope: The names it may use.
        spelling: What people type, or strictly NumPy.

    Returns:
        A tree without `Juxtapose`, whose axes fit.

    Raises:
        UnreadableAnswer: The text cannot be read; with a column and what would be right.
    """
    return _resolved(_parse(text, scope, spelling), scope, spelling)


def read_condition(text: str, scope: Scope) -> t.Expr:
    """Read a condition, `Σ_k y_k = 1` or `i ≠ j`: a `Compare` or a product of them."""
    reader = _reader(text, scope, Spelling.ANY)
    reader.equals = 1
    expr = _whole_text(reader, reader.expression())
    if not isinstance(expr, (t.Compare, t.Delta)) and not all(isinstance(part, t.Compare) for part in t.children(expr)):
        raise UnreadableAnswer(1, "this is not a condition", "write p_k > 0 or Σ_k y_k = 1")
    return _resolved(expr, scope, Spelling.ANY)


def read_sides(
    text: str, scope: Scope, spelling: Spelling = Spelling.ANY, *, vectors: bool = False
) -> tuple[t.Expr | None, t.Expr]:
    """Read an answer that may be an equation, `dL/dz_i = p_i - y_i`.

    In NumPy `W -= x` is what it leaves in W: `W - (x)`, with the same columns.

    Args:
        text: As it was typed.
        scope: The names it may use; before the `=` any name of the scene may stand.
        spelling: What people type, or strictly NumPy.
        vectors: Whether `u · v` is read as the dot product and `|u|` as the length.

    Returns:
        The left side, None where there is no `=`; and the answer itself.

    Raises:
        UnreadableAnswer: A side cannot be read, or there are several equations.
    """
    if spelling is Spelling.NUMPY:
        text = _IN_PLACE.sub(r"\1(\2)", text)
    reader = _reader(text, scope, spelling)
    reader.vectors = vectors
    place = _equals_sign(reader)
    if place is None:
        return None, _resolved(_whole_text(reader, reader.expression()), scope, spelling)
    sign = reader.tokens[place]
    open_scope = replace(scope, allowed=None)
    left_reader = _reader(text, open_scope, spelling)
    left_reader.tokens[place:] = [sign._replace(kind=Kind.END, text="")]
    left = _resolved(_whole_text(left_reader, left_reader.expression()), open_scope, spelling)
    reader.at = place + 1
    return left, _resolved(_whole_text(reader, reader.expression()), scope, spelling)


def not_asked(text: str, scope: Scope) -> UnreadableAnswer:
    """Return the error for an equation whose left side is not what is asked."""
    reader = _reader(text, scope, Spelling.ANY)
    column = reader.tokens[_equals_sign(reader) or 0].column
    return UnreadableAnswer(column, "an equation, where an expression is asked", "write the right side only")


def read_prose(text: str, scope: Scope) -> t.Expr:
    """Read the mathematics of a lesson's prose: unknown names become `Text`, relations a `Chain`."""
    reader = Reader(_not_empty(text), scope, Spelling.ANY, _RULES, prose=True)
    return prose.chain(reader)


def read_integer(text: str, scope: Scope) -> t.Expr:
    """Read the size of an axis: whole numbers, size names, `+ - *`, quotients and floor."""
    expr = _parse(text, scope, Spelling.ANY)
    for node in t.walk(expr):
        if isinstance(node, (t.At, t.Sum, t.Derivative, t.Letter, t.Compare)):
            raise UnreadableAnswer(1, "a size is made of whole numbers and other sizes", "write H - M + 1")
    return _resolved(expr, scope, Spelling.ANY)


# --- the steps ------------------------------------------------------------------------------------------


def _not_empty(text: str) -> str:
    if not text.strip():
        raise UnreadableAnswer(1, "nothing is written here", "write an expression, such as p_i - y_i")
    return text


def _reader(text: str, scope: Scope, spelling: Spelling) -> Reader:
    return Reader(_not_empty(text), scope, spelling, _RULES)


def _parse(text: str, scope: Scope, spelling: Spelling) -> t.Expr:
    """Read a text without deciding what factors side by side mean."""
    reader = _reader(text, scope, spelling)
    return _whole_text(reader, reader.expression())


def _whole_text(reader: Reader, expr: t.Expr) -> t.Expr:
    """Return the expression if it is all that the text holds, and within the bounds."""
    token = reader.next
    if token.kind is not Kind.END:
        raise _left_over(reader)
    if limits.depth(expr) > limits.MAX_TREE_DEPTH:
        raise UnreadableAnswer(1, "too many operations inside each other", "write it in parts")
    if not limits.bounded(expr):
        raise UnreadableAnswer(1, "a power is too large", f"exponents up to {limits.MAX_EXPONENT:,} can be read")
    for letter in _standing_letters(expr, False):
        column = reader.loose.get(letter, 1)
        raise UnreadableAnswer(column, f"{letter} is not a name here", reader.words.nearest(letter))
    return expr


def _left_over(reader: Reader) -> UnreadableAnswer:
    token = reader.next
    if token.text == ",":
        return factors.comma(reader)
    if token.text == "=":
        return reader.error("an equation, where an expression is asked", "write one side only")
    if token.text in (")", "]", "}"):
        return reader.error(f"“{token.text}” closes nothing", "delete it, or open a bracket before it")
    if token.text == "%":
        return reader.error("a percent sign stands here", "write it as a part of 1, such as 0.3 for 30 %")
    return reader.error(f"{described(token)} is not expected here", "a sign may be missing before it")


def _standing_letters(expr: t.Expr, allowed: bool) -> list[str]:
    """Return indices that are used as numbers."""
    if isinstance(expr, t.Letter):
        return [] if allowed else [expr.id]
    found: list[str] = []
    for child in t.children(expr):
        index = (isinstance(expr, t.At) and child is not expr.base) or (
            isinstance(expr, t.Sum) and child is not expr.body
        )
        below = allowed or index or isinstance(expr, (t.Delta, t.Compare))
        found += _standing_letters(child, below)
    return found


def _equals_sign(reader: Reader) -> int | None:
    """Return the place of the one `=` outside brackets."""
    depth, found, after_if = 0, [], False
    for place, token in enumerate(reader.tokens):
        if token.kind is Kind.WORD and token.text in ("if", "else"):
            after_if = token.text == "if"
        if token.kind is Kind.SIGN:
            depth += token.text in "([{" or token.text.startswith("\\begin")
            depth -= token.text in ")]}" or token.text.startswith("\\end")
            if token.text == "=" and depth == 0 and not after_if:
                found.append(place)
    if len(found) > 1:
        column = reader.tokens[found[1]].column
        raise UnreadableAnswer(column, "several equations, where one expression is asked", "write the last side only")
    return found[0] if found else None


def _resolved(expr: t.Expr, scope: Scope, spelling: Spelling) -> t.Expr:
    columns = spelling is Spelling.ANY
    done = sized(expr, scope, columns)
    axes.of(done, scope, columns=columns, strict=True)
    return done
