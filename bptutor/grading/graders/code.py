"""Grading a function that a learner wrote: run in the sandbox, held against the engine, its mistake named.

The order of decisions is that of every other kind: can it be read, what stopped it, does it leave its inputs alone,
types and shapes, numbers, the mistake that the numbers are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial

import numpy as np

from bptutor.errors import BptutorError, UsageError
from bptutor.grading.answer.answer_samples import TROUBLE, AnswerSamples, Sample
from bptutor.grading.answer.submission import Case
from bptutor.grading.catalogue import expected_answer
from bptutor.grading.catalogue.expected_answer import ExpectedAnswer
from bptutor.grading.code import messages as words
from bptutor.grading.code import python_errors as slips
from bptutor.grading.code.cases import Call, Calls, calls, code_of, equal_sizes, returned
from bptutor.grading.code.compare_results import Difference, Fault, Note, as_array, closeness, difference, part
from bptutor.grading.code.expected import flat
from bptutor.grading.code.sandbox.run import Ran, Stop, Stopped, run
from bptutor.grading.feedback import messages, numeric_difference
from bptutor.grading.feedback.answer_contents import Written, of_program
from bptutor.grading.feedback.match import matches
from bptutor.grading.graders.number import over
from bptutor.grading.verdict import SAID, Finding, Mark, ProofMark, Verdict, telling
from bptutor.notation.equality.compare import Comparison
from bptutor.notation.shapes.layout import Layout
from bptutor.notation.tree import Number
from bptutor.packs.pasted import unwrapped


def grade_code(case: Case) -> Verdict:
    """Grade a program on the cases of its question."""
    return judge(case, calls(case))


def judge(case: Case, asked: Calls) -> Verdict:
    """Grade a program on given calls: the first that fails decides.

    Raises:
        UsageError: The code of the question itself does not run.
    """
    case, written = replace(case, text=unwrapped(case.text)), case.text
    code = code_of(case)
    ran = run(asked.job(case.text, code.entry))
    verdict = _without_judging(ran) or _judged(case, asked, ran, written)
    slip = slips.exchanged(ran.head, written, code) if verdict.mark is Mark.WRONG else None
    return slips.unreadable(slip) if slip else verdict


def _judged(case: Case, asked: Calls, ran: Ran, written: str) -> Verdict:
    """Return the verdict of a program that got its chance: on the first call that fails, or the first slip."""
    code, notes = code_of(case), list[Note]()
    for n, (call, result) in enumerate(zip(asked.calls, ran.results, strict=False)):
        names = {path: label for path, label in call.expected.labels.items() if label}
        slip = slips.result(call.truth, result.value, ran, written, names)
        if slip:
            said = _authored(_Wrong(case, asked, ran, n, Difference(Fault.TYPE, (), None, None)))
            help_ = f"{said[0].message} {slips.FREE}" if said else slip.help
            return slips.unreadable(replace(slip, help=help_), result.printed)
        apart = difference(call.truth, result.value, code.tolerance, notes)
        findings = [words.changed(result.changed)] if result.changed else []
        if apart:
            findings += _findings(_Wrong(case, asked, ran, n, apart))
        if findings:
            return _wrong(findings, call, result.value, result.printed)
    slip = slips.stopped(ran, written, code)
    if slip:
        return slips.unreadable(slip, ran.printed)
    if ran.stopped is not None or len(ran.results) != len(asked.calls):
        stopped = ran.stopped or Stopped(Stop.CRASHED)
        call = asked.calls[min(len(ran.results), len(asked.calls) - 1)]
        findings = [words.stopped(stopped, case.text, call), *_where_shapes_fit(case, stopped)]
        return _wrong(findings, call, None, ran.printed)
    return replace(_right(asked.calls[0], notes), cases=len(asked.calls))


_NOT_JUDGED: Mapping[Stop, str] = {
    Stop.NOT_STARTED: "The process that runs your code does not start here, so nothing is said of it.",
    Stop.KILLED: "The process that runs your code was ended from outside, twice, so nothing is said of it.",
}


def _without_judging(ran: Ran) -> Verdict | None:
    """Return the verdict of a program that did not get its chance.

    Raises:
        UsageError: The code of the question itself does not run.
    """
    stopped = ran.stopped
    if stopped is not None and stopped.stop is Stop.GIVEN:
        raise UsageError(f"the code of the question does not run ({stopped.message})", "look at `setup` and `args`")
    if stopped is None or stopped.stop not in _NOT_JUDGED:
        return None
    finding = Finding("disagreement", _NOT_JUDGED[stopped.stop])
    return Verdict(Mark.UNDECIDED, ProofMark.UNDECIDED, (finding,))


def _right(call: Call, notes: list[Note]) -> Verdict:
    """Return the verdict of a program that returned what is asked every time."""
    for note in notes:
        if note.rule == "type":
            message = (
                f"{words.name(call, note.path)} has the right numbers in a list. Look at what `.T` would do to it."
            )
            return Verdict(Mark.RIGHT_OTHER_FORM, ProofMark.PROBES, (Finding("type", message),))
    said = [Finding(note.rule, note.said) for note in notes[:1]]
    return Verdict(Mark.RIGHT, ProofMark.PROBES, tuple(said))


def _wrong(findings: list[Finding], call: Call, got: object, printed: str) -> Verdict:
    """Return the verdict of a program that failed a case, with that case on the first finding."""
    values = {name: words.shown(argument) for name, argument in call.arguments.items()}
    expected, given = words.shown(call.truth), None if got is None else words.shown(got)
    first = replace(findings[0], values=values, expected=expected, got=given)
    return Verdict(Mark.WRONG, ProofMark.REFUTED, (first, *findings[1:]), printed=printed)


def _where_shapes_fit(case: Case, stopped: Stopped) -> list[Finding]:
    """Return the mistakes of a program whose shapes do not fit, from where they do: on axes of one size."""
    if not words.is_misfit(stopped):
        return []
    try:
        asked = equal_sizes(case)
        ran = run(asked.job(case.text, code_of(case).entry))
        for n, (call, result) in enumerate(zip(asked.calls, ran.results, strict=False)):
            apart = difference(call.truth, result.value, code_of(case).tolerance, [])
            if apart:
                wrong = _Wrong(case, asked, ran, n, apart)
                return [f for f in _findings(wrong) if f.rule not in {"witness", "shape", "type", "not-finite"}]
    except BptutorError:  # a scene whose sizes cannot be equal
        pass
    return []


# --- which mistake it is -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Wrong:
    """A program with the first case that it fails."""

    case: Case
    asked: Calls
    ran: Ran
    n: int
    apart: Difference

    @property
    def call(self) -> Call:
        return self.asked.calls[self.n]


def _findings(wrong: _Wrong) -> list[Finding]:
    """Return the mistakes that the results are; without one, what differs on the first case that fails."""
    apart, label = wrong.apart, words.name(wrong.call, wrong.apart.path)
    said = _authored(wrong)
    if said or apart.fault is Fault.TYPE:
        return said or [words.other_type(apart, label)]
    found = _labelled(wrong)
    if apart.fault is Fault.SHAPE:
        axes = over(held.layout) if (held := wrong.call.expected.comparisons.get(apart.path)) else ""
        return [words.other_shape(apart, label, axes, wrong.call), *found]
    if apart.fault is Fault.NOT_FINITE:
        return [words.not_finite(apart, label)]
    tolerance = code_of(wrong.case).tolerance
    if found and len(telling(found)) <= SAID:
        return found
    for other in _further(wrong):
        found = found or _labelled(other)
    return [words.witness(apart, label, tolerance, wrong.n, wrong.call), *found]


def _authored(wrong: _Wrong) -> list[Finding]:
    """Return the words of the author for the first wrong program of the question that returns the same every time."""
    got = [result.value for result in wrong.ran.results]
    tolerance = code_of(wrong.case).tolerance
    for text, say in wrong.case.question.wrong:
        theirs = [result.value for result in returned(wrong.case, wrong.asked, text).results] if say else []
        if len(theirs) == len(got) and not any(map(partial(_apart, tolerance), theirs, got)):
            return [Finding("authored", say)]
    return []


def _apart(tolerance: float, one: object, other: object) -> bool:
    """Return whether two programs returned different things; two that are not finite in the same places are alike."""
    try:
        return difference(one, other, tolerance, []) is not None
    except TROUBLE:  # what is no number cannot be compared
        return True


def _labelled(wrong: _Wrong) -> list[Finding]:
    """Return the mistakes that a part has, with the name of the part before them."""
    label = wrong.call.expected.labels.get(wrong.apart.path)
    prefix = f"{words.name(wrong.call, wrong.apart.path)}: " if label else ""
    return [replace(finding, message=prefix + finding.message) for finding in _named(wrong)]


def _further(wrong: _Wrong) -> Iterator[_Wrong]:
    """Yield the program with each further part that differs: one mistake is plain in one part, compounded in others."""
    got, tolerance = wrong.ran.results[wrong.n].value, code_of(wrong.case).tolerance
    for path, truth in flat(wrong.call.truth):
        apart = difference(truth, part(got, path), tolerance, [], path) if path != wrong.apart.path else None
        if apart and apart.fault is Fault.VALUE:
            yield replace(wrong, apart=apart)


def _named(wrong: _Wrong) -> list[Finding]:
    """Return the mistakes of the catalogue that give these results on every case, else a factor or an offset."""
    draws = tuple(_draws(wrong))
    if not draws:
        return []
    tolerance = max(closeness(draw.got, code_of(wrong.case).tolerance) for draw in draws)
    samples = AnswerSamples(draws, tolerance)
    target = _target(wrong, draws)
    written = _written(wrong.case, target)
    return messages.said(matches(target, samples), target, samples, written) or numeric_difference.plain_differences(
        draws
    )


def _written(case: Case, target: ExpectedAnswer) -> Written:
    """Return what a program holds, with what it calls the names of the scene."""
    code = code_of(case)
    handed = {name: str(code.args.get(name, name)) for name in code.parameters}
    called = {of: name for name, of in handed.items() if of in target.scope.names}
    return of_program(case.text, called, target.scope.names)


def _draws(wrong: _Wrong) -> Iterator[Sample]:
    """Yield values, truth and result of the part that differs: where the same is asked, and both are finite."""
    path = wrong.apart.path
    for call, result in zip(wrong.asked.calls, wrong.ran.results, strict=False):
        if call.expected is not wrong.call.expected:
            continue
        truth, got = as_array(part(call.truth, path)), as_array(part(result.value, path))
        if truth is None or got is None or not (np.isfinite(truth).all() and np.isfinite(got).all()):
            continue
        yield Sample(call.values, truth.astype(float), got.astype(float))


def _target(wrong: _Wrong, draws: tuple[Sample, ...]) -> ExpectedAnswer:
    """Return what mistakes are made from: the author's expression, else the values that the model answer gave."""
    comparison = wrong.call.expected.comparisons.get(wrong.apart.path)
    if comparison is not None:
        made = expected_answer.in_every_form(comparison, draws)
    else:
        bare = Comparison(wrong.case.scene, Number(Fraction(0)), Layout((), (), ()), columns=True)
        made = expected_answer.by_value_alone(bare, draws)
    if made.asked:  # no gradient depends on a number that the scene does not have: it can only scale a step
        numbers = ((name, one) for name, one in wrong.call.arguments.items() if name not in made.scope.names)
        rates = {name: one for name, one in numbers if isinstance(one, float) and one > 0 and not one.is_integer()}
        made.rates.update((name, Number(Fraction(rate))) for name, rate in rates.items())
    return made
