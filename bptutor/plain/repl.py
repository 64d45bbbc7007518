"""The conversation: print what is new, read a line, do what it says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from io import TextIOWrapper
from typing import TextIO

from bptutor.errors import BptutorError, UsageError
from bptutor.grading.verdict import Mark, ProofMark
from bptutor.plain import text_view
from bptutor.plain.glossary import glossary
from bptutor.plain.navigation import Rooms
from bptutor.plain.speech import clean, wrapped
from bptutor.session import FIXED, REVIEW, WARM_UP, Session, Standing, View, Wants
from bptutor.session.editing import edited
from bptutor.session.farewell import farewell

COMMANDS = """\
Type an answer, or one of these words:
  ?         a hint
  reveal    show the answer, after the last hint
  skip      go past this for now
  easier    something easier first
  another   the same with other numbers
  again     read all of this lesson again; at its end, take up what was left for later
  more      read large arrays to their end
  map       all lessons and quizzes
  review    what is due
  progress  how far each skill holds
  glossary  the symbols here, the rules, the words
  quit      stop; everything is saved
Enter alone goes on.
Where a function is asked: type it line by line, then a line with a single dot.
  :edit     write it in your editor ($EDITOR); what you save and close is the answer
  :show     read what is kept of it"""
END = "."
"""The line that ends a program."""


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


class Talk(Rooms):
    """One conversation."""

    def __init__(self, session: Session, stdin: TextIO, stdout: TextIO) -> None:
        """Say nothing yet."""
        super().__init__(session, stdin, stdout)
        self._problem = ""
        self._in_full: list[str] = []
        """What was said of the last answer, to its end, where it was cut."""
        self._commands: dict[str, Callable[[], View]] = {
            "skip": session.skip,
            "another": session.another,
            "reveal": session.reveal,
            "easier": session.ease,
        }
        self._pages: dict[str, Callable[[View], list[str]]] = {
            "help": lambda view: COMMANDS.splitlines(),
            "commands": lambda view: COMMANDS.splitlines(),
            "progress": lambda view: ["", *self._progress()],
            "glossary": lambda view: ["", *glossary(view, session)],
        }
        self._doors: dict[str, Callable[[View], View]] = {
            "map": lambda view: self._map(),
            "review": lambda view: self._opened(REVIEW, view),
            "needs": lambda view: self._opened(self._needed, view) if self._needed else view,
            "lesson": lambda view: self._behind(view) if view.lesson.id == WARM_UP else view,
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
        self._lines([*wrapped(clean(farewell(self.session))), ""])
        return 0

    def _where(self) -> str:
        found = self.session.where_to_continue()
        return found[0] if found else self.session.first_lesson()

    def _show(self, view: View) -> None:
        """Print what was not said before, then what is asked."""
        if view.saving_problem != self._problem:
            self._problem = view.saving_problem
            self._lines(["", *wrapped(f"Note: {clean(self._problem)}.")] if self._problem else ["", "Saving again."])
            self.session.log.seen()
        for where, lines in self._pieces(view):
            if lines and (where, *lines) not in self._said:
                self._said.add((where, *lines))
                self._lines(["", *lines])
        self._lines(["", *wrapped(text_view.way_on(view))])

    def _pieces(self, view: View) -> list[tuple[str, list[str]]]:
        return [*text_view.place(view), *text_view.pieces(view, self.session)]

    async def _do(self, text: str, view: View) -> View:
        word = text.casefold()
        if word in self._pages:
            self._lines(self._pages[word](view))
        elif word in self._doors:
            return self._doors[word](view)
        elif word == "again":
            return self._again(view)
        elif word == "more":
            self._lines(self._more(view))
        elif word in {"?", "hint"}:
            return self._hint(view)
        elif word in self._commands:
            return self._command(word, view)
        elif not text:
            return self._on(view)
        elif view.wants is Wants.ANSWER:
            program = self._program(text, view)
            return await self._answer(program) if program is not None else self.session.view()
        else:
            self._lines(["Nothing is asked here."])
        return view

    def _on(self, view: View) -> View:
        """Do what Enter does."""
        if view.wants is not Wants.FINISHED:
            return self.session.advance()
        if view.lesson.id == WARM_UP:
            return self._behind(view)
        following = self.session.what_comes_next(view.lesson.id)
        if following:
            return self._opened(following, view)
        self._lines(["", *wrapped(self._all_over())])
        return self._map()

    def _all_over(self) -> str:
        """Say that no lesson is left, and in which something is."""
        begun = [clean(one.entry.title) for one in self.session.course() if one.standing is Standing.BEGUN]
        if not begun:
            return "All lessons are done."
        return f"You have been through every lesson. Something is left for later in: {', '.join(begun)}."

    def _again(self, view: View) -> View:
        """Read all again; at the end of a lesson, take up what was left for later."""
        if view.wants is Wants.FINISHED and view.skipped:
            return self._opened(view.lesson.id, view)
        self._said.clear()
        return view

    def _more(self, view: View) -> list[str]:
        """Return in full what was read by its beginning only: of the last answer, then of what is shown."""
        short = [lines for _, lines in text_view.pieces(view, self.session)]
        full = [lines for _, lines in text_view.pieces(view, self.session, full=True)]
        found = [line for lines in full if lines not in short for line in lines]
        return ["", *self._in_full, *found] if self._in_full or found else ["Everything was read to its end."]

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
            if word == "another":  # what an earlier draw showed may come again, and is said again
                self._said &= {(where, *lines) for where, lines in self._pieces(view)}
            after = self._commands[word]()
            if word == "another":
                self._lines([FIXED if after.same_numbers else f"Other numbers: seed {after.seed}."])
            return after
        self._lines(["Nothing is asked here."])
        return view

    async def _answer(self, text: str) -> View:
        outcome = await self.session.submit(text)
        if outcome.view.quiet and outcome.verdict.mark in {Mark.RIGHT, Mark.RIGHT_FROM_EARLIER, Mark.WRONG}:
            self._lines(["", "Kept."])
            return outcome.view
        said, full = (text_view.verdict_lines(outcome.verdict, outcome.view, full=in_full) for in_full in (False, True))
        self._in_full = full if full != said else []
        self._lines(["", *said])
        if outcome.verdict.right and outcome.verdict.proof is ProofMark.PROBES:
            proved = await self.session.proof()
            self._lines(text_view.proof_lines(proved) if proved else [])
        return self.session.view()

    def _program(self, first: str, view: View) -> str | None:
        """Return the whole answer: where a function is asked, all lines down to a single dot, or what an editor saved.

        None when there is no answer yet; what was typed is kept as a draft.
        """
        question = view.question
        if question is None or question.code is None:
            return first
        begun = view.draft or question.code.starter
        if first == ":show":
            self._lines([f"    {line}" for line in clean(begun).splitlines()])
            return None
        if first == ":edit":
            return self._edited(begun)
        lines, line = [first], self._line()
        while line is not None and line.strip() != END:
            lines.append(line)
            line = self._line()
        program = "\n".join(lines) + "\n"
        if line is None:
            self.session.keep_draft(program)
        return program if line is not None else None

    def _edited(self, begun: str) -> str | None:
        try:
            program = edited(begun)
        except UsageError as problem:
            self._lines(wrapped(clean(f"{problem.message}. {problem.help}".strip())))
            return None
        self.session.keep_draft(program)
        return program if program.strip() else None
