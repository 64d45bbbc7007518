"""What a learner's function is called with, and what it should return: from the scene, by the engine.

Nothing of the pack's Python runs here; it goes into the sandbox (see `sandbox`), also to find out what the model
answer returns where the author wrote no `expect`.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bptutor.errors import UnreadableAnswer, UsageError
from bptutor.grading import records
from bptutor.grading.case import Case
from bptutor.grading.comparison import REDRAWS, Comparison, fresh
from bptutor.grading.layouts import layout
from bptutor.grading.sandbox.run import Job, Ran, run
from bptutor.grading.sandbox.wire import Made
from bptutor.notation import parse
from bptutor.notation.tree import Expr
from bptutor.notation.value import Values, evaluate
from bptutor.packs.code_keys import EXPECT, NUMBER, PYTHON, WORDS, is_expression
from bptutor.packs.model import Code

Array = NDArray[np.float64]
Path = tuple[int | str, ...]
"""Where a part stands in what is returned: places in lists, keys of dictionaries; () for the whole."""
_KEPT = 32


@dataclass(frozen=True, eq=False)
class Expected:
    """What a call is to return, as the author wrote it; calls with the same `expect` share one."""

    spec: object = None
    """An expression, or lists and mappings of them. None: what the model answer returns."""
    comparisons: Mapping[Path, Comparison] = field(default_factory=dict)
    """For each part whose expression the author gave: mistakes are made from it."""
    labels: Mapping[Path, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """One call of the function."""

    values: Values
    """The numbers of the scene for it."""
    arguments: Mapping[str, Any]
    """Parameter -> argument, in the order of the call."""
    truth: Any
    """What is to be returned: arrays, in lists and mappings of them."""
    expected: Expected = Expected()


@dataclass(frozen=True)
class Calls:
    """All calls of a question."""

    calls: tuple[Call, ...]
    setup: str

    def job(self, source: str, entry: str) -> Job:
        """Return the job of running a program on them."""
        return Job(source, entry, tuple(call.arguments for call in self.calls), self.setup)


def code_of(case: Case) -> Code:
    """Return what the question has of its own; `UsageError` when it was made without."""
    if case.question.code is None:
        raise UsageError("the question names no function")
    return case.question.code


def calls(case: Case, rounds: int = 1) -> Calls:
    """Return what the function is called with, and what it should return each time.

    Args:
        case: The question and its scene.
        rounds: How often the cases are drawn, for a thorough check.

    Raises:
        UsageError: An argument, or what is expected, cannot be computed; or the model answer does not run.
    """
    code = code_of(case)
    made: dict[str, str] = {}
    found = list(_drawn(case, code, made, rounds))
    setup = code.setup + "".join(f"\n{name} = ({text})\n" for text, name in made.items())
    result = Calls(tuple(found), setup)
    return result if code.expect is not None else _with_model(case, code, result)


def _drawn(case: Case, code: Code, made: dict[str, str], rounds: int) -> Iterator[Call]:
    """Yield the calls; draws on which what is asked is not finite are drawn again."""
    wanted, n = code.count * rounds, 0
    common = _expected(case, code.expect)
    own = [_expected(case, written[EXPECT]) if EXPECT in written else common for written in code.cases]
    for at in range(wanted):
        written = {**code.args, **(code.cases[at % code.count] if code.cases else {})}
        expected = own[at % code.count] if own else common
        for _ in range(REDRAWS):
            call = _call(case, code, written, n, made)
            truth = None if expected.spec is None else _truth(expected.spec, (), expected.comparisons, call.values)
            n += 1
            if truth is None or all(np.isfinite(part).all() for _, part in flat(truth)):
                break
        yield Call(call.values, call.arguments, truth, expected)


def _call(case: Case, code: Code, written: Mapping[str, object], n: int, made: dict[str, str]) -> Call:
    """Draw the scene once, with the numbers that the author gives for its names, and make the arguments."""
    scope = case.scope
    numbers = {name: np.array(_floats(spec)) for name, spec in written.items() if name in scope.names and plain(spec)}
    sizes: dict[str, int] = {}
    for name, array in numbers.items():
        sizes |= dict(zip(scope.names[name].axes, array.shape, strict=False))
    values = fresh(case.scene, n, tuple(sorted(sizes.items())))
    for name, array in numbers.items():
        values = values.supposing(name, array)
    arguments = {name: _argument(written.get(name, name), case, values, made) for name in code.parameters}
    for name, argument in arguments.items():
        if name in scope.names and name in written and name not in numbers and _takes(values, name, argument):
            values = values.supposing(name, argument)
    return Call(values, arguments, None)


def _takes(values: Values, name: str, argument: object) -> bool:
    """Return whether an argument can stand for a name of the scene; one of another shape is something else."""
    return isinstance(argument, np.ndarray) and argument.shape == values[name].shape


def _argument(spec: object, case: Case, values: Values, made: dict[str, str]) -> Any:
    """Return what one spec stands for: an array, a number, a text, a list or mapping of them, or the pack's code."""
    if isinstance(spec, Mapping):
        if set(spec) == {PYTHON}:
            return Made(made.setdefault(str(spec[PYTHON]), f"_made_{len(made)}"))
        return {str(key): _argument(item, case, values, made) for key, item in spec.items()}
    if isinstance(spec, list | tuple):
        return np.array(_floats(spec)) if plain(spec) else [_argument(item, case, values, made) for item in spec]
    text = str(spec).strip()
    if not is_expression(text):
        return _literal(text)
    array = np.array(evaluate(_read(text, case), values), dtype=float)
    return array if array.ndim else float(array)


def _literal(text: str) -> object:
    if text.casefold() in WORDS:
        return WORDS[text.casefold()]
    if NUMBER.fullmatch(text):
        number = text.replace("−", "-")
        return int(number) if number.lstrip("-+").isdigit() else float(number)
    return text[1:-1]


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


def _floats(spec: Any) -> Any:
    if isinstance(spec, list | tuple):
        return [_floats(item) for item in spec]
    return float(str(spec).strip().replace("−", "-"))


def _read(text: str, case: Case) -> Expr:
    try:
        return parse.read(text, case.scope)
    except UnreadableAnswer as wrong:
        raise UsageError(f"`{text}` cannot be read: {wrong.message}", wrong.help or "look at `args`") from wrong


# --- what is expected -------------------------------------------------------------------------------------------


def _expected(case: Case, spec: object) -> Expected:
    """Read what a call is to return."""
    parts = {} if spec is None else dict(_parts(spec))
    comparisons = {path: _comparison(case, text) for path, text in parts.items() if isinstance(text, str)}
    return Expected(spec, comparisons, {path: _label(path, part) for path, part in parts.items()})


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
    tree = _read(text, case)
    return Comparison(case.scene, tree, layout(tree, case.scope, columns=True), columns=True)


def _truth(spec: object, path: Path, comparisons: Mapping[Path, Comparison], values: Values) -> Any:
    if path in comparisons:
        return np.array(comparisons[path].truth(values))
    if isinstance(spec, Mapping):
        return {str(key): _truth(item, (*path, str(key)), comparisons, values) for key, item in spec.items()}
    if plain(spec):
        return np.array(_floats(spec))
    items: Sequence[object] = spec if isinstance(spec, list | tuple) else ()
    return [_truth(item, (*path, n), comparisons, values) for n, item in enumerate(items)]


def _label(path: Path, spec: object) -> str:
    """Return what a part is called: by its key, by its name, else by its place; the whole has no name."""
    if not path:
        return ""
    if isinstance(path[-1], str):
        return path[-1]
    return spec if isinstance(spec, str) and spec.isidentifier() else place_label(path)


def place_label(path: Path) -> str:
    """Return the place of a part in words: `part 2`, `part 2.1`, `dW`."""
    if path and all(isinstance(step, str) for step in path):
        return ".".join(str(step) for step in path)
    return "part " + ".".join(str(step + 1) if isinstance(step, int) else step for step in path)


# --- what the model answer returns --------------------------------------------------------------------------------

_models: OrderedDict[str, tuple[object, Ran]] = OrderedDict()


def _with_model(case: Case, code: Code, found: Calls) -> Calls:
    """Return the calls with what the model answer returns; it runs once for a question."""
    key = json.dumps([records.plain(case.question.source), len(found.calls), id(case.scene)])
    if key not in _models:
        _models[key] = (case.scene, run(found.job(str(case.question.answer), code.entry)))
        if len(_models) > _KEPT:
            _models.popitem(last=False)
    ran = _models[key][1]
    if ran.stopped is not None:
        why = f"{ran.stopped.stop.value}: {ran.stopped.message}".rstrip(": ")
        raise UsageError(f"the model answer does not run ({why})", "run it on the scene's arrays yourself")
    labels = {path: _label(path, None) for path, _ in flat(ran.results[0].value)}
    filled = zip(found.calls, ran.results, strict=True)
    expected = Expected(labels=labels)
    return Calls(
        tuple(Call(call.values, call.arguments, result.value, expected) for call, result in filled), found.setup
    )
