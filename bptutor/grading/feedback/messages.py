"""From the mistakes that an answer is to what is said of it: sentences that hold for this answer.

A row of the catalogue has several sentences. Which one is said follows from what the answer holds (numbers hold no
product to speak of), from the question (its loss, its probabilities, its indices), and from what is computed on the
answer: a change of every entry is claimed only where it gives every entry.
"""

from __future__ import annotations

from bptutor.grading.answer.answer_samples import AnswerSamples
from bptutor.grading.catalogue.expected_answer import ExpectedAnswer
from bptutor.grading.catalogue.order import LAST, implied
from bptutor.grading.feedback.answer_contents import Written
from bptutor.grading.feedback.match import Match, changed_everywhere, hypotheses
from bptutor.grading.feedback.mentioned_names import suits
from bptutor.grading.feedback.message_context import cases, denominator, words
from bptutor.grading.feedback.numeric_difference import agreeing
from bptutor.grading.verdict import Finding
from bptutor.notation.scope import NetworkRole

SPOKEN = "{part}"
"""Where a sentence mentions the name that a mistake is about."""


def said(found: list[Match], expected: ExpectedAnswer, samples: AnswerSamples, written: Written) -> list[Finding]:
    """Return mistakes as findings.

    Args:
        found: The mistakes that the answer is.
        expected: What is asked.
        samples: The answer on the draws that the mistakes were found on.
        written: What the answer holds.
    """
    speaker = _Speaker(expected, samples, written)
    unlisted = implied({fit.mistake.id for fit in found})
    told = ((fit, speaker.message(fit)) for fit in found if fit.mistake.id not in unlisted)
    return [Finding(fit.mistake.id, message) for fit, message in told if message]


class _Speaker:
    """Fits the sentences of the catalogue to one answer."""

    def __init__(self, expected: ExpectedAnswer, samples: AnswerSamples, written: Written) -> None:
        self.expected, self.samples, self.written = expected, samples, written
        self.words = words(expected, self.show) | written.holds()
        one_case = samples.draws and all(agreeing(draw) is not None for draw in samples.draws)
        self.words["one case"] = "yes" if one_case else ""

    def show(self, name: str) -> str:
        """Return what a name of the scene is called: in a program as the program calls it."""
        if name not in self.expected.scope.names:
            return name
        called = self.written.shown
        return self.expected.scope.shown(name) if called is None else called.get(name, name)

    def message(self, fit: Match) -> str:
        """Return what is said of a mistake; nothing where it needs a name that the question is not about."""
        if fit.mistake.id == LAST and self._constant():
            return ""
        known, part = self._known(fit), fit.part
        if SPOKEN in fit.mistake.text(self.show(part), known, fit.paired):
            part = self._part(fit)
            if not part and SPOKEN in fit.mistake.text("", known, fit.paired):
                return ""
        return fit.mistake.message(self.show(part), known, fit.paired)

    def _known(self, fit: Match) -> dict[str, str]:
        """Return the words with what holds of one mistake."""
        everywhere = not fit.paired and changed_everywhere(fit.mistake, self.expected, self.samples)
        known = self.words | {"everywhere": "yes" if everywhere else ""}
        known["untold"] = "yes" if any(fit.part in one for one in self.expected.parts.untold) else ""
        if self.expected.parts.roles.get(fit.part) is NetworkRole.PROBABILITY:
            known |= {"p": self.show(fit.part), "denominator": denominator(fit.part, self.expected, self.show)}
        if fit.indices or fit.mistake.id == "delta-collapse":
            known["cases"] = cases(self.expected, fit.part, fit.indices)
        return known

    def _constant(self) -> bool:
        """Return whether an answer is the same on all draws: it is a constant, and no quantity of the scene."""
        first, *others = self.samples.draws or (None,)
        alike = (first is not None and self.samples.equal(draw.got, first.got) for draw in others if draw is not None)
        return bool(others) and all(alike)

    def _part(self, fit: Match) -> str:
        """Return the name that a mistake is said to be about: the first that matches and that may be mentioned."""
        within = fit.mistake.within
        if not fit.part or suits(fit.part, self.expected, self.written, within):
            return fit.part
        if fit.paired or not self.samples.draws:
            return ""
        first = self.samples.draws[0]
        others = (
            one.part
            for one in hypotheses(self.expected).on(first.values)
            if one.mistake is fit.mistake
            and one.part not in {"", fit.part}
            and self.samples.equal(one.array, first.got, first.counts)
            and suits(one.part, self.expected, self.written, within)
            and self.samples.made(one.hypothesis)
        )
        return next(others, "")
