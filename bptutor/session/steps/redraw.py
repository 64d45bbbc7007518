"""Whether another seed changes what is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bptutor.errors import BptutorError
from bptutor.packs.lesson.templates import templates
from bptutor.packs.model import Question
from bptutor.packs.question_types import of
from bptutor.session.view.numbers import Numbers

if TYPE_CHECKING:
    from bptutor.notation.scope import Declared, Scope
    from bptutor.packs.scene.scene import Scene


def drawn_names(question: Question | None, scene: Scene | None) -> frozenset[str]:
    """Return the given names that another seed may change: all that are drawn, or those that a question is about.

    A question that asks for numbers is about what its prompt and its answer are computed from; the other numbers on
    the screen may change without changing what is asked. Any other question is about all that is drawn.
    """
    if scene is None:
        return frozenset()
    drawn = {name for name, declared in scene.scope.names.items() if _is_drawn(declared, scene.scope)}
    if question is not None and of(question).asks_numbers:
        drawn &= _read(question, scene.scope)
    return frozenset(drawn)


def _is_drawn(declared: Declared, scope: Scope) -> bool:
    from bptutor.notation.scope import Role

    free_size = any(not scope.sizes.get(axis, "").strip() for axis in declared.axes)
    return declared.role in {Role.GIVEN, Role.POSITION} and (declared.draw.literal is None or free_size)


def _read(question: Question, scope: Scope) -> set[str]:
    """Return the names that the prompt and the answer of a question are computed from, down to the given ones."""
    from bptutor.notation import parse
    from bptutor.notation.tree import Name, walk

    waiting = [str(question.answer), *(template.expr for template in templates(question.prompt))]
    trees = []
    for text in waiting:
        try:
            trees.append(parse.read(text, scope))
        except BptutorError:
            continue  # numbers that are written out
    found: set[str] = set()
    while trees:
        for part in walk(trees.pop()):
            if isinstance(part, Name) and part.id not in found:
                found.add(part.id)
                definition = scope.names[part.id].definition if part.id in scope.names else None
                trees += [definition] if definition is not None else []
    return found


def differ(names: frozenset[str], scene: Scene | None, seed: int, other: int) -> bool:
    """Return whether two seeds give some of the given names other numbers."""
    return bool(names) and scene is not None and _numbers(names, scene, seed) != _numbers(names, scene, other)


def _numbers(names: frozenset[str], scene: Scene, seed: int) -> dict[str, object]:
    return {name: value for name, value in Numbers(scene, seed).drawn().items() if name in names}
