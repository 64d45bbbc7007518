"""`extreme` of a question: numbers on which an answer must also hold in floating point, such as scores of 1000."""

from __future__ import annotations

from collections.abc import Mapping

from bptutor.errors import Problem
from bptutor.notation.scope import Scope
from bptutor.packs.scene.given_fields import decimals, shape
from bptutor.packs.yaml.fields import Fields, nearest
from bptutor.packs.yaml.reader import Located, plain, problem


def extremes(fields: Fields) -> tuple[Mapping[str, object], ...]:
    """Read the list of numbers by name; names and shapes are held against the scene by `fit`."""
    found = []
    for node in fields.nodes("extreme"):
        written = plain(node)
        if isinstance(written, dict) and written:
            found.append(written)
        else:
            fields.wrong(node.place, f"an extreme is {node.kind}", "write `extreme: [{z: [1000, 999, 0]}]`", "extreme")
    return tuple(found)


def fit(node: Located, scope: Scope, problems: list[Problem]) -> None:
    """Report the names of `extreme` that the scene does not have, and numbers that do not have their axes."""
    for item in node.items:
        sizes: dict[str, int] = {}
        for name, numbers in item.mapping.items():
            declared = scope.names.get(name)
            if declared is None:
                what = f"`{name}` is not a name of the scene"
                problems.append(problem(item.keys[name], what, nearest(name, scope.names), "unknown-name"))
                continue
            written = decimals(numbers, problems, len(declared.axes))
            for axis, size in zip(declared.axes, shape(written), strict=False):
                if sizes.setdefault(axis, size) != size:
                    what = f"{name} has {size} entries along {axis}, another array has {sizes[axis]}"
                    problems.append(problem(numbers.place, what, "give them one size", "shape"))
