"""No key can crash the tutor, whatever it follows."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.tui.random_keys import Person
from tests.tui.terminal import terminal


@pytest.mark.parametrize(
    ("seed", "count"), [(1, 200), *(pytest.param(seed, 4_000, marks=pytest.mark.long) for seed in range(2, 7))]
)
def test_no_key_crashes(tmp_path: Path, seed: int, count: int) -> None:
    print(f"seed {seed}")
    Person(tmp_path, Random(seed)).press(count)


def test_sizes_that_change_fast_below_the_palette_come_to_an_end(tmp_path: Path) -> None:
    random = Random(2)
    with terminal(tmp_path, "learn", "softmax-derivative", "--seed", "7") as shown:
        shown.until("^p")
        shown.write("<ctrl+p>")
        shown.until("Glossary")
        for _ in range(60):
            shown.resize(random.randint(60, 200), random.randint(16, 60))
            shown.read(random.choice((0.0, 0.01)))
        shown.write("<ctrl+q>")
        assert shown.finish() == 0
