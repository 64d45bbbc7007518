"""Questions answered by pointing: a choice, an order of lines, a rule.

What is typed is read against the question as it is handed in: choices in the order shown, lines in the order written.
"""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from string import ascii_lowercase

from bptutor.errors import UnreadableAnswer
from bptutor.grading.verdict import Finding, Mark, Verdict
from bptutor.notation.printers.scripts import RAISED
from bptutor.packs.lesson.fading import WHY
from bptutor.packs.model import Kind, Question

LETTERS = ascii_lowercase
_NUMBERS = re.compile(r"(?<![\w.])\d+(?![\w.]*\d)")
"""Whole numbers that stand alone in a choice: `in line 4`, but not `W_21` and not `0.5`."""
_SIGNS = str.maketrans({"≠": "!=", "≤": "<=", "≥": ">=", "·": "*", "×": "*", "_": ""})
BEGINNING = 3
"""Fewest characters of a rule's name, or of a choice, that may stand for the whole."""


def items(question: Question) -> tuple[str, ...]:
    """Return what there is to point at, as the author wrote it: choices, lines, or rule ids."""
    if question.kind is Kind.ORDER:
        return question.lines + question.extra
    if question.kind is Kind.RULE:
        titles = tuple(choice.text for choice in question.choices)
        return titles if len(titles) == len(question.options) else question.options
    return tuple(choice.text for choice in question.choices)


def read(question: Question, typed: str) -> str:
    """Return what an answer points at, in words.

    Raises:
        UnreadableAnswer: It points at nothing.
    """
    if question.kind is Kind.ORDER:
        return ", ".join(str(n + 1) for n in numbers(typed, len(items(question))))
    if question.kind is Kind.RULE:
        return items(question)[rule_place(question, typed)] if question.options else typed.strip()
    chosen = _chosen(typed, items(question), question.many)
    return ", ".join(f"({LETTERS[n]}) {question.choices[n].text}" for n in chosen)


def grade_choice(question: Question, typed: str) -> Verdict:
    """Grade a menu answer; letters are in written order."""
    chosen = _chosen(typed, items(question), question.many)
    read_as = ", ".join(f"({LETTERS[n]}) {question.choices[n].text}" for n in chosen)
    false = [n for n in chosen if not question.choices[n].right]
    if not false and len(chosen) == sum(choice.right for choice in question.choices):
        return Verdict(Mark.RIGHT, read_as=read_as)
    if not false:
        message = "Each choice you made holds; they are not all that do. Look at the others one by one."
        return Verdict(Mark.WRONG, findings=(Finding("choice", message),), read_as=read_as)
    findings = tuple(_false_choice(question, n) for n in false[:2])
    return Verdict(Mark.WRONG, findings=findings, read_as=read_as)


def grade_order(question: Question, typed: str) -> Verdict:
    """Grade an order of lines: right in any order that respects `after`; the first misplaced line is named.

    It is named by its place in what was typed: screens shuffle the lines, so the written numbers mean others.
    """
    count = len(question.lines)
    given = numbers(typed, count + len(question.extra))
    read_as = ", ".join(str(n + 1) for n in given)
    after = needed(question)
    seen: set[int] = set()
    for place, n in enumerate(given):
        if n >= count:
            message = f"Nothing here rests on line {place + 1} of your order. Look at what that line says."
            return _misplaced(message, place, read_as)
        if not after.get(n, set()) <= seen:
            message = f"Line {place + 1} of your order uses what does not stand above it yet. Look at what it needs."
            return _misplaced(message, place, read_as)
        seen.add(n)
    if len(seen) < count:
        message = f"Your order holds as far as it goes: {len(seen)} of {count} lines. Look at the lines not used."
        return _misplaced(message, len(given), read_as)
    return Verdict(Mark.RIGHT, read_as=read_as)


def grade_rule(question: Question, typed: str) -> Verdict:
    """Grade a rule given by id or title."""
    asked = _words(str(question.answer))
    if not question.options:
        named = _words(typed)
        right = named == asked or named in {_words(text) for text in question.accept}
        read_as = typed.strip()
    else:
        n = rule_place(question, typed)
        read_as = items(question)[n]
        right = asked in {_words(question.options[n]), _words(read_as)}
    if right:
        return Verdict(Mark.RIGHT, read_as=read_as)
    message = "That rule does not turn the line above into this one. Look at the sign or operator that changed."
    if question.prompt != WHY:
        message = "That rule does not fit here. Look at what its left side is made of."
    return Verdict(Mark.WRONG, findings=(Finding("rule", message),), read_as=read_as)


def rule_place(question: Question, typed: str) -> int:
    """Return the 0-based place of the rule that is named: by its id or title, the beginning or words of one, a label.

    Ids are looked at first: so what a question without titles reads, one with titles reads the same.

    Raises:
        UnreadableAnswer: No rule, or more than one, is named.
    """
    named = _words(typed)
    every = (question.options, items(question))
    for texts in every:
        exact = [n for n, option in enumerate(texts) if _words(option) == named]
        begun = [n for n, option in enumerate(texts) if len(named) >= BEGINNING and _words(option).startswith(named)]
        if exact or len(begun) == 1:
            return (exact or begun)[0]
    for texts in every[:-1]:
        with suppress(UnreadableAnswer):
            return _chosen(typed, texts, many=False)[0]
    return _chosen(typed, every[-1], many=False)[0]


def places(question: Question, typed: str) -> tuple[int, ...]:
    """Return the 0-based places of the choices that an answer points at, in menu order.

    Raises:
        UnreadableAnswer: It points at none, or at more than may be chosen.
    """
    return _chosen(typed, items(question), question.many)


def _false_choice(question: Question, n: int) -> Finding:
    say = question.choices[n].say
    return Finding("choice", say or f"({LETTERS[n]}) does not hold here. Look at what it says in numbers.", (n,))


def _misplaced(message: str, place: int, read_as: str) -> Verdict:
    return Verdict(Mark.WRONG, findings=(Finding("order", message, (place,)),), read_as=read_as)


def needed(question: Question) -> dict[int, set[int]]:
    """Return for each line (0-based) the lines that must stand above it."""
    if question.after:
        return {int(n) - 1: {int(m) - 1 for m in before} for n, before in question.after.items()}
    digits = [int(d) - 1 for d in re.findall(r"\d+", str(question.answer))]
    sequence = digits if sorted(digits) == list(range(len(question.lines))) else list(range(len(question.lines)))
    return {n: set(sequence[:place]) for place, n in enumerate(sequence)}


def _chosen(typed: str, texts: tuple[str, ...], many: bool) -> tuple[int, ...]:
    """Return the 0-based places that a menu answer points at, in menu order."""
    label = _labels(typed, len(texts))
    if label and len(label) == 1:
        return tuple(label)
    places = _same_text(typed, texts) or label or _numbered(typed, texts) or _own_words(typed, texts)
    labels = ", ".join(LETTERS[: len(texts)])
    if not places:
        raise UnreadableAnswer(1, "this points at none of the choices", f"type one of {labels}")
    if len(places) > 1 and not many:
        raise UnreadableAnswer(1, "one choice is asked for, and this names more", f"type one of {labels}")
    return tuple(sorted(set(places)))


def _same_text(typed: str, texts: tuple[str, ...]) -> list[int]:
    """Return the place of the choice that was typed out; letter case counts only where it must."""
    given = _close(typed)
    exact = [n for n, item in enumerate(texts) if given in {_close(item), f"{LETTERS[n]})" + _close(item)}]
    if exact:
        return exact[:1]
    for alike in (str.casefold, _as_typed):
        loose = [n for n, item in enumerate(texts) if alike(_close(item)) == alike(given)]
        if len(loose) == 1:
            return loose
    return []


def _as_typed(text: str) -> str:
    """Return a text in the signs of a keyboard: `k ≠ i` as `k != i`, z₁ and z_1 as `z1`."""
    lowered = "".join(c if c not in RAISED else f"^{RAISED[c]}" for c in text)
    return unicodedata.normalize("NFKC", lowered.translate(_SIGNS)).casefold()


def _own_words(typed: str, texts: tuple[str, ...]) -> list[int]:
    """Return the place of the one choice that has these words, whole and in this order: `falls` for `it falls`."""
    given = _words(typed)
    having = [n for n, item in enumerate(texts) if f" {given} " in f" {_words(item)} "]
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
    held = [_NUMBERS.findall(text) for text in texts]
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


def _close(given: str) -> str:
    """Return a text without any space, for comparing formulas."""
    return _plain(given).replace(" ", "")


def _words(given: str) -> str:
    """Return the words of a rule's id or title: `sum-rule`, `Sum rule` and `sum_rule` are one."""
    return " ".join(re.sub(r"[-_]", " ", _plain(given)).casefold().split())
