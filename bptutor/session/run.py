"""One run of a lesson as it is looked at: its numbers, what is asked, and the view that a screen prints."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bptutor.packs.model import Lesson, Question
from bptutor.progress.events import Log
from bptutor.session import shown
from bptutor.session.asked import Asked
from bptutor.session.easier import easier
from bptutor.session.ids import is_inserted, why_now
from bptutor.session.numbers import Numbers, right_text
from bptutor.session.stops import Item, Stop
from bptutor.session.view import Shown, ShownQuestion, View, Wants
from bptutor.session.walk import Passed, Walk

if TYPE_CHECKING:
    from bptutor.packs.scene import Scene


class Run:
    """A walk with its numbers; changes nothing and writes nothing."""

    def __init__(self, walk: Walk) -> None:
        """Look at a walk; no number is drawn yet."""
        self.walk = walk
        self._drawn: dict[str, Numbers] = {}
        """The numbers of the lesson (empty key), and of the question that is asked by itself."""

    @property
    def lesson(self) -> Lesson:
        """The lesson, or what stands for a review or a quiz."""
        return self.walk.course.lesson

    @property
    def alone(self) -> Item | None:
        """The question of the current stop, when it is asked by itself."""
        stop = self.walk.current
        return self.walk.alone(stop) if stop else None

    @property
    def seed(self) -> int:
        """The seed of what is shown."""
        return self.walk.seed_at(self.walk.current) if self.alone else self.walk.seed

    @property
    def scene(self) -> Scene | None:
        """The scene of what is shown."""
        return self.numbers.scene

    @property
    def numbers(self) -> Numbers:
        """The numbers of what is shown: those of the lesson, or of a question that is asked by itself."""
        alone, stop = self.alone, self.walk.current
        if alone is None or stop is None:
            return self._numbers("", self.lesson.scene, self.walk.seed)
        return self._numbers(f"{stop.id}#{self.walk.variant(stop)}", alone, self.seed)

    def _numbers(self, key: str, of: Item | Scene | None, seed: int) -> Numbers:
        known = self._drawn.get(key)
        if known is None or known.seed != seed:
            known = self._drawn[key] = Numbers(of.own_scene if isinstance(of, Item) else of, seed)
        return known

    def base_scene(self, stop: Stop) -> Scene | None:
        """Return the scene that a stop's question is graded in, before what the question itself changes."""
        alone = self.walk.alone(stop)
        return alone.scene if alone else self.lesson.scene

    def asked(self, stop: Stop) -> Asked:
        """Return what a stop asks, in the order of its seed."""
        return Asked.of(self.walk.question(stop), self.walk.seed_at(stop))

    def right_text(self, stop: Stop) -> str:
        """Return the model answer at a stop as a learner would type it."""
        asked = self.asked(stop)
        return asked.graded.whole or right_text(asked, self.base_scene(stop), self.walk.seed_at(stop))

    def wants(self) -> Wants:
        """Return what the learner is to do."""
        return shown.wants(self.walk, self.numbers.column)

    def asked_with(self) -> tuple[object, ...]:
        """Return what another draw may change at the current stop: the variant, and the numbers."""
        stop = self.walk.current
        return (self.walk.variant(stop) if stop else 0, self.numbers.drawn())

    def fill(self, text: str, question: Question | None) -> str:
        """Replace the `{{ }}` of a text; a question that changes the scene of its lesson has numbers of its own."""
        scene = self.lesson.scene
        if "{{" not in text or question is None or not question.changes or self.alone or scene is None:
            return self.numbers.fill(text)
        return Numbers(scene.changed(question.changes), self.walk.seed).fill(text)

    def pieces(self) -> tuple[Shown, ...]:
        """Return what is shown, from the top; where an answer in a quiz was wrong, with the right one."""
        found = shown.shown(self.walk, self.fill, self.numbers.column)
        stop = self.walk.current
        if stop is None or self.walk.standing(stop.id).passed is not Passed.WRONG:
            return found
        right = self.right_text(stop)
        return tuple(replace(one, answer=right) if isinstance(one, ShownQuestion) else one for one in found)

    def _shown_question(self, stop: Stop) -> Question:
        """Return what a stop asks, as it is shown; first why it is asked now, where no author put it there."""
        question = self.asked(stop).shown(self.numbers.fill)
        return replace(question, prompt=f"{why_now(stop.id)} {question.prompt}".strip())

    def view(self, draft: tuple[str, str], log: Log, end: tuple[Shown, ...] = ()) -> View:
        """Return what is to be shown now; NumPy is loaded only when a text or a nudge column needs a number.

        Args:
            draft: The stop and the text of what was typed and not answered.
            log: Says whether anything can be saved.
            end: What stands at the end of a review or a quiz.
        """
        walk, stop, wants = self.walk, self.walk.current, self.wants()
        asked = self._shown_question(stop) if stop and wants is Wants.ANSWER else None
        one_try = walk.course.one_try
        hints = asked.hints if asked and not one_try else ()
        opened = walk.standing(stop.id).hints if stop and asked else 0
        return View(
            lesson=self.lesson,
            seed=self.seed,
            shown=end if stop is None and walk.course.is_round else self.pieces(),
            wants=wants,
            question=asked,
            hints=hints[:opened],
            hints_total=len(hints),
            draft=draft[1] if stop and asked and draft[0] == stop.id else "",
            stop=shown.stop_number(walk.course, walk),
            stops=len(walk.course.stops),
            saving=log.saving,
            saving_problem="; ".join(dict.fromkeys(why for why in (log.saving_problem, log.note) if why)),
            may_reveal=asked is not None and opened >= len(hints) and not one_try,
            scene=self.scene,
            may_ease=asked is not None and stop is not None and bool(easier(walk, stop)),
            one_try=one_try,
            between=stop.id if stop and is_inserted(stop.id) and self.alone else "",
            quiet=walk.course.quiet,
        )
