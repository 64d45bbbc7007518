"""Three right ways to write the answer of any question, and one wrong way, from the question alone."""

from __future__ import annotations

import json

from bptutor.notation.parse import read
from bptutor.notation.printers import latex, unicode
from bptutor.notation.scope import Scope
from bptutor.packs.model import Question
from bptutor.packs.scene.scene import Scene

FORMULAS = frozenset({"symbolic", "matrix-expression"})


def right(question: Question, scene: Scene | None, model: str) -> tuple[str, ...]:
    """Return three spellings of the right answer; `model` is the answer that a reveal would show."""
    kind = question.kind
    if kind == "choice":
        return model, model.upper(), f" ( {model} ) "
    if kind == "order":
        return model, model.replace(",", " "), model.replace(",", " > ")
    if kind == "wrong-line":
        return model, f"line {model}", f" {model}."
    if kind == "numeric":
        return model, f"({model}) * 1", model.replace("-", "−")
    if kind == "code":
        return model, f"# mine\n{model}", f"{model}\n\n"
    if kind in {"vector", "matrix"}:
        return model, model.replace(" ", ""), model.replace("[", "[ ").replace("-", "−")
    if kind == "shape":
        return model, f" {model} ", model.strip("()") or "()"
    if kind in FORMULAS:
        scope = _scope(question, scene)
        tree = read(model, scope)
        return model, unicode.line(tree, scope), latex.source(tree, scope)
    if kind == "numpy":
        return model, f"({model})", model.replace(" ", "")
    return model, f" {model}", f"{model} "


def wrong(question: Question, model: str) -> str:
    """Return an answer that can be read and is not right."""
    kind = question.kind
    if kind == "choice":
        letters = [chr(ord("a") + n) for n in range(len(question.choices))]
        return next(letter for letter in letters if letter not in model.split(","))
    if kind == "order":
        return ",".join(reversed(model.split(",")))
    if kind == "wrong-line":
        return "none"
    if kind == "numeric":
        return f"{model} + 1"
    if kind in {"vector", "matrix"}:
        return json.dumps(_plus_one(json.loads(model)))
    if kind == "shape":
        return "(11, 13, 17)"
    if kind == "code":
        assert question.code is not None
        return f"{question.code.starter.rstrip()}\n    raise ValueError"  # what returns nothing is a slip
    if kind == "rule":
        return next(option for option in question.options if option != str(question.answer))
    if kind == "einsum":
        before, _, after = model.partition("->")
        return f"{before}->{after[1:] if len(after) > 1 else ''}"
    return f"-2 * ({model})"


def _scope(question: Question, scene: Scene | None) -> Scope:
    if scene is None:
        return Scope({})
    return scene.changed(question.changes).scope


def _plus_one(value: object) -> object:
    return [_plus_one(item) for item in value] if isinstance(value, list) else float(str(value)) + 1
