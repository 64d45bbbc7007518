"""A `yaml derivation` block: its goal, its lines, its faces, and how each asked line fades."""

from __future__ import annotations

import re

from bptutor.packs import faces
from bptutor.packs.lesson import fading
from bptutor.packs.lesson.formulas import Formulas
from bptutor.packs.model import Derivation, Line
from bptutor.packs.yaml.fields import Fields
from bptutor.packs.yaml.reader import Located, places

MAX_LINES = 100
"""Lines of one derivation."""
LINE_ID = re.compile(r"[a-z][a-z0-9-]{0,60}", re.ASCII)


def read_derivation(node: Located, formulas: Formulas) -> Derivation:
    """Read a derivation with its formulas; problems are collected by `formulas`."""
    with Fields(node, "a derivation", formulas.problems) as fields:
        id_ = fields.require("id", "error-by-z").text
        goal = fields.math("goal", "∂L/∂z_i")
        written = fields.require("lines", "[{math: p_i - y_i}]")
        if written.value and not written.items:
            fields.wrong(written.place, f"`lines` is {written.kind}", "write one `- math: ...` for each line")
        if len(written.items) > MAX_LINES:
            fields.wrong(written.place, f"more than {MAX_LINES} lines", "make two derivations of it", "too-long")
        items = written.items[:MAX_LINES]
        lines = tuple(_line(item, formulas) for item in items)
        written_faces = fields.mapping("faces")
        for name, face in written_faces.items():
            if name not in faces.BY_NAME:
                *others, last = faces.BY_NAME
                help_ = f"the faces are {', '.join(others)} and {last}"
                fields.wrong(fields.key_place("faces", name), f"`{name}` is no face", help_, "unknown-key")
            fields.whole_text(face, name)
        blank = fields.flag("blank-page")
        ask, hints, skills = fields.text("ask"), fields.texts("hints"), fields.texts("skills")
        if blank and not ask:
            fields.wrong(fields.place, "a blank page has no `ask`", "add the prompt: `ask: Derive it.`", "missing-key")
        was = fields.was()
    _check_ids(lines, fields)
    formulas.derivation(node, items)
    texts = {name: face.text for name, face in written_faces.items()}
    return Derivation(id_, goal, lines, texts, blank, ask, hints, skills, was, node.place, places(node))


def _check_ids(lines: tuple[Line, ...], fields: Fields) -> None:
    """Refuse ids of lines that stand twice, or that might be the place of a line."""
    for n, line in enumerate(lines):
        place = line.at("id")
        if line.id and not LINE_ID.fullmatch(line.id):
            help_ = "use small letters, digits and hyphens, a letter first, such as one-hot"
            fields.wrong(place, f"`{line.id}` cannot be the id of a line", help_, "id")
        elif line.id and line.id in [other.id for other in lines[:n]]:
            fields.wrong(place, f"the line `{line.id}` stands here a second time", "", "duplicate-id")


def _line(node: Located, formulas: Formulas) -> Line:
    """Read one line of a derivation."""
    if isinstance(node.value, str) and node.value:
        node = Located({"math": node}, node.place, {"math": node.place})
    with Fields(node, "a line", formulas.problems) as fields:
        line = Line(
            math=fields.math("math", "p_i - y_i"),
            by=fields.texts("by"),
            ask=fields.text("ask"),
            hints=fields.texts("hints"),
            fade=_fade(fields),
            why=fields.texts("why"),
            hole=fields.text("hole"),
            where=fields.math("where"),
            show=fields.one_of("show", faces.NAMES),
            skills=fields.texts("skills"),
            names=fields.texts("names"),
            id=fields.text("id"),
            place=node.mapping["math"].at(1) if "math" in node.mapping else node.place,
            places=places(node),
        )
    _check_fading(line, fields)
    return line


def _fade(fields: Fields) -> tuple[str, ...]:
    """Take `fade`; a word that is no form is a problem."""
    found = fields.nodes("fade")
    for fade in found:
        if fade.text not in fading.FADES:
            what = f"`{fade.text}` is no way to ask"
            fields.wrong(fade.place, what, "write show, why, hole or write", "unknown-value")
    return tuple(fade.text for fade in found if fade.text in fading.FADES)


def _check_fading(line: Line, fields: Fields) -> None:
    """Refuse a line that fades into a form for which something is missing."""
    at = line.at("fade")
    if line.fade and not line.ask:
        fields.wrong(at, "a line with `fade` has no `ask`", "add the prompt for when it is written: `ask: ...`", "fade")
    if "why" in line.fade and not line.by:
        fields.wrong(at, "`fade` asks why, and the line has no `by`", "add the rule: `by: chain-rule`", "fade")
    if "hole" in line.fade and fading.hole(line).count("?") != 1:
        help_ = "add `hole:` with one `?`, or let the last hint be the line with one `?`"
        fields.wrong(line.places.get("hole", at), "`fade` asks for a hole, and there is none", help_, "fade")
    elif line.hole.count("?") != 1 and line.hole:
        fields.wrong(line.places["hole"], f"`hole` has {line.hole.count('?')} gaps", "write one `?`", "fade")
    for n, rule in enumerate(line.why):
        if rule in line.by or rule in line.why[:n]:
            what = f"the false rule `{rule}` is {'right here' if rule in line.by else 'named twice'}"
            fields.wrong(line.places.get(f"why.{n}", at), what, "name rules that do not make this line", "fade")
