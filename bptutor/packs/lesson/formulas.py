"""Reading the mathematics that stands in the fields of a lesson, so that an error points at its column."""

from __future__ import annotations

import re
from collections.abc import Callable

from bptutor.errors import Problem
from bptutor.notation import parse
from bptutor.notation.parser.vocabulary import vocabulary
from bptutor.notation.scope import Scope
from bptutor.notation.shapes import axes
from bptutor.notation.tree import Expr
from bptutor.packs.faces import PROGRAMS
from bptutor.packs.lesson.templates import TEMPLATE, templates
from bptutor.packs.model import Place, Question
from bptutor.packs.question_types import of
from bptutor.packs.scene.scene import Scene, changed
from bptutor.packs.yaml.fields import nearest
from bptutor.packs.yaml.places import problems_at
from bptutor.packs.yaml.reader import Located, problem
from bptutor.packs.yaml.source_map import Run

SHOWN_AS_IT_IS = re.compile(r"```.*?```|~~~.*?~~~|`[^`\n]*`|\$\$.+?\$\$|\$[^$\n]+\$", re.DOTALL)
"""Code and mathematics, where braces have a meaning of their own."""


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
        self.without = scene is None and not blind
        """Whether there is no scene, which nothing has needed so far."""
        self.scene = scene or Scene(Scope({}))
        self.problems = problems

    def expression(self, node: Located, scope: Scope | None = None, numpy: bool = False) -> Expr | None:
        """Read one expression; None when it cannot be read, or was reported as empty before."""
        names = scope or self.scene.scope

        def read(text: str) -> Expr:
            tree = parse.read(text, names, parse.Spelling.NUMPY if numpy else parse.Spelling.ANY)
            if numpy:
                axes.of(tree, names, columns=False)
            return tree

        return self._reads(node, read, names)

    def condition(self, node: Located, scope: Scope | None = None) -> Expr | None:
        """Read one condition, such as `i ≠ j`."""
        names = scope or self.scene.scope
        return self._reads(node, lambda text: parse.read_condition(text, names), names)

    def _reads(self, node: Located, how: Callable[[str], Expr], names: Scope) -> Expr | None:
        if self.blind or not isinstance(node.value, str) or not node.value or node.comment or node.broken:
            return None
        found: list[Problem] = []
        with problems_at(node, found):
            return how(node.value)
        if self.without and names is self.scene.scope and (word := _unknown(node.value)):
            self.no_scene(node.place, word)
        else:
            self.problems += found
        return None

    def no_scene(self, place: Place, word: str) -> None:
        """Say once that there is no scene, where the first name stands; of formulas nothing more can be said."""
        help_ = f"declare `{word}` and the other names in the front matter: `scene: {{given: {{{word}: [D]}}}}`"
        self.problems.append(problem(place, "this lesson has no scene", help_, "no-scene"))
        self.blind, self.without = True, False

    def derivation(self, node: Located, lines: tuple[Located, ...]) -> None:
        """Read the goal, some lines and every face of a derivation."""
        empty = Located("")
        self.expression(node.mapping.get("goal", empty))
        for line in lines:
            self.expression(line.mapping.get("math", line))
            self.condition(line.mapping.get("where", empty))
            self.names(line, self.scene.scope)
        for name, face in node.mapping.get("faces", empty).mapping.items():
            self.expression(face, numpy=name in PROGRAMS)

    def names(self, node: Located, scope: Scope) -> None:
        """Refuse a name in `names` that the scene does not have."""
        written = None if self.blind else node.mapping.get("names")
        known = [*scope.names, *scope.functions, *scope.alias]
        for item in (written.items or (written,)) if written is not None else ():
            if item.text and self.without and scope is self.scene.scope:
                return self.no_scene(item.place, item.text)
            if item.text and item.text not in known and "," in item.text:
                what, help_ = f"`{item.text}` is one text", f"write a list: `names: [{item.text}]`"
                self.problems.append(problem(item.place, what, help_, "unknown-name"))
            elif item.text and item.text not in known:
                what = f"`{item.text}` is not a name of the scene"
                self.problems.append(problem(item.place, what, nearest(item.text, known), "unknown-name"))

    def question(self, node: Located, question: Question) -> None:
        """Read the formulas of a question, as its type says."""
        scene = changed(self.scene, node, self.problems) if question.changes else self.scene
        of(question).read_formulas(node, question, self, scene.scope)

    def beside(self, node: Located, scope: Scope) -> None:
        """Read what stands beside an answer: the condition under which it holds, and what it must equal."""
        self.condition(node.mapping.get("where", Located("")), scope)
        for key in ("goal", "whole"):
            self.expression(node.mapping.get(key, Located("")), scope)

    def templates(self, text: str, place: Place) -> None:
        """Read every `{{ }}` of some prose that begins at a place."""
        for template in templates(text):
            at = place.within(text, template.offset)
            written = Located(template.expr, at, runs=(Run(0, at.line, at.column),))
            if not template.expr:
                self.problems.append(problem(written.place, "`{{ }}` is empty", "write what it shows", "empty"))
            elif self.without:
                self.no_scene(written.place, template.expr)
            elif self.expression(written) is not None:
                self._whole_words(written)
        self._open_braces(text, place)

    def _whole_words(self, node: Located) -> None:
        """Refuse a word that is no name and would be read as a product, as `bb` for b·b: it is a slip."""
        words = vocabulary(self.scene.scope)
        for match in re.finditer(r"(?<!\\)[^\W\d_]+\d*", node.text):
            parts = None if words.known(match[0]) else words.split(match[0], False)
            if parts:
                what = f"`{match[0]}` is not a name here"
                help_ = f"{words.nearest(match[0])}; write a product with `*`: {' * '.join(parts)}"
                self.problems.append(problem(node.at(match.start() + 1), what, help_, "unreadable"))

    def _open_braces(self, text: str, place: Place) -> None:
        """Refuse a `{{` that is not closed."""
        blank = SHOWN_AS_IT_IS.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), TEMPLATE.sub("", text))
        if (at := blank.find("{{")) >= 0:
            where = place.within(text, at)
            self.problems.append(problem(where, "this `{{` is not closed", "write `{{ z | 2 }}`", "unreadable"))


def _unknown(text: str) -> str:
    """Return the first word of a formula that means nothing without a scene; empty when all words do."""
    words = vocabulary(Scope({}))
    return next((word for word in re.findall(r"[^\W\d_]+\d*", text) if not words.known(word)), "")
