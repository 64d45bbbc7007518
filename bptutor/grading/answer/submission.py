"""One answer with everything it is graded against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from bptutor.grading.answer.strip_markup import bare
from bptutor.notation.scope import Scope
from bptutor.packs.model import Question
from bptutor.packs.question_types import of

if TYPE_CHECKING:
    from bptutor.notation.values.evaluate import Values
    from bptutor.packs.scene.scene import Scene


class NoScene:
    """Stands where a question has no scene: nothing is declared, and nothing is drawn."""

    scope = Scope({})

    def draw(self, seed: int) -> Values:
        """Return the values of nothing."""
        from bptutor.notation.values.evaluate import Values

        return Values(self.scope, {}, {})

    def fresh(self, seed: int, sizes: Mapping[str, int] | None = None) -> Values:
        """Return the values of nothing."""
        return self.draw(seed)


_NO_SCENE = NoScene()


@dataclass(frozen=True)
class Case:
    """A question, an answer, and the numbers they live among."""

    question: Question
    text: str
    scene: Scene | NoScene
    seed: int = 0
    earlier: Mapping[str, object] | None = None

    @property
    def scope(self) -> Scope:
        """The names a model answer may mention."""
        return self.scene.scope

    @property
    def answer_scope(self) -> Scope:
        """The names a learner's answer may mention."""
        if not self.question.names:
            return self.scene.scope
        return replace(self.scene.scope, allowed=frozenset(self.question.names))

    def values(self) -> Values:
        """Return the drawn values that the learner sees."""
        return self.scene.draw(self.seed)


def make(
    question: Question, text: str, scene: Scene | None, seed: int = 0, earlier: Mapping[str, object] | None = None
) -> Case:
    """Return the case of an answer; the scene is as the question changes it."""
    if question.changes:
        scene = _changed(repr(sorted(question.changes.items())), _Held(question.changes, scene))
    written = text if of(question).program else bare(text)
    return Case(question, written, scene or _NO_SCENE, seed, earlier)


@dataclass(frozen=True, eq=False)
class _Held:
    """Carries the arguments of a cached scene; the key beside it tells them apart."""

    changes: Mapping[str, object]
    scene: Scene | None

    def __hash__(self) -> int:
        return id(self.scene)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and other.scene is self.scene


@lru_cache(maxsize=64)
def _changed(_: str, held: _Held) -> Scene:
    from bptutor.packs.scene.scene import Scene

    return (held.scene or Scene.from_mapping({})).changed(held.changes)
