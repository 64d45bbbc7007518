"""One answer with everything it is graded against."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bptutor.grading.answer.strip_markup import bare
from bptutor.notation.caching import cached_by_identity
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
        scene = _changed(scene, json.dumps(question.changes))
    written = text if of(question).program else bare(text)
    return Case(question, written, scene or _NO_SCENE, seed, earlier)


@cached_by_identity(64)
def _changed(scene: Scene | None, changes: str) -> Scene:
    from bptutor.packs.scene.scene import Scene

    return (scene or Scene.from_mapping({})).changed(json.loads(changes))
