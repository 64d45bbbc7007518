"""Questions for the lines that do not follow: formulas, or a program in NumPy. `check` proves which they are.

```yaml question
id: wrong-line
type: wrong-line
lines:                                     # each is held against the one above, as printed
  - -Σ_k y_k ∂(log p_k)/∂z_i
  - {math: -Σ_k (y_k/p_k) ∂p_k/∂z_i, by: chain-rule}
  - -Σ_k (y_k/p_k) p_k (δ_ki - p_k)
wrong: [3]                                 # which do not follow; [] where all do
goal: ∂L/∂z_i                              # what the first line is held against, where it may be wrong too
say: {2: ..., none: ...}                   # what else is said to who names a line that follows, or none
```

Where every line assigns (`dz2 = p - y`), the lines are a program: each is held against what its name stands for in the
scene, with the right value of all that it reads; a line that overwrites what a later line reads stands too early.
`means: {s: a1}` says what names stand for that the scene does not have, or has otherwise.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from bptutor.packs.model import Question
from bptutor.packs.question_types.base import Offer, QuestionType, Style
from bptutor.packs.yaml.fields import Fields, whole_number
from bptutor.packs.yaml.reader import plain

MAX_LINES = 26
NONE = "none"
"""The answer where every line follows."""


class WrongLine(QuestionType):
    """`wrong-line`."""

    kind = "wrong-line"
    placeholder = "the numbers of the lines, such as 2, 3; or none"
    how = "Answer with the numbers of the lines that do not follow, such as 2, 3; or none."
    guarded = False
    style = Style.TEXT
    by_itself = True
    pointing = True
    default_prompt = "Which lines do not follow?"

    def read_fields(self, fields: Fields) -> dict[str, Any]:
        """Read the lines, and which do not follow."""
        node = fields.require("lines", "[first, second]")
        lines, by = _lines(fields)
        goal = fields.math("goal")
        first = 1 if goal or is_program(lines) else 2
        if node.value and not first <= len(lines) <= MAX_LINES:
            help_ = f"write {first} to {MAX_LINES}, each held against the one above"
            fields.wrong(node.place, f"`lines` has {len(lines)} of them", help_, "wrong-line")
        wrong = _numbers(fields, first, len(lines)) if lines else ()
        return {
            "lines": lines,
            "by": by,
            "answer": ", ".join(map(str, wrong)) or NONE,
            "wrong": tuple(_say(fields, len(lines))),
            "means": {name: plain(value) for name, value in fields.mapping("means").items()},
            "goal": goal,
            "where": fields.math("where"),
        }

    def offers(self, question: Question) -> tuple[Offer, ...]:
        """Return the lines with their numbers."""
        style = Style.NUMPY if is_program(question.lines) else Style.FORMULA
        by = question.by or ((),) * len(question.lines)
        rows = enumerate(zip(question.lines, by, strict=True), 1)
        return tuple(Offer(str(n), line, style, reasons) for n, (line, reasons) in rows)


TYPES: tuple[QuestionType, ...] = (WrongLine(),)


@dataclass(frozen=True)
class Assignment:
    """`target = value`, with the names that the value reads."""

    target: str
    value: str
    reads: frozenset[str]


def assignments(line: str) -> tuple[Assignment, ...]:
    """Return the assignments to single names that a line is made of; nothing where it is something else."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            statements = ast.parse(line.strip()).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    found = []
    for one in statements:
        if not (isinstance(one, ast.Assign) and len(one.targets) == 1 and isinstance(one.targets[0], ast.Name)):
            return ()
        reads = frozenset(node.id for node in ast.walk(one.value) if isinstance(node, ast.Name))
        found.append(Assignment(one.targets[0].id, ast.unparse(one.value), reads))
    return tuple(found)


@lru_cache(maxsize=256)
def is_program(lines: tuple[str, ...]) -> bool:
    """Tell whether every line assigns."""
    return bool(lines) and all(assignments(line) for line in lines)


def named(question: Question) -> tuple[int, ...]:
    """Return the numbers of the lines that do not follow, as the author says."""
    return tuple(int(part) for part in str(question.answer).split(",") if part.strip().isdigit())


def _lines(fields: Fields) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Read the lines, and the rules that they name."""
    lines: list[str] = []
    rules: list[tuple[str, ...]] = []
    for node in fields.nodes("lines"):
        math, by = node, tuple[str, ...]()
        if isinstance(node.value, Mapping):
            with Fields(node, "a line", fields.problems) as one:
                math, by = one.require("math", "p_i - y_i"), one.texts("by")
        fields.whole_text(math, "lines")
        lines.append(math.text)
        rules.append(by)
    return tuple(lines), tuple(rules) if any(rules) else ()


def _numbers(fields: Fields, first: int, last: int) -> tuple[int, ...]:
    """Read which lines do not follow."""
    if not fields.has("wrong"):
        help_ = "add `wrong: [3]`, or `wrong: []` where every line follows"
        fields.wrong(fields.place, f"{fields.what} has no `wrong`", help_, "missing-key")
    found = set()
    for node in fields.nodes("wrong"):
        number = whole_number(node) if isinstance(node.value, str) else None
        if number is not None and first <= number <= last:
            found.add(number)
        elif node.text != NONE:
            help_ = f"the lines are {first} to {last}"
            if number == 1:
                help_ = "no line stands above the first; say what it must equal: `goal: ∂L/∂z_i`"
            fields.wrong(node.place, f"`wrong` names `{node.text or node.kind}`", help_, "wrong-line")
    return tuple(sorted(found))


def _say(fields: Fields, count: int) -> list[tuple[str, str]]:
    """Read what is said to who names a line, or none, wrongly."""
    found = []
    for key, node in fields.mapping("say").items():
        if key != NONE and key not in map(str, range(1, count + 1)):
            place = fields.key_place("say", key)
            help_ = f"write a number from 1 to {count}, or `{NONE}`"
            fields.wrong(place, f"`say` has no line `{key}`", help_, "wrong-line")
        found.append((key, node.text))
    return found
