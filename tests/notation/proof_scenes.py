"""Scopes for the proof tables, from the few keys of a scene that they use."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from bptutor.notation import parse
from bptutor.notation.scope import Declared, Draw, FunctionDef, Role, Scope, Source
from bptutor.notation.shapes import axes
from bptutor.notation.tree import Compare

DATA = Path(__file__).parents[1] / "data" / "proofs"


def scope_of(scene: dict[str, Any]) -> Scope:
    """Build a scope from `sizes`, `given`, `define`, `assume`, `indices` and `functions`."""
    names: dict[str, Declared] = {axis: Declared(axis, role=Role.SIZE) for axis in scene.get("sizes", {})}
    sizes = {axis: str(size) for axis, size in scene.get("sizes", {}).items()}
    for name, how in scene.get("given", {}).items():
        names[name] = _given(name, how)
        for axis in names[name].axes:
            sizes.setdefault(axis, "")
            names.setdefault(axis, Declared(axis, role=Role.SIZE))
    scope = Scope(names, sizes, indices=scene.get("indices", {}))
    for key, text in scene.get("define", {}).items():
        scope = _defined(scope, key, text)
    conditions = tuple(parse.read_condition(text, scope) for text in scene.get("assume", []))
    assert all(isinstance(c, Compare) for c in conditions)
    return replace(scope, conditions=conditions)  # type: ignore[arg-type]


def _given(name: str, how: Any) -> Declared:
    if isinstance(how, list):
        return Declared(name, tuple(how))
    if "position" in how:
        return Declared(name, role=Role.POSITION, position_of=how["position"])
    draw = how.get("draw", "")
    if draw in ("one-hot", "simplex"):
        return Declared(name, tuple(how["axes"]), draw=Draw(Source(draw)), positive=False)
    if isinstance(draw, dict):
        return Declared(name, tuple(how["axes"]), draw=Draw(Source.PICK, choices=tuple(draw["pick"])))
    return Declared(name, tuple(how["axes"]), positive=how.get("positive", False))


def _defined(scope: Scope, key: str, text: str) -> Scope:
    if "(" in key:
        head, parameter = key.rstrip(")").split("(")
        inner = replace(scope, names={**scope.names, parameter: Declared(parameter)})
        body = parse.read(text, inner)
        return replace(scope, functions={**scope.functions, head: FunctionDef(head, (parameter,), body)})
    name, _, letters = key.partition("_")
    tree = parse.read(text, scope)
    kind = axes.of(tree, scope)
    order = tuple(letters)
    found = tuple(kind.letters[x] for x in order) + kind.axes
    declared = Declared(name, found, Role.DEFINED, definition=tree, letters=order)
    return replace(scope, names={**scope.names, name: declared})


@cache
def scenes() -> dict[str, Scope]:
    """Return the scenes of the tables by name."""
    source = json.loads((DATA / "scenes.json").read_text(encoding="utf-8"))
    return {name: scope_of(scene) for name, scene in source.items()}


def table(name: str) -> list[dict[str, Any]]:
    """Return the rows of a table."""
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]
