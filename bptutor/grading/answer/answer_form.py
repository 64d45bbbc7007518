"""What a right value must also be: a step forward, and in the form the question asks for."""

from __future__ import annotations

from collections.abc import Iterator

from bptutor.errors import UnreadableAnswer
from bptutor.grading.answer.parse_answer import models
from bptutor.grading.answer.submission import Case
from bptutor.notation import parse
from bptutor.notation.parse import Spelling
from bptutor.notation.scope import Role
from bptutor.notation.transform import canonical
from bptutor.notation.tree import At, Call, Cases, Delta, Derivative, Expr, Letter, Name, Sum, children, walk
from bptutor.packs.model import Derived


def progress(case: Case, expr: Expr) -> tuple[int | None, str]:
    """Return the later line that an equal answer reaches, and why it does not move on ("" when it does)."""
    expected = [tree for tree in models(case)]
    name = canonical.bare_name(expr)
    if any(canonical.same_line(expr, tree) or (name and name == canonical.bare_name(tree)) for tree in expected):
        return _end(case), ""
    if name is not None and name in case.scope.names and case.scope.names[name].role is not Role.SIZE:
        return None, f"{case.scope.shown(name)} names what is asked for. Look at what it is made of."
    if case.question.derived is None:
        lost = "∂" not in canonical.operators(expr) or any("∂" in canonical.operators(tree) for tree in expected)
        return None, "" if lost else "Your answer still holds a ∂. Look at what the derivative acts on."
    return _in_derivation(case, case.question.derived, expr, expected[0])


def _slopes(case: Case, expr: Expr) -> set[str]:
    """Return the names in a line that stand for a ∂: with them the line is not yet the last of a blank page."""
    names = {part.id for part in walk(expr) if isinstance(part, Name)} & set(case.scope.names)
    defined = {name: case.scope.names[name].definition for name in names}
    return {name for name, tree in defined.items() if tree and any(isinstance(part, Derivative) for part in walk(tree))}


def _in_derivation(case: Case, derived: Derived, expr: Expr, model: Expr) -> tuple[int | None, str]:
    """Return the same of an answer that is a line of a derivation."""
    kept = canonical.operators(expr)
    below = [parse.read(line, case.scope) for line in derived.below]
    for n, later in enumerate(below):
        if canonical.same_line(expr, later):
            return len(derived.above) + 1 + n, ""
    above = [parse.read(line, case.scope) for line in (derived.goal, *derived.above)]
    if any(canonical.same_line(expr, shown) for shown in above):
        return None, "This is a line that stands already. Look at what the line is to do."
    if derived.route:
        return (
            None if kept - canonical.operators(model) or _slopes(case, expr) - _slopes(case, model) else _end(case)
        ), ""
    dropped = canonical.operators(above[-1]) - canonical.operators(model)
    held = [sign for sign in canonical.OPERATORS if sign in kept & dropped]
    if held:
        return None, f"Your line is equal, and its {held[0]} is still there. Look at what the {held[0]} acts on."
    return None, ""


def _end(case: Case) -> int | None:
    """Return what marks the end of a derivation by any route: the place of the line just written."""
    derived = case.question.derived
    return len(derived.above) if derived is not None and derived.route else None


def other_form(case: Case, expr: Expr) -> str:
    """Return why an equal answer is not in the form asked for; empty when it is."""
    for form in case.question.form:
        if form.startswith("only:"):
            allowed = {name.strip() for name in form[5:].split(",")}
            other = sorted({p.id for p in walk(expr) if isinstance(p, Name)} - allowed)
            if other:
                shown = case.scope.shown(other[0])
                return f"Your answer is equal and uses {shown}. Look at which names the question allows."
        elif not _has_form(form, expr, case):
            asked = _FORMS.get(form, form)
            return f"Your answer is equal, and not {asked}. Look at the form the question asks for."
    return ""


_FORMS = {
    "index": "in index notation",
    "matrix": "in matrix notation",
    "numpy": "a NumPy expression",
    "no-sum": "free of Σ",
    "no-delta": "free of δ",
}


def _has_form(form: str, expr: Expr, case: Case) -> bool:
    parts = list(walk(expr))
    if form == "no-sum":
        return not any(isinstance(p, Sum) for p in parts)
    if form == "no-delta":
        return not any(isinstance(p, Delta | Cases) for p in parts)
    if form == "matrix":
        return not any(isinstance(p, Letter) for p in parts)
    if form == "index":
        whole = any(isinstance(p, Name) and case.scope.names[p.id].axes for p in _unindexed(expr))
        return not whole
    if form == "numpy":
        try:
            parse.read(case.text, case.answer_scope, Spelling.NUMPY)
        except UnreadableAnswer:
            return False
    return True


def _unindexed(expr: Expr) -> Iterator[Expr]:
    """Yield the parts of a tree that no subscript stands at."""
    yield expr
    for child in children(expr):
        if not (isinstance(expr, At) and child is expr.base and _of_a_name(child)):
            yield from _unindexed(child)


def _of_a_name(expr: Expr) -> bool:
    """Return whether a subscript stands at a name, or at a function of one: `softmax(z)_i`."""
    return isinstance(expr, Name) or (isinstance(expr, Call) and len(expr.args) == 1 and isinstance(expr.args[0], Name))
