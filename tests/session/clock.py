"""Sessions whose clock is set by hand, so that days pass without waiting."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bptutor.progress.event_log import Log
from bptutor.session import Session, View, Wants
from tests.session.fakes import FakeGrader, FakeLibrary


class Clock:
    """Tells the time that it was set to; each look takes a second."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.time += timedelta(seconds=1)
        return self.time

    def pass_by(self, **time: float) -> None:
        self.time += timedelta(**time)


class Desk:
    """One learner on one machine: sessions come and go, the record stays."""

    def __init__(self, home: Path, library: FakeLibrary | None = None) -> None:
        self.home, self.library, self.clock = home, library or FakeLibrary(), Clock()

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Start the program, and end it: whatever was not written is gone."""
        log = Log.open(self.home)
        try:
            yield Session(self.library, log, FakeGrader(), clock=self.clock)
        finally:
            log.close()


def right(view: View) -> str:
    """Return a right answer to what is asked, as the fake grader takes it."""
    question = view.question
    assert question is not None
    if question.kind == "choice":
        return "abcd"[[choice.right for choice in question.choices].index(True)]
    if question.kind == "order":
        return ",".join(str(question.lines.index(line) + 1) for line in ("forward", "loss", "backward"))
    return str(question.answer)


async def on(session: Session, view: View) -> View:
    """Do what leads on: answer rightly, else go on."""
    if view.wants is not Wants.ANSWER:
        return session.advance()
    return (await session.submit(right(view))).view


async def through(session: Session, view: View, *stop: Wants) -> View:
    """Go on until one of some wants is met."""
    for _ in range(200):
        if view.wants in stop:
            return view
        view = await on(session, view)
    raise AssertionError(f"never {stop}")
