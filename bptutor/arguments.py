"""How the command line is spelled: the parser, and what several commands take."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from typing import NoReturn

USAGE = 2
"""The exit code of a command line that is spelled wrongly."""

RECORD = """The learner's record. `export` writes one line of JSON an event, in order, then one a draft:
{"kind": "draft", "pack": ..., "lesson": ..., "stop": ..., "text": ..., "time": ...}.
`import` adds the events that are not here yet, and a draft where no newer one is; what it cannot read it names by
its line, and takes all others. Exit 1: a line was not taken, or events may be missing."""
"""What `bptutor progress --help` says."""

GIVEN_BEFORE = argparse.SUPPRESS
"""The default of an option that may also stand before the command: what was written there is kept."""


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, with a `help:` line below."""

    def error(self, message: str) -> NoReturn:
        """Leave with exit code 2."""
        sys.stderr.write(f"bptutor: {message}\n  help: `{self.prog} --help` lists what can be written\n")
        raise SystemExit(USAGE)


def command(
    commands: argparse._SubParsersAction[Parser],
    name: str,
    run: Callable[[argparse.Namespace], int],
    what: str,
    example: str,
) -> argparse.ArgumentParser:
    """Add a command with an example in its help."""
    parser = commands.add_parser(
        name,
        help=what,
        description=what[0].upper() + what[1:] + ".",
        epilog=f"example: {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    return parser


def learning(parser: argparse.ArgumentParser) -> None:
    """Add what every command that opens a lesson takes."""
    _pack(parser)
    _seed(parser, "draw the numbers from this seed, 0 to 9999")
    parser.add_argument(
        "--plain", action="store_true", default=GIVEN_BEFORE, help="by lines, mathematics in words; for screen readers"
    )
    learner(parser, "whose progress (default: me)")


def learner(parser: argparse.ArgumentParser, what: str) -> None:
    """Add whose record is meant."""
    parser.add_argument("--learner", default=GIVEN_BEFORE, metavar="NAME", help=what)


def _pack(parser: argparse.ArgumentParser) -> None:
    what = "a pack's folder or zip; the built-in course when left out"
    parser.add_argument("--pack", default=GIVEN_BEFORE, metavar="PATH", help=what)


def _seed(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument("--seed", type=seed, default=GIVEN_BEFORE, metavar="N", help=what)


def tracing(parser: argparse.ArgumentParser) -> None:
    """Add what `trace` takes."""
    parser.add_argument("network", metavar="NETWORK.yaml")
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
    parser.add_argument("pack", nargs="?", metavar="PACK", help="the built-in pack when left out")
    parser.add_argument("--format", choices=("text", "json", "sarif"), default="text")
    parser.add_argument("--fix", action="store_true", help="write ids that are missing")
    parser.add_argument("--watch", action="store_true", help="check again whenever a file changes")
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


def jobs(text: str) -> int:
    """Read a number of processes, 1 to 64."""
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 64:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 64")
