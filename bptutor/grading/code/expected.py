"""What the author writes that a function returns: expressions of the scene, in lists and mappings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bptutor.errors import UnreadableAnswer, UsageError
from bptutor.grading.answer.submission import Case
from bptutor.grading.code.result_names import part_names
from bptutor.notation import parse
from bptutor.notation.equality.compare import Comparison
from bptutor.notation.shapes.layout import layout
from bptutor.notation.tree import Expr
from bptutor.notation.values.evaluate import Values
from bptutor.packs.question_types.code import NUMBER

Path = tuple[int | str, ...]
"""Where a part stands in what is returned: places in lists, keys of dictionaries; () for the whole."""


@dataclass(frozen=True, eq=False)
class Expected:
    """What a call is to return, as the author wrote it; calls with the same `expect` share one."""

    spec: object = None
    """An expression, or lists and mappings of them. None: what the model answer returns."""
    comparisons: Mapping[Path, Comparison] = field(default_factory=dict)
    """For each part whose expression the author gave: mistakes are made from it."""
    labels: Mapping[Path, str] = field(default_factory=dict)


def expected_of(case: Case, spec: object) -> Expected:
    """Read what a call is to return."""
    parts = {} if spec is None else dict(_parts(spec))
    comparisons = {path: _comparison(case, text) for path, text in parts.items() if isinstance(text, str)}
    return Expected(spec, comparisons, labels_of(case, spec, parts))


def labels_of(case: Case, value: object, parts: Mapping[Path, object]) -> dict[Path, str]:
    """Return what the parts of a result are called.

    Args:
        case: The question.
        value: The whole: what the author wrote that is returned, or what the model answer returned.
        parts: Place of each part -> what the author wrote there, if anything.
    """
    code, count = case.question.code, len(value) if isinstance(value, list | tuple) else 0
    named = part_names(code, str(case.question.answer), count) if code is not None else ()
    return {path: label_of(path, part, named) for path, part in parts.items()}


def _parts(spec: object, path: Path = ()) -> Iterator[tuple[Path, object]]:
    """Yield each part of `expect` with its place."""
    if isinstance(spec, Mapping):
        for key, item in spec.items():
            yield from _parts(item, (*path, str(key)))
    elif isinstance(spec, list | tuple) and not plain(spec):
        for n, item in enumerate(spec):
            yield from _parts(item, (*path, n))
    else:
        yield path, spec


def flat(value: object, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield each part of a returned or expected value with its place."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from flat(item, (*path, key))
    elif isinstance(value, list | tuple):
        for n, item in enumerate(value):
            yield from flat(item, (*path, n))
    else:
        yield path, value


def _comparison(case: Case, text: str) -> Comparison:
    tree = read(text, case)
    return Comparison(case.scene, tree, layout(tree, case.scope, columns=True), columns=True)


def truth_of(spec: object, path: Path, comparisons: Mapping[Path, Comparison], values: Values) -> Any:
    """Return what a part of `expect` is on a draw."""
    if path in comparisons:
        return np.array(comparisons[path].truth(values))
    if isinstance(spec, Mapping):
        return {str(key): truth_of(item, (*path, str(key)), comparisons, values) for key, item in spec.items()}
    if plain(spec):
        return np.array(floats(spec))
    items: Sequence[object] = spec if isinstance(spec, list | tuple) else ()
    return [truth_of(item, (*path, n), comparisons, values) for n, item in enumerate(items)]


def label_of(path: Path, spec: object, named: Sequence[str] = ()) -> str:
    """Return what a part is called: by its key, by the function's own name for it, else by its place.

    The whole has no name.
    """
    if not path:
        return ""
    if isinstance(path[-1], str):
        return path[-1]
    if len(path) == 1 and isinstance(path[0], int) and path[0] < len(named):
        return named[path[0]]
    if isinstance(spec, str) and spec.isidentifier():
        return spec
    if isinstance(path[0], int) and path[0] < len(named) and all(isinstance(step, int) for step in path):
        return named[path[0]] + "".join(f"[{step}]" for step in path[1:])
    return place_label(path)


def place_label(path: Path) -> str:
    """Return the place of a part in words: `part 2`, `part 2.1`, `dW`."""
    if path and all(isinstance(step, str) for step in path):
        return ".".join(str(step) for step in path)
    return "part " + ".".join(str(step + 1) if isinstance(step, int) else step for step in path)


# --- reading what is written ---------------------------------------------------------------------------------


def plain(spec: object) -> bool:
    """Return whether a spec is numbers alone, in rows of one length: they make one array."""
    return _shape(spec) is not None


def _shape(spec: object) -> tuple[int, ...] | None:
    """Return the shape of nested lists of numbers; None where there is anything else, or rows differ."""
    if isinstance(spec, list | tuple):
        rows = {_shape(item) for item in spec}
        row = rows.pop() if len(rows) == 1 else None
        return None if row is None else (len(spec), *row)
    return () if isinstance(spec, str | int | float) and NUMBER.fullmatch(str(spec).strip()) else None


def floats(spec: Any) -> Any:
    """Return written numbers as floats, in the lists they stand in."""
    if isinstance(spec, list | tuple):
        return [floats(item) for item in spec]
    return float(str(spec).strip().replace("−", "-"))


def read(text: str, case: Case) -> Expr:
    """Read an expression of the scene; `UsageError` when it cannot be read."""
    try:
        return parse.read(text, case.scope)
    except UnreadableAnswer as wrong:
        raise UsageError(f"`{text}` cannot be read: {wrong.message}", wrong.help or "look at `args`") from wrong
