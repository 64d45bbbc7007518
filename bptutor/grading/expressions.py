"""Answers that are mathematics: symbolic, matrix and NumPy expressions, einsum specifications, filled lines.

The order of decisions: read, shape, value, progress, form, mistake. The proof comes later (`prove_answer`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bptutor.errors import UnreadableAnswer
from bptutor.grading import moves
from bptutor.grading.case import Case
from bptutor.grading.comparison import Comparison, Layout, Outcome, layout
from bptutor.grading.lift import by_letters
from bptutor.grading.verdict import Finding, Mark, ProofMark, Verdict
from bptutor.notation import axes, parse
from bptutor.notation.axes import ShapeMisfit
from bptutor.notation.parse import Spelling
from bptutor.notation.scope import Scope
from bptutor.notation.tree import Call, Cases, Delta, Einsum, Expr, Letter, Name, Sum, walk
from bptutor.packs.model import Kind, Question

KINKS = frozenset({"relu", "relu'", "abs", "max", "min", "maximum", "minimum", "sign", "floor", "argmax", "where"})
"""Functions that behave in two ways; draws must stand on both sides of the kink."""


@dataclass(frozen=True)
class Read:
    """A learner's tree with the comparison it was brought to."""

    expr: Expr
    comparison: Comparison
    note: str = ""
    """What to say beside a right answer."""


def columns(question: Question) -> bool:
    """Return whether vectors are read as columns: everywhere but in NumPy answers."""
    return question.kind not in {Kind.NUMPY, Kind.EINSUM}


def read_answer(case: Case) -> Expr:
    """Read the learner's text as the question's kind asks.

    Raises:
        UnreadableAnswer: It cannot be read; its subclass `ShapeMisfit` when its axes do not fit.
    """
    question = case.question
    if question.kind is Kind.EINSUM:
        return read_einsum(case.text, question, case.scope)
    if question.kind is Kind.FILL:
        return filled(question.line, case.text, case.answer_scope)
    spelling = Spelling.NUMPY if question.kind is Kind.NUMPY else Spelling.ANY
    return parse.read(case.text, case.answer_scope, spelling)


def models(case: Case) -> Iterator[Expr]:
    """Yield the trees that are right: the model answer, then what is accepted beside it."""
    question = case.question
    for text in (str(question.answer), *question.accept):
        yield model(text, question, case.scope)


def model(text: str, question: Question, scope: Scope) -> Expr:
    """Read a text of the author's."""
    if question.kind is Kind.EINSUM:
        return read_einsum(text, question, scope) if _is_spec(text) else parse.read(text, scope)
    if question.kind is Kind.FILL:
        return filled(question.line, text, scope)
    if question.kind is Kind.NUMPY:
        try:
            return parse.read(text, scope, Spelling.NUMPY)
        except UnreadableAnswer:
            return parse.read(text, scope)
    return parse.read(text, scope)


def goal(case: Case) -> Layout | None:
    """Return the letters of the derivation's goal, which fix the order of the answer's."""
    if case.question.derived is None:
        return None
    return layout(parse.read(case.question.derived.goal, case.scope), case.scope, columns=True)


def grade_expression(case: Case) -> Verdict:
    """Grade an answer that is one expression."""
    from bptutor.grading import diagnosis
    from bptutor.notation.faces import unicode

    try:
        given = read_answer(case)
    except ShapeMisfit as misfit:
        return diagnosis.misfit(case, misfit)
    shown = unicode.line(given, case.scope)
    last: Read | Verdict | None = None
    for expected in models(case):
        met = bring(case, given, expected)
        if isinstance(met, Read):
            shown = unicode.line(met.expr, case.scope)
            outcome = decide(met)
            if outcome is Outcome.EQUAL:
                return _right(case, met, shown)
            if outcome is Outcome.NO_VALUE:
                return no_value(shown)
        last = last if isinstance(last, Read) else met
    if isinstance(last, Verdict):
        return diagnosis.shown(last, shown)
    if last is None:
        return no_value(shown)
    return diagnosis.wrong(case, last, shown)


def bring(case: Case, given: Expr, expected: Expr) -> Read | Verdict:
    """Bring the learner's tree to the letters and axes of an expected one, or say why it cannot be."""
    from bptutor.grading import diagnosis

    scope, as_columns = case.scope, columns(case.question)
    asked = layout(expected, scope, as_columns, goal(case))
    got = layout(given, scope, as_columns)
    if asked.letters and not asked.axes and got.axes and not got.letters and _fits(got.axes, asked.letter_axes):
        given = by_letters(given, asked.letters, scope)
        got = layout(given, scope, as_columns)
    elif asked.axes and not asked.letters and got.letters and not got.axes:
        letters = _arranged(got, asked.axes)
        if letters:
            expected = by_letters(expected, letters, scope)
            asked = Layout(letters, asked.axes, ())
    where = parse.read(case.question.where, scope) if case.question.where else None
    comparison = Comparison(case.scene, expected, asked, as_columns, where)
    misfit = diagnosis.misplaced(case, comparison, given, got)
    if misfit:
        return misfit
    return Read(given, comparison, _note(asked, got))


def decide(met: Read) -> Outcome:
    """Compare by draws; where a kink is in play, by the draws of the prover, which stand on its both sides."""
    outcome = met.comparison.compare(met.expr)
    if outcome is not Outcome.EQUAL or not _kinked(met):
        return outcome
    from bptutor.notation import prove

    comparison = met.comparison
    scope = comparison.scene.scope
    proof = prove.prove(met.expr, comparison.expected, scope, comparison.where, exact=False)
    return Outcome.DIFFERENT if proof.outcome is prove.Outcome.REFUTED else outcome


def _kinked(met: Read) -> bool:
    scope = met.comparison.scene.scope
    return any(_has_kink(expr, scope, set()) for expr in (met.expr, met.comparison.expected))


def _has_kink(expr: Expr, scope: Scope, seen: set[str]) -> bool:
    for part in walk(expr):
        if isinstance(part, Cases) or (isinstance(part, Call) and part.function in KINKS):
            return True
        if isinstance(part, Name) and part.id not in seen:
            seen.add(part.id)
            declared = scope.names.get(part.id)
            if declared and declared.definition and _has_kink(declared.definition, scope, seen):
                return True
    return False


def no_value(shown: str) -> Verdict:
    """Return the verdict for an answer without a finite value on any draw."""
    message = "Your answer has no finite value on any draw, so it cannot be judged. Look at its divisors and logarithms."
    return Verdict(Mark.UNDECIDED, ProofMark.UNDECIDED, (Finding("disagreement", message),), shown)


def _right(case: Case, met: Read, shown: str) -> Verdict:
    """Return the verdict of an answer with the right value: progress, then form."""
    reached, stuck = progress(case, met.expr)
    if stuck:
        return Verdict(Mark.RIGHT_OTHER_FORM, ProofMark.PROBES, (Finding("no-progress", stuck),), shown)
    form = _form(case, met.expr)
    if form:
        return Verdict(Mark.RIGHT_OTHER_FORM, ProofMark.PROBES, (Finding("form", form),), shown)
    notes = (Finding("shape", met.note),) if met.note else ()
    return Verdict(Mark.RIGHT, ProofMark.PROBES, notes, shown, reached=reached)


def progress(case: Case, expr: Expr) -> tuple[int | None, str]:
    """Return the later line that an equal answer reaches, and why it does not move on ("" when it does)."""
    expected = [tree for tree in models(case)]
    if any(moves.same_line(expr, tree) for tree in expected):
        return None, ""
    name = moves.bare_name(expr)
    if name is not None:
        return None, f"{case.scope.shown(name)} names what is asked for. Look at what it is made of."
    derived = case.question.derived
    kept = moves.operators(expr)
    if derived is None:
        if "∂" in kept and not any("∂" in moves.operators(tree) for tree in expected):
            return None, "Your answer still holds a ∂. Look at what the derivative acts on."
        return None, ""
    below = [parse.read(line, case.scope) for line in derived.below]
    for n, later in enumerate(below):
        if moves.same_line(expr, later):
            return len(derived.above) + 1 + n, ""
    above = [parse.read(line, case.scope) for line in (derived.goal, *derived.above)]
    if any(moves.same_line(expr, shown) for shown in above):
        return None, "This is a line that stands already. Look at what the line is to do."
    dropped = moves.operators(above[-1]) - moves.operators(expected[0])
    held = [sign for sign in moves.OPERATORS if sign in kept & dropped]
    if held:
        return None, f"Your line is equal, and its {held[0]} is still there. Look at what the {held[0]} acts on."
    return None, ""


def _form(case: Case, expr: Expr) -> str:
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
    from bptutor.notation.tree import At, children

    yield expr
    for child in children(expr):
        if not (isinstance(expr, At) and child is expr.base and isinstance(child, Name)):
            yield from _unindexed(child)


def _fits(got: tuple[str, ...], asked: tuple[str, ...]) -> bool:
    return len(got) == len(asked) and all(a in {b, ""} for a, b in zip(got, asked, strict=True))


def _arranged(got: Layout, asked: tuple[str, ...]) -> tuple[str, ...]:
    """Return the learner's letters in the order of the asked axes; empty when they do not fit."""
    rest = list(zip(got.letters, got.letter_axes, strict=True))
    out = []
    for axis in asked:
        found = next((pair for pair in rest if pair[1] in {axis, ""}), None)
        if found is None:
            return ()
        rest.remove(found)
        out.append(found[0])
    return () if rest else tuple(out)


def _note(asked: Layout, got: Layout) -> str:
    if len(got.axes) == len(asked.axes) + 1 and not asked.letters:
        return f"Your answer has an axis of length 1 beside {asked.shown}."
    return ""


# --- einsum and fill ---------------------------------------------------------------------------------

_SPEC = re.compile(r"\s*[\"'“”]?\s*([A-Za-z]+(?:\s*,\s*[A-Za-z]+)*)\s*(?:(->|→)\s*([A-Za-z]*))?\s*[\"'“”]?\s*")


def _is_spec(text: str) -> bool:
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
            raise UnreadableAnswer(column, f"{name} has {count} axes, and {letters} names {len(letters)}", "")
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
    elif not whole and _compound(text):
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
