"""The one reader of a question, for packs and for the JSON of `bptutor grade`."""

from __future__ import annotations

from collections.abc import Mapping

from bptutor.errors import PackError, Problem
from bptutor.packs import faces
from bptutor.packs.model import Derived, Place, Question
from bptutor.packs.question_types import TYPES
from bptutor.packs.yaml.fields import Fields
from bptutor.packs.yaml.other_systems import OTHER_TYPES
from bptutor.packs.yaml.places import whole
from bptutor.packs.yaml.reader import Located, places, plain

FIXED = ("id", "type", "was")
"""What a variant shares with its question."""
MERGED = ("given", "define", "network")
"""Mappings that a variant adds to, name by name."""


def question(mapping: Located | Mapping[str, object], place: Place | None = None) -> Question:
    """Read a question.

    Args:
        mapping: What was written: located, or plain data (JSON's numbers, lists and booleans too).
        place: Where it stands, for plain data.

    Raises:
        PackError: It is wrong; carries every problem found.
    """
    result = whole(read_question, mapping, place, "question")
    if result is None:  # its type was no text, which was reported where the file was read
        raise PackError
    return result


def read_question(node: Located, problems: list[Problem]) -> Question | None:
    """Read a question; every problem found goes into `problems`. None when its type is unknown."""
    fields = Fields(node, "a question", problems)
    fields.require("type", "symbolic")
    said = fields.text("type")
    if help_ := OTHER_TYPES.get(said):
        fields.wrong(node.mapping["type"].place, f"`type` is `{said}`", help_, "unknown-value")
        return None
    kind = fields.one_of("type", TYPES) if said else ""
    if kind not in TYPES:
        return None
    written = plain(node)
    with fields:
        fields.what = f"a {kind} question"
        own = TYPES[kind].read_fields(fields)
        if "wrong" not in own:
            own["wrong"] = _wrong(fields)
        return Question(
            id=fields.text("id"),
            kind=kind,
            prompt=fields.text("prompt"),
            hints=fields.texts("hints"),
            skills=fields.texts("skills"),
            solution=fields.text("solution"),
            show=fields.one_of("show", faces.NAMES),
            given=_changed(fields, "given"),
            define=_changed(fields, "define"),
            network=_changed(fields, "network"),
            vary=_vary(node, fields),
            derived=_derived(fields),
            was=fields.was(),
            place=node.place,
            places=places(node),
            source=written if isinstance(written, dict) else {},
            **own,
        )


def _changed(fields: Fields, key: str) -> Mapping[str, object]:
    return {name: plain(value) for name, value in fields.mapping(key).items()}


def _vary(node: Located, fields: Fields) -> tuple[Question, ...]:
    """Read the variants: each is this question with some keys written anew."""
    for item in fields.nodes("vary"):
        if not item.mapping:
            fields.wrong(item.place, f"a variant is {item.kind}", "write what is different: `- define: {...}`")
        for key in ("vary", *FIXED):
            if key in item.mapping:
                fields.wrong(item.keys[key], f"a variant has no `{key}` of its own", "leave it out", "unknown-key")
    found = [read_question(variant, fields.problems) for variant in variant_nodes(node)]
    return tuple(variant for variant in found if variant is not None)


def variant_nodes(node: Located) -> list[Located]:
    """Return the variants of a question, each as a whole question."""
    written = node.mapping.get("vary", Located(()))
    base, keys = node.without("vary").mapping, node.without("vary").keys
    found = []
    for item in written.items:
        if item.mapping:
            fixed = {key: base[key] for key in FIXED if key in base}
            entries = {**base, **item.mapping, **_merged(base, item.mapping), **fixed}
            found.append(Located(entries, item.place, {**keys, **item.keys}))
    return found


def _merged(base: Mapping[str, Located], new: Mapping[str, Located]) -> dict[str, Located]:
    found = {}
    for key in MERGED:
        if key in base and key in new and base[key].mapping and new[key].mapping:
            entries = {**base[key].mapping, **new[key].mapping}
            found[key] = Located(entries, new[key].place, {**base[key].keys, **new[key].keys})
    return found


def _wrong(fields: Fields) -> tuple[tuple[str, str], ...]:
    found = []
    for node in fields.nodes("wrong"):
        with Fields(node, "a wrong answer", fields.problems) as one:
            found.append((one.math("answer", "y - p"), one.text("say")))
    return tuple(found)


def _derived(fields: Fields) -> Derived | None:
    node = fields.get("derived")
    if node is None or node.value == "":
        return None
    with Fields(node, "`derived`", fields.problems) as one:
        goal = one.require("goal", "∂L/∂z_i").text
        return Derived(goal, one.texts("above", math=True), one.texts("below", math=True), one.flag("route"))
