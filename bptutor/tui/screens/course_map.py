"""The course: chapters and lessons with their state, and what the one under the cursor is about."""

from __future__ import annotations

import asyncio
import importlib

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from bptutor.session.course import CourseEntry, QuizStanding
from bptutor.session.ids import REVIEW
from bptutor.session.learner import Learner
from bptutor.session.order import by_chapter
from bptutor.session.review.results import more_due
from bptutor.tui import keys
from bptutor.tui.render.course import (
    about_quiz,
    about_rows,
    continue_row,
    map_row,
    map_rows,
    map_width,
    matches,
)
from bptutor.tui.render.flow import Flow
from bptutor.tui.render.headings import keys_row
from bptutor.tui.screens.navigation import Rooms
from bptutor.tui.screens.ready import ReadyScreen
from bptutor.tui.widgets.course_list import CourseList

_KEYS = (("enter", "open"), ("c", "continue"), ("v", "review"), ("/", "search"))
_EDGE = 5
"""Cells of the list beside its rows: its padding and its scroll bar."""
_ALWAYS = (("q", "quit"), ("F1", "help"), ("^p", "all"))


class MapScreen(ReadyScreen[None]):
    """The course map."""

    BINDINGS = keys.MAP
    CSS_PATH = "../styles/map.tcss"
    AUTO_FOCUS = ""
    AT_ONCE = False

    def __init__(self, learner: Learner, rooms: Rooms, at: str = "", searching: bool = False, said: str = "") -> None:
        """Show the course.

        Args:
            learner: Knows the course and how far it was taken.
            rooms: Opens lessons.
            at: Id of the lesson to stand on; empty for where to continue.
            searching: Whether the search is open at once.
            said: A sentence that stands over the course; empty for none.
        """
        super().__init__()
        self._learner = learner
        self._rooms = rooms
        self._course = learner.course()
        self._quizzes = learner.quizzes()
        self._next = learner.where_to_continue()
        self._at = at or (self._next[0] if self._next else "")
        self._searching = searching
        self._listed = self._course, self._quizzes
        """What stands in the list: all, or what a search found."""
        self._said = said

    def compose(self) -> ComposeResult:
        """Paint the whole map as one text first; the list that can be moved in comes after it."""
        library = self._learner.library
        steps = list(by_chapter(library, self._course, self._quizzes))
        yield Static(Flow(lambda width: map_rows(steps, library.pack, self._next, width)), id="first")

    def on_mount(self) -> None:
        """Mount the rest after the first paint."""
        self.call_after_refresh(self._rest)

    async def _rest(self) -> None:
        if not self.is_attached:  # left before the first paint was over
            return
        pack, following = self._learner.library.pack, self._next
        await self.mount(
            Static(Flow(lambda width: [continue_row(pack, following, width)]), id="top"),
            Static(Content(self._said), id="said"),
            Input(placeholder="search lessons", id="search"),
            Horizontal(
                CourseList(id="lessons", compact=True),
                VerticalScroll(Static(id="about"), id="about-scroll"),
                id="course",
            ),
            Static(Flow(lambda width: [keys_row(_KEYS, width, _ALWAYS)]), id="keys"),
        )
        self.query_one("#search").display = False
        self.query_one("#said").display = bool(self._said)
        self._fill(self._course, self._quizzes)
        self.query_one(OptionList).focus()
        await self.query_one("#first").remove()
        if self._searching:
            self.action_search()
        self.complete()
        self.run_worker(self._count())

    async def _count(self) -> None:
        """Say how much is due, once it is counted."""
        pack, following = self._learner.library.pack, self._next
        await asyncio.to_thread(importlib.import_module, "bptutor.session.review.review_and_quiz")
        rounds = self._learner.rounds
        for lesson, meeting in rounds.unread():
            await asyncio.to_thread(rounds.askable.read, lesson, meeting)
        if not self.is_attached:
            return
        due, beyond = rounds.due_count(), rounds.beyond_today()
        if due:
            self.query_one("#top", Static).update(Flow(lambda width: [continue_row(pack, following, width, due)]))
        elif beyond and not self._said:
            self.query_one("#said", Static).update(Content(more_due(beyond)))
            self.query_one("#said").display = True

    def _fill(self, entries: list[CourseEntry], quizzes: list[QuizStanding]) -> None:
        lessons = self.query_one(OptionList)
        lessons.clear_options()
        chapters = self._learner.library.pack.chapters
        self._listed = entries, quizzes
        width = map_width([*self._course, *self._quizzes], chapters.values(), self.app.size.width)
        lessons.styles.width = width + _EDGE
        ids = []
        for chapter, found in by_chapter(self._learner.library, entries, quizzes):
            if chapter:
                lessons.add_option(Option(Content.styled(chapters.get(chapter, chapter), "bold"), disabled=True))
            for one in found:
                ids.append(one.id)
                lessons.add_option(Option(map_row(one, width), id=one.id))
        if ids:
            lessons.highlighted = lessons.get_option_index(self._at if self._at in ids else ids[0])
        else:
            lessons.add_option(Option("no lesson fits; esc closes the search", disabled=True))

    def on_resize(self, event: Resize) -> None:
        """Give the titles the room there is now."""
        found = self.query(OptionList)
        if found:
            at = found.first().highlighted
            self._fill(*self._listed)
            found.first().highlighted = at

    @on(OptionList.OptionHighlighted)
    def look(self, event: OptionList.OptionHighlighted) -> None:
        """Show what the lesson or the quiz under the cursor is about."""
        known = next((known for known in self._course if known.id == event.option_id), None)
        quiz = next((quiz for quiz in self._quizzes if quiz.id == event.option_id), None)
        about = self.query_one("#about", Static)
        if known is not None:
            titles = {other.id: other.entry.title for other in self._course}
            skills = self._learner.library.pack.skills
            about.update(Flow(lambda width: about_rows(known, titles, skills, width)))
        elif quiz is not None:
            about.update(Flow(lambda width: about_quiz(quiz, width)))

    @on(OptionList.OptionSelected)
    def chosen(self, event: OptionList.OptionSelected) -> None:
        """Open the lesson."""
        if event.option_id:
            self._rooms.open_lesson(event.option_id)

    def action_open(self) -> None:
        """Open the lesson under the cursor."""
        self.query_one(OptionList).action_select()

    def action_go_on(self) -> None:
        """Go on where the learner stopped."""
        if self._next is not None:
            self._rooms.open_lesson(self._next[0])
        elif self._course:
            self._rooms.open_lesson(self._course[0].entry.id)

    def action_review(self) -> None:
        """Ask what is due."""
        self._rooms.open_lesson(REVIEW)

    def action_search(self) -> None:
        """Open the search."""
        search = self.query_one("#search", Input)
        search.display = True
        search.focus()

    def action_close(self) -> None:
        """Close the search; without one, stay."""
        search = self.query_one("#search", Input)
        if search.display:
            search.value, search.display = "", False
            self._fill(self._course, self._quizzes)
            self.query_one(OptionList).focus()

    @on(Input.Changed, "#search")
    def searched(self, event: Input.Changed) -> None:
        """Show the lessons that fit."""
        skills = self._learner.library.pack.skills
        words = event.value.casefold().split()
        quizzes = [quiz for quiz in self._quizzes if all(word in quiz.entry.title.casefold() for word in words)]
        self._fill([known for known in self._course if matches(known, event.value, skills)], quizzes)

    @on(Input.Submitted, "#search")
    def found(self) -> None:
        """Open the first lesson that fits."""
        self.query_one(OptionList).action_select()
