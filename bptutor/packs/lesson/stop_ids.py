"""Ids of the places where a lesson stops, made from what stands there: none of them changes when something is added.

A line is called by its author's `id`, else by its mathematics; a rest by the heading behind it; a nudge column by what
it measures. Of several that are alike, the second ends in `-2`, and so on. Records of old have positions instead.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from bptutor.packs.model import Derivation, Line


def mark(*texts: str) -> str:
    """Return eight hexadecimal digits for some texts, blanks aside; the same on every machine."""
    written = "\0".join(re.sub(r"\s", "", text).replace("−", "-") for text in texts)
    return hashlib.blake2b(written.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()


def unlike(ids: Iterable[str]) -> Iterator[str]:
    """Yield ids, those that stood there before with their number behind them."""
    count: Counter[str] = Counter()
    for id_ in ids:
        count[id_] += 1
        yield id_ if count[id_] == 1 else f"{id_}-{count[id_]}"


def line_ids(derivation: Derivation) -> tuple[str, ...]:
    """Return the ids of the lines of a derivation, in order: `error-by-z.one-hot` or `error-by-z.3f0c92ab`."""
    own = [line.id or made for line, made in zip(derivation.lines, _made(derivation.lines), strict=True)]
    return tuple(f"{derivation.id}.{id_}" for id_ in own)


def called(derivation: Derivation) -> dict[str, str]:
    """Return what else the lines, or a blank page, of a derivation may be called: that id -> today's.

    A line is also called by its place, `error-by-z.3`, by its mathematics where the author gave it an id later, and by
    what its derivation `was`.
    """
    found: dict[str, str] = {}
    now = (derivation.id, *line_ids(derivation))
    made = [f".{id_}" for id_ in _made(derivation.lines)]
    for name in (derivation.id, *derivation.was):
        ends = ["", *(id_.removeprefix(derivation.id) for id_ in now[1:])]
        for all_ in (ends, ["", *made], ["", *(f".{n}" for n, _ in enumerate(derivation.lines, 1))]):
            for end, id_ in zip(all_, now, strict=True):
                found.setdefault(name + end, id_)
    return {id_: today for id_, today in found.items() if id_ != today}


def _made(lines: tuple[Line, ...]) -> list[str]:
    return list(unlike(mark(line.math) for line in lines))
