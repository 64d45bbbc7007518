"""Spellings that mean the same are read into the same tree, row by row of a table."""

from __future__ import annotations

from pathlib import Path

import pytest

from bptutor.notation.parse import read
from tests.notation.scopes import SCOPES

DATA = Path(__file__).parent.parent / "data" / "notation"


def rows() -> list[tuple[str, str, str]]:
    found = []
    scope = canonical = ""
    for line in (DATA / "spellings.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            bare = line.strip("[]")
            if bare in SCOPES:
                scope = bare
                continue
        if not line.strip() or line.startswith("#"):
            continue
        if line[0] == " ":
            found.append((scope, canonical, line.strip()))
        else:
            canonical = line
    return found


@pytest.mark.parametrize(("scope", "canonical", "text"), rows())
def test_spellings_of_one_thing_give_one_tree(scope: str, canonical: str, text: str) -> None:
    other = text.endswith(" ≠")
    trees = read(canonical, SCOPES[scope]), read(text.removesuffix(" ≠"), SCOPES[scope])
    assert (trees[0] == trees[1]) is not other
