"""Reading `pack.yaml`: the order of the lessons, and the skills and rules they may name."""

from __future__ import annotations

import re
from pathlib import Path

from bptutor.errors import Problem
from bptutor.packs.lesson.outline import NAMES, OF_NAMES, TURNS, Pack, Rule
from bptutor.packs.yaml.fields import Fields, check_id, nearest
from bptutor.packs.yaml.reader import Located, read

FORMAT = "1"
VERSION = re.compile(r"[0-9]+(\.[0-9]+){0,3}([-+.a-z0-9]*)", re.ASCII)


def pack_from(text: str, path: str, root: Path, problems: list[Problem]) -> Pack:
    """Read the text of a `pack.yaml`; every problem found goes into `problems`."""
    before = len(problems)
    fields = Fields(read(text, path, problems), "a pack", problems)
    if not text.strip() and not problems[before:]:
        fields.wrong(fields.place, "the file is empty", "begin it with `bptutor: 1`", "empty")
    if problems[before:] and not fields.node.mapping:
        return Pack("", "", "", root, ())
    with fields:
        version = fields.require("bptutor", "1")
        if version.text and version.text != FORMAT:
            fields.wrong(version.place, f"pack format {version.text}", f"this bptutor reads format {FORMAT}", "format")
        named = fields.require("id", "backprop")
        check_id(named, fields)
        number = fields.require("version", "0.1.0")
        if number.text and not VERSION.fullmatch(number.text):
            fields.wrong(number.place, f"`{number.text}` is no version", "write numbers such as 0.1.0")
        fields.require("lessons", "[first-lesson]")
        skills = {skill: _skill(skill, node, problems) for skill, node in fields.mapping("skills").items()}
        return Pack(
            id=named.text,
            title=fields.require("title", "My lessons").text,
            version=number.text,
            root=root,
            lessons=_lessons(fields),
            skills={skill: title for skill, (title, _) in skills.items()},
            skills_before={old: skill for skill, (_, before) in skills.items() for old in before},
            was=fields.was(),
            rules={rule: _rule(rule, node, problems) for rule, node in fields.mapping("rules").items()},
            language=fields.text("language", "en"),
            authors=fields.texts("authors"),
            license=fields.text("license"),
            summary=fields.text("summary"),
            words={word: node.text for word, node in fields.mapping("words").items()},
            contrasts=tuple(tuple(item.text for item in node.items) for node in fields.nodes("contrasts")),
            chapters={chapter: node.text for chapter, node in fields.mapping("chapters").items()},
        )


def _lessons(fields: Fields) -> tuple[str, ...]:
    seen: list[str] = []
    for node in fields.nodes("lessons"):
        check_id(node, fields)
        if node.text in seen:
            what = f"the lesson `{node.text}` is listed a second time"
            fields.wrong(node.place, what, "delete one of the two", "duplicate-id")
        elif node.text:
            seen.append(node.text)
    return tuple(seen)


def _skill(id_: str, node: Located, problems: list[Problem]) -> tuple[str, tuple[str, ...]]:
    """Read the title of a skill, and what it was called before."""
    if not node.mapping:
        return node.text, ()
    with Fields(node, f"the skill `{id_}`", problems) as fields:
        return fields.require("title", "Compute a line").text, fields.was()


def _rule(id_: str, node: Located, problems: list[Problem]) -> Rule:
    if isinstance(node.value, str) and node.value:
        return Rule(id_, node.value)
    with Fields(node, f"the rule `{id_}`", problems) as fields:
        title, math = fields.require("title", "Sum rule").text, fields.math("math")
        turns = {sign: _turn(fields, sign, turn) for sign, turn in fields.mapping("turns").items()}
        fields.get("scene")  # read where the formula is proved (`authoring.check.rules`); nothing else needs it
        return Rule(id_, title, math, turns)


def _turn(fields: Fields, sign: str, node: Located) -> str:
    """Read what a rule does to a sign."""
    words = OF_NAMES if sign == NAMES else TURNS
    if node.text in words:
        return node.text
    fields.wrong(node.place, f"`{sign}` is {node.shown}", nearest(node.text, words), "unknown-value")
    return "same"
