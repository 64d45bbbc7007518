"""The conversation: print what is new, read a line, do what it says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from io import TextIOWrapper
from typing import TextIO

from bptutor.errors import BptutorError, UsageError
from bptutor.grading.verdict import ProofMark
from bptutor.plain import say
from bptutor.plain.aloud import clean, wrapped
from bptutor.session import Session, Standing, View, Wants
from bptutor.session.editing import edited

PROMPT = "> "
MORE = "| "
"""Before the further lines of a program."""
LONGEST_INPUT = 20_000
"""Characters read at once; longer input is read as several lines."""
COMMANDS = """\
Type an answer, or one of these words:
  ?         a hint
  reveal    show the answer, after the last hint
  skip      go past this for now
  another   the same with other numbers
  again     read all of this lesson again
  map       all lessons
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
        self._commands: dict[str, Callable[[], View]] = {
            "skip": session.skip,
            "another": session.another,
            "reveal": session.reveal,
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
        view = self.session.open(lesson_id, seed)
        self._said.clear()
        self._lines(
            [clean(view.lesson.title), f"Stop {view.stop} of {view.stops}. Seed {view.seed}. Type help for help."]
        )
        return view

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
        found = self.session.where_to_continue()
        if found is None or found[0] == view.lesson.id:
            self._lines(["All lessons are done."])
            return self._map()
        return self._opened(found[0], view)

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
        self._lines(["", *say.verdict_lines(outcome.verdict, outcome.view)])
        if outcome.verdict.right and outcome.verdict.proof is ProofMark.PROBES:
            proved = await self.session.proof()
            self._lines(say.proof_lines(proved) if proved else [])
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

    def _map(self) -> View:
        """Print all lessons and open the one that is chosen; Enter stays where the learner is."""
        entries = self.session.course()
        for n, entry in enumerate(entries, 1):
            state = {Standing.NEW: "new", Standing.DONE: "done"}.get(
                entry.standing, f"begun, {entry.passed} of {entry.steps}"
            )
            self._lines(wrapped(clean(f"{n}. {entry.entry.title}: {state}."), hanging=True))
        self._lines(["", "The number of a lesson; Enter goes back."])
        choice = self._ask() or ""
        if choice.isdecimal() and 0 < int(choice[:6]) <= len(entries):
            return self._opened(entries[int(choice[:6]) - 1].entry.id, self.session.view())
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
        line = self._line(PROMPT)
        return line.strip() if line is not None else None

    def _line(self, prompt: str = MORE) -> str | None:
        """Read one line as it is, without its end; None at the end of the input."""
        self._out.write(prompt)
        self._out.flush()
        line = self._in.readline(LONGEST_INPUT)
        if not self._echoed or not line:
            self._out.write("\n")
        return line.removesuffix("\n").rstrip() if line else None

    def _lines(self, lines: list[str]) -> None:
        self._out.writelines(f"{line}\n" for line in lines)
        self._out.flush()
