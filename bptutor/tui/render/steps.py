"""Each thing a lesson shows, as rows of text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from textual.content import Content

from bptutor.grading import types
from bptutor.packs.lesson.outline import Rule
from bptutor.packs.model import Question
from bptutor.packs.question_types import of
from bptutor.packs.question_types.base import Offer, Style
from bptutor.session import LineState, Shown, ShownDerivation, ShownProse, ShownQuestion, ShownShow
from bptutor.tui.render.flow import READABLE, Lines, apart, indented, wrapped
from bptutor.tui.render.formulas import Typesetter
from bptutor.tui.render.grids import NamedArray, grids, number
from bptutor.tui.render.program import program_rows
from bptutor.tui.render.prose import CODE, one_line, prose
from bptutor.tui.render.verdicts import badge

if TYPE_CHECKING:
    from bptutor.notation.values.evaluate import Values

GENERAL = Typesetter(None)
"""Sets the formula of a rule, whose letters are nobody's: a lesson's names must not get into it."""
_STATES = {
    LineState.SHOWN: "",
    LineState.ASKED: "",
    LineState.WHY: "why?",
    LineState.RIGHT: "✔",
    LineState.REVEALED: "revealed",
    LineState.SKIPPED: "skipped",
}


@dataclass
class Setting:
    """What steps are drawn with: the names of the scene, the rules of the pack, its numbers, the proofs so far."""

    setter: Typesetter
    rules: Mapping[str, Rule] = field(default_factory=dict)
    values: Values | None = None
    earlier: Mapping[int, Values | None] = field(default_factory=dict)
    """Seed -> its numbers, for arrays that were shown before other numbers were drawn."""
    checked: bool = False
    """Whether every shown line of the pack was proved before the pack was handed out."""
    tall: bool = False
    """Whether the screen has room for derivations in two dimensions."""

    def rule(self, ids: tuple[str, ...]) -> str:
        """Return the titles of rules, for the right of a line."""
        return ", ".join(self.rules[i].title if i in self.rules else i.replace("-", " ") for i in ids)


def step_rows(shown: Shown, setting: Setting, width: int) -> Lines:
    """Lay out one step of a lesson for a width; an open question is drawn by its prompt, not here."""
    if isinstance(shown, ShownProse):
        return prose(shown.text, setting.setter, min(width, READABLE))
    if isinstance(shown, ShownDerivation):
        return derivation_rows(shown, setting, width)
    if isinstance(shown, ShownQuestion):
        return question_rows(shown, setting, min(width, READABLE))
    return show_rows(shown, setting, width)


def derivation_rows(shown: ShownDerivation, setting: Setting, width: int) -> Lines:
    """Lay out a derivation as far as it has grown: number, line, rule, proof."""
    laid: list[tuple[Lines, int, Content]] = []
    for n, (line, state) in enumerate(shown.lines):
        hidden = state in {LineState.ASKED, LineState.SKIPPED}
        proof = shown.proofs[n] if n < len(shown.proofs) else ""
        block, base = _line(shown.derivation.goal, "?" if hidden else line.math, n, setting, width)
        laid.append((block, base, _notes(line.by, state, proof, setting)))
    needed = [block[base].rstrip().cell_length + 2 + notes.cell_length for block, base, notes in laid]
    edge = min(width, max([READABLE, *(cells for cells in needed if cells <= width)]))
    rows: Lines = []
    for block, base, notes in laid:
        if rows and len(block) > 1:
            rows.append(Content())
        rows += _annotated(block, base, notes, edge)
    return rows


def _line(goal: str, line: str, n: int, setting: Setting, width: int) -> tuple[Lines, int]:
    """Return one numbered line and the row that its equals sign stands on."""
    number_cell = Content.styled(f" {n + 1}  ", "$quiet")
    indent = Content(" " * number_cell.cell_length)
    inner = width - number_cell.cell_length
    found = setting.setter.derived(goal, line, inner, first=n == 0) if setting.tall else None
    if found is None:
        left = setting.setter.inline(goal)
        head = left if n == 0 else Content(" " * left.cell_length)
        math = Content.styled("?", "bold $text-warning") if line == "?" else setting.setter.inline(line)
        blank = " " * (head.cell_length + 3)
        found = wrapped(math, inner, head + Content(" = "), blank), 0
    block, base = found
    return [(number_cell if y == base else indent) + row for y, row in enumerate(block)], base


def _notes(by: tuple[str, ...], state: LineState, proof: str, setting: Setting) -> Content:
    known = "proved" if setting.checked and state is LineState.SHOWN else badge(proof)
    rule = "" if state is LineState.WHY else setting.rule(by)
    words = [rule, _STATES[state], "" if state is LineState.ASKED else known]
    return Content.styled("  ".join(word for word in words if word), "$quiet")


def _annotated(block: Lines, base: int, notes: Content, width: int) -> Lines:
    """Put the rule at the right end of the base line, or below when there is no room."""
    if not notes:
        return block
    if block[base].rstrip().cell_length + notes.cell_length + 2 <= width:
        return [*block[:base], *apart(block[base].rstrip(), notes, width), *block[base + 1 :]]
    below: Lines = []
    for part in [notes] if notes.cell_length <= width - 4 else notes.split("  "):
        cut = part.truncate(max(8, width - 4), ellipsis=True)
        below.append(Content(" " * max(0, width - cut.cell_length)) + cut)
    return [*block, *below]


def question_rows(shown: ShownQuestion, setting: Setting, width: int) -> Lines:
    """Lay out a question that was passed: prompt, answer, solution."""
    question = shown.question
    rows = prose(question.prompt, setting.setter, width) if question.prompt else []
    rows += choice_rows(question, setting, width, chosen=shown.answer or "")
    if shown.skipped:
        return [*rows, Content.styled("  skipped: it waits for you when you open the lesson again", "$quiet")]
    if shown.answer is None:
        return []
    word = "revealed" if shown.revealed else "✔ right"
    known = badge(shown.proof, shown.cases)
    note = Content.styled("  ".join(part for part in (word, known) if part), "$text-success")
    if of(question).program:
        first, *others = indented(program_rows(shown.answer), 2)
        rows += [*apart(first, note, width), *others]
    else:
        answer = Content.assemble(("> ", "$quiet"), answer_text(question, shown.answer, setting.setter))
        rows += apart(answer, note, width)
    if question.solution:
        rows += [Content(), *prose(question.solution, setting.setter, width)]
    return rows


def answer_text(question: Question, text: str, setter: Typesetter) -> Content:
    """Set an answer: mathematics as mathematics, code and letters as they were typed."""
    return _formula(text, setter) if of(question).style is Style.FORMULA else Content(text)


def _formula(text: str, setter: Typesetter) -> Content:
    return setter.inline(text) if setter.tree(text, prose=False) is not None else Content(text)


def choice_rows(question: Question, setting: Setting, width: int, chosen: str = "") -> Lines:
    """Lay out what a question offers: lettered choices, numbered lines, rules, the line with a hole."""
    named = types.of(question).pointed_at(question, chosen) if chosen else ()
    rows: Lines = []
    for n, offer in enumerate(of(question).offers(question)):
        if not offer.label:
            rows += indented(setting.setter.display(offer.text, width - 2, height=3), 2)
            continue
        arrow = "→" if n in named and offer.pickable else " "
        head = Content.assemble(f" {arrow} ", (offer.label, "bold $text-accent"), "  ")
        block = wrapped(_offered(offer, setting), width, head, " " * 6)
        notes = Content.styled(setting.rule(offer.by), "$quiet")
        rows += _annotated(block, 0, notes, width) if offer.by else block
    return rows


def _offered(offer: Offer, setting: Setting) -> Content:
    if offer.style is Style.RULE:
        return _rule_option(offer.text, setting)
    if offer.style is Style.FORMULA:
        return _formula(offer.text, setting.setter)
    if offer.style is Style.NUMPY:
        return Content.styled(offer.text, CODE)
    return one_line(offer.text, setting.setter)


def _rule_option(option: str, setting: Setting) -> Content:
    rule = setting.rules.get(option)
    if rule is None:
        return Content(option.replace("-", " "))
    text = Content(rule.title)
    return text + Content("   ") + GENERAL.inline(rule.math) if rule.math else text


def show_rows(shown: ShownShow, setting: Setting, width: int) -> Lines:
    """Lay out live arrays, with the measured column of a nudge beside them."""
    values = setting.values if shown.seed is None else setting.earlier.get(shown.seed)
    if values is None:
        return []
    arrays = named_arrays(shown.show.arrays, setting, values)
    rows = grids(arrays, width)
    nudge = shown.show.nudge
    if nudge is None:
        return rows
    head = Content.styled(f"slope of {nudge.of} by {nudge.by} (measured)", "bold")
    column = [head, *(_slope(value) for value in shown.slopes)]
    missing = _length(arrays) - len(shown.slopes)
    column += [Content.styled("→", "bold $text-warning") if n == 0 else Content("·") for n in range(missing)]
    base = max(row.cell_length for row in rows) if rows else 0
    if base + 3 + head.cell_length > width:
        return [*rows, Content(), *column]
    rows += [Content()] * (len(column) - len(rows))
    return [
        row + Content(" " * (base - row.cell_length + 3)) + (column[y] if y < len(column) else Content())
        for y, row in enumerate(rows)
    ]


def _length(arrays: list[NamedArray]) -> int:
    return max((named.array.shape[0] for named in arrays if named.array.ndim == 1), default=0)


def _slope(value: float) -> Content:
    return Content.styled(f"{number(value):>8}", "$negative" if value < 0 else "$positive")


def named_arrays(expressions: tuple[str, ...], setting: Setting, values: Values | None) -> list[NamedArray]:
    """Compute expressions of the scene on some numbers; those that have no value here are left out."""
    found = [_named_array(text, setting, values) for text in expressions] if values is not None else []
    return [named for named in found if named is not None]


def _named_array(text: str, setting: Setting, values: Values) -> NamedArray | None:
    import numpy as np

    try:
        if text in setting.setter.scope.names:
            return NamedArray(
                setting.setter.scope.shown(text), np.asarray(values[text], dtype=float), values.scope.count_from
            )
        tree = setting.setter.tree(text, prose=False)
        if tree is None:
            return None
        from bptutor.notation.values.evaluate import evaluate

        return NamedArray(
            setting.setter.plain(text), np.asarray(evaluate(tree, values), dtype=float), values.scope.count_from
        )
    except (ArithmeticError, KeyError, TypeError, ValueError):
        return None
