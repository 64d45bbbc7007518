"""SymPy proves every line of the course in time, and none of the near misses."""

from __future__ import annotations

import json
import time
from functools import cache
from typing import Any

import pytest

from bptutor.errors import BptutorError
from bptutor.notation import parse
from bptutor.notation.equality.exact_proof import Contradiction, proved, size_rounds
from bptutor.notation.equality.pairs import Misfit, Pair, pair
from bptutor.notation.equality.prove import Outcome, prove
from bptutor.notation.scope import Scope
from bptutor.notation.tree import Expr
from bptutor.notation.values.conditions import Constraints
from bptutor.notation.values.sizes import least_sizes
from bptutor.packs.model import Place
from bptutor.packs.scene.scene import Scene
from tests.course_lines import COURSE
from tests.near_misses import RIGHT, changed_few
from tests.near_misses import pairs as answers
from tests.thinned import thinned

pytestmark = pytest.mark.normal

SECONDS = 2.0
PARTS = 500
"""Into so many parts the near misses are cut; an ordinary run takes one."""
LINES = [json.loads(line) for line in COURSE.read_text(encoding="utf-8").splitlines()]


@cache
def scope_of(scene: str) -> Scope:
    return Scene.from_mapping(json.loads(scene), Place()).scope


def sides(row: dict[str, Any]) -> tuple[Expr, Expr, Scope, Expr | None]:
    scope = scope_of(json.dumps(row["scene"]))
    left, right = (parse.read(row[side], scope) for side in ("left", "right"))
    return left, right, scope, parse.read(row["where"], scope) if row.get("where") else None


@pytest.fixture(autouse=True)
def _own_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Count the time of this process only, whatever else the machine does."""
    monkeypatch.setattr(time, "monotonic", time.process_time)


@pytest.mark.parametrize("row", thinned(LINES, 40), ids=lambda row: row["id"])
def test_a_line_of_the_course_is_proved_by_sympy_in_time(row: dict[str, Any]) -> None:
    left, right, scope, where = sides(row)
    prove(left, right, scope, where, exact=False)  # what is computed once for each scene
    proof = prove(left, right, scope, where, deadline=SECONDS)
    assert (proof.outcome, proof.provers) == (Outcome.PROVED, ("sympy",)), proof


@cache
def near_misses() -> list[dict[str, Any]]:
    rows = [row for _, mark, row in answers() if mark in RIGHT]
    return [{**row, "right": text} for row in rows for _, text in changed_few(row["right"], 2)]


def exactly(pair: Pair, scope: Scope, sizes: dict[str, int]) -> bool:
    """Tell whether the exact test alone proves a pair, whatever the draws say."""
    try:
        return bool(proved(pair, Constraints.of(scope), [sizes], time.monotonic() + SECONDS))
    except Contradiction:
        return False


@pytest.mark.parametrize("part", thinned(range(PARTS), PARTS))
def test_no_near_miss_is_proved(part: int) -> None:
    for row in near_misses()[part::PARTS]:
        try:
            left, right, scope, where = sides(row)
            both = pair(left, right, scope, where)
        except (BptutorError, Misfit):  # no longer an expression, or one of another shape
            continue
        for sizes in size_rounds(scope, least_sizes(scope, [left, right]), list(scope.sizes))[:1]:
            probed = prove(left, right, scope, where, exact=False, sizes=sizes)
            if probed.outcome is Outcome.REFUTED and probed.witness is not None:
                assert not exactly(both, scope, sizes), row
