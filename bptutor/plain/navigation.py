"""Going from room to room by lines: lessons, the map, reviews and quizzes."""

from __future__ import annotations

from typing import TextIO

from bptutor.errors import BptutorError
from bptutor.plain.speech import clean, wrapped
from bptutor.session import REVIEW, ROUND, WARM_UP, CourseEntry, QuizStanding, Session, Standing, View
from bptutor.session.order import in_order
from bptutor.session.record import record_page
from bptutor.session.review.results import more_due, part_due

PROMPT = "> "
MORE = "| "
"""Before the further lines of a program."""
LONGEST_INPUT = 20_000
"""Characters read at once; longer input is read as several lines."""


class Rooms:
    """Where the learner is, and the lines that lead there."""

    def __init__(self, session: Session, stdin: TextIO, stdout: TextIO) -> None:
        """Say nothing yet."""
        self.session = session
        self._in = stdin
        self._out = stdout
        self._echoed = stdin.isatty()
        self._said: set[tuple[str, ...]] = set()
        self._then = ""
        """The lesson that some due items stand before."""
        self._needed = ""
        """What the open lesson needs and was not done."""

    def _open(self, lesson_id: str, seed: int | None = None, *, warm: bool = True) -> View:
        lesson_id = self._warmed(lesson_id) if seed is None and warm else lesson_id
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

    def _progress(self) -> list[str]:
        return [part for line in record_page(self.session.log, self.session.library) for part in wrapped(line)]

    def _behind(self, view: View) -> View:
        """Go past what is due, whether it was asked or not: to the lesson it stands before, else the map."""
        then, self._then = self._then, ""
        return self._opened(then, view, warm=False) if then else self._map()

    def _map(self) -> View:
        """Print all lessons and quizzes and open the one that is chosen; Enter stays where the learner is."""
        rows = [(one.id, one.entry.title, _state(one)) for one in in_order(self.session.library, self.session.log)]
        for n, (_, title, state) in enumerate(rows, 1):
            self._lines(wrapped(clean(f"{n}. {title}: {state}."), hanging=True))
        due, beyond = self.session.rounds.due_count(), self.session.rounds.beyond_today()
        said = f"{due} due: the word review asks {'it' if due == 1 else 'them'}." if due else ""
        if beyond:
            said = part_due(due, beyond) if due else more_due(beyond)
        self._lines([said] if said else [])
        self._lines(["", "The number of a lesson; Enter goes back."])
        choice = self._ask() or ""
        if choice.casefold() == "review":
            return self._opened(REVIEW, self.session.view())
        if choice.isdecimal() and 0 < int(choice[:6]) <= len(rows):
            return self._opened(rows[int(choice[:6]) - 1][0], self.session.view())
        return self.session.view()

    def _opened(self, lesson_id: str, view: View, *, warm: bool = True) -> View:
        """Open another lesson; when its file is wrong, say so and stay."""
        try:
            return self._open(lesson_id, warm=warm)
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


def _state(entry: CourseEntry | QuizStanding) -> str:
    if isinstance(entry, QuizStanding):
        return f"quiz, {entry.result.value}"
    begun = entry.standing is Standing.BEGUN
    return f"begun, {entry.passed} of {entry.steps}" if begun else entry.standing.value
