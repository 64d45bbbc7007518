"""Numbers and names of a network file: nested lists of decimal texts, and the name that was meant."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

from bptutor.errors import Problem
from bptutor.packs.yaml.reader import Located, problem

NUMBER = re.compile(r"[+\-−]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", re.ASCII)
WHOLE = re.compile(r"[0-9]{1,9}", re.ASCII)
MAX_DIGITS = 40
COUNTS = ("no", "one", "two", "three", "four")


def meant(written: str, known: Iterable[str]) -> str:
    """Return a help sentence: the nearest known name, or all of them."""
    names = tuple(known)
    near = get_close_matches(written.lower().replace("_", "-").replace(" ", "-"), names, 1)
    return f"did you mean {near[0]}?" if near else f"one of {', '.join(names)}"


def nested(node: Located, name: str, problems: list[Problem], axes: int = 2, depth: int = 0) -> object:
    """Return nested tuples of decimal texts; None when something in it is no number.

    Args:
        node: A number, or lists of numbers.
        name: The array it belongs to, for messages.
        problems: Where problems are added.
        axes: How many axes it may have at most.
        depth: How many lists stand around it.
    """
    if isinstance(node.value, tuple):
        if depth == axes:
            what = f"{name} has more than {COUNTS[axes]} axes"
            problems.append(problem(node.place, what, "write a list of rows" if axes == 2 else "", "shape"))
            return None
        parts = tuple(nested(item, name, problems, axes, depth + 1) for item in node.items)
        if not parts:
            problems.append(problem(node.place, f"{name} is empty", "write at least one number", "shape"))
        ragged = next((n for n, part in enumerate(parts) if _length(part) != _length(parts[0])), None)
        if ragged and None not in parts:
            lengths = f"row {ragged + 1} of {name} has {_length(parts[ragged])}, row 1 has {_length(parts[0])}"
            problems.append(problem(node.items[ragged].place, lengths, "rows need equal lengths", "shape"))
            return None
        return None if not parts or None in parts else parts
    if isinstance(node.value, str) and len(node.text) <= MAX_DIGITS and NUMBER.fullmatch(node.text.strip()):
        return node.text.strip().replace("−", "-")
    said = f"`{node.text[:MAX_DIGITS]}`" if isinstance(node.value, str) else node.kind
    problems.append(problem(node.place, f"{name}: {said} is not a number", "write a decimal such as -0.35", "number"))
    return None


def _length(part: object) -> str:
    return f"{len(part)} entries" if isinstance(part, tuple) else "no list"
