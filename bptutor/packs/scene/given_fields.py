"""What an author writes behind a given name: its axes, how it is drawn, or its numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction

from bptutor.errors import Problem
from bptutor.notation.scope import Declared, Draw, NetworkRole, Role, Source
from bptutor.packs.model import Place
from bptutor.packs.yaml.fields import Fields
from bptutor.packs.yaml.reader import Located, problem

DECIMAL = re.compile(r"[-+]?([0-9]{1,15}\.?[0-9]{0,15}|\.[0-9]{1,15})([eE][-+]?[0-9]{1,2})?", re.ASCII)
NAME = re.compile(r"[^\W\d_]\w*(\^\w+)?'*")
MAX_POINTS = 1_000_000
MAX_AXES = 6
MAX_SIZE = 10_000
MAX_ENTRIES = 200_000
ARRAYS = tuple(role for role in NetworkRole if role is not NetworkRole.BATCH)
"""Roles of names that hold numbers; the axis of the examples has one of its own."""


def declared(name: str, node: Located, problems: list[Problem]) -> Declared:
    """Read what stands behind a given name; problems are collected."""
    if isinstance(node.value, tuple):
        return Declared(name, axis_names(node, problems))
    if isinstance(node.value, str):
        if not node.broken:
            number = f"or `{name}: {{value: {node.value or 1}}}`"
            help_ = f"write `{name}: []` for a scalar, `{name}: [K]` for a vector, {number}"
            problems.append(problem(node.place, f"`{name}` has no axes", help_, "given"))
        return Declared(name)
    with Fields(node, f"the given name `{name}`", problems) as fields:
        if fields.has("position"):
            return _position(name, fields)
        value = fields.get("value")
        if not fields.has("axes") and value is not None and not isinstance(value.value, str):
            fields.wrong(value.place, f"{fields.what} has a list and no axes", "add `axes: [K]`", "missing-key")
        axes = axis_names(fields.get("axes") or Located((), fields.place), problems)
        positive = fields.flag("positive")
        draw = _draw(fields, len(axes), positive)
        outside = fields.get("outside")
        if outside and outside.value != "0":
            fields.wrong(outside.place, f"`outside` is `{outside.text}`", "only 0 can stand outside an array")
        shown, role = fields.text("show"), network_role(fields)
    return Declared(name, axes, Role.GIVEN, shown, positive, draw, "", outside is not None, network_role=role)


def network_role(fields: Fields, roles: Iterable[NetworkRole] = ARRAYS) -> NetworkRole | None:
    """Take `role`: what a name is in a network."""
    said = fields.one_of("role", [role.value for role in roles])
    return NetworkRole(said) if said else None


def _position(name: str, fields: Fields) -> Declared:
    axis, value, shown = fields.text("position"), fields.get("value"), fields.text("show")
    literal = decimals(value, fields.problems, 0) if value else None
    source = Source.UNIFORM if literal is None else Source.LITERAL
    return Declared(name, (), Role.POSITION, shown, False, Draw(source, literal=literal), axis)


def axis_names(node: Located, problems: list[Problem]) -> tuple[str, ...]:
    """Read a list of axis names, such as `[C, H]`."""
    if not isinstance(node.value, tuple):
        problems.append(problem(node.place, f"axes are {node.kind}, not a list", "write `[C, H]`, or `[]`", "axes"))
        return ()
    found = []
    for item in node.items:
        if isinstance(item.value, str) and item.value.isidentifier():
            found.append(item.value)
        else:
            what = f"`{item.text}` is no axis name" if isinstance(item.value, str) else f"an axis is {item.kind}"
            problems.append(problem(item.place, what, "name each axis by letters, such as K or N1", "axes"))
    if len(found) > MAX_AXES:
        problems.append(problem(node.place, f"more than {MAX_AXES} axes", rule="axes"))
    return tuple(found[:MAX_AXES])


def decimals(node: Located, problems: list[Problem], depth: int) -> object:
    """Read nested lists of `depth` levels into nested tuples of decimal texts; None when something is wrong."""
    if depth == 0:
        text = node.text.strip().replace("−", "-")
        if isinstance(node.value, str) and DECIMAL.fullmatch(text):
            return text
        what = f"`{node.text}` is not a number" if isinstance(node.value, str) else f"{node.kind} where a number stands"
        problems.append(problem(node.place, what, "write a decimal such as -0.5", "number"))
        return None
    if not isinstance(node.value, tuple) or not node.items:
        what = f"{depth} more axes need a list here"
        problems.append(problem(node.place, what, "write one pair of brackets for each axis", "shape"))
        return None
    parts = tuple(decimals(item, problems, depth - 1) for item in node.items)
    if any(part is None for part in parts):
        return None
    if len({shape(part) for part in parts}) > 1:
        problems.append(problem(node.place, "rows of different lengths", "give every row as many numbers", "shape"))
        return None
    return parts


def shape(nested: object) -> tuple[int, ...]:
    """Return the shape of nested tuples with equal rows."""
    return (len(nested), *shape(nested[0])) if isinstance(nested, tuple) else ()


def _draw(fields: Fields, rank: int, positive: bool) -> Draw:
    """Read `draw` and `value`; a name may have both: its own numbers, and what proofs draw in their place."""
    value, how = fields.get("value"), fields.get("draw")
    literal = decimals(value, fields.problems, rank) if value is not None else None
    if how is None and not positive:
        return Draw(Source.UNIFORM if literal is None else Source.LITERAL, literal=literal)
    if how is None:
        return Draw(low="0.1", high="2", literal=literal)
    if isinstance(how.value, str):
        return _by_word(fields, how, rank, literal)
    with Fields(how, "a draw", fields.problems) as ranges:
        if not ranges.has("pick"):
            ends = (ranges.text("from", "-1"), ranges.text("to", "1"), ranges.text("step", "0.1"))
            return _range(fields, how.place, ends, positive, literal)
        picked = [decimals(node, fields.problems, 0) for node in ranges.nodes("pick")]
    choices = tuple(choice for choice in picked if isinstance(choice, str))
    if not choices:
        fields.wrong(how.place, "there is nothing to pick from", "write `{pick: [1, 2, 3]}`", "draw")
    return Draw(Source.PICK, choices=choices, literal=literal)


def _by_word(fields: Fields, how: Located, rank: int, literal: object) -> Draw:
    words: Mapping[str, Source] = {"one-hot": Source.ONE_HOT, "simplex": Source.SIMPLEX}
    source = words.get(how.text)
    if source is None:
        help_ = "write one-hot, simplex, {from: -1, to: 1, step: 0.1} or {pick: [1, 2]}"
        fields.wrong(how.place, f"`{how.text}` is no way to draw", help_, "draw")
        return Draw(literal=literal)
    if rank == 0:
        fields.wrong(how.place, f"a scalar cannot be {how.text}", "give it an axis: `axes: [K]`", "draw")
    return Draw(source, literal=literal)


def _range(fields: Fields, place: Place, ends: tuple[str, str, str], positive: bool, literal: object) -> Draw:
    cleaned = [end.strip().replace("−", "-") for end in ends]
    for text in cleaned:
        if not DECIMAL.fullmatch(text):
            fields.wrong(place, f"`{text}` is not a number", "write a decimal such as -0.5", "draw")
            return Draw(literal=literal)
    low, high, step = (Fraction(text) for text in cleaned)
    if step <= 0 or low >= high:
        what = f"nothing can be drawn from {cleaned[0]} to {cleaned[1]} in steps of {cleaned[2]}"
        fields.wrong(place, what, "`from` is below `to`, and `step` is above 0", "draw")
    elif (high - low) / step > MAX_POINTS:
        fields.wrong(place, "the grid of this draw is too fine", f"at most {MAX_POINTS} steps", "draw")
    elif (high - low) % step:
        fields.wrong(place, f"`to` is not a whole number of steps of {cleaned[2]} above `from`", "", "draw")
    elif positive and low <= 0:
        fields.wrong(place, f"a positive name is drawn from {cleaned[0]}", "let `from` be above 0", "draw")
    return Draw(Source.UNIFORM, cleaned[0], cleaned[1], cleaned[2], literal=literal)
