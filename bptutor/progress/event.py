"""What happened, as data: the events of a learner's record and how they are spelled in JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from enum import Enum
from uuid import uuid4

LONGEST_TEXT = 8_000
"""Characters of any one text of an event; answers are at most 4,000."""


class EventKind(Enum):
    """What a learner did, or what came of it."""

    OPENED = "opened"
    """A lesson was begun (again): everything of it before this is an earlier run."""
    REDRAWN = "redrawn"
    """Other numbers; the stop is open again."""
    ANSWERED = "answered"
    PROVED = "proved"
    """What the proof of the last answer at this stop said."""
    HINTED = "hinted"
    REVEALED = "revealed"
    SKIPPED = "skipped"
    MEASURED = "measured"
    """One more row of a nudge column."""
    ADVANCED = "advanced"
    """The stop was left for the next one."""
    FINISHED = "finished"
    RESUMED = "resumed"
    """A finished lesson was opened at what had been skipped."""
    PAUSED = "paused"
    """A sitting came to its end after this stop: `text` is the stop to recall from memory (empty for none)."""
    EASED = "eased"
    """Something easier was asked for: `text` says what is asked before this stop."""


def storable(text: str) -> str:
    """Return a text as it can be kept: valid Unicode of at most 8,000 characters."""
    return text[:LONGEST_TEXT].encode("utf-8", "replace").decode("utf-8")


def now() -> str:
    """Return the time as UTC ISO text with milliseconds; such texts sort by time."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@dataclass(frozen=True)
class Event:
    """One thing that happened; never changed after it was written."""

    kind: EventKind
    lesson: str
    pack: str = ""
    stop: str = ""
    """Id of the question, line, show or section; empty for the whole lesson."""
    seed: int = 0
    text: str = ""
    """The answer as typed, or what was revealed."""
    mark: str = ""
    """`Mark` of an answer, as its value."""
    proof: str = ""
    """`ProofMark`, as its value."""
    findings: tuple[str, ...] = ()
    """Rule ids of what was found."""
    skills: tuple[str, ...] = ()
    """What the question exercises; those of the lesson where it names none."""
    question: str = ""
    """Kind of the question, as its value."""
    aided: bool = False
    """Whether a hint was open, or it was not the first try."""
    items: tuple[str, ...] = ()
    """Of a review or a quiz that was opened: what it asks, in order, each `lesson/stop`."""
    reached: int | None = None
    """0-based index of the later line of the derivation that the answer equals."""
    drawn: Mapping[str, object] = field(default_factory=dict)
    """Name -> nested lists: the numbers that the learner saw."""
    version: str = ""
    """Of the pack."""
    prompt: str = ""
    """Of an answer or a reveal: what was asked, as it stood on the screen."""
    chosen: tuple[str, ...] = ()
    """Of an answer that points at something: what the choices, the lines or the rule said."""
    key: tuple[str, ...] = ()
    """Short hashes of the kind and the answer of the question: others when the pack changes them."""
    through: tuple[str, ...] = ()
    """Where `reached` is set: the stops from the asked line to the one that the answer equals."""
    renamed: Mapping[str, object] = field(default_factory=dict)
    """What pack, lesson, stop, items and skills said at first, where the pack has other names for them since."""
    learner: str = "me"
    time: str = field(default_factory=now)
    id: str = field(default_factory=lambda: uuid4().hex)

    def to_json(self) -> str:
        """Return one line of JSON; empty fields are left out."""
        full = {f.name: getattr(self, f.name) for f in fields(self)}
        full["kind"] = self.kind.value
        kept = {name: value for name, value in full.items() if value or (name == "reached" and value == 0)}
        return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, line: str) -> Event:
        """Read one line of JSON.

        Raises:
            ValueError: The line is no event; the message says why.
        """
        try:
            found = json.loads(line)
        except (json.JSONDecodeError, RecursionError) as error:
            raise ValueError(f"not JSON: {getattr(error, 'msg', 'nested too deeply')}") from None
        if not isinstance(found, dict):
            raise ValueError("not a JSON object")
        return replace(cls(EventKind.OPENED, ""), **_checked(found))  # type: ignore[arg-type]  # `_checked` checks each type


_TEXTS = ("lesson", "pack", "stop", "text", "mark", "proof", "question", "learner", "time", "id", "version", "prompt")
_LISTS = ("findings", "skills", "items", "chosen", "key", "through")


def _checked(found: dict[str, object]) -> dict[str, object]:
    """Return the fields of an event out of JSON, each of its type and within bounds; unknown keys are dropped."""
    for key in ("kind", "lesson", "time", "id"):
        if not found.get(key):
            raise ValueError(f"`{key}` is missing")
    try:
        checked: dict[str, object] = {"kind": EventKind(found["kind"])}
    except ValueError:
        raise ValueError(f"`kind` is {str(found['kind'])[:40]!r}, none of {[k.value for k in EventKind]}") from None
    checked |= {key: _text(key, found[key]) for key in _TEXTS if key in found}
    checked |= {key: _texts(key, found[key]) for key in _LISTS if key in found}
    checked |= {key: _integer(key, found[key]) for key in ("seed", "reached") if found.get(key) is not None}
    _check_time(str(checked["time"]))
    for key in ("drawn", "renamed"):
        checked[key] = found.get(key, {})
        if not isinstance(checked[key], dict):
            raise ValueError(f"`{key}` is not an object")
    return checked | {"aided": found.get("aided") is True}


def _check_time(text: str) -> None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = datetime.min
    if moment.utcoffset() is None or not text.endswith("+00:00"):
        raise ValueError("`time` is not a UTC time such as 2026-01-31T09:30:00.000+00:00")


def _text(key: str, value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"`{key}` is not a text")
    if len(value) > LONGEST_TEXT:
        raise ValueError(f"`{key}` is longer than {LONGEST_TEXT} characters")
    return value


def _texts(key: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > 100:
        raise ValueError(f"`{key}` is not a list of at most 100 texts")
    return tuple(_text(key, item) for item in value)


def _integer(key: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= 2**53:
        raise ValueError(f"`{key}` is not an integer")
    return value
