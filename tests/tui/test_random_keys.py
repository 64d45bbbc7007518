"""No key can crash the tutor, whatever it follows."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.tui.random_keys import Person


@pytest.mark.parametrize(
    ("seed", "count"), [(1, 200), *(pytest.param(seed, 4_000, marks=pytest.mark.long) for seed in range(2, 7))]
)
def test_no_key_crashes(tmp_path: Path, seed: int, count: int) -> None:
    print(f"seed {seed}")
    Person(tmp_path, Random(seed)).press(count)
