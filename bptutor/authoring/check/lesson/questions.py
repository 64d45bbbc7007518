"""Grading what an author calls right: it must be, on every seed; what is no answer must not be."""

from __future__ import annotations

from dataclasses import replace

from bptutor.authoring.check.asked import asked, fillings
from bptutor.authoring.check.lesson.code import check_code
from bptutor.authoring.check.lesson.extremes import check_finite
from bptutor.authoring.check.lesson.goals import check_goal
from bptutor.authoring.check.lesson.numbers import check_numbers
from bptutor.authoring.check.report import Checked
from bptutor.errors import BptutorError, UnreadableAnswer
from bptutor.grading import types
from bptutor.grading.answer.submission import make
from bptutor.grading.grade import grade
from bptutor.grading.types.base import Probe
from bptutor.grading.verdict import Mark, Verdict
from bptutor.packs.model import Lesson, Place, Question
from bptutor.packs.question_types import of
from bptutor.packs.scene.scene import Scene
from bptutor.packs.yaml.places import problems_at

SEEDS = 25
BLANK = Probe(" ", "a blank answer", "accepted-blank")
SAMPLE = 3
"""Seeds for questions whose verdict comes from probes, which draw 20 times each."""


class Grading:
    """The check of one question."""

    def __init__(self, question: Question, lesson: Lesson, seeds: int, checked: Checked) -> None:
        """Take the question, with what it gives itself."""
        self.question = question
        self.lesson = lesson
        self.base = lesson.scene or Scene.from_mapping({})
        self.scene = self.base.changed(question.changes)
        self._case = make(question, "", self.base)
        self.checked = checked
        drawn = self.scene.is_drawn
        few = seeds if of(question).computed and drawn else min(seeds, SAMPLE)
        self.seeds = range(few if drawn else 1)

    def run(self) -> None:
        """Grade the model answer, what is accepted, and what must not be."""
        self.checked.questions += 1
        faults = types.of(self.question).faults(self._case)
        self.checked.problems += [found for found in faults if found.rule not in self.lesson.allow]
        place = self.question.at("answer")
        try:
            if (self.question.whole and not self._filled(place)) or not self._right(place):
                return
            with problems_at(self.question.places.get("goal", place), self.checked.problems, "the goal"):
                check_goal(self.question, self.scene, self.seeds, self.lesson, self.checked)
            check_finite(self.question, self.scene, self.seeds, self.checked)
            if of(self.question).asks_numbers:
                check_numbers(self.question, self.base, self.seeds, self.lesson, self.checked)
        except UnreadableAnswer as error:
            self.checked.wrong(place, f"the answer cannot be read: {error.message}", error.help, "model-answer")
            return
        except BptutorError as error:
            self.checked.wrong(place, f"the answer has no value: {error}", getattr(error, "help", ""), "no-value")
            return
        self._not_right()

    def _grade(self, text: str, seed: int) -> Verdict:
        self.checked.grades += 1
        return grade(self.question, text, self.lesson.scene, seed)

    # --- what must be right -------------------------------------------------------------------------

    def _right(self, place: Place) -> bool:
        """Grade the model answer and every accepted one, one problem each; return whether the model answer is right."""
        claimed = [("the model answer", self.question.answer, place)]
        for n, text in enumerate(self.question.accept):
            claimed.append(("an accepted answer", text, self.question.places.get(f"accept.{n}", place)))
        for what, answer, at in claimed:
            for seed in self.seeds:
                typed = types.of(self.question).model_text(replace(self._case, seed=seed), answer)
                verdict = self._own(typed, seed) if what != "the model answer" else self._grade(typed, seed)
                if verdict.mark is not Mark.RIGHT:
                    said = f"{what} `{typed}` is graded {verdict.mark.value} (seed {seed})"
                    self.checked.wrong(at, said, _reason(verdict), "model-answer")
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
        self.checked.wrong(place, what, "write `hole:` as the line itself with one part replaced by `?`", "hole")
        return False

    def _own(self, text: str, seed: int) -> Verdict:
        """Grade an accepted expression: it must equal the model answer, in whatever form."""
        alone = replace(self.question, accept=())
        if types.of(self.question).provable:
            verdict = grade(alone, text, self.lesson.scene, seed)
            if verdict.mark is not Mark.RIGHT_OTHER_FORM:
                return verdict
        return self._grade(text, seed)

    # --- what must not be right ---------------------------------------------------------------------

    def _not_right(self) -> None:
        place = self.question.at("answer")
        for text, what, rule in (BLANK, *types.of(self.question).wrong_probes(self._case)):
            if rule in self.lesson.allow:
                continue
            if all(self._grade(text, seed).right for seed in self.seeds):
                help_ = f"ask for something else, or `allow: {{{rule}: why}}` in the front matter"
                self.checked.wrong(place, f"{what} `{text}` is accepted", help_, rule)
        for n, (answer, _) in enumerate(self.question.wrong):
            if any(self._grade(answer, seed).right for seed in self.seeds):
                at = self.question.places.get(f"wrong.{n}", place)
                self.checked.wrong(
                    at, f"the wrong answer `{answer}` is accepted", "it is right: delete it", "accepted-wrong"
                )


def _reason(verdict: Verdict) -> str:
    if verdict.error is not None:
        return f"{verdict.error.message}; {verdict.error.help}".rstrip("; ")
    return verdict.findings[0].message.rstrip(".") if verdict.findings else ""


def check_questions(lesson: Lesson, seeds: int, checked: Checked) -> None:
    """Check every question in every variant, and every asked line in every form of a lesson."""
    for block in lesson.blocks:
        with problems_at(block.place, checked.problems):
            for question in asked(replace(lesson, blocks=(block,))):
                with problems_at(question.at("answer"), checked.problems):
                    if of(question).program:
                        check_code(question, lesson, seeds, checked)
                    else:
                        Grading(question, lesson, seeds, checked).run()
