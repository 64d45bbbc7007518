"""Reading texts under watch: what was raised, how long it took, and whether anything outside was touched.

`python -m tests.fuzz.reading --count 1000000 --seed 1` reads that many texts and prints what was found.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from bptutor.errors import UnreadableAnswer
from bptutor.grading.answer import parse_numbers
from bptutor.grading.answer.strip_markup import bare
from bptutor.grading.grade import bounded
from bptutor.grading.types import TYPES
from bptutor.grading.types.pointing import chosen, numbers
from bptutor.notation import parse
from bptutor.notation.parse import Spelling
from bptutor.packs.model import Question
from tests.fuzz.texts import texts
from tests.notation.scopes import SCOPES

LINES = Question("q", "wrong-line", lines=("p - y", "y - p", "p_i - y_i"), answer="2", goal="p - y")
LONGEST = 1000
SLOWEST = 0.050
"""Seconds of processor time that one text may take."""
_TOUCHING = ("open", "import", "subprocess.", "os.", "socket.", "exec", "compile", "shutil.", "ctypes.")


class Watch:
    """Notes what the interpreter reports of files, imports and processes while it is on."""

    def __init__(self) -> None:
        self.on = False
        self.seen: list[str] = []
        sys.addaudithook(self._hook)

    def _hook(self, event: str, args: object) -> None:
        if self.on and event.startswith(_TOUCHING):
            self.seen.append(f"{event} {args!r}"[:120])


@dataclass
class Found:
    """What a run met."""

    count: int = 0
    read: int = 0
    slowest: tuple[float, str] = (0.0, "")
    problems: list[str] = field(default_factory=list)


def readers() -> list[tuple[str, Callable[[str], object]]]:
    """Every door that a learner's text can come in by."""
    found: list[tuple[str, Callable[[str], object]]] = []
    for name, scope in SCOPES.items():
        found.append((f"{name} any", lambda text, scope=scope: parse.read_sides(text, scope)))  # type: ignore[misc]
        found.append((f"{name} vectors", lambda text, scope=scope: parse.read_sides(text, scope, vectors=True)))  # type: ignore[misc]
        found.append((f"{name} numpy", lambda text, scope=scope: parse.read(text, scope, Spelling.NUMPY)))  # type: ignore[misc]
    softmax = SCOPES["softmax"]
    found.append(("prose", lambda text: parse.read_prose(text, softmax)))
    found.append(("number", lambda text: parse_numbers.read_number(text, softmax)))
    found.append(("grid", lambda text: parse_numbers.read_grid(text, softmax)))
    found.append(("shape", parse_numbers.read_shape))
    found.append(("order", lambda text: numbers(text, 5)))
    found.append(("choice", lambda text: chosen(text, ("one", "two", "p - y"), many=True)))
    found.append(("wrong-line", lambda text: TYPES["wrong-line"].places(LINES, text)))
    return found


def run(source: Iterator[str], count: int, watch: Watch, every: bool) -> Found:
    """Read texts by every door, or by one door each in turn."""
    found, doors = Found(), readers()
    for number, text in enumerate(islice(source, count)):
        for name, read in doors if every else (doors[number % len(doors)],):
            _one(found, name, read, text, watch)
        found.count += 1
    return found


def _one(found: Found, name: str, read: Callable[[str], object], text: str, watch: Watch) -> None:
    watch.seen.clear()
    watch.on = True
    start = time.process_time()
    try:
        bounded(text, LONGEST)
        read(bare(text))
        found.read += 1
    except UnreadableAnswer as refused:
        if not refused.message or refused.column < 1:
            found.problems.append(f"{name}: no column or message for {text[:200]!r}")
    except Exception as crash:  # anything else is what is looked for
        found.problems.append(f"{name}: {crash!r:.200} for {text[:300]!r}")
    finally:
        took = time.process_time() - start
        watch.on = False
    if watch.seen:
        found.problems.append(f"{name}: touched {watch.seen[:2]} for {text[:200]!r}")
    if took > found.slowest[0]:
        found.slowest = (took, f"{name}: {text[:300]!r}")
    if took > SLOWEST:
        found.problems.append(f"{name}: {took * 1000:.0f} ms for {text[:300]!r}")


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", action="store_true", help="every text by every door")
    asked = parser.parse_args()
    watch = Watch()
    run(texts(0), 300, watch, every=True)  # warm: imports and tables
    found = run(texts(asked.seed), asked.count, watch, asked.every)
    print(f"seed {asked.seed}: {found.count:,} texts, {found.read:,} read, slowest {found.slowest[0] * 1000:.1f} ms")
    print(found.slowest[1])
    for problem in [*dict.fromkeys(found.problems)][:40]:
        print(problem)
    print(f"{len(found.problems)} problems")


if __name__ == "__main__":
    main()
