"""What is typed and not answered yet, kept with its question."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bptutor.progress.event import storable
from bptutor.progress.event_log import Log


class Drafts:
    """The drafts of one lesson, a review or a quiz: each is on disk when it is kept."""

    def __init__(self, log: Log, pack: str, lesson: str) -> None:
        """Read what was kept."""
        self._log = log
        self._place = (pack, lesson)
        self._texts = log.drafts(pack, lesson)

    def rename(self, today: Callable[[str], str]) -> None:
        """Take what was typed at a stop that has another id today as typed there; `today` returns that id."""
        self._texts = {today(stop): text for stop, text in self._texts.items()} | {
            stop: text for stop, text in self._texts.items() if today(stop) == stop
        }

    def at(self, stop: str) -> str:
        """Return what was typed at a stop; empty when nothing was."""
        return self._texts.get(stop, "")

    def keep(self, stop: str, text: str) -> None:
        """Keep what is typed at a stop."""
        if self.at(stop) != storable(text):
            self._log.append(draft=self.set(stop, text))

    def set(self, stop: str, text: str) -> tuple[str, str, str, str]:
        """Take a draft into account; returns it as the record keeps it, to be written with an event."""
        self._texts[stop] = storable(text)
        return (*self._place, stop, self._texts[stop])

    def drop(self, stops: Iterable[str]) -> None:
        """Forget what was typed at some stops."""
        for stop in stops:
            self.keep(stop, "")

    @property
    def stops(self) -> list[str]:
        """The stops at which something was typed."""
        return [stop for stop, text in self._texts.items() if text]
