"""What a learner's function is called with, and what it should return: from the scene, by the engine.

Nothing of the pack's Python runs here; it goes into the sandbox (see `sandbox`), also to find out what the model
answer returns where the author wrote no `expect`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from bptutor.errors import UsageError
from bptutor.grading.answer.submission import Case, NoScene
from bptutor.grading.code.expected import Expected, expected_of, flat, floats, labels_of, plain, read, truth_of
from bptutor.grading.code.sandbox.run import Job, Ran, run
from bptutor.grading.code.sandbox.wire import Made
from bptutor.notation import tree as t
from bptutor.notation.caching import cached_by_identity
from bptutor.notation.equality.compare import REDRAWS
from bptutor.notation.equality.kinks import has_kink
from bptutor.notation.scope import Role, Source
from bptutor.notation.values.evaluate import Values, evaluate
from bptutor.notation.values.sampling import fresh
from bptutor.packs.model import Code, Question
from bptutor.packs.question_types.code import DEFAULT_CASES, EXPECT, NUMBER, PYTHON, WORDS, is_expression

if TYPE_CHECKING:
    from bptutor.packs.scene.scene import Scene

SMALL = 0.001
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
    return _calls(case.question, case.scene, rounds)


@cached_by_identity(32)
def _calls(question: Question, scene: Scene | NoScene, rounds: int) -> Calls:
    case, made = Case(question, "", scene), dict[str, str]()
    return _completed(case, list(_drawn(case, code_of(case), made, rounds)), made)


def _completed(case: Case, found: Sequence[Call], made: Mapping[str, str]) -> Calls:
    """Return the calls with the code they need, and with what the model answer returns where that is what is right."""
    code = code_of(case)
    asked = Calls(tuple(found), code.setup + "".join(f"\n{name} = ({text})\n" for text, name in made.items()))
    if code.expect is not None:
        return asked
    ran = returned(case, asked, str(case.question.answer))
    if ran.stopped is not None:
        why = f"{ran.stopped.stop.value}: {ran.stopped.message}".rstrip(": ")
        raise UsageError(f"the model answer does not run ({why})", "run it on the scene's arrays yourself")
    first = ran.results[0].value
    expected = Expected(labels=labels_of(case, first, {path: None for path, _ in flat(first)}))
    filled = zip(asked.calls, ran.results, strict=True)
    return replace(asked, calls=tuple(replace(call, truth=one.value, expected=expected) for call, one in filled))


def equal_sizes(case: Case) -> Calls:
    """Return calls on draws where every axis has one size, so that no shape stops a program that mixes axes up.

    Raises:
        BptutorError: The scene has no such draw.
    """
    return _equal_sizes(case.question, case.scene)


@cached_by_identity(32)
def _equal_sizes(question: Question, scene: Scene | NoScene) -> Calls:
    case, made = Case(question, "", scene), dict[str, str]()
    code, sizes = code_of(case), tuple((axis, EQUAL) for axis in sorted(fresh(scene, 0).sizes))
    written = {**code.args, **(code.cases[0] if code.cases else {})}
    expected = expected_of(case, written.get(EXPECT, code.expect))
    drawn = [_call(case, code, written, n, made, sizes) for n in range(DEFAULT_CASES)]
    return _completed(case, [replace(call, truth=_truth(call, expected), expected=expected) for call in drawn], made)


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
    made_of = (name.definition for name in case.scope.names.values() if name.definition is not None)
    if not code.cases and not case.scope.conditions and any(has_kink(definition, case.scope) for definition in made_of):
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
        stands = isinstance(argument, np.ndarray) and name in scope.names and name in written and name not in numbers
        if stands and argument.shape == values[name].shape:  # one of another shape is something else
            values = values.supposing(name, argument)
    return Call(values, arguments, None)


def _scaled(values: Values, scale: float) -> Values:
    """Return a draw with the numbers that may be any ones made larger or smaller."""
    if scale == 1.0:
        return values
    given = {name: values[name] for name in values.given}
    for name, made in values.scope.names.items():
        if made.role is Role.GIVEN and made.draw.source in {Source.UNIFORM, Source.LITERAL}:
            given[name] = given[name] * scale
    return Values(values.scope, given, values.sizes)


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


def returned(case: Case, asked: Calls, text: str) -> Ran:
    """Return what a program of the question's author returns on its calls; it runs once for them."""
    return _ran(asked, text, code_of(case).entry)


@cached_by_identity(32)
def _ran(asked: Calls, text: str, entry: str) -> Ran:
    return run(asked.job(text, entry))
