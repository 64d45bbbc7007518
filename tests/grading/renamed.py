"""Scenes, questions and answers under other names: what is said of an answer must not follow from its letters.

Every name and axis of a scene gets another one by a random injective map. The scene is renamed in its trees, so a
network scene is renamed as what it is made of; its roles are left out, so that they have to be inferred. Texts are
renamed by reading and printing them; one that does not read back to its own tree is left aside.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Container, Mapping
from dataclasses import replace
from random import Random
from typing import Any

from bptutor.errors import BptutorError
from bptutor.notation import parse
from bptutor.notation.parse import Spelling
from bptutor.notation.printers import numpy, unicode
from bptutor.notation.scope import Declared, FunctionDef, Scope
from bptutor.notation.shapes.axes import ShapeMisfit
from bptutor.notation.tree import Compare, Expr, Name, rebuild, walk
from bptutor.packs.scene.scene import Scene

FIRST = "abcghkmnoqrstuvwxyzABCDGHKLMNOPQRSUVWXYZαβγζηθκλμνξρτφψωp"
"""What new names begin with, among them all that names of weights, targets, rates and activations often begin with."""
SPELLINGS = {"numpy": Spelling.NUMPY, "einsum": Spelling.NUMPY}


class LeftAsideError(Exception):
    """A text that cannot be renamed."""


class Renaming:
    """Other names for the names and axes of a scene."""

    def __init__(self, scene: Scene, seed: int) -> None:
        random = Random(seed)
        self.scope = scene.scope
        taken = {*self.scope.names, *self.scope.sizes, *self.scope.alias}
        free = [first + digit for first in FIRST for digit in "123456789" if first + digit not in taken]
        random.shuffle(free)
        old = dict.fromkeys([*self.scope.names, *self.scope.sizes])
        self.new = dict(zip(old, free, strict=False))
        self.scene = replace(
            scene,
            scope=self._scope("network" in scene.source),
            require=tuple(self._compare(one) for one in scene.require),
            source={},
            holds=(),
        )

    def name(self, old: str) -> str:
        return self.new.get(self.scope.alias.get(old, old), old)

    def tree(self, expr: Expr) -> Expr:
        if isinstance(expr, Name):
            return Name(self.new.get(expr.id, expr.id))
        return rebuild(expr, self.tree)

    def text(self, text: str, kind: str = "symbolic") -> str:
        """Return an expression with the new names; without a name it stays."""
        spelling = SPELLINGS.get(kind, Spelling.ANY)
        try:
            tree = parse.read_sides(text, self.scope, spelling)[1]
            if not any(isinstance(part, Name) for part in walk(tree)):
                return self.words(text) if "=" in text else text
            for face in (numpy.source, unicode.line) if spelling is Spelling.NUMPY else (unicode.line, numpy.source):
                printed = face(self.tree(tree), self.scene.scope)
                if parse.read(printed, self.scene.scope, spelling) == self.tree(tree):
                    return printed
        except ShapeMisfit as misfit:
            return self._misfit(text, spelling, misfit)
        except (BptutorError, NotImplementedError) as error:
            raise LeftAsideError(text) from error
        raise LeftAsideError(text)

    def _misfit(self, text: str, spelling: Spelling, misfit: ShapeMisfit) -> str:
        """Return an expression whose parts do not fit, with its names replaced as it stands."""
        new = self.words(text)
        try:
            parse.read_sides(new, self.scene.scope, spelling)
        except ShapeMisfit:
            return new
        except BptutorError as error:
            raise LeftAsideError(text) from error
        raise LeftAsideError(text) from misfit

    def model(self, text: str, kind: str) -> str:
        """Return what an author wrote as an answer: NumPy, or any spelling."""
        try:
            return self.text(text, kind)
        except LeftAsideError:
            return self.text(text)

    def printed(self, text: str, kind: str = "symbolic") -> str:
        """Return an expression as it is printed under its old names, to be held against `text`."""
        same = Renaming.__new__(Renaming)
        plain = {id_: replace(made, show="") for id_, made in self.scope.names.items()}
        same.scope, same.new, same.scene = self.scope, {}, Scene(replace(self.scope, names=plain, alias={}))
        return same.text(text, kind)

    def words(self, text: str, only: Container[str] | None = None) -> str:
        """Return a text with every name in it replaced, or only some, as it stands."""
        known = [name for name in self.new.keys() | self.scope.alias.keys() if only is None or name in only]
        names = sorted(known, key=len, reverse=True)
        found = re.compile(rf"(?<![^\W_])({'|'.join(map(re.escape, names))})(?![^\W_])") if names else None
        return found.sub(lambda one: self.name(one[1]), text) if found else text

    def program(self, text: str) -> str:
        """Return a Python program with every name in it replaced, but for attributes and keywords of NumPy."""
        tokens, before = [], ""
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            new = self.name(token.string) if token.type == tokenize.NAME and before != "." else token.string
            tokens.append((token.type, new))
            before = token.string
        return tokenize.untokenize(tokens)

    # --- the scene ------------------------------------------------------------------------------------------------

    def _scope(self, network: bool) -> Scope:
        old = self.scope
        names = {self.new[id_]: self._declared(made, network) for id_, made in old.names.items()}
        sizes = {self.new[axis]: self.words(size) for axis, size in old.sizes.items()}
        functions = {
            id_: FunctionDef(id_, one.parameters, self._body(one.body, one.parameters))
            for id_, one in old.functions.items()
        }
        return replace(
            old,
            names=names,
            sizes=sizes,
            functions=functions,
            indices={letter: self.new[axis] for letter, axis in old.indices.items()},
            alias={},
            conditions=tuple(self._compare(one) for one in old.conditions),
        )

    def _declared(self, made: Declared, network: bool) -> Declared:
        return replace(
            made,
            id=self.new[made.id],
            axes=tuple(self.new.get(axis, axis) for axis in made.axes),
            show="",
            position_of=self.new.get(made.position_of, ""),
            definition=None if made.definition is None else self.tree(made.definition),
            network_role=None if network else made.network_role,
        )

    def _body(self, body: Expr, parameters: tuple[str, ...]) -> Expr:
        if isinstance(body, Name):
            return body if body.id in parameters else self.tree(body)
        return rebuild(body, lambda part: self._body(part, parameters))

    def _compare(self, one: Compare) -> Compare:
        done = self.tree(one)
        assert isinstance(done, Compare)
        return done


def renamed_question(asked: Mapping[str, Any], renaming: Renaming) -> dict[str, Any]:
    """Return what is asked with the new names."""
    kind, found = asked["type"], dict(asked)
    if kind == "code":
        found["answer"] = renaming.program(asked["answer"])
        found["cases"] = [{renaming.name(key): value for key, value in case.items()} for case in asked.get("cases", [])]
        found["args"] = {renaming.name(key): _in_parts(value, renaming) for key, value in asked.get("args", {}).items()}
        found["expect"] = _in_parts(asked["expect"], renaming)
        return {key: value for key, value in found.items() if value not in ({}, [])}
    for key in ("answer", "accept", "goal", "where", "derived"):
        if key in asked and not (kind == "einsum" and key == "answer"):
            found[key] = _in_parts(asked[key], renaming, kind if key in {"answer", "accept"} else "symbolic")
    if "line" in asked:
        found["line"] = renaming.words(asked["line"])
    if "form" in asked:
        found["form"] = [_form(form, renaming) for form in asked["form"]]
    for key in ("names", "operands"):
        if key in asked:
            found[key] = [renaming.words(name) for name in asked[key]]
    return found


def _form(form: Any, renaming: Renaming) -> Any:
    """Return a form with the new names: `{only: [p, y]}`."""
    if isinstance(form, dict):
        return {key: [renaming.name(name) for name in names] for key, names in form.items()}
    return form


def _in_parts(value: Any, renaming: Renaming, kind: str = "symbolic") -> Any:
    if isinstance(value, list):
        return [_in_parts(part, renaming, kind) for part in value]
    if isinstance(value, dict):
        return {key: _in_parts(part, renaming, kind) for key, part in value.items()}
    return renaming.model(value, kind) if isinstance(value, str) else value
