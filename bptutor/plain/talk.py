"""The conversation: print what is new, read a line, do what it says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from io import TextIOWrapper
from typing import TextIO

from bptutor.errors import BptutorError
from bptutor.grading.verdict import Mark, ProofMark
from bptutor.plain import say
from bptutor.plain.aloud import clean, wrapped
from bptutor.progress.page import page
from bptutor.session import REVIEW, ROUND, WARM_UP, CourseEntry, Session, Standing, View, Wants

PROMPT = "> "
LONGEST_INPUT = 20_000
"""Characters read at once; longer input is read as several lines."""
COMMANDS = """\
Type an answer, or one of these words:
  ?         a hint
  reveal    show the answer, after the last hint
  skip      go past this for now
  easier    something easier first
  another   the same with other numbers
  again     read all of this lesson again
  map       all lessons and quizzes
  review    what is due
  progress  how far each skill holds
  glossary  the symbols here, the rules, the words
  quit      stop; everything is saved
Enter alone goes on."""


def run(session: Session, lesson_id: str | None, stdin: TextIO, stdout: TextIO, seed: int | None = None) -> int:
    """Hold a session by lines until the input ends or the learner quits.

    Args:
        session: The session; its lesson is opened here, and it is closed at the end.
        lesson_id: The lesson; None for where the learner left off (the first time: the first lesson).
        stdin: Answers and commands, one a line.
        stdout: Text without colour or cursor movement, at most 80 columns wide.
        seed: 0 to 9999, for the lesson opened first; None for the learner's own.

    Returns:
        The exit code: 0, or 1 when the lesson cannot be opened.
    """
    for stream in (stdin, stdout):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    return asyncio.run(_held(Talk(session, stdin, stdout), session, lesson_id, seed))


async def _held(talk: Talk, session: Session, lesson_id: str | None, seed: int | None) -> int:
    try:
        return await talk.hold(lesson_id, seed)
    except (KeyboardInterrupt, asyncio.CancelledError, BrokenPipeError):
        return 0
    finally:
        await session.close()


class Talk:
    """One conversation."""

    def __init__(self, session: Session, stdin: TextIO, stdout: TextIO) -> None:
        """Say nothing yet."""
        self.session = session
        self._in = stdin
        self._out = stdout
        self._echoed = stdin.isatty()
        self._said: set[tuple[str, ...]] = set()
        self._problem = ""
        self._then = ""
        """The lesson that some due items stand before."""
        self._needed = ""
        """What the open lesson needs and was not done."""
        self._commands: dict[str, Callable[[], View]] = {
            "skip": session.skip,
            "another": session.another,
            "reveal": session.reveal,
            "easier": session.ease,
        }

    async def hold(self, lesson_id: str | None, seed: int | None = None) -> int:
        """Open a lesson and talk until the end; returns the exit code."""
        try:
            view = self._open(lesson_id or self._where(), seed)
            self._show(view)
            while (text := self._ask()) is not None and text.casefold() not in {"quit", "exit"}:
                view = await self._do(text, view)
                self._show(view)
        except BptutorError as problem:
            self._lines(clean(str(problem)).splitlines())
            return 1
        self._lines(["Saved." if self.session.log.saving else "Not saved.", ""])
        return 0

    def _where(self) -> str:
        found = self.session.where_to_continue()
        return found[0] if found else self.session.first_lesson()

    def _open(self, lesson_id: str, seed: int | None = None) -> View:
        lesson_id = self._warmed(lesson_id) if seed is None else lesson_id
        missing = self.session.missing(lesson_id)
        view = self.session.open(lesson_id, seed)
        self._said.clear()
        where = f"Stop {view.stop} of {view.stops}. Seed {view.seed}. " if view.stops else ""
        self._lines([clean(view.lesson.title), f"{where}Type help for help."])
        if lesson_id == WARM_UP:
            self._lines(["Some things that are due come first; the word lesson goes to the lesson at once."])
        self._needed = missing[0].id if missing else ""
        for entry in missing:
            self._lines(wrapped(f"This lesson needs: {clean(entry.title)}. The word needs opens that."))
        return view

    def _warmed(self, lesson_id: str) -> str:
        """Return what opens in place of a lesson: some due items first, when the learner was long away."""
        if lesson_id.startswith(ROUND) or not self.session.rounds.warm_up():
            return lesson_id
        self._then = lesson_id
        return WARM_UP

    def _show(self, view: View) -> None:
        """Print what was not said before, then what is asked."""
        if view.saving_problem != self._problem:
            self._problem = view.saving_problem
            self._lines(["", *wrapped(f"Note: {clean(self._problem)}.")] if self._problem else ["", "Saving again."])
        for where, lines in say.pieces(view, self.session):
            if lines and (where, *lines) not in self._said:
                self._said.add((where, *lines))
                self._lines(["", *lines])
        self._lines(["", say.way_on(view)])

    async def _do(self, text: str, view: View) -> View:
        word = text.casefold()
        if word in {"help", "commands"}:
            self._lines(COMMANDS.splitlines())
        elif word == "again":
            self._said.clear()
        elif word == "map":
            return self._map()
        elif word == "review":
            return self._opened(REVIEW, view)
        elif word == "needs" and self._needed:
            return self._opened(self._needed, view)
        elif word in {"progress", "glossary"}:
            self._lines(["", *(say.glossary(view, self.session) if word == "glossary" else self._progress())])
        elif word == "lesson" and view.lesson.id == WARM_UP:
            return self._behind(view)
        elif word in {"?", "hint"}:
            return self._hint(view)
        elif word in self._commands:
            return self._command(word, view)
        elif not text:
            return self._on(view)
        elif view.wants is Wants.ANSWER:
            return await self._answer(text)
        else:
            self._lines(["Nothing is asked here."])
        return view

    def _on(self, view: View) -> View:
        """Do what Enter does."""
        if view.wants is not Wants.FINISHED:
            return self.session.advance()
        if view.lesson.id.startswith(ROUND):
            return self._behind(view)
        found = self.session.where_to_continue()
        if found is None or found[0] == view.lesson.id:
            self._lines(["All lessons are done."])
            return self._map()
        return self._opened(found[0], view)

    def _progress(self) -> list[str]:
        return [part for line in page(self.session.log, self.session.library.pack.skills) for part in wrapped(line)]

    def _behind(self, view: View) -> View:
        """Go where a review or a quiz leads when it is over: the lesson it stood before, else the map."""
        then, self._then = self._then, ""
        return self._opened(then, view) if then else self._map()

    def _hint(self, view: View) -> View:
        if view.question is None:
            self._lines(["Nothing is asked here."])
            return view
        after = self.session.hint()
        if len(after.hints) == len(view.hints):
            self._lines(
                ["There are no more hints. Type reveal to see the answer." if view.hints else "There is no hint."]
            )
        return after

    def _command(self, word: str, view: View) -> View:
        if word == "reveal" and view.question is not None and not view.may_reveal:
            self._lines(["Open the hints first: type ? for the next."])
            return view
        if word == "another" or view.wants in {Wants.ANSWER, Wants.NUDGE}:
            after = self._commands[word]()
            if word == "another":
                self._lines([f"Other numbers: seed {after.seed}."])
            return after
        self._lines(["Nothing is asked here."])
        return view

    async def _answer(self, text: str) -> View:
        outcome = await self.session.submit(text)
        if outcome.view.quiet and outcome.verdict.mark in {Mark.RIGHT, Mark.RIGHT_FROM_EARLIER, Mark.WRONG}:
            self._lines(["", "Kept."])
            return outcome.view
        self._lines(["", *say.verdict_lines(outcome.verdict, outcome.view)])
        if outcome.verdict.right and outcome.verdict.proof is ProofMark.PROBES:
            proved = await self.session.proof()
            self._lines(say.proof_lines(proved) if proved else [])
        return self.session.view()

    def _map(self) -> View:
        """Print all lessons and quizzes and open the one that is chosen; Enter stays where the learner is."""
        rows = [(entry.id, entry.entry.title, _state(entry)) for entry in self.session.course()]
        rows += [(quiz.id, quiz.entry.title, f"quiz, {quiz.result.value}") for quiz in self.session.quizzes()]
        for n, (_, title, state) in enumerate(rows, 1):
            self._lines(wrapped(clean(f"{n}. {title}: {state}."), hanging=True))
        due = self.session.rounds.due_count()
        self._lines([f"{due} due: the word review asks them."] if due else [])
        self._lines(["", "The number of a lesson; Enter goes back."])
        choice = self._ask() or ""
        if choice.casefold() == "review":
            return self._opened(REVIEW, self.session.view())
        if choice.isdecimal() and 0 < int(choice[:6]) <= len(rows):
            return self._opened(rows[int(choice[:6]) - 1][0], self.session.view())
        return self.session.view()

    def _opened(self, lesson_id: str, view: View) -> View:
        """Open another lesson; when its file is wrong, say so and stay."""
        try:
            return self._open(lesson_id)
        except BptutorError as problem:
            self._lines(clean(str(problem)).splitlines())
            return view

    def _ask(self) -> str | None:
        """Read one line; None at the end of the input."""
        self._out.write(PROMPT)
        self._out.flush()
        line = self._in.readline(LONGEST_INPUT)
        if not self._echoed or not line:
            self._out.write("\n")
        return line.strip() if line else None

    def _lines(self, lines: list[str]) -> None:
        self._out.writelines(f"{line}\n" for line in lines)
        self._out.flush()


def _state(entry: CourseEntry) -> str:
    begun = entry.standing is Standing.BEGUN
    return f"begun, {entry.passed} of {entry.steps}" if begun else entry.standing.value
