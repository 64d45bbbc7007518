"""Two values held against each other, for the ear: the first entry that differs; large arrays by their beginning."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from bptutor.plain.speech import BEGINNING, FEW, minus, number

_PLACE = tuple[object, ...]


def difference(expected: object, got: object, count_from: int = 1) -> str:
    """Say where two values differ first, what is wanted there and what is there; of small ones all.

    Args:
        expected: What is asked: a number, a text, nested lists or mappings of them.
        got: What was given.
        count_from: What entries are counted from.
    """
    if max(_count(expected), _count(got)) <= 1:
        return f"wanted {nested(expected)}, your answer gives {nested(got)}."
    found = next(_apart(expected, got, ()), None)
    if found is None:
        return f"wanted {nested(expected)}, your answer gives {nested(got)}."
    place, wanted, given = found
    where = _place(place, count_from)
    first = "They differ first" if where else "They differ"
    return f"{first}{where}: wanted {_brief(wanted)}, your answer gives {_brief(given)}."


def nested(value: object, full: bool = True) -> str:
    """Return nested lists of numbers as text; a large one by its shape and first entries, unless in full."""
    if not full and _count(value) > FEW:
        return _brief(value)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(nested(item) for item in value) + "]"
    if isinstance(value, dict):
        return ", ".join(f"{name}: {nested(item)}" for name, item in value.items())
    return figure(value) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def is_long(value: object) -> bool:
    """Return whether a value is read out by its beginning only."""
    return _count(value) > FEW


def figure(value: float) -> str:
    """Return a number of a comparison; a small one with three digits that count, so that two can be told apart."""
    return number(value) if not 0 < abs(value) < 0.01 else minus(f"{Decimal(f'{value:.3g}'):f}")


def _brief(value: object) -> str:
    """Return a value; of a large one its shape and its first entries."""
    if not isinstance(value, list | tuple) or _count(value) <= 1:
        return nested(value)
    shape, begun = _shape(value), [nested(one) for _, one in zip(range(BEGINNING), _entries(value), strict=False)]
    more = ", and so on" if _count(value) > BEGINNING else ""
    kind = f"{' by '.join(str(n) for n in shape)} entries" if shape else f"{_count(value)} entries"
    return f"{kind} beginning {', '.join(begun)}{more}"


def _apart(expected: object, got: object, place: _PLACE) -> Iterator[tuple[_PLACE, object, object]]:
    """Yield the places where two values differ, with what stands there."""
    if isinstance(expected, dict) and isinstance(got, dict) and expected.keys() == got.keys():
        for key in expected:
            yield from _apart(expected[key], got[key], (*place, key))
    elif isinstance(expected, list | tuple) and isinstance(got, list | tuple) and len(expected) == len(got):
        for n, (one, other) in enumerate(zip(expected, got, strict=True)):
            yield from _apart(one, other, (*place, n))
    elif not _same(expected, got):
        yield place, expected, got


def _same(expected: object, got: object) -> bool:
    if isinstance(expected, int | float) and isinstance(got, int | float):
        from bptutor.notation.equality.tolerances import SHOWN, close_numbers  # NumPy, which a start has no time for

        return close_numbers(expected, got, SHOWN)
    return expected == got


def _place(place: _PLACE, count_from: int) -> str:
    """Return a place in words: names as they are, the last two numbers as row and column."""
    names = [str(step) for step in place if not isinstance(step, int)]
    counts = [step + count_from for step in place if isinstance(step, int)]
    outer = [f"part {n}" for n in counts[:-2]]
    words = {1: ("entry",), 2: ("row", "column")}.get(len(counts[-2:]), ())
    inner = [f"{word} {n}" for word, n in zip(words, counts[-2:], strict=True)]
    parts = [*names, *outer, *inner]
    return f" at {', '.join(parts)}" if parts else ""


def _entries(value: object) -> Iterator[object]:
    if isinstance(value, list | tuple):
        for item in value:
            yield from _entries(item)
    elif isinstance(value, dict):
        yield from _entries(list(value.values()))
    else:
        yield value


def _count(value: object) -> int:
    return sum(1 for _ in _entries(value))


def _shape(value: object) -> tuple[int, ...]:
    """Return the shape of nested lists; empty where they are of unlike lengths, or no lists."""
    if not isinstance(value, list | tuple):
        return ()
    inner = {_shape(item) for item in value}
    return (len(value), *inner.pop()) if len(inner) == 1 else (len(value),) if not inner else ()
