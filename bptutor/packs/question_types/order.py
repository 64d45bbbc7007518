"""Questions that put lines in order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bptutor.packs.model import Question
from bptutor.packs.question_types.base import Offer, QuestionType, Style
from bptutor.packs.question_types.choice import MAX_ITEMS
from bptutor.packs.yaml.fields import Fields, whole_number
from bptutor.packs.yaml.reader import Located


class Order(QuestionType):
    """`order`."""

    kind = "order"
    placeholder = "the numbers in order: 2,1,3"
    how = "Answer with numbers in the right order, such as 2,1,3."
    guarded = False
    style = Style.TEXT
    by_itself = True
    pointing = True

    def read_fields(self, fields: Fields) -> dict[str, Any]:
        """Read the lines, those that do not belong, and which orders are right."""
        node = fields.require("lines", "[first, then, last]")
        lines, extra = fields.texts("lines"), fields.texts("extra")
        if node.value and not 2 <= len(lines) + len(extra) <= MAX_ITEMS:
            fields.wrong(node.place, f"{len(lines)} lines to put in order", f"write 2 to {MAX_ITEMS}", "order")
        answer = fields.get("answer")
        given = [d.strip() for d in answer.text.split(",")] if answer and answer.text else []
        given = [item.text for item in answer.items] if answer and answer.items else given
        if answer is not None and lines and sorted(given) != sorted(str(n + 1) for n in range(len(lines))):
            what = f"`answer` is `{','.join(given)}`, which does not name each of the {len(lines)} lines once"
            fields.wrong(answer.place, what, f"write 1 to {len(lines)} in the right order, such as 2,1,3", "order")
        after = _stands_after(fields, len(lines))
        return {"lines": lines, "extra": extra, "after": after, "answer": ",".join(given)}

    def offers(self, question: Question) -> tuple[Offer, ...]:
        """Return the lines with their numbers."""
        return tuple(Offer(str(n), line, Style.PROSE, pickable=False) for n, line in enumerate(question.lines, 1))


TYPES: tuple[QuestionType, ...] = (Order(),)


def _stands_after(fields: Fields, count: int) -> Mapping[int, tuple[int, ...]]:
    """Take which lines stand after which, by 1-based number; unknown lines and circles are problems."""
    found: dict[int, tuple[int, ...]] = {}
    for key, node in fields.mapping("after").items():
        place = fields.key_place("after", key)
        numbers = [whole_number(Located(key, place)), *(whole_number(n) for n in (node.items or (node,)))]
        if any(n is None or not 1 <= n <= count for n in numbers) or numbers[0] in numbers[1:]:
            what = f"`after` names a line that is not one of the {count} lines"
            fields.wrong(place, what, "write `after: {3: [1]}`: line 3 stands after line 1", "order")
        else:
            found[int(key)] = tuple(n for n in numbers[1:] if n is not None)
    if len(_settled(found, count)) < count and count:
        fields.wrong(fields.key_place("after", ""), "`after` goes in a circle", "leave one pair out", "order")
    return found


def _settled(after: Mapping[int, tuple[int, ...]], count: int) -> set[int]:
    """Return the lines that some order can reach."""
    done: set[int] = set()
    for _ in range(count):
        done |= {n for n in range(1, count + 1) if set(after.get(n, ())) <= done}
    return done
