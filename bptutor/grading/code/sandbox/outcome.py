"""What may come of a program: a result of each call, or an early end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any


class Stop(Enum):
    """Why a program ended before it had answered every case."""

    UNREADABLE = "unreadable"
    MISSING = "missing"
    """It does not define the function."""
    NAME = "name"
    """A name, a module or a function of a module that it uses does not exist."""
    SIGNATURE = "signature"
    """Its function cannot be called as it is asked."""
    GIVEN = "given"
    """The pack's own code does not run; the program has not begun."""
    RAISED = "raised"
    EXITED = "exited"
    MEMORY = "memory"
    RECURSION = "recursion"
    REFUSED = "refused"
    TIME = "time"
    OUTPUT = "output"
    CRASHED = "crashed"
    """It ended its process."""
    SPOKE = "spoke"
    """It wrote into the tutor's own pipe: something came that nobody asked for."""
    KILLED = "killed"
    """Somebody else ended its process; nothing is known of the program."""
    NOT_STARTED = "not started"
    """The sandbox did not start; nothing is known of the program."""


_RUNNING = frozenset({Stop.NAME, Stop.RAISED, Stop.EXITED, Stop.MEMORY, Stop.RECURSION, Stop.REFUSED})
MAY_STOP: Mapping[str, frozenset[Stop]] = {
    "read": frozenset({Stop.UNREADABLE}),
    "load": _RUNNING | {Stop.MISSING},
    "call": _RUNNING | {Stop.SIGNATURE},
}
"""Request -> the ends that can be the answer to it. Any answer but a good one to `setup` is the pack's fault."""


@dataclass(frozen=True)
class Result:
    """What one call returned."""

    value: Any
    """Decoded: see `wire.decode`."""
    changed: tuple[str, ...]
    """The arguments that are not what they were."""
    printed: str = ""
    """The beginning of what the program printed on the way."""


@dataclass(frozen=True)
class Stopped:
    """Where a program ended early."""

    stop: Stop
    message: str = ""
    line: int = 0
    """1-based line of the program; 0 when it is not known."""
    column: int = 0


@dataclass(frozen=True)
class Head:
    """How a program writes the function that is asked: from its text, before it runs."""

    line: int
    parameters: tuple[str, ...]
    """What it takes by place."""
    returns: tuple[int, ...]
    """The lines of its returns."""


class Ended(Exception):
    """A program has come to an early end."""

    def __init__(self, stopped: Stopped) -> None:
        """Keep where it ended."""
        self.stopped = stopped
        super().__init__(stopped.stop.value)


def early(answer: Mapping[str, Any], may_stop: frozenset[Stop]) -> Stopped:
    """Return the end that an answer tells of; one that cannot follow the request is none."""
    line, column, stop = answer.get("line", 0), answer.get("column", 0), answer["stop"]
    known = {one.value: one for one in Stop}
    message = "".join(c for c in str(answer.get("message", ""))[:300] if c.isprintable())
    plain = all(type(number) is int and 0 <= number < 1_000_000 for number in (line, column))
    if not plain or not isinstance(stop, str) or known.get(stop) not in may_stop:
        return Stopped(Stop.SPOKE, message)
    return Stopped(known[stop], message, line, column)
