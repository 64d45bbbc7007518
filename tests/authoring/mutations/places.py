"""Every line, face, answer and definition of a file, each with the wrong texts that could stand there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from random import Random

from bptutor.errors import BptutorError
from bptutor.notation.printers import numpy, unicode
from bptutor.packs.model import Derivation, Question
from bptutor.packs.scene.scene import Scene, stem
from tests.authoring.mutations import values
from tests.authoring.mutations.oracle import Spelled, scenes_differ
from tests.authoring.mutations.place import Place, Wrong
from tests.authoring.mutations.source import Entries, Source, Unit, Written, composed
from tests.authoring.mutations.trees import Slip, slips, spread

NUMBERS = {"numeric", "vector", "matrix"}
EXPRESSIONS = {"symbolic", "matrix-expression", "numpy"}


MOST = 60
"""Slips that are looked at in one place."""


def places(source: Source) -> Iterator[Place]:
    """Yield every place of a file."""
    scene = source.lesson.scene or Scene.from_mapping({})
    if source.lesson.scene is not None:
        yield from _definitions(source.front.within("scene").within("define"), scene, None)
    for unit in source.units:
        if isinstance(unit.block, Derivation):
            yield from _derivation(unit, unit.block, scene)
        else:
            written = [unit.entries, *unit.entries.items("vary")]
            for question, entries in zip((unit.block, *unit.block.vary), written, strict=True):
                yield from _question(unit, question, entries, scene)


def formulas(text: str) -> Iterator[tuple[Place, Written]]:
    """Yield the formulas of the rules of a `pack.yaml`: a slip in one of the two sides."""
    rules = composed(text, text, 1).within("rules")
    for rule in rules.names:
        entries = rules.within(rule)
        written, scene = entries.at("math"), entries.within("scene")
        if written is None:
            continue
        spelled = Spelled(Scene.from_mapping(scene.plain()))
        sides = written.text.split(" = ")

        def offered(
            rng: Random, written: Written = written, spelled: Spelled = spelled, sides: list[str] = sides
        ) -> list[Wrong]:
            found = []
            for n, side in enumerate(sides):
                for name, other in _readable(slips(spelled.read(side), spelled.scene.scope), spelled):
                    if spelled.differs(side, other):
                        changed = " = ".join([*sides[:n], other, *sides[n + 1 :]])
                        found.append(Wrong(name, changed, (written.replaced(changed),)))
            return rng.sample(found, len(found))

        yield Place("formula of a rule", written.line, written.text, offered), written


# --- expressions --------------------------------------------------------------------------------------------------


def _expression(kind: str, written: Written, spelled: Spelled, unit: Unit | None) -> Place:
    """Return the place of an expression: a slip in its tree, printed as the place is spelled."""

    def offered(rng: Random) -> list[Wrong]:
        found = spread(rng, slips(spelled.read(written.text), spelled.scene.scope), MOST)
        return [Wrong(name, text, (written.replaced(text),)) for name, text in _readable(found, spelled)]

    return Place(
        kind,
        written.line,
        written.text,
        offered,
        lambda text: spelled.differs(written.text, text),
        unit,
        written,
        spelled,
    )


def _readable(found: Iterable[Slip], spelled: Spelled) -> Iterator[tuple[str, str]]:
    """Yield what was done and the text of each tree; what cannot be read back is refused anyway, and left out."""
    printed = numpy.source if spelled.numpy else unicode.line
    for slip in found:
        try:
            text = printed(slip.tree, spelled.scene.scope)
            spelled.read(text)
        except (BptutorError, ValueError):
            continue
        yield slip.name, text


def _definitions(
    entries: Entries, scene: Scene, unit: Unit | None, question: Question | None = None
) -> Iterator[Place]:
    """Yield the definitions of a scene, or those of one question."""
    for key in entries.names:
        written = entries.at(key) or entries.within(key).at("is")
        if written is None:
            continue
        if "(" in key:
            parameters: dict[str, list[str]] = {
                part.strip(): [] for part in key.partition("(")[2].rstrip(")").split(",")
            }
            given = scene.source.get("given")
            wide = {**given, **parameters} if isinstance(given, dict) else parameters
            sizes = {name: scene.source[name] for name in ("sizes", "count-from") if name in scene.source}
            yield _expression("definition", written, Spelled(Scene.from_mapping({**sizes, "given": wide})), unit)
            continue
        place = _expression("definition", written, Spelled(scene), unit)
        yield replace(place, differs=_changed(scene, key, question))


def _changed(scene: Scene, key: str, question: Question | None) -> Callable[[str], bool]:
    """Return what tells whether another definition gives other numbers."""

    def changed(text: str) -> Scene:
        source = dict(scene.source)
        define = dict(source.get("define", {}))  # type: ignore[call-overload]  # plain data
        written = next(name for name in define if stem(name) == stem(key))
        define[written] = text
        return Scene.from_mapping({**source, "define": define})

    return lambda text: scenes_differ(scene, lambda: changed(text), stem(key))


# --- derivations --------------------------------------------------------------------------------------------------


def _derivation(unit: Unit, derivation: Derivation, scene: Scene) -> Iterator[Place]:
    entries = unit.entries
    if goal := entries.at("goal"):
        yield _expression("goal", goal, Spelled(scene), unit)
    for line, item in zip(derivation.lines, entries.items("lines"), strict=True):
        written = item.own if item.node.id == "scalar" else item.at("math")
        if written is not None:
            yield _expression("line", written, Spelled(scene, where=line.where), unit)
        for rule in item.texts("by"):
            yield Place("rule of a line", rule.line, rule.text, values.another_rule(rule), unit=unit, rules=True)
        if hole := item.at("hole"):
            yield Place("hole", hole.line, hole.text, values.another_hole(hole), unit=unit)
    faces = entries.within("faces")
    for name in faces.names:
        if written := faces.at(name):
            yield _expression(f"{name} face", written, Spelled(scene, numpy=name == "numpy"), unit)


# --- questions ----------------------------------------------------------------------------------------------------


def _question(unit: Unit, question: Question, entries: Entries, base: Scene) -> Iterator[Place]:
    scene = base.changed(question.changes)
    yield from _definitions(entries.within("define"), scene, unit, question)
    if goal := entries.at("goal"):
        decimals = question.decimals if question.kind in NUMBERS else None
        spelled = Spelled(scene, where=question.where, decimals=decimals, shape=question.kind == "shape")
        yield _expression("goal", goal, spelled, unit)
    answers = [("answer", one) for one in entries.texts("answer")]
    for said, written in [*answers, *(("accepted", one) for one in entries.texts("accept"))]:
        yield from _answer(f"{said}, {question.kind}", written, unit, question, scene)
    for place in values.listed(entries, question):
        yield replace(place, unit=unit)
    if question.code is not None:
        for leaf in entries.leaves("expect"):
            yield _expression("expected of code", leaf, Spelled(scene), unit)


def _answer(kind: str, written: Written, unit: Unit, question: Question, scene: Scene) -> Iterator[Place]:
    if question.kind in EXPRESSIONS:
        yield _expression(kind, written, Spelled(scene, question.kind == "numpy", question.where), unit)
    elif question.kind in NUMBERS:
        yield _expression(kind, written, Spelled(scene, decimals=question.decimals), unit)
    elif question.kind == "shape" and any(letter.isalpha() for letter in written.text):
        yield _expression(kind, written, Spelled(scene, shape=True), unit)
    elif question.kind == "fill":
        place = _expression(kind, written, Spelled(scene), unit)
        filled = Spelled(scene, where=question.where)
        yield replace(
            place,
            differs=lambda text: filled.differs(
                *(question.line.replace("?", f"({one})") for one in (written.text, text))
            ),
        )
    elif question.kind == "einsum":
        operands = tuple(Spelled(scene).read(operand) for operand in question.operands)
        yield replace(values.einsum(kind, written, operands, scene), unit=unit)
    elif question.kind == "code":
        yield replace(values.program(kind, written, question, scene), unit=unit)
    else:
        yield replace(values.plain(kind, written, question), unit=unit)
