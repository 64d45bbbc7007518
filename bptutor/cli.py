"""The command line: one thin function a command; each imports what it needs when it runs."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bptutor import __version__
from bptutor.arguments import RECORD, USAGE, Parser, checking, command, exporting, jobs, learner, learning, tracing
from bptutor.errors import BptutorError, PackError, UsageError
from bptutor.jsonlines import Lines

if TYPE_CHECKING:
    from bptutor.packs.library import Library

OK, PROBLEMS = 0, 1


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code."""
    args = _parser().parse_args(argv)
    try:
        return int(args.run(args))
    except PackError as error:
        for problem in error.problems:
            _say(str(problem))
        return PROBLEMS
    except UsageError as error:
        _say(f"bptutor: {error.message}" + (f"\n  help: {error.help}" if error.help else ""))
        return USAGE
    except BptutorError as error:
        _say(f"bptutor: {error}")
        return PROBLEMS
    except BrokenPipeError:
        # The reader of our output has gone; nothing is left to say, also not at interpreter exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except KeyboardInterrupt:
        return 130


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


def _write(text: str) -> None:
    sys.stdout.write(text + "\n")


def _said(problems: Iterable[str]) -> bool:
    """Say each problem on stderr; returns whether there was any."""
    said = [problem for problem in problems if problem]
    for problem in said:
        _say(f"bptutor: {problem}")
    return bool(said)


# --- the commands -------------------------------------------------------------------------------------


def _library(args: argparse.Namespace) -> Library:
    from bptutor.packs.library import Library
    from bptutor.progress.home import home

    cache = home() / "cache"
    return Library.open(Path(args.pack), cache) if args.pack else Library.builtin(cache)


def _learn(args: argparse.Namespace) -> int:
    library = _library(args)
    if args.lesson in {entry.id for entry in library.quizzes()}:
        return _play(args, library, f"~quiz/{args.lesson}")
    if args.lesson and args.lesson not in library.pack.lessons:
        raise UsageError(f"there is no lesson {args.lesson!r}", "one of: " + ", ".join(library.pack.lessons))
    return _play(args, library, args.lesson)


def _review(args: argparse.Namespace) -> int:
    return _play(args, _library(args), "~review")


def _quiz(args: argparse.Namespace) -> int:
    library = _library(args)
    known = [entry.id for entry in library.quizzes()]
    if args.quiz is None:
        for entry in library.quizzes():
            _write(f"{entry.id}  {entry.title}")
        if not known:
            _write("This pack has no quizzes.")
        return OK
    if args.quiz not in known:
        raise UsageError(f"there is no quiz {args.quiz!r}", "one of: " + ", ".join(known) if known else "")
    return _play(args, library, f"~quiz/{args.quiz}")


def _play(args: argparse.Namespace, library: Library, lesson: str | None) -> int:
    """Open a lesson, a review or a quiz on the screen that fits."""
    from bptutor.progress.events import Log

    log = Log.open(learner=args.learner)
    try:
        doubtful = _said([log.note]) and not sys.stdin.isatty()
        if args.plain or os.environ.get("TERM") == "dumb" or not (sys.stdin.isatty() and sys.stdout.isatty()):
            from bptutor.plain.play import run as play

            return play(library, log, args.learner, lesson, args.seed) or (PROBLEMS if doubtful else OK)
        from bptutor.tui.app import run

        return run(library, log, args.learner, lesson, args.seed)
    finally:
        log.close()


def _grade(args: argparse.Namespace) -> int:
    from bptutor.grading.stream import LINE_LIMIT, grade_lines

    source = Lines(args.file, LINE_LIMIT)
    return _stream(grade_lines(source, jobs=args.jobs), source)


def _prove(args: argparse.Namespace) -> int:
    from bptutor.grading.stream import LINE_LIMIT, prove_lines

    source = Lines(args.file, LINE_LIMIT)
    return _stream(prove_lines(source, jobs=args.jobs), source)


def _stream(lines: Iterator[str], source: Lines) -> int:
    for line in lines:
        _write(line)
        sys.stdout.flush()
    return PROBLEMS if _said([source.unread]) or bool(getattr(lines, "malformed", 0)) else OK


def _trace(args: argparse.Namespace) -> int:
    from bptutor.authoring.trace import run

    text, code = run(
        Path(args.network),
        as_json=args.json,
        dot=args.dot,
        seed=args.seed or 0,
        check=args.check,
        jacobians=tuple(args.jacobian),
    )
    _write(text.rstrip("\n"))
    return code


def _check(args: argparse.Namespace) -> int:
    from bptutor.authoring.check import run

    text, code = run(
        Path(args.pack) if args.pack else None, style=args.format, jobs=args.jobs, fix=args.fix, watch=args.watch
    )
    _write(text.rstrip("\n"))
    return code


def _progress(args: argparse.Namespace) -> int:
    from bptutor.packs.library import Library
    from bptutor.progress.event import LONGEST_LINE
    from bptutor.progress.events import Log
    from bptutor.progress.page import page
    from bptutor.progress.transfer import export_lines, import_lines

    source = Lines(args.file, LONGEST_LINE) if args.action == "import" else None
    log = Log.open(learner=args.learner)
    try:
        if source is not None:
            taken = import_lines(log, source)
            for problem in taken.problems:
                _say(problem)
            _write(str(taken))
        else:
            title = Library.builtin().pack.skills
            for line in page(log, title) if args.action == "show" else export_lines(log):
                _write(line)
        doubtful = _said([log.note, source.unread if source else ""])
        return PROBLEMS if doubtful or (source and taken.refused) else OK
    finally:
        log.close()


def _export(args: argparse.Namespace) -> int:
    from bptutor.progress.events import Log
    from bptutor.progress.program import program, save

    log = Log.open(learner=args.learner)
    try:
        made = program(log, _library(args))
        doubtful = _said([log.note])
    finally:
        log.close()
    if not made.text:
        _say("bptutor: no function of the course is written yet\n  help: " + made.first)
        return PROBLEMS
    if args.my_code == "-":
        _write(made.text.rstrip("\n"))
    else:
        save(made, Path(args.my_code))
    if made.missing:
        _say("not written yet: " + ", ".join(f"{one.name} (lesson {one.lesson})" for one in made.missing))
    return PROBLEMS if doubtful else OK


def _doctor(args: argparse.Namespace) -> int:
    from bptutor.doctor import report

    text, healthy = report()
    _write(text)
    return PROBLEMS if _told() or not healthy else OK


def _where(args: argparse.Namespace) -> int:
    from bptutor.doctor import places

    _write(places())
    return PROBLEMS if _told() else OK


def _told() -> bool:
    """Tell of a record that was damaged, on stderr; returns whether there is one that no session has shown yet."""
    from bptutor.progress.disk import noted
    from bptutor.progress.home import database, home

    return _said([noted(database(home(), "me"))])


# --- the words of the command line ------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="bptutor",
        description="Learn to derive backpropagation and to write it in NumPy.",
        epilog="example: bptutor learn output-error --seed 7",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"bptutor {__version__}")
    learning(parser)
    parser.set_defaults(run=_learn, lesson=None, pack=None, seed=None, plain=False, learner="me")
    commands = parser.add_subparsers(metavar="COMMAND", parser_class=Parser)

    learn = command(commands, "learn", _learn, "go straight to a lesson", "bptutor learn softmax-derivative --plain")
    learn.add_argument("lesson", nargs="?", metavar="LESSON")
    learning(learn)

    review = command(commands, "review", _review, "ask what is due, ten a day at most", "bptutor review --plain")
    learning(review)
    quiz = command(commands, "quiz", _quiz, "take a quiz; without a name, list them", "bptutor quiz output-layer")
    quiz.add_argument("quiz", nargs="?", metavar="QUIZ")
    learning(quiz)

    for name, run, what, example in (
        ("grade", _grade, "grade answers, JSON lines in and out", "bptutor grade answers.jsonl --jobs 2"),
        ("prove", _prove, "prove that two sides are equal, JSON lines in and out", "bptutor prove - < lines.jsonl"),
    ):
        stream = command(commands, name, run, what, example)
        stream.add_argument("file", nargs="?", default="-", metavar="FILE|-")
        stream.add_argument("--jobs", type=jobs, default=1, metavar="N", help="processes that share the lines")

    trace = command(
        commands,
        "trace",
        _trace,
        "show every tensor of one forward and backward pass",
        "bptutor trace mazur.yaml --json",
    )
    tracing(trace)

    check = command(commands, "check", _check, "prove a pack, or say what is wrong with it", "bptutor check my-pack")
    checking(check)

    progress = command(commands, "progress", _progress, "the learner's record", "bptutor progress export > mine.jsonl")
    progress.description = RECORD
    progress.add_argument("action", choices=("show", "export", "import"))
    progress.add_argument("file", nargs="?", default="-", metavar="FILE|-", help="for import")
    learner(progress, "whose progress (default: me)")

    export = command(
        commands,
        "export",
        _export,
        "write what you have programmed as one Python file",
        "bptutor export --my-code mine.py",
    )
    exporting(export)

    command(commands, "doctor", _doctor, "say whether this terminal and installation will do", "bptutor doctor")
    command(commands, "where", _where, "say where things are stored", "bptutor where")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
