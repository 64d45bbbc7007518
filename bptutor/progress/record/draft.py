"""What is typed and not yet answered: one text a question, which travels with the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from bptutor.progress.event import json_line, text_of, time_of

KIND = "draft"
"""The `kind` of a line that holds a draft; no event has it."""


@dataclass(frozen=True)
class Draft:
    """What is typed at a question."""

    pack: str
    lesson: str
    stop: str
    text: str
    time: str = ""
    """When it was typed, as UTC ISO text; empty where an older version kept none."""

    def to_json(self) -> str:
        """Return one line of JSON: `{"kind":"draft","pack":...,"lesson":...,"stop":...,"text":...,"time":...}`."""
        return json_line({"kind": KIND, **{key: value for key, value in asdict(self).items() if value}})

    @classmethod
    def from_value(cls, found: Mapping[str, Any]) -> Draft:
        """Read a draft out of the value of a line.

        Raises:
            ValueError: It is none; the message says why.
        """
        for key in ("lesson", "stop"):
            if not found.get(key):
                raise ValueError(f"`{key}` is missing")
        pack, lesson, stop, text = (text_of(key, found.get(key, "")) for key in ("pack", "lesson", "stop", "text"))
        return cls(pack, lesson, stop, text, time_of(found["time"]) if found.get("time") else "")
