"""Weeks of use: nobody is locked out, what is said to be due is due, and what is forgotten falls."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.session.fakes import DirectGrader, FakeGrader
from tests.session.weeks import Habits, Life

pytestmark = pytest.mark.normal

ZONES = ("UTC", "America/Los_Angeles", "Asia/Shanghai", "Pacific/Auckland")
HABITS = (
    Habits(),
    Habits(right=0.95, quizzes=0.5),
    Habits(right=0.5, reveals=0.5),
    Habits(skips=0.5),
    Habits(again=0.8, right=0.6),
    Habits(right=1.0, reveals=0.0, skips=0.0, gaps=(1, 3, 40)),
    Habits(quizzes=0.9, right=0.85, gaps=(1, 10, 30)),
)


async def weeks(home: Path, n: int, days: int) -> None:
    grader = DirectGrader if n % 20 == 7 else FakeGrader
    life = Life(home, n, ZoneInfo(ZONES[n % 4]), HABITS[n % len(HABITS)], grader)
    await life.live(days)
    assert life.rose
    if life.visits >= 20 and HABITS[n % len(HABITS)].right < 1:
        assert life.fell


@pytest.mark.parametrize("n", [1, 2])
async def test_ten_days(tmp_path: Path, n: int) -> None:
    await weeks(tmp_path, n, 10)


@pytest.mark.long
@pytest.mark.parametrize("n", range(40))
async def test_sixty_days(tmp_path: Path, n: int) -> None:
    await weeks(tmp_path, n, 60)
