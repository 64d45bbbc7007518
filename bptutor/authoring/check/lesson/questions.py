"""Grading what an author calls right: it must be, on every seed; what is no answer must not be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from bptutor.authoring.check.asked import asked, fillings
from bptutor.authoring.check.lesson.code import check_code
from bptutor.authoring.check.lesson.extremes import check_finite
from bptutor.authoring.check.lesson.goals import EXPRESSIONS, check_goal
from bptutor.authoring.check.lesson.menus import check_menu
from bptutor.authoring.check.lesson.numbers import check_numbers
from bptutor.authoring.check.lesson.wrong_lines import check_wrong_lines
from bptutor.authoring.check.report import Checked
from bptutor.authoring.model_text import model_text
from bptutor.errors import BptutorError, UnreadableAnswer
from bptutor.grading.grade import grade
from bptutor.grading.verdict import Mark, Verdict
from bptutor.notation import parse
from bptutor.notation.equality.tolerances import close
from bptutor.notation.scope import Role
from bptutor.notation.shapes import axes
from bptutor.notation.values.evaluate import evaluate
from bptutor.packs.model import NUMBERS, Kind, Lesson, Place, Question
from bptutor.packs.scene.scene import Scene
from bptutor.packs.yaml.places import placed
from bptutor.packs.yaml.reader import problem

SEEDS = 25
SAMPLE = 3
"""Seeds for questions whose verdict comes from probes, which draw 20 times each."""


class Grading:
    """The check of one question."""

    def __init__(self, question: Question, lesson: Lesson, seeds: int, checked: Checked) -> None:
        """Take the question, with what it gives itself."""
        self.question = question
        self.lesson = lesson
        base = lesson.scene or Scene.from_mapping({})
        self.scene = base.changed(question.changes)
        self.checked = checked
        drawn = any(_drawn(name.draw.literal, name.role) for name in self.scene.scope.names.values())
        few = seeds if question.kind in NUMBERS | {Kind.SHAPE} and drawn else min(seeds, SAMPLE)
        self.seeds = range(few if drawn else 1)

    def run(self) -> None:
        """Grade the model answer, what is accepted, and what must not be."""
        self.checked.questions += 1
        check_menu(self.question, self.lesson, self.checked)
        check_wrong_lines(self.question, self.lesson, self.checked)
        place = self.question.places.get("answer", self.question.place)
        try:
            if self.question.whole and not self._filled(place):
                return
            if not self._right(place):
                return
            with placed(self.question.places.get("goal", place), self.checked.problems, "the goal"):
                check_goal(self.question, self.scene, self.seeds, self.lesson, self.checked)
            check_finite(self.question, self.scene, self.seeds, self.checked)
            if self.question.kind in NUMBERS:
                base = self.lesson.scene or Scene.from_mapping({})
                check_numbers(self.question, base, self.seeds, self.lesson, self.checked)
        except UnreadableAnswer as error:
            self._wrong(place, f"the answer cannot be read: {error.message}", error.help, "model-answer")
            return
        except BptutorError as error:
            self._wrong(place, f"the answer has no value: {error}", getattr(error, "help", ""), "no-value")
            return
        self._not_right()

    def _grade(self, text: str, seed: int) -> Verdict:
        self.checked.grades += 1
        return grade(self.question, text, self.lesson.scene, seed)

    def _wrong(self, place: Place, what: str, help_: str, rule: str) -> None:
        self.checked.problems.append(problem(place, what, help_, rule))

    # --- what must be right -------------------------------------------------------------------------

    def _right(self, place: Place) -> bool:
        """Grade the model answer and every accepted one, one problem each; return whether the model answer is right."""
        claimed = [("the model answer", self.question.answer, place)]
        for n, text in enumerate(self.question.accept):
            claimed.append(("an accepted answer", text, self.question.places.get(f"accept.{n}", place)))
        for what, answer, at in claimed:
            for seed in self.seeds:
                typed = model_text(self.question, answer, self.scene, seed)
                verdict = self._own(typed, seed) if what != "the model answer" else self._grade(typed, seed)
                if verdict.mark is not Mark.RIGHT:
                    said = f"{what} `{typed}` is graded {verdict.mark.value} (seed {seed})"
                    self._wrong(at, said, _reason(verdict), "model-answer")
                    if what == "the model answer":
                        return False
                    break
        return True

    def _filled(self, place: Place) -> bool:
        """Find what fills the hole, so that it can be graded as the model answer; report when nothing does."""
        for text in fillings(self.question, self.scene.scope):
            if self._grade(text, 0).mark is Mark.RIGHT:
                self.question = replace(self.question, answer=text)
                return True
        what = f"no part of the line fills the hole of `{self.question.line}`"
        self._wrong(place, what, "write `hole:` as the line itself with one part replaced by `?`", "hole")
        return False

    def _own(self, text: str, seed: int) -> Verdict:
        """Grade an accepted expression: it must equal the model answer, in whatever form."""
        alone = replace(self.question, accept=())
        if self.question.kind in EXPRESSIONS | {Kind.FILL}:
            verdict = grade(alone, text, self.lesson.scene, seed)
            if verdict.mark is not Mark.RIGHT_OTHER_FORM:
                return verdict
        return self._grade(text, seed)

    # --- what must not be right ---------------------------------------------------------------------

    def _not_right(self) -> None:
        place = self.question.places.get("answer", self.question.place)
        for text, what, rule in self._others():
            if rule in self.lesson.allow:
                continue
            if all(self._grade(text, seed).right for seed in self.seeds):
                help_ = f"ask for something else, or `allow: {{{rule}: why}}` in the front matter"
                self._wrong(place, f"{what} `{text}` is accepted", help_, rule)
        for n, (answer, _) in enumerate(self.question.wrong):
            if any(self._grade(answer, seed).right for seed in self.seeds):
                at = self.question.places.get(f"wrong.{n}", place)
                self._wrong(at, f"the wrong answer `{answer}` is accepted", "it is right: delete it", "accepted-wrong")

    def _others(self) -> Iterator[tuple[str, str, str]]:
        """Yield texts that are no answer, what they are, and the rule that they break."""
        question = self.question
        yield " ", "a blank answer", "accepted-blank"
        if question.kind not in {Kind.CHOICE, Kind.ORDER, Kind.RULE}:
            yield "0", "zero", "accepted-zero"
            if question.prompt.strip():
                yield question.prompt.strip()[:900], "the prompt", "accepted-prompt"
        if question.derived is not None:
            yield question.derived.goal, "the goal", "no-progress"
            for line in question.derived.above:
                yield line, "a line above", "no-progress"
        if question.kind in EXPRESSIONS:
            for name in self._equal_names():
                yield name, "the bare name", "no-progress"

    def _equal_names(self) -> Iterator[str]:
        """Yield the defined names, with the letters of the answer, that equal it and are not the answer itself."""
        scope, numpy = self.scene.scope, self.question.kind is Kind.NUMPY
        tree = parse.read(str(self.question.answer), scope, parse.Spelling.NUMPY if numpy else parse.Spelling.ANY)
        goal = parse.read(self.question.derived.goal, scope) if self.question.derived else None
        known = {letter: axis for letter, axis in axes.of(goal, scope).letters.items() if axis} if goal else {}
        own = axes.of(tree, scope, not numpy, known).letters
        known |= {letter: axis for letter, axis in own.items() if axis}
        letters = tuple(own)
        values = self.scene.fresh(1)
        with np.errstate(all="ignore"):
            truth = evaluate(tree, values, order=letters, known=known, columns=not numpy)
            for name, declared in scope.names.items():
                if declared.role is not Role.DEFINED or values[name].shape != truth.shape:
                    continue
                text = name + (f"_{{{','.join(letters)}}}" if letters else "")
                asked_for = parse.read(text, scope) == tree
                if not asked_for and close(truth, values[name]):
                    yield text


def _drawn(literal: object, role: Role) -> bool:
    return literal is None and role in {Role.GIVEN, Role.POSITION}


def _reason(verdict: Verdict) -> str:
    if verdict.error is not None:
        return f"{verdict.error.message}; {verdict.error.help}".rstrip("; ")
    return verdict.findings[0].message.rstrip(".") if verdict.findings else ""


def _graded(question: Question, lesson: Lesson, seeds: int, checked: Checked) -> None:
    Grading(question, lesson, seeds, checked).run()


_CHECKS = {Kind.CODE: check_code}
"""Kinds that are not checked answer by answer on one seed after the other."""


def check_questions(lesson: Lesson, seeds: int, checked: Checked) -> None:
    """Check every question in every variant, and every asked line in every form of a lesson."""
    for block in lesson.blocks:
        with placed(block.place, checked.problems):
            for question in asked(replace(lesson, blocks=(block,))):
                with placed(question.places.get("answer", question.place), checked.problems):
                    _CHECKS.get(question.kind, _graded)(question, lesson, seeds, checked)
