"""What stands around the answer line: the prompt with its hints above, how the text is read and judged below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content

from bptutor.grading.verdict import Mark, Reading, Verdict
from bptutor.packs.question_types import of
from bptutor.packs.question_types.base import Style
from bptutor.session import ShownQuestion, View, Wants
from bptutor.tui.render.flow import Lines, apart, indented, wrapped
from bptutor.tui.render.program import case_rows
from bptutor.tui.render.prose import one_line, prose
from bptutor.tui.render.steps import Setting, choice_rows
from bptutor.tui.render.verdicts import Judged, unreadable, verdict_rows

NOT_READ = Reading()
"""How nothing is read."""


@dataclass(frozen=True)
class Typed:
    """What is in the answer line, how it is read, and what was said of the answer before it."""

    text: str = ""
    reading: Reading = NOT_READ
    judged: Judged | None = None
    judged_text: str = ""
    grading: bool = False
    notice: str = ""
    """A sentence of the screen itself, such as that nothing was typed."""


def prompt_rows(view: View, setting: Setting, width: int) -> Lines:
    """Lay out the question that is asked: its prompt, what it offers, the hints that are open."""
    question = view.question
    if question is None:
        return []
    rows = prose(question.prompt, setting.setter, width) if question.prompt else []
    if view.hints_total:
        note = Content.styled(f"hint {len(view.hints)}/{view.hints_total} F2", "$text-accent")
        if view.may_reveal:
            note = Content.styled("F4 reveals", "$text-accent")
        rows = [*rows[:-1], *apart(rows[-1] if rows else Content(), note, width)]
    rows += choice_rows(question, setting, width)
    for n, hint in enumerate(view.hints):
        head = Content.styled(f"hint {n + 1}/{view.hints_total}  ", "$text-accent")
        rows += wrapped(one_line(hint, setting.setter), width, head, " " * head.cell_length)
    return rows


def echo_rows(view: View, typed: Typed, setting: Setting, width: int, height: int) -> Lines:
    """Lay out the rows under the answer line: the verdict on the last answer, or how the typed text is read.

    Args:
        view: What is asked.
        typed: What was typed and said.
        setting: Sets the mathematics.
        width: In cells.
        height: Rows there are for a reading, which is shown in two dimensions when it fits; a verdict takes what it
            needs.
    """
    if typed.grading:
        return [Content.styled("grading …", "$quiet")]
    if typed.notice:
        return wrapped(Content.styled(typed.notice, "$text-warning"), width)[:height]
    if typed.judged is not None:
        return verdict_rows(typed.judged, typed.judged_text, width)
    return reading_rows(view, typed, setting, width, height)[:height]


def program_echo_rows(typed: Typed, width: int) -> Lines:
    """Lay out what is said of a program: the verdict, and the first case that it failed."""
    if typed.grading:
        return [Content.styled("running …", "$quiet")]
    if typed.notice:
        return wrapped(Content.styled(typed.notice, "$text-warning"), width)
    if typed.judged is None:
        return []
    rows = verdict_rows(typed.judged, typed.judged_text, width, program=True)
    if typed.text.rstrip() != typed.judged_text.rstrip():
        rows[:1] = wrapped(Content.styled("of the last run:  ", "$quiet") + rows[0], width)
    rows += _printed_rows(typed.judged.verdict, width)
    for finding in typed.judged.verdict.findings[:1]:
        rows += case_rows(finding, width)
    return rows


def _printed_rows(verdict: Verdict, width: int) -> Lines:
    """Lay out the beginning of what a program printed."""
    lines, left = verdict.printed_lines
    rows = [Content.styled("It printed:", "$quiet")] if lines else []
    for line in lines:
        rows += indented(Content(line.expandtabs(4)).fold(width - 2) or [Content()], 2)
    return [*rows, Content.styled(f"  and {left} more lines", "$quiet")] if left else rows


def reading_rows(view: View, typed: Typed, setting: Setting, width: int, height: int) -> Lines:
    """Lay out how the typed text is read: never whether it is right."""
    reading = typed.reading
    if view.question is None:
        return []
    kind = of(view.question)
    if not typed.text.strip():
        return [Content.styled(kind.placeholder, "$quiet")]
    if reading.problem:
        return unreadable(typed.text, reading.column, reading.problem, reading.help, width)[:height]
    fits = Content.styled(f"fits: {reading.fits}", "$quiet") if reading.fits else Content()
    if not reading.read_as:
        return [fits]
    head = Content.styled("I read: ", "$quiet")
    if kind.style is Style.FORMULA and height > 2:
        box = _boxed(typed.text, setting, width - head.cell_length - 12, height)
        if box:
            middle = len(box) // 2
            rows = indented(box, head.cell_length)
            return [*rows[:middle], *apart(head + box[middle], fits, width), *rows[middle + 1 :]]
    if kind.style is Style.PROSE:
        text = one_line(reading.read_as, setting.setter)
    else:
        formula = kind.style is Style.FORMULA
        text = setting.setter.slanted(reading.read_as) if formula else Content(reading.read_as)
    return apart(head + text, fits, width)[:height]


def _boxed(text: str, setting: Setting, width: int, height: int) -> Lines:
    """Return a text set in two dimensions, when it needs more than one row and fits."""
    rows = setting.setter.display(text, width, height, prose=False)
    return rows if 1 < len(rows) <= height else []


def caret_row(typed: Typed, offset: int) -> Content | None:
    """Return the row with a caret under the column that could not be read.

    Args:
        typed: What was typed.
        offset: Cell at which the first character of the text stands.
    """
    error = typed.judged.verdict.error if typed.judged and typed.text == typed.judged_text else None
    column = error.column if error else typed.reading.column if typed.reading.problem else 0
    if not column:
        return None
    return Content(" " * (offset + Content(typed.text[: column - 1]).cell_length)) + Content.styled("^", "$text-error")


def waiting_rows(view: View, typed: Typed, width: int) -> Lines:
    """Lay out what stands in place of the answer line when nothing is asked."""
    rows = _judged_rows(view, typed.judged, typed.judged_text, width) if typed.judged is not None else []
    if typed.notice:
        rows += wrapped(Content.styled(typed.notice, "$text-warning"), width)
    return rows + _pairs_rows(_way_on(view), width)


def _way_on(view: View) -> list[tuple[str, str]]:
    """Return what Enter and the other keys do where nothing is asked."""
    if view.wants is Wants.NUDGE:
        return [("→", "nudge the next entry up and down, and measure the slope")]
    if view.wants is Wants.GO_ON:
        return [("enter", "go on")]
    stops = ("esc", "stop here, saved")
    if view.wants is Wants.REST:
        return [("", "A good place to stop."), ("enter", "go on"), stops]
    onward = ("enter", f"go on: {view.following}" if view.following else "go on")
    ahead = [("t", f"I know the mathematics: show {view.code_ahead}")] if view.code_ahead else []
    return [onward, stops, *ahead]


def _pairs_rows(pairs: Sequence[tuple[str, str]], width: int) -> Lines:
    """Lay out keys and what they do; a pair is broken only where it is wider than the row."""
    rows: Lines = []
    for key, text in pairs:
        pair = Content.assemble((key, "bold $text-accent"), f" {text}") if key else Content(text)
        if rows and rows[-1].cell_length + 3 + pair.cell_length <= width:
            rows[-1] += Content("   ") + pair
        else:
            rows += wrapped(pair, width)
    return rows


def _judged_rows(view: View, judged: Judged, text: str, width: int) -> Lines:
    """Lay out what was said of an answer that is over; a wrong one stands beside it, the right one stands above."""
    last = view.shown[-1] if view.shown else None
    program = isinstance(last, ShownQuestion) and of(last.question).program
    rows = verdict_rows(judged, text, width, program=program)
    if judged.verdict.mark is Mark.WRONG and not program:
        head = rows[0] + Content.styled("   yours: ", "$quiet")
        rows[:1] = wrapped(Content(text), width, head, " " * head.cell_length)
    return rows
