"""One run of a lesson as it is looked at: its numbers, what is asked, and the view that a screen prints."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bptutor.packs.model import Lesson, Question, Show
from bptutor.progress.event import storable
from bptutor.progress.event_log import Log
from bptutor.session.attempt import chosen
from bptutor.session.drafts import Drafts
from bptutor.session.ids import is_inserted, why_now
from bptutor.session.review.items import item
from bptutor.session.steps.lesson_state import Walk
from bptutor.session.steps.lesson_steps import Item, Stop
from bptutor.session.steps.redraw import differ, drawn_names
from bptutor.session.steps.replay import key_of, keyed
from bptutor.session.steps.scaffolding import easier
from bptutor.session.steps.step_standing import Passed
from bptutor.session.view import lesson_view as shown
from bptutor.session.view.numbers import Numbers
from bptutor.session.view.question_view import Asked
from bptutor.session.view.view_model import Shown, ShownQuestion, View, Wants

if TYPE_CHECKING:
    from bptutor.packs.scene.scene import Scene


class Run:
    """A walk with its numbers; changes nothing and writes nothing."""

    def __init__(self, walk: Walk) -> None:
        """Look at a walk; no number is drawn yet."""
        self.walk = walk
        self._drawn: dict[tuple[str, int], Numbers] = {}
        """The numbers of the lesson (empty key), and of the question that is asked by itself, for a seed."""

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
        known = self._drawn.get((key, seed))
        if known is None:
            known = self._drawn[key, seed] = Numbers(of.own_scene if isinstance(of, Item) else of, seed)
        return known

    def at_seed(self, seed: int) -> Numbers:
        """Return the numbers of the lesson for a seed."""
        return self._numbers("", self.lesson.scene, seed)

    def _column(self, show: Show, seed: int) -> tuple[float, ...]:
        return self.at_seed(seed).column(show)

    def base_scene(self, stop: Stop) -> Scene | None:
        """Return the scene that a stop's question is graded in, before what the question itself changes."""
        alone = self.walk.alone(stop)
        return alone.scene if alone else self.lesson.scene

    def asked(self, stop: Stop) -> Asked:
        """Return what a stop asks, in the order of its seed."""
        return Asked.of(self.walk.question(stop), self.walk.seed_at(stop))

    def key(self, stop: Stop) -> tuple[str, ...]:
        """Return what is kept with each event of a question, to tell later whether its answer is another."""
        return key_of(self.walk.question(stop), stop) if stop.question is not None else ()

    def seen(self, stop: Stop, text: str) -> dict[str, object]:
        """Return what is kept with an answer: what was asked, as it stands on the screen, and what it points at."""
        if keyed(stop) is None:
            return {}
        asked = self.asked(stop)
        shown = asked.shown(lambda text: self.fill(text, asked.graded, self.walk.seed))
        return {"prompt": storable(shown.prompt), "chosen": tuple(map(storable, chosen(shown, text)))}

    def right_text(self, stop: Stop) -> str:
        """Return the model answer at a stop as a learner would type it."""
        asked = self.asked(stop)
        return asked.graded.whole or asked.right_text(self.base_scene(stop), self.walk.seed_at(stop))

    def wants(self) -> Wants:
        """Return what the learner is to do."""
        return shown.wants(self.walk, self._column)

    def differs(self, stop: Stop, seed: int) -> bool:
        """Return whether a seed would change what is asked at a stop: its words, or the numbers it is about."""
        if stop.question is not None and stop.question.vary:
            return True
        found = self.walk.alone(stop) or item(self.walk.course, stop)
        scene = found.own_scene if found else self.lesson.scene
        names = drawn_names(self.walk.question(stop) if stop.question else None, scene)
        return differ(names, scene, seed, self.walk.seed_at(stop))

    def fill(self, text: str, question: Question | None, seed: int) -> str:
        """Replace the `{{ }}` of a text; a question that changes the scene of its lesson has numbers of its own."""
        scene = self.lesson.scene
        if "{{" not in text or self.alone:
            return self.numbers.fill(text)
        if question is None or not question.changes or scene is None:
            return self.at_seed(seed).fill(text)
        return Numbers(scene.changed(question.changes), seed).fill(text)

    def pieces(self) -> tuple[Shown, ...]:
        """Return what is shown, from the top; where an answer in a quiz was wrong, with the right one."""
        found = shown.shown(self.walk, self.fill, self._column)
        stop = self.walk.current
        if stop is None or self.walk.standing(stop.id).passed is not Passed.WRONG:
            return found
        right = self.right_text(stop)
        return tuple(replace(one, answer=right) if isinstance(one, ShownQuestion) else one for one in found)

    def _shown_question(self, stop: Stop) -> Question:
        """Return what a stop asks, as it is shown; first why it is asked now, where no author put it there."""
        asked = self.asked(stop)
        question = asked.shown(lambda text: self.fill(text, asked.graded, self.walk.seed))
        return replace(question, prompt=f"{why_now(stop.id)} {question.prompt}".strip())

    def view(self, drafts: Drafts, log: Log, end: tuple[Shown, ...] = ()) -> View:
        """Return what is to be shown now; NumPy is loaded only when a text or a nudge column needs a number.

        Args:
            drafts: What was typed and not answered.
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
            draft=drafts.at(stop.id) if stop and asked else "",
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
            skipped=0 if walk.course.is_round else len(walk.skipped),
        )
