"""Reading what a learner and an author wrote, as a question's type asks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bptutor.errors import UnreadableAnswer
from bptutor.grading.answer.parse_parts import filled, is_spec, read_einsum
from bptutor.grading.answer.submission import Case
from bptutor.notation import parse
from bptutor.notation.equality.compare import PROBES, Comparison
from bptutor.notation.parse import Spelling
from bptutor.notation.printers import unicode
from bptutor.notation.scope import Scope
from bptutor.notation.shapes import axes
from bptutor.notation.shapes.axes import ShapeMisfit
from bptutor.notation.shapes.layout import Layout, layout
from bptutor.notation.transform import canonical
from bptutor.notation.transform.to_index_notation import by_letters
from bptutor.notation.tree import Call, Derivative, Expr, Letter, Stack, Sum, rebuild, walk
from bptutor.packs.model import Question
from bptutor.packs.question_types import of
from bptutor.packs.question_types.base import Style

_VECTOR_SIGNS = re.compile(r"[·⋅∙•|∣]|\\cdot|vert")
"""What means one thing between numbers and another between vectors."""


_NAMED = re.compile(r"\s*(∂[^=<>]*?|[^\W\d]\w*(?:_\{\w+\})?)\s*=(?!=)\s*(?=\S)")
"""A name, or a ∂, with its equals sign."""


def read_answer(case: Case) -> Expr:
    """Read the learner's text as the question's kind asks.

    `u · v` and `|u|` of vectors are entry by entry, unless only the dot product and the length fit what is asked.

    Raises:
        UnreadableAnswer: It cannot be read; its subclass `ShapeMisfit` when its axes do not fit.
    """
    try:
        expr = _read(case)
    except ShapeMisfit:
        other = _of_vectors(case)
        if other is None:
            raise
        expr = other
    else:
        if _VECTOR_SIGNS.search(case.text) and not _as_many_axes(case, expr):
            expr = _of_vectors(case) or expr
    if any(isinstance(part, Stack) and not part.items for part in walk(expr)):
        raise UnreadableAnswer(1, "an empty list stands here", "write its entries")
    return expr


def _of_vectors(case: Case) -> Expr | None:
    """Return the answer with `·` as the dot product and `| |` as the length, where that fits what is asked."""
    if not of(case.question).columns or case.question.line or not _VECTOR_SIGNS.search(case.text):
        return None
    try:
        expr = _read(case, vectors=True)
        return expr if _as_many_axes(case, expr) else None
    except UnreadableAnswer:
        return None


def _as_many_axes(case: Case, expr: Expr) -> bool:
    as_columns = of(case.question).columns
    asked = layout(next(models(case)), case.scope, as_columns, goal(case))
    return len(own_layout(expr, asked, case.scope, as_columns).all_axes) == len(asked.all_axes)


def _read(case: Case, vectors: bool = False) -> Expr:
    question = case.question
    if question.operands:
        return read_einsum(case.text, question, case.scope)
    if question.line:
        return filled(question.line, _with_hole_letters(case), case.answer_scope)
    spelling = Spelling.NUMPY if of(question).style is Style.NUMPY else Spelling.ANY
    text = _without_name(case)
    left, given = parse.read_sides(text, case.answer_scope, spelling, vectors=vectors)
    if left is not None and not _is_asked(case, left):
        raise parse.not_asked(case.text, case.scope)
    return _summed(case, given) if of(question).face == "index" else given


def _summed(case: Case, expr: Expr) -> Expr:
    """Return `sum(r_b X_bj)` as the Σ over the letters that the goal does not have."""
    calls = [part for part in walk(expr) if isinstance(part, Call) and part.function == "sum" and not part.options]
    asked_for = goal(case)
    if not calls or asked_for is None:
        return expr

    def summed(part: Expr) -> Expr:
        done = rebuild(part, summed)
        if part not in calls or not isinstance(done, Call):
            return done
        kind = axes.of(done.args[0], case.scope, known=asked_for.known)
        over = tuple(letter for letter in kind.letters if letter not in asked_for.letters)
        return Sum(over, done.args[0]) if over and not kind.axes else done

    return summed(expr)


def _without_name(case: Case) -> str:
    """Return an answer without a name of the learner's own before it, `dw = ...`; of NumPy also without `∂L/∂w =`.

    Raises:
        UnreadableAnswer: Another ∂ than the goal stands before NumPy.
    """
    found = _NAMED.match(case.text)
    if found is None:
        return case.text
    name, names = found[1], case.scope.names
    if "∂" in name:
        if of(case.question).style is not Style.NUMPY:
            return case.text
        if not _is_asked(case, parse.read(name, case.scope)):
            raise UnreadableAnswer(
                found.end(1) + 1, "an equation, where an expression is asked", "write the right side"
            )
    elif name in names or name.partition("_")[0] in names or name in {case.scope.shown(id_) for id_ in names}:
        return case.text
    return " " * found.end() + case.text[found.end() :]


def entire_line(case: Case) -> Expr | None:
    """Return an answer to a hole read as the whole line; None where no hole is asked, or it cannot be read so."""
    if not case.question.line:
        return None
    try:
        return parse.read_sides(case.text, case.answer_scope, Spelling.ANY)[1]
    except UnreadableAnswer:
        return None


def _with_hole_letters(case: Case) -> str:
    """Return what stands in a hole; where it was written without letters (`s` for `s_i`), with those of the model."""
    try:
        part = parse.read(case.text, case.answer_scope)
        asked = layout(parse.read(str(case.question.answer), case.scope), case.scope, columns=True)
        held = with_letters(part, asked, case.scope, as_columns=True)
    except UnreadableAnswer:
        return case.text
    return case.text if held is part else unicode.line(held, case.scope)


def _is_asked(case: Case, left: Expr) -> bool:
    """Return whether the left side of an equation names what is asked: the goal, or a name or ∂ of its value."""
    asked_for = goal_tree(case)
    if asked_for is not None and canonical.same_line(left, asked_for):
        return True
    if not isinstance(left, Derivative) and canonical.bare_name(left) is None:
        return False
    as_columns = of(case.question).columns
    expected = next(models(case))
    asked = layout(expected, case.scope, as_columns, goal(case))
    try:
        held = with_letters(left, asked, case.scope, as_columns)
        got = own_layout(held, asked, case.scope, as_columns)
        if set(got.letters) - set(asked.letters) or len(got.axes) != len(asked.axes):
            return False
        return Comparison(case.scene, expected, asked, as_columns).compare(held, PROBES) is True
    except UnreadableAnswer:
        return False


def models(case: Case) -> Iterator[Expr]:
    """Yield the trees that are right: the model answer, then what is accepted beside it."""
    question = case.question
    if question.whole:
        yield parse.read(question.whole, case.scope)
    for text in (str(question.answer), *question.accept):
        if text or not question.whole:
            yield model(text, question, case.scope)


def model(text: str, question: Question, scope: Scope) -> Expr:
    """Read a text of the author's."""
    if question.operands:
        return read_einsum(text, question, scope) if is_spec(text) else parse.read(text, scope)
    if question.line:
        return filled(question.line, text, scope)
    if of(question).style is Style.NUMPY:
        try:
            return parse.read(text, scope, Spelling.NUMPY)
        except UnreadableAnswer:
            return parse.read(text, scope)
    return parse.read(text, scope)


def read_question(case: Case) -> None:
    """Read all that an author wrote beside the answer.

    Raises:
        UnreadableAnswer: One of the texts cannot be read.
    """
    for _ in models(case):
        pass
    goal(case)
    if case.question.where:
        parse.read_condition(case.question.where, case.scope)
    for line in case.question.derived.above if case.question.derived else ():
        parse.read(line, case.scope)


def goal_tree(case: Case) -> Expr | None:
    """Return the goal of the derivation that the asked line stands in, or what the question says it equals."""
    derived = case.question.derived
    text = derived.goal if derived else case.question.goal
    return parse.read(text, case.scope) if text else None


def goal(case: Case) -> Layout | None:
    """Return the letters of the goal, or of the question's condition, which fix the order of the answer's."""
    tree = goal_tree(case)
    return _conditioned(case) if tree is None else layout(tree, case.scope, columns=True)


def _conditioned(case: Case) -> Layout | None:
    """Return the letters of `where: i = j`: an answer may hold any of them, over the axis of the others."""
    if not case.question.where:
        return None
    where = parse.read_condition(case.question.where, case.scope)
    letters = tuple(dict.fromkeys(part.id for part in walk(where) if isinstance(part, Letter)))
    own = layout(next(models(case)), case.scope, of(case.question).columns).known
    known = [own.get(letter) or case.scope.indices.get(letter, "") for letter in letters]
    axis = next(filter(None, (*known, *case.scope.sizes)), "")  # a number is the same over any axis
    return Layout(letters, tuple(own.get(letter) or axis for letter in letters), ())


def as_asked(case: Case, given: Expr) -> Expr:
    """Return the learner's tree with the letters of what is asked, where it was written without."""
    as_columns = of(case.question).columns
    asked = layout(next(models(case)), case.scope, as_columns, goal(case))
    return with_letters(given, asked, case.scope, as_columns)


def own_layout(given: Expr, asked: Layout, scope: Scope, as_columns: bool) -> Layout:
    """Return the layout of a learner's tree: its own letters, over the axes that what is asked gives them."""
    kind = axes.of(given, scope, as_columns, asked.known)
    return Layout(tuple(kind.letters), tuple(kind.letters.values()), tuple(kind.axes), kind.row)


def with_letters(given: Expr, asked: Layout, scope: Scope, as_columns: bool) -> Expr:
    """Return the entries of an array at the letters of what is asked, where its axes are theirs."""
    got = own_layout(given, asked, scope, as_columns)
    if not asked.letters or asked.axes or got.letters or len(got.axes) != len(asked.letters):
        return given
    fits = all(a in {b, ""} for a, b in zip(got.axes, asked.letter_axes, strict=True))
    return by_letters(given, asked.letters, scope) if fits else given
