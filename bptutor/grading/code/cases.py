"""What a learner's function is called with, and what it should return: from the scene, by the engine.

Nothing of the pack's Python runs here; it goes into the sandbox (see `sandbox`), also to find out what the model
answer returns where the author wrote no `expect`.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bptutor.errors import UsageError
from bptutor.grading.answer.submission import Case
from bptutor.grading.code.expected import Expected, expected_of, flat, floats, labels_of, plain, read, truth_of
from bptutor.grading.code.sandbox.run import Job, Ran, run
from bptutor.grading.code.sandbox.wire import Made
from bptutor.grading.service import serialize
from bptutor.notation import tree as t
from bptutor.notation.equality.compare import REDRAWS
from bptutor.notation.equality.kinks import has_kink
from bptutor.notation.scope import Role, Source
from bptutor.notation.values.evaluate import Values, evaluate
from bptutor.notation.values.sampling import fresh
from bptutor.packs.model import Code
from bptutor.packs.question_types.code import DEFAULT_CASES, EXPECT, NUMBER, PYTHON, WORDS, is_expression

Array = NDArray[np.float64]
_KEPT = 32
SMALL = 1e-3
"""What numbers are multiplied by in one more case, close to where relu, abs and their like turn."""
EQUAL = 4
"""The size of every axis where all are to be equal."""


@dataclass(frozen=True)
class Call:
    """One call of the function."""

    values: Values
    """The numbers of the scene for it."""
    arguments: Mapping[str, Any]
    """Parameter -> argument, in the order of the call."""
    truth: Any
    """What is to be returned: arrays, in lists and mappings of them."""
    expected: Expected = field(default_factory=Expected)


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
    return _completed(case, code, found, made)


def _completed(case: Case, code: Code, found: Sequence[Call], made: Mapping[str, str]) -> Calls:
    """Return the calls with the code they need, and with what the model answer returns where that is what is right."""
    setup = code.setup + "".join(f"\n{name} = ({text})\n" for text, name in made.items())
    result = Calls(tuple(found), setup)
    return result if code.expect is not None else _with_model(case, code, result)


def equal_sizes(case: Case) -> Calls:
    """Return calls on draws where every axis has one size, so that no shape stops a program that mixes axes up.

    Raises:
        BptutorError: The scene has no such draw.
    """
    code, axes = code_of(case), fresh(case.scene, 0).sizes
    sizes = tuple(sorted(dict.fromkeys(axes, EQUAL).items()))
    written = {**code.args, **(code.cases[0] if code.cases else {})}
    expected, made = expected_of(case, written.get(EXPECT, code.expect)), dict[str, str]()
    found = []
    for n in range(DEFAULT_CASES):
        call = _call(case, code, written, n, made, sizes)
        found.append(replace(call, truth=_truth(call, expected), expected=expected))
    return _completed(case, code, found, made)


def _drawn(case: Case, code: Code, made: dict[str, str], rounds: int) -> Iterator[Call]:
    """Yield the calls; draws on which what is asked is not finite are drawn again."""
    wanted, n = code.count * rounds, 0
    common = expected_of(case, code.expect)
    own = [expected_of(case, written[EXPECT]) if EXPECT in written else common for written in code.cases]
    for at in range(wanted):
        written = {**code.args, **(code.cases[at % code.count] if code.cases else {})}
        expected = own[at % code.count] if own else common
        for _ in range(REDRAWS):
            call = _call(case, code, written, n, made)
            truth = _truth(call, expected)
            n += 1
            if _is_finite(truth):
                break
        yield replace(call, truth=truth, expected=expected)
    if not code.cases and not case.scope.conditions and _turns(case):
        call = _call(case, code, dict(code.args), n, made, scale=SMALL)
        truth = _truth(call, common)
        if _is_finite(truth):
            yield replace(call, truth=truth, expected=common)


def _truth(call: Call, expected: Expected) -> Any:
    """Return what is to be returned; None where the model answer says it."""
    return None if expected.spec is None else truth_of(expected.spec, (), expected.comparisons, call.values)


def _is_finite(truth: Any) -> bool:
    return truth is None or all(np.isfinite(part).all() for _, part in flat(truth))


def _call(
    case: Case,
    code: Code,
    written: Mapping[str, object],
    n: int,
    made: dict[str, str],
    fixed: tuple[tuple[str, int], ...] = (),
    scale: float = 1.0,
) -> Call:
    """Draw the scene once, with the numbers that the author gives for its names, and make the arguments."""
    scope = case.scope
    numbers = {name: np.array(floats(spec)) for name, spec in written.items() if name in scope.names and plain(spec)}
    sizes = dict(fixed)
    for name, array in numbers.items():
        sizes |= dict(zip(scope.names[name].axes, array.shape, strict=False))
    values = _scaled(fresh(case.scene, n, tuple(sorted(sizes.items()))), scale)
    for name, array in numbers.items():
        values = values.supposing(name, array)
    arguments = {name: _argument(written.get(name, name), case, values, made) for name in code.parameters}
    for name, argument in arguments.items():
        if name in scope.names and name in written and name not in numbers and _takes(values, name, argument):
            values = values.supposing(name, argument)
    return Call(values, arguments, None)


def _turns(case: Case) -> bool:
    """Return whether something in the scene is made with a function that turns."""
    made = (name.definition for name in case.scope.names.values())
    return any(definition is not None and has_kink(definition, case.scope) for definition in made)


def _scaled(values: Values, scale: float) -> Values:
    """Return a draw with the numbers that may be any ones made larger or smaller."""
    names = values.scope.names
    free = {n for n, made in names.items() if made.draw.source in {Source.UNIFORM, Source.LITERAL}}
    given = {
        name: np.asarray(array) * (scale if name in free and names[name].role is Role.GIVEN else 1.0)
        for name, array in values.given.items()
    }
    return values if scale == 1.0 else Values(values.scope, given, values.sizes)


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
        return np.array(floats(spec)) if plain(spec) else [_argument(item, case, values, made) for item in spec]
    text = str(spec).strip()
    if not is_expression(text):
        return _literal(text)
    tree = read(text, case)
    array = np.array(evaluate(tree, values), dtype=int if _counts(tree, values) else float)
    return array if array.ndim else array.item()


def _counts(tree: t.Expr, values: Values) -> bool:
    """Tell whether an argument is a size or positions of `argmax`: a program indexes and makes arrays with it."""
    if isinstance(tree, t.Call):
        return tree.function == "argmax"
    return isinstance(tree, t.Name) and tree.id in values.sizes


def _literal(text: str) -> object:
    if text.casefold() in WORDS:
        return WORDS[text.casefold()]
    if NUMBER.fullmatch(text):
        number = text.replace("−", "-")
        return int(number) if number.lstrip("-+").isdigit() else float(number)
    return text[1:-1]


# --- what the author's programs return --------------------------------------------------------------------------------

_models: OrderedDict[str, tuple[object, Ran]] = OrderedDict()


def _with_model(case: Case, code: Code, found: Calls) -> Calls:
    """Return the calls with what the model answer returns; it runs once for a question."""
    ran = returned(case, found, str(case.question.answer))
    if ran.stopped is not None:
        why = f"{ran.stopped.stop.value}: {ran.stopped.message}".rstrip(": ")
        raise UsageError(f"the model answer does not run ({why})", "run it on the scene's arrays yourself")
    first = ran.results[0].value
    labels = labels_of(case, first, {path: None for path, _ in flat(first)})
    filled = zip(found.calls, ran.results, strict=True)
    expected = Expected(labels=labels)
    return Calls(
        tuple(Call(call.values, call.arguments, result.value, expected) for call, result in filled), found.setup
    )


def returned(case: Case, asked: Calls, text: str) -> Ran:
    """Return what a program of the question's author returns on its calls; it runs once for a question."""
    sizes = sorted(asked.calls[0].values.sizes.items())
    key = json.dumps([text, serialize.plain(case.question.source), len(asked.calls), sizes, id(case.scene)])
    if key not in _models:
        _models[key] = (case.scene, run(asked.job(text, code_of(case).entry)))
        if len(_models) > _KEPT:
            _models.popitem(last=False)
    return _models[key][1]
