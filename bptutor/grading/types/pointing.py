"""Answers that point at something on offer: by a letter or a number, or in its own words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from string import ascii_lowercase

from bptutor.errors import UnreadableAnswer
from bptutor.grading.answer.submission import Case
from bptutor.grading.types.base import Probe, QuestionType
from bptutor.grading.verdict import Finding, Mark, Reading, Verdict
from bptutor.notation.printers.scripts import RAISED
from bptutor.packs.lesson.stop_ids import mark
from bptutor.packs.model import Question
from bptutor.packs.question_types import of

LETTERS = ascii_lowercase
BEGINNING = 3
"""Fewest characters of a rule's name, or of a choice, that may stand for the whole."""
_ALONE = re.compile(r"(?<![\w.])\d+(?![\w.]*\d)")
"""Whole numbers that stand alone in a choice: `in line 4`, but not `W_21` and not `0.5`."""
_SIGNS = str.maketrans({"≠": "!=", "≤": "<=", "≥": ">=", "·": "*", "×": "*", "_": ""})


class Pointing(QuestionType):
    """What is answered by pointing at items."""

    kind = ""
    lettered = False
    """Whether what is on offer has letters rather than numbers."""

    def items(self, question: Question) -> tuple[str, ...]:
        """Return what is on offer."""
        return tuple(offer.text for offer in of(question).offers(question))

    def pointing_text(self, places: Sequence[int]) -> str:
        """Return the letters or the numbers of items."""
        return ",".join(LETTERS[place] if self.lettered else str(place + 1) for place in places)

    def preview(self, case: Case) -> Reading:
        """Return what an answer points at, in words."""
        return Reading(self.in_words(case.question, case.text))

    def in_words(self, question: Question, text: str) -> str:
        """Return what an answer points at, in words.

        Raises:
            UnreadableAnswer: It points at nothing.
        """
        return ", ".join(str(place + 1) for place in self.places(question, text))

    def wrong_probes(self, case: Case) -> Iterator[Probe]:
        """Yield nothing: what is on offer is tried as it stands."""
        yield from ()

    def right_items(self, question: Question) -> tuple[str, ...]:
        """Return the items that are right, in words."""
        return ()

    def record_key(self, question: Question) -> tuple[str, ...]:
        """Return the marks of the right items: what they say tells, where they stand does not."""
        return (mark(self.kind), *sorted(mark(text) for text in self.right_items(question)))

    def is_other(self, question: Question, kept: tuple[str, ...]) -> bool:
        """Return whether other items are right, all of which are on offer today; of new words nobody can tell."""
        now = self.record_key(question)
        if now[:1] != kept[:1]:
            return True
        return now != kept and set(kept[1:]) <= {mark(text) for text in self.items(question)}


def wrong(finding: Finding, read_as: str) -> Verdict:
    """Return the verdict of an answer that points at something wrong."""
    return Verdict(Mark.WRONG, findings=(finding,), read_as=read_as)


def chosen(typed: str, texts: tuple[str, ...], many: bool) -> tuple[int, ...]:
    """Return the 0-based places that a menu answer points at, in menu order."""
    label = _labels(typed, len(texts))
    if label and len(label) == 1:
        return tuple(label)
    places = same_text(typed, texts) or label or _numbered(typed, texts) or _named_by_words(typed, texts)
    labels = ", ".join(LETTERS[: len(texts)])
    if not places:
        raise UnreadableAnswer(1, "this points at none of the choices", f"type one of {labels}")
    if len(places) > 1 and not many:
        raise UnreadableAnswer(1, "one choice is asked for, and this names more", f"type one of {labels}")
    return tuple(sorted(set(places)))


def same_text(typed: str, texts: tuple[str, ...]) -> list[int]:
    """Return the place of the choice that was typed out; letter case counts only where it must."""
    given = close(typed)
    exact = [n for n, item in enumerate(texts) if given in {close(item), f"{LETTERS[n]})" + close(item)}]
    if exact:
        return exact[:1]
    for alike in (str.casefold, _as_typed):
        loose = [n for n, item in enumerate(texts) if alike(close(item)) == alike(given)]
        if len(loose) == 1:
            return loose
    return []


def _as_typed(text: str) -> str:
    """Return a text in the signs of a keyboard: `k ≠ i` as `k != i`, z₁ and z_1 as `z1`."""
    lowered = "".join(c if c not in RAISED else f"^{RAISED[c]}" for c in text)
    return unicodedata.normalize("NFKC", lowered.translate(_SIGNS)).casefold()


def _named_by_words(typed: str, texts: tuple[str, ...]) -> list[int]:
    """Return the place of the one choice that has these words, whole and in this order: `falls` for `it falls`."""
    given = words(typed)
    having = [n for n, item in enumerate(texts) if f" {given} " in f" {words(item)} "]
    return having if len(having) == 1 and len(given) >= BEGINNING else []


def _labels(named: str, count: int) -> list[int] | None:
    """Read `b`, `(b)`, `a,c`, `a c`, `ac`; None when the text is not made of labels."""
    letters = re.sub(r"[\s,;()\[\].]|\band\b", "", named.casefold())
    places = [LETTERS.find(letter) for letter in letters]
    repeated = len(set(places)) < len(places)
    return places if places and not repeated and all(0 <= place < count for place in places) else None


def _numbered(named: str, texts: tuple[str, ...]) -> list[int]:
    """Read `2` and `1, 3`: the choices that have these numbers in them, else, where none has one, their places."""
    words = re.sub(r"[,;()\[\]]|\.(?!\d)", " ", named).split()
    if not words or not all(re.fullmatch(r"[0-9]{1,9}", word) for word in words):
        return []
    held = [_ALONE.findall(text) for text in texts]
    if any(held):
        having = [[n for n, found in enumerate(held) if word in found] for word in words]
        return [places[0] for places in having] if all(len(places) == 1 for places in having) else []
    places = [int(word) - 1 for word in words]
    return places if all(0 <= place < len(texts) for place in places) else []


def numbers(typed: str, count: int) -> list[int]:
    """Read `2,1,3`, `2 1 3`, `213`, `2 > 1 > 3` as 0-based places."""
    found = [(m.start(), m.group()) for m in re.finditer(r"[0-9]+", typed)]
    if len(found) == 1 and count < 10:
        start, digits = found[0]
        found = [(start + n, digit) for n, digit in enumerate(digits)]
    rest = re.search(r"[^0-9\s,;>.()\[\]→-]", typed)
    example = ",".join(str(n + 1) for n in range(min(count, 3)))
    if rest or not found:
        column = rest.start() + 1 if rest else 1
        raise UnreadableAnswer(column, "an order is the numbers of the lines", f"write it as {example}")
    places: list[int] = []
    for start, digits in found:
        place = int(digits[:4]) - 1
        if not 0 <= place < count:
            raise UnreadableAnswer(start + 1, f"there is no line {digits[:4]}", f"the lines are 1 to {count}")
        if place in places:
            raise UnreadableAnswer(start + 1, f"line {digits} stands twice", "name each line once")
        places.append(place)
    return places


def _plain(given: str) -> str:
    """Return a text without what Markdown and typing add: marks of code and mathematics, spaces, a full stop."""
    return " ".join(given.replace("`", " ").replace("$", " ").replace("−", "-").split()).strip(" .!?\"'")


def close(given: str) -> str:
    """Return a text without any space, for comparing formulas."""
    return _plain(given).replace(" ", "")


def words(given: str) -> str:
    """Return the words of a rule's id or title: `sum-rule`, `Sum rule` and `sum_rule` are one."""
    return " ".join(re.sub(r"[-_]", " ", _plain(given)).casefold().split())
