"""The order of findings, and which of them say more than others."""

from __future__ import annotations

import json
from graphlib import TopologicalSorter
from typing import Any

import pytest

from bptutor.grading.catalogue.order import LAST, ORDER, implied
from bptutor.grading.catalogue.table import BY_ID
from bptutor.grading.feedback import messages
from bptutor.grading.verdict import telling
from tests.grading.test_mistakes import DATA, graded

PAIRS = {
    **{(row.id, less): "implies" for row in ORDER for less in row.implies},
    **{(row.id, less): "silences" for row in ORDER for less in row.silences},
}


def shown() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / "order.jsonl").read_text(encoding="utf-8").splitlines()]


def test_the_table_names_mistakes_of_the_catalogue_only() -> None:
    named = [row.id for row in ORDER] + [less for _, less in PAIRS]
    assert sorted(set(named) - BY_ID.keys()) == []
    assert LAST not in {name for pair in PAIRS for name in pair}  # it gives way to every name, without a row


def test_no_mistake_says_more_than_itself() -> None:
    below: dict[str, set[str]] = {}
    for more, less in PAIRS:
        below.setdefault(more, set()).add(less)
    TopologicalSorter(below).prepare()  # raises CycleError


def test_each_pair_has_a_case_that_shows_it() -> None:
    assert {(case["more"], case["less"]) for case in shown()} == PAIRS.keys()


@pytest.mark.parametrize("case", shown(), ids=lambda case: f"{case['more']}-{case['less']}")
def test_what_says_less_gives_way(case: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    more, less = case["more"], case["less"]
    verdict = graded(case)
    assert more in verdict.rules
    assert less not in {finding.rule for finding in telling(verdict.findings)}
    assert (less in verdict.rules) is (PAIRS[more, less] == "silences")
    monkeypatch.setattr(messages, "implied", lambda ids: implied(ids) - {less})
    assert {more, less} <= set(graded(case).rules)
