"""Questions for the lines that do not follow, answered with their numbers, or with `none`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from bptutor.errors import BptutorError, Problem, UnreadableAnswer
from bptutor.grading.answer.submission import Case
from bptutor.grading.types.base import QuestionType
from bptutor.grading.types.pointing import Pointing, same_text
from bptutor.grading.verdict import Finding, Mark, Verdict
from bptutor.packs.lesson.stop_ids import mark
from bptutor.packs.model import Question
from bptutor.packs.question_types.wrong_line import NONE, assignments, is_program, named
from bptutor.packs.yaml.reader import problem

if TYPE_CHECKING:
    from bptutor.grading.graders.lines import Lines

RULE = "wrong-line"
QUICK = 0.6
"""Seconds for what is said of one line when an answer is graded."""
PATIENCE = 30.0
"""Seconds for one line when a pack is checked."""
_NUMBERS = tuple(
    zip(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
        ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"],
        strict=True,
    )
)
_ALL_FOLLOW = re.compile(
    r"(?:they |the )?(?:all|both|every|each)\b(?: (?:of )?(?:them|the|these|lines?|is|are))*"
    r" (?:follows?|holds?|right|correct|fine|ok|true)"
    r"|(?:none|no|nothing|neither)(?: of (?:them|these|the lines))?(?: lines?| mistakes?| errors?)?"
    r"(?: (?:is|are) (?:wrong|false))?|\[\s*\]|∅"
)
_BESIDE = re.compile(r"\b(?:lines?|number|no|and|the|is|are|wrong|do(?:es)? not follow|doesn.t follow|in)\b\.?")
_ENDINGS = ("in line {n}", "line {n}", "line {n}: `{line}`")
"""How a menu of old named a line."""


class WrongLine(Pointing):
    """`wrong-line`."""

    kind = "wrong-line"

    def right_items(self, question: Question) -> tuple[str, ...]:
        """Return the lines that do not follow."""
        return tuple(question.lines[n - 1] for n in named(question))

    def places(self, question: Question, text: str) -> tuple[int, ...]:
        """Return the lines that are named; nothing where all are said to follow."""
        typed = " ".join(text.replace("`", " ").replace("−", "-").casefold().split()).strip(" .!?\"'")
        if _ALL_FOLLOW.fullmatch(typed):
            return ()
        same = same_text(text, question.lines)
        if same:
            return tuple(same)
        for n, words in enumerate(_NUMBERS, 1):
            typed = re.sub(rf"\b(?:{'|'.join(words)})\b", str(n), typed)
        numbers = re.findall(r"[0-9]+", typed)
        if not numbers or re.search(r"[^0-9\s,;&+()\[\]-]", _BESIDE.sub(" ", typed)):
            help_ = f"type the numbers of the lines that do not follow, such as 2, 3; or {NONE}"
            raise UnreadableAnswer(1, "this names no line", help_)
        if len(numbers) == 1 and len(question.lines) < 10:
            numbers = list(numbers[0])
        return tuple(sorted({_place(question, digits[:4], text) for digits in numbers}))

    def in_words(self, question: Question, text: str) -> str:
        """Return `line 3`, `lines 2 and 3`, or that all lines follow."""
        return _listed([place + 1 for place in self.places(question, text)]) or "all lines follow"

    def pointing_text(self, places: Sequence[int]) -> str:
        """Return the numbers of lines, or `none`."""
        return super().pointing_text(places) or NONE

    def model_text(self, case: Case, answer: object) -> str:
        """Return the numbers of the lines that do not follow."""
        return str(answer)

    def grade(self, case: Case) -> Verdict:
        """Grade by which lines do not follow; what is said of one line is computed on it."""
        question = case.question
        given = {place + 1 for place in self.places(question, case.text)}
        truth, read_as = set(named(question)), self.in_words(question, case.text)
        if given == truth:
            return Verdict(Mark.RIGHT, read_as=read_as)
        from bptutor.grading.graders.lines import Lines

        lines = Lines(case, QUICK)
        following = sorted(given - truth)
        said = [_named_wrongly(lines, n) for n in following[:2]] or [_left_out(lines, sorted(given), truth)]
        if any(one is None for one in said):
            message = "Computing and the author of this question disagree about its lines, so nothing is said of it."
            return Verdict(Mark.UNDECIDED, findings=(Finding("disagreement", message),), read_as=read_as)
        return Verdict(Mark.WRONG, findings=tuple(one for one in said if one is not None), read_as=read_as)

    def is_other(self, question: Question, kept: tuple[str, ...]) -> bool:
        """Return whether other lines do not follow; as a menu it had the same answer."""
        right = named(question)
        if kept[:1] == (mark("choice"),) and len(right) == 1:
            n, line = right[0], question.lines[right[0] - 1]
            return kept[1:] not in {(mark(ending.format(n=n, line=line)),) for ending in _ENDINGS}
        return super().is_other(question, kept)

    def faults(self, case: Case) -> Iterator[Problem]:
        """Yield each line that follows and is called wrong, and each that does not and is not."""
        from bptutor.grading.graders.lines import Lines, Step

        question, program = case.question, is_program(case.question.lines)
        place = question.at("means")
        try:
            lines = Lines(case, PATIENCE)
        except BptutorError as error:
            yield problem(place, f"`means` cannot be read: {error}", "", RULE)
            return
        for n in range(1 if program or question.goal else 2, len(question.lines) + 1):
            tried, called = lines.tried(n), n in named(question)
            at = question.at(f"lines.{n - 1}")
            follows = "computes what it assigns" if program else "follows"
            if tried.step is Step.UNKNOWN:
                help_ = "say what its names stand for: `means: {s: a1}`" if program else "write it otherwise"
                yield problem(at, f"line {n} cannot be tried: {tried.why}", help_, RULE)
            elif called and tried.step is not Step.REFUTED:
                yield problem(at, f"line {n} is called wrong, and it {follows}", "correct the line, or `wrong`", RULE)
            elif not called and tried.step is Step.REFUTED:
                what = f"line {n} is not among the wrong lines, and computing refutes it"
                yield problem(at, what, f"correct the line, or add {n} to `wrong`", RULE)
            elif not called and tried.step is Step.PROBES:
                what = f"line {n} agrees on all draws, and is not proved"
                yield problem(at, what, "write a line between, or `allow: {not-proved: why}`", "not-proved")


def _place(question: Question, digits: str, text: str) -> int:
    """Return the 0-based place of a line that may be wrong."""
    n, column = int(digits), text.find(digits) + 1
    first = 1 if question.goal or is_program(question.lines) else 2
    if n == 1 < first:
        raise UnreadableAnswer(column, "line 1 is where the lines begin: nothing stands above it", "name a later line")
    if not first <= n <= len(question.lines):
        raise UnreadableAnswer(column, f"there is no line {n}", f"the lines are {first} to {len(question.lines)}")
    return n - 1


def _named_wrongly(lines: Lines, n: int) -> Finding | None:
    """Return what is so of a line that was named and follows, and what its author says; None where it does not."""
    from bptutor.grading.graders.lines import Step

    found = lines.tried(n)
    if found.step is Step.REFUTED:
        return None
    known = {Step.PROVED: "proved", Step.PROBES: "on every draw tried"}.get(found.step, "as its author says")
    targets = " and ".join(one.target for one in assignments(lines.question.lines[n - 1]))
    fact = f"Line {n} follows: it equals {f'line {n - 1}' if n > 1 else 'what is asked'}, {known}."
    if targets:
        fact = f"Line {n} gives the right {targets} from right values of what it reads, {known}."
    if not found.compared:
        fact = f"Line {n} overwrites nothing that a later line reads."
    say = dict(lines.question.wrong).get(str(n), "Look at the other lines, one at a time.")
    return Finding(RULE, f"{fact} {say}", (n - 1,), again=lines.in_numbers())


def _left_out(lines: Lines, given: list[int], truth: set[int]) -> Finding | None:
    """Return what is so where lines that do not follow are left out; None where they do."""
    from bptutor.grading.graders.lines import Step

    if not any(lines.tried(n).step is Step.REFUTED for n in sorted(truth - set(given))):
        return None
    verb = "does not follow, and is" if len(given) == 1 else "do not follow, and are"
    fact = f"{_listed(given).capitalize()} {verb} not all. Look at each of the others beside the one above it."
    if not given:
        look = "what its name stands for" if is_program(lines.question.lines) else "the one above it"
        say = dict(lines.question.wrong).get(NONE, f"Look at each line beside {look}.")
        fact = f"Not every line {'is right' if is_program(lines.question.lines) else 'follows'}. {say}"
    return Finding(RULE, fact, again=lines.in_numbers())


def _listed(numbers: Sequence[int]) -> str:
    texts = [str(n) for n in numbers]
    if len(texts) < 2:
        return f"line {texts[0]}" if texts else ""
    return f"lines {', '.join(texts[:-1])} and {texts[-1]}"


TYPES: tuple[QuestionType, ...] = (WrongLine(),)
