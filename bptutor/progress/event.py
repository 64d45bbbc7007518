"""What happened, as data: the events of a learner's record and how they are spelled in JSON."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import Any
from uuid import uuid4

from bptutor import jsonlines

LONGEST_TEXT = 8_000
"""Characters of any one text of an event; answers are at most 4,000."""
LONGEST_LINE = 100_000
"""Characters of one line of an import."""


class EventKind(Enum):
    """What a learner did, or what came of it."""

    OPENED = "opened"
    """A lesson was begun (again): everything of it before this is an earlier run."""
    REDRAWN = "redrawn"
    """Other numbers; the stop is open again."""
    ANSWERED = "answered"
    PROVED = "proved"
    """What the proof of the last answer at this stop said."""
    DISPUTED = "disputed"
    """A proof that came later contradicts the verdict that was shown: a defect of the tutor; `text` says where the
    case is written."""
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
    """Whether there was help, or it was not the first try (`progress.help`)."""
    items: tuple[str, ...] = ()
    """Of a review or a quiz that was opened: what it asks, in order, each `lesson/stop`."""
    reached: int | None = None
    """0-based index of the later line of the derivation that the answer equals."""
    drawn: Mapping[str, object] = field(default_factory=dict)
    """Name -> nested lists: the numbers that the learner saw."""
    day: str = ""
    """The learner's day that it belongs to, as an ISO date (`progress.days`); empty in old records."""
    offset: str = ""
    """Offset from UTC where that day began, such as `+05:30`."""
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
    """As the clock said then, also when it was wrong."""
    id: str = field(default_factory=lambda: uuid4().hex)
    extra: Mapping[str, object] = field(default_factory=dict)
    """What another version of the program wrote beside all this; it is kept as it is."""

    def to_json(self) -> str:
        """Return one line of JSON that anybody can read; empty fields are left out, numbers that are none are null."""
        full = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "extra"}
        full["kind"] = self.kind.value
        kept = {name: value for name, value in full.items() if value or (name == "reached" and value == 0)}
        return json_line({**kept, **self.extra})

    @classmethod
    def from_json(cls, line: str) -> Event:
        """Read one line of JSON.

        Raises:
            ValueError: The line is no event; the message says why.
        """
        return cls.from_value(value_of(line))

    @classmethod
    def from_value(cls, found: Mapping[str, Any]) -> Event:
        """Read an event out of the value of a line.

        Raises:
            ValueError: It is none; the message says why.
        """
        return replace(cls(EventKind.OPENED, ""), **_checked(found))  # type: ignore[arg-type]  # `_checked` checks each type


NAMED = ("pack", "lesson", "stop", "items", "skills")
"""The fields of an event that hold names, which a pack may change."""


def as_first(event: Event) -> Event:
    """Return an event under the names that it had at first."""
    first = {name: tuple(old) if isinstance(old, list) else old for name, old in event.renamed.items() if name in NAMED}
    return replace(event, **first, renamed={})  # type: ignore[arg-type]  # they were fields of an event


def json_line(value: object) -> str:
    """Return plain data as one line of JSON in valid Unicode; a number that is not finite is null."""
    try:
        line = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except ValueError:
        line = json.dumps(_finite(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return line.encode("utf-8", "replace").decode("utf-8")


def _finite(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def value_of(line: str) -> dict[str, Any]:
    """Return the object that a line of JSON holds.

    Raises:
        ValueError: It holds none, or one that could not be kept as it is; the message says why.
    """
    found, problem = jsonlines.parse(line, LONGEST_LINE)
    if problem:
        raise ValueError(problem)
    if not isinstance(found, dict):
        raise ValueError("not a JSON object")
    try:
        (json.dumps(found, ensure_ascii=False) if "\\u" in line else line).encode()
    except UnicodeEncodeError:
        raise ValueError("it holds a text that is not Unicode") from None
    return found


def mended(body: str) -> Event:
    """Read an event that an older version wrote: a number that is not finite is null.

    Raises:
        ValueError: It is no event.
    """
    try:
        return Event.from_json(body)
    except ValueError:
        found = json.loads(body)
        if not isinstance(found, dict):
            raise
        return Event.from_json(json_line({k: v for k, v in found.items() if k != "drawn" or not jsonlines.too_deep(v)}))


FARTHEST = timedelta(days=3)
"""How far the learner's day can be from the date in UTC: a time zone, and a sitting that goes on after midnight."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_OFFSET = re.compile(r"[+-](0\d|1[0-5]):[0-5]\d", re.ASCII)
_TEXTS = (
    "lesson",
    "pack",
    "stop",
    "text",
    "mark",
    "proof",
    "question",
    "learner",
    "id",
    "day",
    "offset",
    "version",
    "prompt",
)
_LISTS = ("findings", "skills", "items", "chosen", "key", "through")
_OTHERS = ("kind", "time", "seed", "reached", "aided", "drawn", "renamed")


def _checked(found: Mapping[str, Any]) -> dict[str, object]:
    """Return the fields of an event out of JSON, each of its type and within bounds."""
    for key in ("kind", "lesson", "time", "id"):
        if not found.get(key):
            raise ValueError(f"`{key}` is missing")
    kinds = {kind.value: kind for kind in EventKind}
    if not isinstance(found["kind"], str) or found["kind"] not in kinds:
        raise ValueError(f"`kind` is {jsonlines.shown(found['kind'])}, none of {list(kinds)}")
    checked: dict[str, object] = {"kind": kinds[found["kind"]], "time": time_of(found["time"])}
    checked |= {key: text_of(key, found[key]) for key in _TEXTS if key in found}
    checked |= {key: _texts(key, found[key]) for key in _LISTS if key in found}
    checked |= {key: _integer(key, found[key]) for key in ("seed", "reached") if found.get(key) is not None}
    _check_day(checked)
    for key, kind in (("drawn", dict), ("renamed", dict), ("aided", bool)):
        if key in found:
            if not isinstance(found[key], kind):
                raise ValueError(f"`{key}` is not {'an object' if kind is dict else 'true or false'}")
            checked[key] = found[key]
    extra = {key: value for key, value in found.items() if key not in {*_TEXTS, *_LISTS, *_OTHERS}}
    return {**checked, "extra": extra}


_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00", re.ASCII)
"""Texts of this form sort by time; others that say the same are brought to it."""


def time_of(value: object) -> str:
    """Return a UTC ISO time that sorts with others.

    Raises:
        ValueError: It is none.
    """
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) and value.endswith("+00:00") else None
    except ValueError:
        moment = None
    if moment is None or not isinstance(value, str):
        raise ValueError("`time` is not a UTC time such as 2026-01-31T09:30:00.000+00:00")
    return value if _TIME.fullmatch(value) else moment.isoformat(timespec="milliseconds")


def _check_day(found: dict[str, object]) -> None:
    """Refuse a day that is none, or is not that of the time, and an offset that no clock has."""
    day, offset = str(found.get("day", "")), str(found.get("offset", ""))
    if offset and not _OFFSET.fullmatch(offset):
        raise ValueError("`offset` is not an offset from UTC such as +05:30")
    try:
        away = date.fromisoformat(day) - date.fromisoformat(str(found["time"])[:10]) if day else timedelta()
    except ValueError:
        away = timedelta.max
    if abs(away) > FARTHEST or (day and not _DAY.fullmatch(day)):
        raise ValueError("`day` is not the date of `time` where the learner was, such as 2026-01-31")


def text_of(key: str, value: object) -> str:
    """Return a text of bounded length.

    Raises:
        ValueError: It is none.
    """
    if not isinstance(value, str):
        raise ValueError(f"`{key}` is not a text")
    if len(value) > LONGEST_TEXT:
        raise ValueError(f"`{key}` is longer than {LONGEST_TEXT} characters")
    return value


def _texts(key: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > 100:
        raise ValueError(f"`{key}` is not a list of at most 100 texts")
    return tuple(text_of(key, item) for item in value)


def _integer(key: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= 2**53:
        raise ValueError(f"`{key}` is not an integer")
    return value
