"""The command line: one thin function a command; each imports what it needs when it runs."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bptutor import __version__, streams
from bptutor.arguments import USAGE, parser
from bptutor.errors import BptutorError, PackError, UsageError, printable
from bptutor.jsonlines import Lines
from bptutor.streams import say, write

if TYPE_CHECKING:
    from bptutor.packs.library import Library
    from bptutor.progress.event_log import Log
    from bptutor.progress.trust import Trust

OK, PROBLEMS, INTERRUPTED = 0, 1, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code."""
    closed = streams.opened()
    if 1 in closed:
        say("bptutor: standard output is closed")
        return PROBLEMS
    try:
        return streams.flushed(_done(argv, closed))
    except SystemExit as ended:  # the parser's: help, or wrong usage
        raise SystemExit(streams.flushed(ended.code if isinstance(ended.code, int) else OK)) from None


def _done(argv: Sequence[str] | None, closed: frozenset[int]) -> int:
    try:
        args = parser(__version__, _RUN).parse_args(argv)
        args.closed, args.doubtful = closed, False
        return int(args.run(args)) or (PROBLEMS if args.doubtful else OK)
    except PackError as error:
        for problem in error.problems:
            say(str(problem))
        return PROBLEMS
    except UsageError as error:
        say(f"bptutor: {printable(error.message)}" + (f"\n  help: {printable(error.help)}" if error.help else ""))
        return USAGE
    except BptutorError as error:
        say(f"bptutor: {error}")
        return PROBLEMS
    except BrokenPipeError:
        # The reader of our output has gone; nothing is left to say, also not at interpreter exit.
        streams.forget_output()
        return OK
    except OSError as error:
        streams.forget_output()
        say(f"bptutor: {streams.reason(error)}")
        return PROBLEMS
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # the last net: no traceback reaches who uses a command
        from bptutor.progress.fault import told

        say(told(error))
        return PROBLEMS


def _lines(args: argparse.Namespace, longest: int) -> Lines:
    """Open what a command reads.

    Raises:
        UsageError: It cannot be read, or is standard input and that was closed.
    """
    if args.file == "-":
        streams.stdin(args.closed)
    return Lines(args.file, longest)


def _doubt(args: argparse.Namespace, why: str) -> None:
    """Say why something may be missing, which makes the exit code at least 1; an empty text is no doubt."""
    if why:
        say(f"bptutor: {why}")
        args.doubtful = True


# --- the commands -------------------------------------------------------------------------------------


def _opened(args: argparse.Namespace) -> Library:
    """Open the pack that is meant, to look at; `_library` opens it to use it."""
    from bptutor.packs.library import Library
    from bptutor.progress.home import home

    cache = home() / "cache"
    return Library.open(Path(args.pack), cache) if args.pack else Library.builtin(cache)


def _library(args: argparse.Namespace, trust: Trust | None = None) -> Library:
    """Open the pack that is meant, whose Python may run.

    Raises:
        UsageError: There is none, or nobody has allowed its Python to run.
    """
    library = _opened(args)
    if args.pack:
        (trust or _trust(args)).allow(library, Path(args.pack))
    return library


def _trust(args: argparse.Namespace, talks: bool = True) -> Trust:
    """Return what decides about the Python of packs; `talks`: whether standard input is free for an answer."""
    from bptutor.progress.trust import Trust

    def may() -> str:
        from bptutor.grading.code.sandbox.availability import may as said

        return said()

    return Trust(args.trust, may, talks)


def _learn(args: argparse.Namespace) -> int:
    library = _library(args)
    if not args.lesson:
        return _play(args, library, None)
    from bptutor.packs.naming import chosen

    if args.lesson in {entry.id for entry in library.quizzes()}:
        return _play(args, library, f"~quiz/{args.lesson}")
    lessons = {entry.id: entry.title for entry in library.entries()}
    broken = dict.fromkeys(library.pack.lessons, "")  # a file that cannot be read has no title, and says why
    return _play(args, library, chosen(args.lesson, broken | lessons, "lesson", "`bptutor` shows the map of them"))


def _review(args: argparse.Namespace) -> int:
    return _play(args, _library(args), "~review")


def _quiz(args: argparse.Namespace) -> int:
    if args.quiz is None:
        write("\n".join(_quiz_list(args, _opened(args))))
        return OK
    library = _library(args)
    from bptutor.packs.naming import chosen

    titles = {entry.id: entry.title for entry in library.quizzes()}
    listing = "`bptutor quiz` lists them" if titles else "this pack has none"
    return _play(args, library, f"~quiz/{chosen(args.quiz, titles, 'quiz', listing)}")


def _quiz_list(args: argparse.Namespace, library: Library) -> list[str]:
    """Return the quizzes in the order of the course: id, title, chapter, length, and what came of it."""
    from bptutor.packs.asking import length
    from bptutor.session.course import QuizStanding
    from bptutor.session.order import in_order

    with _log(args) as log:
        standings = [one for one in in_order(library, log) if isinstance(one, QuizStanding)]
    rows = [
        (
            one.entry.id,
            one.entry.title,
            library.pack.chapters.get(one.entry.chapter, one.entry.chapter),
            f"{length(library, one.entry.id)} questions",
            one.result.value + (f" {one.best[0]}/{one.best[1]}" if one.best[1] else ""),
        )
        for one in standings
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    said = ["  ".join(f"{text:<{width}}" for text, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return said or ["This pack has no quizzes."]


@contextlib.contextmanager
def _log(args: argparse.Namespace, *, at_keyboard: bool = False) -> Iterator[Log]:
    """Open the record of the learner that is meant; after the command, say why events may be missing.

    Args:
        args: The command line.
        at_keyboard: Whether somebody was at the keyboard, who has seen it: then it changes no exit code.
    """
    from bptutor.progress.event_log import Log

    log = Log.open(learner=args.learner)
    try:
        yield log
    finally:
        log.close()
    _doubt(args, log.note)
    args.doubtful = args.doubtful and not at_keyboard


def _play(args: argparse.Namespace, library: Library, lesson: str | None) -> int:
    """Open a lesson, a review or a quiz on the screen that fits."""
    with _log(args, at_keyboard=sys.stdin.isatty()) as log:
        if args.plain or os.environ.get("TERM") == "dumb" or not (sys.stdin.isatty() and sys.stdout.isatty()):
            streams.stdin(args.closed)
            from bptutor.plain.play import run as play

            return play(library, log, args.learner, lesson, args.seed)
        from bptutor.session.farewell import farewell
        from bptutor.session.learner import Learner
        from bptutor.tui.app import run

        code = run(library, log, args.learner, lesson, args.seed, args.theme)
        with contextlib.suppress(OSError):  # the terminal may be gone
            write(farewell(Learner(library, log)))
            sys.stdout.flush()
        return code


def _grade(args: argparse.Namespace) -> int:
    from bptutor.grading.service.batch import LINE_LIMIT, grade_lines

    source = _lines(args, LINE_LIMIT)
    trust = _trust(args, talks=args.file != "-")
    return _stream(args, grade_lines(source, jobs=args.jobs, granted=trust.granted), source)


def _prove(args: argparse.Namespace) -> int:
    from bptutor.grading.service.batch import LINE_LIMIT, prove_lines

    source = _lines(args, LINE_LIMIT)
    return _stream(args, prove_lines(source, jobs=args.jobs), source)


def _stream(args: argparse.Namespace, lines: Iterator[str], source: Lines) -> int:
    for line in lines:
        write(line)
        sys.stdout.flush()
    _doubt(args, source.unread)
    return PROBLEMS if getattr(lines, "malformed", 0) else OK


def _trace(args: argparse.Namespace) -> int:
    from bptutor.authoring.trace import run

    text, code = run(
        streams.stdin(args.closed) if args.network == "-" else Path(args.network),
        as_json=args.json,
        dot=args.dot,
        seed=args.seed or 0,
        check=args.check,
        jacobians=tuple(args.jacobian),
    )
    write(text.rstrip("\n"))
    return code


def _check(args: argparse.Namespace) -> int:
    from bptutor.authoring.check.run import pack_of, run

    trust, given = _trust(args), Path(args.pack) if args.pack else None
    args.pack = str(pack_of(given)) if given is not None else None

    def allow() -> None:
        with contextlib.suppress(PackError):  # nothing of the pack runs, and the report says why
            _library(args, trust)

    allow()
    text, code = run(given, args.format, args.jobs, args.fix, args.watch, args.strict, allow)
    write(text.rstrip("\n"))
    return code


def _progress(args: argparse.Namespace) -> int:
    if args.action == "show" and args.file != "-":
        raise UsageError("`progress show` takes no file", f"`bptutor progress export {args.file}` writes one")
    with _log(args) as log:
        return {"show": _show, "export": _export_record, "import": _import_record}[args.action](args, log)


def _show(args: argparse.Namespace, log: Log) -> int:
    from bptutor.session.record import record_page

    write("\n".join(record_page(log, _library(args))))
    return OK


def _export_record(args: argparse.Namespace, log: Log) -> int:
    from bptutor.progress.transfer import export_file, export_lines

    if args.file != "-":
        export_file(log, Path(args.file))
        return OK
    for line in export_lines(log):
        write(line)
    return OK


def _import_record(args: argparse.Namespace, log: Log) -> int:
    from bptutor.progress.event import LONGEST_LINE
    from bptutor.progress.transfer import import_lines

    source = _lines(args, LONGEST_LINE)
    taken = import_lines(log, source)
    for problem in taken.problems:
        say(problem)
    write(str(taken))
    _doubt(args, source.unread)
    return PROBLEMS if taken.refused else OK


def _export(args: argparse.Namespace) -> int:
    from bptutor.progress.code_export import program, save

    with _log(args) as log:
        made = program(log, _opened(args))
    if not made.text:
        say("bptutor: no function of the course is written yet\n  help: " + made.first)
        return PROBLEMS
    if args.my_code == "-":
        write(made.text.rstrip("\n"))
    else:
        save(made, Path(args.my_code))
    if made.missing:
        say("not written yet: " + ", ".join(f"{one.name} (lesson {one.lesson})" for one in made.missing))
    return OK


def _doctor(args: argparse.Namespace) -> int:
    from bptutor.doctor import report

    text, healthy = report()
    write(text)
    _tell_of_damage(args)
    return OK if healthy else PROBLEMS


def _where(args: argparse.Namespace) -> int:
    from bptutor.doctor import places

    write(places())
    _tell_of_damage(args)
    return OK


def _tell_of_damage(args: argparse.Namespace) -> None:
    """Tell of a record that was damaged, where no session has shown it yet; the record is not opened."""
    from bptutor.progress.home import database, home
    from bptutor.progress.record.database import noted

    _doubt(args, noted(database(home(), "me")))


_RUN = {
    "learn": _learn,
    "review": _review,
    "quiz": _quiz,
    "grade": _grade,
    "prove": _prove,
    "trace": _trace,
    "check": _check,
    "progress": _progress,
    "export": _export,
    "doctor": _doctor,
    "where": _where,
}

if __name__ == "__main__":
    raise SystemExit(main())
