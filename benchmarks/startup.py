"""How long the first text and the whole first screen of the course map take, beside bare Textual screens.

Run from the root of the repository: `python benchmarks/startup.py [PAIRS]`. The two sides are started in turn in a
pseudo-terminal; each figure is the median of the ratios of one run.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.bare import LAST, TEXT
from benchmarks.terminal import Program, paired
from bptutor.progress.event import Event, EventKind
from bptutor.progress.event_log import Log

BARE = str(Path(__file__).with_name("bare.py"))
START = [sys.executable, "-m", "bptutor"]


def main() -> int:
    """Print the table and the figures."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as home:
        os.environ["BPTUTOR_HOME"] = home
        log = Log.open()
        log.append(Event(EventKind.OPENED, "first-ten-minutes", "backprop", seed=7))  # so that the map comes first
        log.close()
        env = {"BPTUTOR_HOME": home}
        first = Program("course map", START, TEXT, env)
        ready = Program("course map, whole", START, "F1 help", env)
        sides = (
            ("first text / one Static", first, Program("one Static", [sys.executable, BARE, "static"], TEXT, {}), 1.1),
            (
                "first text / same widgets",
                first,
                Program("same widgets", [sys.executable, BARE, "map"], LAST, {}),
                1.3,
            ),
            (
                "whole screen / same widgets",
                ready,
                Program("same widgets", [sys.executable, BARE, "map"], LAST, {}),
                1.2,
            ),
        )
        print(f"{'figure':32}{'bptutor':>10}{'Textual':>10}{'ratio':>8}   goal")
        for name, ours, theirs, goal in sides:
            a, b, ratio = paired(ours, theirs, pairs)
            print(f"{name:32}{a * 1000:7.0f} ms{b * 1000:7.0f} ms{ratio:8.2f}   <= {goal}")
            print(f"{name}: {ratio:.2f} (<= {goal})")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
