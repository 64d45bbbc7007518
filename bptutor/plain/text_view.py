"""What a view and a verdict say, as lines of text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bptutor.grading import types
from bptutor.grading.verdict import Finding, Mark, ProofMark, Verdict
from bptutor.packs.faces import WRITTEN
from bptutor.packs.lesson.outline import Pack
from bptutor.packs.model import Question
from bptutor.packs.question_types import of
from bptutor.packs.question_types.base import Offer, Style
from bptutor.plain.compared import difference, is_long, nested
from bptutor.plain.speech import MORE, array, clean, heard, minus, number, paragraphs, sentence, spoken, wrapped
from bptutor.session import (
    ROUND,
    LineState,
    Session,
    Shown,
    ShownDerivation,
    ShownProse,
    ShownQuestion,
    ShownShow,
    View,
    Wants,
)

if TYPE_CHECKING:
    from bptutor.notation.scope import Scope

_MARKS = {
    Mark.RIGHT: "Right.",
    Mark.RIGHT_OTHER_FORM: "The value is right, in another form than asked.",
    Mark.RIGHT_FROM_EARLIER: "Right, from your earlier value.",
    Mark.WRONG: "Not right.",
    Mark.UNDECIDED: "I cannot decide this; it does not count as wrong.",
}
_GAP = "gap"
"""What is read aloud where a line has a hole."""
_STATES = dict.fromkeys((LineState.RIGHT, LineState.SHOWN, LineState.WHY, LineState.SKIPPED), "")
_STATES[LineState.REVEALED] = " (revealed)"


def scope_of(view: View) -> Scope | None:
    """Return the names of what is shown; None without a scene."""
    return view.scene.scope if view.scene is not None else None


Piece = tuple[str, list[str]]
"""Where something is said, and its lines: what was said there once is not said again."""


def pieces(view: View, session: Session, full: bool = False) -> Iterator[Piece]:
    """Yield what stands in a view, top to bottom, and then what is asked now: prompt, offers, open hints.

    Args:
        view: What is shown.
        session: Knows the numbers.
        full: Whether large arrays are read to their end.
    """
    scope = scope_of(view)
    for n, shown in enumerate(view.shown):
        for lines in _piece(shown, scope, session, full):
            yield view.between + (shown.question.id if isinstance(shown, ShownQuestion) else str(n)), lines
    if view.question is not None:
        yield from ((view.between + view.question.id, lines) for lines in _asked(view, session.library.pack))


def place(view: View) -> Iterator[Piece]:
    """Yield where in a review or a quiz a question stands; how it opens is said with its title."""
    if view.question is not None and view.lesson.id.startswith(ROUND) and view.stop > 1:
        yield view.between, [f"Question {view.stop} of {view.stops}."]


def _piece(shown: Shown, scope: Scope | None, session: Session, full: bool) -> Iterator[list[str]]:
    if isinstance(shown, ShownProse):
        yield paragraphs(shown.text, scope)
    elif isinstance(shown, ShownDerivation):
        yield from _derivation(shown, scope, session.library.pack)
    elif isinstance(shown, ShownQuestion):
        yield from _answered(shown, scope)
    else:
        yield from _show(shown, scope, session, full)


def _derivation(shown: ShownDerivation, scope: Scope | None, pack: Pack) -> Iterator[list[str]]:
    yield wrapped(f"Wanted: {clean(spoken(shown.derivation.goal, scope))}.")
    for n, (line, state) in enumerate(shown.lines, 1):
        if state not in _STATES:
            continue
        if state is LineState.SKIPPED:
            yield [f"Line {n}: skipped."]
            continue
        why = f", by {_titles(line.by, pack)}" if line.by and state is not LineState.WHY else ""
        yield wrapped(clean(f"Line {n}{_STATES[state]}: equals {spoken(line.math, scope)}{why}."), hanging=True)
    if shown.finished:
        for face in WRITTEN:
            if face.spoken and (text := shown.derivation.faces.get(face.name)):
                yield wrapped(clean(f"{face.spoken}: {text if face.program else spoken(text, scope) + '.'}"))


def _answered(shown: ShownQuestion, scope: Scope | None) -> Iterator[list[str]]:
    question = shown.question
    if shown.answer is None and not shown.skipped:
        return
    yield paragraphs(question.prompt, scope)
    if shown.skipped or shown.answer is None:
        yield ["(skipped)"]
        return
    label = "The answer is" if shown.revealed else "Your answer"
    seed = f" (seed {shown.seed})" if of(question).asks_numbers else ""
    if of(question).program:
        yield [f"{label}:", *_code(shown.answer)]
    else:
        yield wrapped(clean(f"{label}{seed}: {_answer(question, shown.answer, scope)}"))
    if question.solution:
        yield paragraphs(question.solution, scope)


def _answer(question: Question, text: str, scope: Scope | None) -> str:
    offers, items = of(question).offers(question), types.of(question).items(question)
    named = [n for n in types.of(question).pointed_at(question, text) if n < len(offers)]
    sentences = [sentence(items[n], scope) for n in named if offers[n].style in {Style.PROSE, Style.RULE}]
    if sentences and all(offers[n].pickable for n in named):
        return "; ".join(sentences)
    if of(question).style is Style.FORMULA:
        return spoken(text, scope)
    return minus(text) if of(question).style is Style.NUMBERS else text


def _code(source: str) -> list[str]:
    """Return a program as it stands, each line moved in by four blanks."""
    return [f"    {line}" for line in clean(source).expandtabs(4).rstrip("\n").split("\n")]


def _show(shown: ShownShow, scope: Scope | None, session: Session, full: bool) -> Iterator[list[str]]:
    values = session.values
    if values is None:
        return
    for name in shown.show.arrays:
        yield [part for line in array(name, values, full) for part in wrapped(clean(line), hanging=True)]
    nudge = shown.show.nudge
    if nudge is None:
        return
    by, of = spoken(nudge.by, scope), spoken(nudge.of, scope)
    by += " sub" * by[-1:].isdigit()
    for n, slope in enumerate(shown.slopes, values.scope.count_from):
        yield wrapped(f"Nudging {by} {n}: the slope of {of} is {number(slope)}, measured.")


def _asked(view: View, pack: Pack) -> Iterator[list[str]]:
    question, scope = view.question, scope_of(view)
    if question is None:
        return
    yield paragraphs(question.prompt, scope)
    if question.code is not None:
        yield _code(question.code.starter) if question.code.starter else []
        yield wrapped("Type the function line by line; a line with a single dot ends it. Or :edit, for your editor.")
        yield wrapped("What you had typed is kept: :show reads it, :edit goes on with it.") if view.draft else []
    yield [part for offer in _offers(question, pack, scope) for part in wrapped(offer, hanging=True)]
    for n, hint in enumerate(view.hints, 1):
        yield wrapped(f"Hint {n} of {view.hints_total}: {heard(sentence(hint, scope), scope)}")


def _offers(question: Question, pack: Pack, scope: Scope | None) -> list[str]:
    """Return what stands below a prompt, one line each, and how to answer."""
    lines: list[str] = []
    for offer in of(question).offers(question):
        if offer.label:
            reasons = f", by {_titles(offer.by, pack)}" if offer.by else ""
            lines.append(f"  {offer.label}. {_aloud(offer, pack, scope)}{reasons}")
            continue
        gap = offer.text.replace("?", _GAP)
        aloud = spoken(gap, scope)
        lines += [f"  {clean(aloud)}"] if aloud != gap else []
        lines.append(f"  Written: {clean(offer.text)}")
    how = of(question).instruction(question)
    return [*lines, how] if how else lines


def _aloud(offer: Offer, pack: Pack, scope: Scope | None) -> str:
    if offer.style is Style.RULE:
        return _titles((offer.text,), pack)
    if offer.style is Style.FORMULA:
        return clean(spoken(offer.text, scope))
    return sentence(offer.text, scope) if offer.style is Style.PROSE else clean(offer.text)


def _titles(ids: tuple[str, ...], pack: Pack) -> str:
    return " and ".join(pack.rules[rule].title if rule in pack.rules else rule for rule in ids)


def way_on(view: View) -> str:
    """Return what can be done now, in one short line."""
    if view.wants is Wants.FINISHED and view.lesson.id.startswith(ROUND):
        return "That was all. Enter goes on; also map, another, quit."
    if view.wants is Wants.FINISHED:
        return f"The lesson is finished{left_for_later(view)}. Enter: the next one; also map, another, quit."
    if view.wants is Wants.REST:
        return "A good place to stop: quit stops here, Enter goes on."
    if view.wants is Wants.GO_ON:
        return "Enter goes on."
    if view.wants is Wants.NUDGE:
        return "Enter nudges the next one."
    if view.one_try:
        return "Your answer; there is one try. Or skip."
    easier = ", easier" if view.may_ease else ""
    if view.may_reveal:
        return f"Your answer; or reveal, skip, another{easier}."
    return f"Your answer; or ? for a hint, skip, another{easier}."


def left_for_later(view: View) -> str:
    """Say how many questions of a finished lesson were left for later."""
    if not view.skipped:
        return ""
    many = "one question is" if view.skipped == 1 else f"{view.skipped} questions are"
    it = "it" if view.skipped == 1 else "them"
    return f"; {many} left for later, and the word again takes {it} up"


def verdict_lines(verdict: Verdict, view: View, full: bool = False) -> list[str]:
    """Return what is said of an answer; large arrays are read to their end only in full."""
    if verdict.error is not None:
        alone = verdict.error.column and not verdict.error.line
        where = f" (column {verdict.error.column})" if alone else ""
        help_ = verdict.error.help
        advice = f" {help_[:1].upper()}{help_[1:]}{'' if help_.endswith('?') else '.'}" if help_ else ""
        return wrapped(clean(f"I cannot read that{where}: {verdict.error.message}.{advice}").replace("..", "."))
    lines: list[str] = []
    if verdict.read_as and not verdict.right:
        lines += wrapped(f"I read: {clean(_echo(verdict.read_as, view))}")
    lines += wrapped(_MARKS[verdict.mark])
    scope, program = scope_of(view), view.question is not None and of(view.question).program
    first = 0 if program else scope.count_from if scope is not None else 1
    for finding in verdict.said:
        lines += _finding(finding, scope, full, first)
    return lines + _printed(verdict)


def _echo(read_as: str, view: View) -> str:
    """Return in words how an answer was read."""
    question = view.question
    if question is None:
        return read_as
    if read_as in question.options:
        titles = zip(question.options, question.choices, strict=False)
        return next((title.text for rule, title in titles if rule == read_as), read_as)
    style = of(question).style
    if style is Style.PROSE:
        return sentence(read_as, scope_of(view))
    if style is Style.NUMBERS:
        return minus(read_as)
    return spoken(read_as, scope_of(view)) if style in {Style.FORMULA, Style.NUMPY} else read_as


def _printed(verdict: Verdict) -> list[str]:
    """Return the beginning of what a program printed."""
    lines, left = verdict.printed_lines
    more = [f"and {left} more lines."] if left else []
    return ["Your program printed:", *_code("\n".join(lines)), *more] if lines else []


def _finding(finding: Finding, scope: Scope | None, full: bool, first: int) -> list[str]:
    """Say what was found; entries of a program's arrays are counted from 0, as its messages do."""
    lines = wrapped(heard(finding.message, scope))
    values = dict(list(finding.values.items())[:8])
    if values:
        given = "; ".join(f"{name} = {nested(value, full)}" for name, value in values.items())
        end = "." if finding.got is None else ":"
        lines += wrapped(clean(f"For {given}{end}"), hanging=True)
    if finding.expected is not None and finding.got is not None:
        both = f"wanted {nested(finding.expected)}, your answer gives {nested(finding.got)}."
        lines += wrapped(clean(both if full else difference(finding.expected, finding.got, first)))
    told = [*values.values(), finding.expected, finding.got]
    return lines + ([f"{MORE[:1].upper()}{MORE[1:]}."] if not full and any(map(is_long, told)) else [])


def proof_lines(verdict: Verdict) -> list[str]:
    """Return what the proof adds to a right answer."""
    if verdict.mark is Mark.UNDECIDED:
        return wrapped(clean(verdict.findings[0].message))
    if verdict.cases:
        return wrapped(f"Run on {verdict.cases} case{'s' * (verdict.cases > 1)}: what is asked, each time.")
    return ["Proved."] if verdict.proof is ProofMark.PROVED else wrapped("Equal in all trials, not proved.")
