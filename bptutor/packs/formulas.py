"""Reading the mathematics that stands in the fields of a lesson, so that an error points at its column."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from bptutor.errors import Problem
from bptutor.notation.scope import Scope
from bptutor.notation.tree import Expr
from bptutor.packs import extremes
from bptutor.packs.code_keys import expressions
from bptutor.packs.fields import nearest
from bptutor.packs.model import NUMBERS, Code, Kind, Place, Question
from bptutor.packs.placed import placed
from bptutor.packs.runs import Run
from bptutor.packs.scene import Scene, changed
from bptutor.packs.templates import templates
from bptutor.packs.yaml import Located, problem

EXPRESSIONS = frozenset({Kind.SYMBOLIC, Kind.MATRIX_EXPRESSION, Kind.NUMPY})
POINTED = frozenset({Kind.CHOICE, Kind.ORDER, Kind.RULE})


class Formulas:
    """Reads formulas with the names of one scene; problems are collected."""

    def __init__(self, scene: Scene | None, problems: list[Problem], blind: bool = False) -> None:
        """Take the scene of the lesson, if it has one.

        Args:
            scene: The names.
            problems: Where problems are added.
            blind: Whether the scene itself is wrong, so that nothing can be said of formulas.
        """
        self.blind = blind
        self.scene = scene or Scene(Scope({}))
        self.problems = problems

    def expression(self, node: Located, scope: Scope | None = None, numpy: bool = False) -> Expr | None:
        """Read one expression; None when it cannot be read, or was reported as empty before."""
        from bptutor.notation import axes, parse

        names = scope or self.scene.scope

        def read(text: str) -> Expr:
            tree = parse.read(text, names, parse.Spelling.NUMPY if numpy else parse.Spelling.ANY)
            if numpy:
                axes.of(tree, names, columns=False)
            return tree

        return self._reads(node, read)

    def condition(self, node: Located, scope: Scope | None = None) -> Expr | None:
        """Read one condition, such as `i ≠ j`."""
        from bptutor.notation import parse

        return self._reads(node, lambda text: parse.read_condition(text, scope or self.scene.scope))

    def _reads(self, node: Located, how: Callable[[str], Expr]) -> Expr | None:
        if self.blind or not isinstance(node.value, str) or not node.value or node.comment or node.broken:
            return None
        with placed(node, self.problems):
            return how(node.value)
        return None

    def derivation(self, goal: Located, lines: tuple[Located, ...], faces: Mapping[str, Located]) -> None:
        """Read the goal, every line and every face."""
        self.expression(goal)
        for line in lines:
            if isinstance(line.value, str):
                self.expression(line)
            elif "math" in line.mapping:
                self.expression(line.mapping["math"])
            if "where" in line.mapping:
                self.condition(line.mapping["where"])
            self.names(line, self.scene.scope)
        for name, face in faces.items():
            self.expression(face, numpy=name == "numpy")

    def names(self, node: Located, scope: Scope) -> None:
        """Refuse a name in `names` that the scene does not have."""
        written = None if self.blind else node.mapping.get("names")
        known = [*scope.names, *scope.functions, *scope.alias]
        for item in (written.items or (written,)) if written is not None else ():
            if item.text and item.text not in known:
                what = f"`{item.text}` is not a name of the scene"
                self.problems.append(problem(item.place, what, nearest(item.text, known), "unknown-name"))

    def question(self, node: Located, question: Question) -> None:
        """Read the formulas of a question by what its kind takes."""
        scene = changed(self.scene, node, self.problems) if question.changes else self.scene
        scope = scene.scope
        if question.code is not None:
            self._code(node, question.code, scope)
        elif question.kind in EXPRESSIONS:
            self._written(node, question, scope)
        elif question.kind not in POINTED:
            self._beside(node, scope)
            for written in self._evaluated(node, question):
                self.expression(written, scope)

    def _evaluated(self, node: Located, question: Question) -> Iterator[Located]:
        """Yield what is computed of a question that asks for numbers, a shape or a string of einsum."""
        if question.kind in NUMBERS:
            yield from _answers(node)
        elif question.kind is Kind.SHAPE and "(" not in str(question.answer):
            yield from (answer for answer in _answers(node) if not _is_shape(answer.text))
        elif question.kind is Kind.EINSUM and "operands" in node.mapping:
            yield from node.mapping["operands"].items

    def _written(self, node: Located, question: Question, scope: Scope) -> None:
        """Read an answer that is an expression; what is accepted beside it keeps to the allowed names."""
        numpy = question.kind is Kind.NUMPY
        self.names(node, scope)
        narrow = replace(scope, allowed=frozenset(question.names)) if question.names else scope
        for answer in _answers(node):
            self.expression(answer, narrow if answer is not node.mapping.get("answer") else scope, numpy)
        self._beside(node, scope)
        if "extreme" in node.mapping and not self.blind:
            extremes.fit(node.mapping["extreme"], scope, self.problems)

    def _code(self, node: Located, code: Code, scope: Scope) -> None:
        """Read the expressions that a function is called with and held against; each parameter must be known."""
        handed = [part for key in ("expect", "args", "cases") if (part := node.mapping.get(key)) is not None]
        for expression in (found for part in handed for found in expressions(part)):
            self.expression(expression, scope)
        known = {*scope.names, *scope.alias, *code.args}
        for name in () if self.blind else code.parameters:
            if name not in known and not (code.cases and all(name in case for case in code.cases)):
                what = f"the parameter `{name}` is no name of the scene"
                help_ = f"say what is handed over: `args: {{{name}: ...}}`"
                self.problems.append(problem(node.mapping["answer"].place, what, help_, "unknown-name"))

    def _beside(self, node: Located, scope: Scope) -> None:
        """Read what stands beside an answer: the condition under which it holds, and what it must equal."""
        if "where" in node.mapping:
            self.condition(node.mapping["where"], scope)
        for key in ("goal", "whole"):
            if key in node.mapping:
                self.expression(node.mapping[key], scope)

    def templates(self, text: str, place: Place) -> None:
        """Read every `{{ }}` of some prose that begins at a place."""
        for template in templates(text):
            before = text[: template.offset]
            line = place.line + before.count("\n")
            column = template.offset - (before.rfind("\n") + 1) + 1
            runs = (Run(0, line, column),)
            self.expression(Located(template.expr, Place(place.path, line, column), runs=runs))


def _answers(node: Located) -> list[Located]:
    """Return the answer and the accepted ones that are texts."""
    found = [node.mapping[key] for key in ("answer", "accept") if key in node.mapping]
    return [one for part in found for one in (part.items or (part,)) if isinstance(one.value, str) and one.value]


def _is_shape(text: str) -> bool:
    """Tell whether a text is a shape written out, such as `3,` or `()`."""
    return not any(character.isalpha() for character in text)
