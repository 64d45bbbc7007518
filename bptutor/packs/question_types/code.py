"""The keys of a `code` question: a function to write, and how it is called.

Nothing here runs the author's Python: it is parsed, to find the function and its parameters.

```yaml question
id: bias-gradient
type: code
entry: backward                  # the function that is called
starter: |                       # stands in the editor at first
  def backward(dz, a):
      ...
answer: |                        # the model answer; it runs in the sandbox only
  def backward(dz, a):
      return dz.T @ a, dz.sum(axis=0)
expect: [dz.T @ a, dz.sum(axis=0)]   # expressions of the scene: the engine computes what is right, mistakes are named
args: {a: a1}                    # a parameter that is not called as in the scene
cases: 5                         # drawn with fresh, distinct sizes; or a list of mappings like `args`
setup: |                         # names that the program may use
  def sigmoid(z): ...
milestone: true                  # `bptutor export --my-code` writes the learner's answer
tolerance: 1e-6                  # for results that are themselves approximate
```
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from bptutor.packs.model import Code as Program
from bptutor.packs.model import Question
from bptutor.packs.question_types.base import QuestionType, Style
from bptutor.packs.yaml.fields import Fields
from bptutor.packs.yaml.reader import Located, plain, problem

if TYPE_CHECKING:
    from bptutor.notation.scope import Scope
    from bptutor.packs.lesson.formulas import Formulas

MAX_CASES = 50
DEFAULT_CASES = 5
NUMBER = re.compile(r"[-+−]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", re.ASCII)
WORDS: Mapping[str, object] = {"true": True, "false": False, "none": None}
"""Arguments that are written as words."""
EXPECT = "expect"
"""The key of a case that asks for something else than the question does."""
PYTHON = "python"
"""The key of an argument that is Python of the pack, and is made in the sandbox."""


class Code(QuestionType):
    """`code`."""

    kind = "code"
    placeholder = "a function, in the editor"
    style = Style.TEXT
    by_itself = True
    program = True

    def read_fields(self, fields: Fields) -> dict[str, Any]:
        """Read the function that is asked, and how it is called."""
        entry = fields.require("entry", "output_error")
        answer = fields.require("answer", "|")
        parameters, needed = _parameters(answer, entry, fields)
        starter, setup = fields.get("starter"), fields.get("setup")
        for node, key in ((starter, "starter"), (setup, "setup")):
            if node is not None:
                _parsed(node, key, fields)
        expect = fields.get("expect")
        count, cases = _cases(fields, parameters)
        args = _handed(fields.get("args"), parameters, fields)
        named = {*args, *(name for case in cases for name in case)}
        last = max((n for n, name in enumerate(parameters) if name in named), default=-1)
        program = Program(
            entry=entry.text,
            parameters=parameters[: max(needed, last + 1)],
            starter=starter.text if starter else "",
            setup=setup.text if setup else "",
            expect=None if expect is None or expect.value == "" else plain(expect),
            args=args,
            count=count,
            cases=cases,
            tolerance=_tolerance(fields),
            milestone=fields.flag("milestone"),
        )
        return {"answer": answer.text, "code": program}

    def read_formulas(self, node: Located, question: Question, formulas: Formulas, scope: Scope) -> None:
        """Read what the function is called with and held against; each of its parameters must be known."""
        handed = [part for key in ("expect", "args", "cases") if (part := node.mapping.get(key)) is not None]
        for expression in (found for part in handed for found in expressions(part)):
            formulas.expression(expression, scope)
        code = question.code
        if code is None or formulas.blind:
            return
        known = {*scope.names, *scope.alias, *code.args}
        for name in code.parameters:
            if name in known or (code.cases and all(name in case for case in code.cases)):
                continue
            place = node.mapping["answer"].place
            if formulas.without and scope is formulas.scene.scope and not code.cases:
                return formulas.no_scene(place, name)
            what = f"the parameter `{name}` is no name of the scene"
            help_ = f"say what is handed over: `args: {{{name}: ...}}`"
            formulas.problems.append(problem(place, what, help_, "unknown-name"))

    def secret(self, question: Question) -> str:
        """Return what the last `return` of the model answer gives back."""
        found = re.findall(r"^\s*return\b(.*)$", str(question.answer), re.MULTILINE)
        return found[-1].strip() if found else ""


TYPES: tuple[QuestionType, ...] = (Code(),)


def is_expression(text: str) -> bool:
    """Return whether an argument is an expression of the scene: no number, no `true`, no text in single quotes."""
    bare = text.strip()
    quoted = len(bare) > 1 and bare[0] == bare[-1] == "'"
    return not (quoted or bare.casefold() in WORDS or NUMBER.fullmatch(bare))


def expressions(node: Located) -> Iterator[Located]:
    """Yield every expression of the scene in an argument or in `expect`, however deep in lists and mappings."""
    if isinstance(node.value, str):
        if is_expression(node.text):
            yield node
    elif set(node.mapping) != {PYTHON}:
        for part in (*node.items, *node.mapping.values()):
            yield from expressions(part)


def _parsed(node: Located, key: str, fields: Fields) -> ast.Module | None:
    """Parse Python without running it; what is wrong is a problem at its line."""
    if not isinstance(node.value, str):
        fields.wrong(node.place, f"`{key}` is {node.kind}, not code", f"write `{key}: |` and the code below", "code")
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(node.value)
    except SyntaxError as error:
        line, column = error.lineno or 1, error.offset or 1
        before = sum(len(text) + 1 for text in node.value.split("\n")[: line - 1])
        fields.wrong(node.at(before + column), f"`{key}` is not Python: line {line}: {error.msg}", "", "code")
    except (ValueError, RecursionError, MemoryError):
        fields.wrong(node.place, f"`{key}` is not Python", "", "code")
    return None


def _parameters(answer: Located, entry: Located, fields: Fields) -> tuple[tuple[str, ...], int]:
    """Return the parameters of the asked function, as the model answer names them, and how many must be given."""
    tree = _parsed(answer, "answer", fields) if answer.value else None
    if tree is None or not entry.text:
        return (), 0
    for node in tree.body:
        found = _arguments(node, entry.text)
        if found is not None:
            names = tuple(arg.arg for arg in (*found.posonlyargs, *found.args))
            return names, len(names) - len(found.defaults)
    what = f"the answer does not define `{entry.text}`"
    fields.wrong(answer.place, what, f"write `def {entry.text}(...):` in it, or change `entry`", "code")
    return (), 0


def _arguments(node: ast.stmt, entry: str) -> ast.arguments | None:
    """Return the arguments of a statement that defines the function, by `def` or as a lambda; None for any other."""
    if isinstance(node, ast.FunctionDef) and node.name == entry:
        return node.args
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
        named = any(isinstance(target, ast.Name) and target.id == entry for target in node.targets)
        return node.value.args if named else None
    return None


def _cases(fields: Fields, parameters: tuple[str, ...]) -> tuple[int, tuple[Mapping[str, object], ...]]:
    node = fields.get("cases")
    if node is None or not node.items:
        return fields.integer("cases", 1, MAX_CASES, DEFAULT_CASES), ()
    if len(node.items) > MAX_CASES:
        fields.wrong(node.place, f"{len(node.items)} cases", f"write at most {MAX_CASES}", "range")
    found = tuple(_handed(item, parameters, fields, (EXPECT,)) for item in node.items[:MAX_CASES])
    if any(EXPECT in case for case in found) and fields.get(EXPECT) is None:
        help_ = "write what the other cases return in `expect` of the question"
        fields.wrong(node.place, "a case has an `expect`, and the question has none", help_, "code")
    return len(found), found


def _handed(
    node: Located | None, parameters: tuple[str, ...], fields: Fields, others: tuple[str, ...] = ()
) -> Mapping[str, object]:
    """Read what is handed over: parameter -> expression, numbers, lists, `{python: ...}`; a list goes by position."""
    if node is None or node.value == "":
        return {}
    if node.items and len(node.items) <= len(parameters):  # in the order of the parameters
        return {name: plain(value) for name, value in zip(parameters, node.items, strict=False)}
    if not isinstance(node.value, Mapping):
        fields.wrong(node.place, f"arguments are {node.kind}, not a mapping", "write `{p: softmax(z), y: y}`", "code")
        return {}
    found = {}
    for name, value in node.mapping.items():
        if parameters and name not in (*parameters, *others):
            known = ", ".join(f"`{parameter}`" for parameter in parameters)
            place = node.keys.get(name, node.place)
            fields.wrong(place, f"the function has no parameter `{name}`", f"it has {known}", "code")
        found[name] = plain(value)
    return found


def _tolerance(fields: Fields) -> float:
    node = fields.get("tolerance")
    if node is None:
        return 0.0
    try:
        found = float(node.text)
    except ValueError:
        found = -1.0
    if not 0 < found <= 0.1:
        fields.wrong(node.place, f"`tolerance` is `{node.text}`", "write a number such as 1e-6, at most 0.1", "range")
        return 0.0
    return found
