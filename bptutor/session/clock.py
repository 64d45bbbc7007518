"""The time, as a session is told it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Tells the time: in UTC, or with the zone of the learner where that is not the one of this machine."""


def utc_now() -> datetime:
    """Return the time in UTC."""
    return datetime.now(UTC)


def here(clock: Clock) -> datetime:
    """Return the time where the learner is."""
    now = clock()
    return now.astimezone() if now.tzinfo is UTC else now
