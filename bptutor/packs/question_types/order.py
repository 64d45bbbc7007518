"""The key `after` of a question that puts lines in order."""

from __future__ import annotations

from collections.abc import Mapping

from bptutor.packs.yaml.fields import Fields, whole_number
from bptutor.packs.yaml.reader import Located


def stands_after(fields: Fields, count: int) -> Mapping[int, tuple[int, ...]]:
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
