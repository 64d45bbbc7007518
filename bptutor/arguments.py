"""How the command line is spelled: the parser, and what several commands take."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NoReturn

from bptutor import streams

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

Run = Callable[[argparse.Namespace], int]
"""What a command does; returns the exit code."""
USAGE = 2
"""The exit code of a command line that is spelled wrongly."""

GIVEN_BEFORE = argparse.SUPPRESS
"""The default of an option that may also stand before the command: what was written there is kept."""


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, with a `help:` line below."""

    def _print_message(self, message: str, file: SupportsWrite[str] | None = None) -> None:
        """Write help or a version; argparse's own hides that it could not be written."""
        if file is sys.stdout:
            streams.write(message.rstrip("\n"))
        else:
            streams.say(message.rstrip("\n"))

    def error(self, message: str) -> NoReturn:
        """Leave with exit code 2."""
        streams.say(f"bptutor: {message}\n  help: `{self.prog} --help` lists what can be written")
        raise SystemExit(USAGE)


def parser(version: str, run: Mapping[str, Run]) -> Parser:
    """Return the parser of the whole command line.

    Args:
        version: Of the program.
        run: Name of each command -> what it does.
    """
    top = Parser(
        prog="bptutor",
        description="Learn to derive backpropagation and to write it in NumPy.",
        epilog="example: bptutor learn output-error --seed 7",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"bptutor {version}")
    learning(top)
    top.set_defaults(
        run=run["learn"], lesson=None, pack=None, seed=None, plain=False, learner="me", theme=None, trust=False
    )
    commands = top.add_subparsers(metavar="COMMAND", parser_class=Parser)
    for name, (what, epilog, add) in COMMANDS.items():
        one = commands.add_parser(
            name,
            help=what,
            description=what[0].upper() + what[1:] + ".",
            epilog=epilog,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        one.set_defaults(run=run[name])
        add(one)
    return top


def _learn(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("lesson", nargs="?", metavar="LESSON", help="its id, or its title; without one, where you were")
    learning(parser)


def _quiz(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("quiz", nargs="?", metavar="QUIZ", help="its id, or its title")
    learning(parser)


def learning(parser: argparse.ArgumentParser) -> None:
    """Add what every command that opens a lesson takes."""
    _pack(parser)
    trusting(parser)
    _seed(parser, "draw the numbers from this seed, 0 to 9999")
    parser.add_argument(
        "--plain", action="store_true", default=GIVEN_BEFORE, help="by lines, mathematics in words; for screen readers"
    )
    what = "colours, such as textual-light; the variable TEXTUAL_THEME sets them for always, NO_COLOR=1 takes all away"
    parser.add_argument("--theme", default=GIVEN_BEFORE, metavar="NAME", help=what)
    learner(parser, "whose progress (default: me)")


def learner(parser: argparse.ArgumentParser, what: str) -> None:
    """Add whose record is meant."""
    parser.add_argument("--learner", type=person, default=GIVEN_BEFORE, metavar="NAME", help=what)


def _pack(parser: argparse.ArgumentParser) -> None:
    what = "a pack's folder or zip; the built-in course when left out"
    parser.add_argument("--pack", default=GIVEN_BEFORE, metavar="PATH", help=what)


def trusting(parser: argparse.ArgumentParser) -> None:
    """Add what every command takes that runs Python of a pack."""
    what = "let the Python of a pack that is not built in run this time; without it, you are asked once"
    parser.add_argument("--trust", action="store_true", default=GIVEN_BEFORE, help=what)


def _seed(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument("--seed", type=seed, default=GIVEN_BEFORE, metavar="N", help=what)


def _stream(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", nargs="?", default="-", metavar="FILE|-", help="JSON lines; - is standard input")
    parser.add_argument("--jobs", type=jobs, default=1, metavar="N", help="processes that share the lines")


def grading(parser: argparse.ArgumentParser) -> None:
    """Add what `grade` takes."""
    _stream(parser)
    trusting(parser)


def _progress(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", nargs="?", choices=("show", "export", "import"), default="show")
    parser.add_argument("file", nargs="?", default="-", metavar="FILE|-", help="for export and import")
    _pack(parser)
    learner(parser, "whose progress (default: me)")


def _nothing(parser: argparse.ArgumentParser) -> None:
    """Take nothing beside `--help`."""


def tracing(parser: argparse.ArgumentParser) -> None:
    """Add what `trace` takes."""
    parser.add_argument("network", metavar="NETWORK.yaml|-", help="a network file; - is standard input")
    parser.add_argument("--json", action="store_true", help="machine-readable, with axes")
    parser.add_argument("--dot", action="store_true", help="the graph with its shapes, as text for Graphviz")
    _seed(parser, "for values that the file leaves out")
    parser.add_argument("--check", action="store_true", help="add the gradient check")
    parser.add_argument(
        "--jacobian", action="append", default=[], metavar="p:z1", help="add a Jacobian; may be repeated"
    )


def exporting(parser: argparse.ArgumentParser) -> None:
    """Add what `export` takes."""
    parser.add_argument(
        "--my-code", nargs="?", const="-", required=True, metavar="FILE|-", help="your functions, in course order"
    )
    _pack(parser)
    learner(parser, "whose functions (default: me)")


def checking(parser: argparse.ArgumentParser) -> None:
    """Add what `check` takes."""
    parser.add_argument(
        "pack", nargs="?", metavar="PACK", help="a pack, or one of its files; the built-in pack when left out"
    )
    parser.add_argument("--strict", action="store_true", help="count notes as errors")
    parser.add_argument("--format", choices=("text", "json", "sarif"), default="text")
    parser.add_argument("--fix", action="store_true", help="write ids that are missing")
    parser.add_argument("--watch", action="store_true", help="check again whenever a file changes")
    trusting(parser)
    parser.add_argument(
        "--jobs",
        type=jobs,
        default=os.cpu_count() or 1,
        metavar="N",
        help="processes that share the lessons (all cores)",
    )


def seed(text: str) -> int:
    """Read a seed, 0 to 9999."""
    if text.isascii() and text.isdigit() and int(text) <= 9999:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 to 9999")


def person(text: str) -> str:
    """Read a learner's name."""
    if text.strip():
        return text
    raise argparse.ArgumentTypeError("a learner has a name; leave --learner out for your own record")


def jobs(text: str) -> int:
    """Read a number of processes, 1 to 64."""
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 64:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 64")


GRADE = """\
example: bptutor grade answers.jsonl --jobs 2

One JSON object a line in, one out, in the same order. A line names a question of the course:
  {"id": "a1", "question": "last-layer/all-six", "answer": "outer(p - y, a1)"}
or writes one, as a lesson does (all on one line):
  {"id": "a2", "answer": "-(y_i - p_i)", "question": {"type": "symbolic", "answer": "p_i - y_i",
   "scene": {"sizes": {"K": 3}, "given": {"z": {"axes": ["K"]}, "y": {"axes": ["K"], "draw": "one-hot"}},
             "define": {"p": "softmax(z)", "L": "-sum_k y_k log p_k"}}}}
Beside them: "pack": the path of a pack that the question is of; "seed": 0 to 9999, for drawn numbers;
"earlier": {"dz2": [...]}, an answer of before that this one may go on from.
A pack that holds Python of its own is graded once that is allowed: by --trust, or when you are asked (with a FILE).
Exit code 1 only when a line cannot be graded; a wrong answer is a result."""
PROVE = """\
example: bptutor prove - < lines.jsonl

One JSON object a line in, one out, in the same order (all on one line):
  {"id": "s1", "scene": {"sizes": {"K": 3}, "given": {"z": {"axes": ["K"]}}, "define": {"p": "softmax(z)"}},
   "left": "dp_k/dz_i", "right": "p_k (delta_ki - p_i)"}
Beside them: "where": a condition, such as "i != k"."""
TRACE = """\
example: bptutor trace mazur.yaml --json

A network file; what it leaves out (x, y, W1, b1 ...) is drawn from the seed:
  layers: [2, 2, 2]
  activations: [sigmoid, sigmoid]
  loss: quadratic
  x: [0.05, 0.10]
With convolution, in place of layers and activations:
  layers: [{input: [1, 6, 6]}, {conv: {filters: 2, size: [3, 3], activation: relu}},
    {pool: {kind: max, size: [2, 2]}}, flatten, {dense: {units: 3, activation: softmax}}]
  loss: cross-entropy"""

RECORD = """\
example: bptutor progress export mine.jsonl

`export` writes one JSON object a line: every event, in order, then what is typed and not answered at a question:
  {"kind": "draft", "pack": ..., "lesson": ..., "stop": ..., "text": ..., "time": ...}
`import` adds the events that are not here yet, and a draft where no newer one is; what it cannot read it names by
its line, and takes all others.
Exit code 1: a line was not taken, or events may be missing."""

COMMANDS: Mapping[str, tuple[str, str, Callable[[argparse.ArgumentParser], None]]] = {
    "learn": ("go straight to a lesson", "example: bptutor learn softmax-derivative --plain", _learn),
    "review": ("ask what is due, ten a day at most", "example: bptutor review --plain", learning),
    "quiz": ("take a quiz; without a name, list them", "example: bptutor quiz quiz-see", _quiz),
    "grade": ("grade answers, JSON lines in and out", GRADE, grading),
    "prove": ("prove that two sides are equal, JSON lines in and out", PROVE, _stream),
    "trace": ("show every tensor of one forward and backward pass", TRACE, tracing),
    "check": ("prove a pack, or say what is wrong with it", "example: bptutor check my-pack", checking),
    "progress": ("the learner's record", RECORD, _progress),
    "export": (
        "write what you have programmed as one Python file",
        "example: bptutor export --my-code mine.py",
        exporting,
    ),
    "doctor": ("say whether this terminal and installation will do", "example: bptutor doctor", _nothing),
    "where": ("say where things are stored", "example: bptutor where", _nothing),
}
"""Name -> what it does in a few words, what stands under its help, and what it takes."""
