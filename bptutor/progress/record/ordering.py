"""By which time events are sorted and counted, when the clock was wrong for a while.

Events stand in the order in which they happened, and each keeps the time that the clock said. Beside it every event
has a time that never goes back along that order, and it is this one that days, reviews and merges go by. It is made
of the whole sequence alone, so it can be made anew at any time, and the clock is believed again as soon as it is right.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence


def settled(clocks: Sequence[str]) -> list[str]:
    """Return the times to go by, as UTC ISO texts that never go back.

    The clock is believed where as few events as possible must have had a wrong one; of what is dated later than the
    last event, it is not believed, as that had not come yet. Where it is not believed, an event happened when the one
    before it did (or, at the beginning, the one after).

    Args:
        clocks: What the clock said at each event, in the order in which they happened.
    """
    believed = _longest(clocks)
    now = clocks[believed[0]] if believed else ""
    found, rest = [], set(believed)
    for n, clock in enumerate(clocks):
        now = clock if n in rest else now
        found.append(now)
    return found


def _longest(clocks: Sequence[str]) -> list[int]:
    """Return the places of the longest sequence that never goes back, and ends with the last event."""
    tails: list[str] = []
    ends: list[int] = []
    before: dict[int, int] = {}
    for n, clock in enumerate(clocks):
        if clock > clocks[-1]:
            continue
        length = bisect_right(tails, clock)
        before[n] = ends[length - 1] if length else -1
        tails[length : length + 1] = [clock]
        ends[length : length + 1] = [n]
    found = []
    place = ends[-1] if ends else -1
    while place >= 0:
        found.append(place)
        place = before[place]
    return found[::-1]
