"""The front matter of a lesson file: the outline of a pack is made of it, and no formula is read for it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bptutor.errors import Problem
from bptutor.packs.lesson.blocks import Parts
from bptutor.packs.model import Lesson
from bptutor.packs.quiz import quiz_front
from bptutor.packs.yaml.fields import Fields, check_id
from bptutor.packs.yaml.reader import Located, places, read

ID_LINE = re.compile(r"^\s*id\s*:\s*[\"']?([\w-]+)", re.MULTILINE)


@dataclass(frozen=True)
class Front:
    """The front matter of a lesson."""

    lesson: Lesson
    """What it says; no blocks, and no scene."""
    scene: Located | None = None
    """The scene, as it is written."""
    readable: bool = True
    """Whether it is YAML at all; nothing else can be said of one that is not."""
    likely_id: str = ""
    """Of one that cannot be read: what seems to be its id."""


def front_matter(halves: Parts, path: str, problems: list[Problem]) -> Front:
    """Read the front matter; the scene is kept as written."""
    before = len(problems)
    node = read(halves.front, path, problems, halves.front_line)
    if not halves.found or any(found.rule == "yaml" for found in problems[before:]):
        likely = ID_LINE.search(halves.front or "\n".join(halves.body))
        return Front(Lesson("", "", ()), readable=False, likely_id=likely[1] if likely else "")
    with Fields(node, "a lesson", problems) as fields:
        named = fields.require("id", "output-error")
        check_id(named, fields)
        lesson = Lesson(
            id=named.text,
            title=fields.require("title", "The output error").text,
            blocks=(),
            minutes=fields.integer("minutes", 0, 600, 0),
            needs=fields.texts("needs"),
            skills=fields.texts("skills"),
            path=fields.text("path"),
            allow={rule: node.text for rule, node in fields.mapping("allow").items()},
            objective=fields.text("objective"),
            chapter=fields.text("chapter"),
            places=places(fields.node),
            quiz=quiz_front(fields),
            was=fields.was(),
        )
        return Front(lesson, fields.get("scene"))
