"""The page of a learner's record: titles, in the order of the course, and how an answer came about."""

from __future__ import annotations

from pathlib import Path

import pytest

from bptutor.grading.catalogue.table import BY_ID
from bptutor.packs.library import Library
from bptutor.progress.event import Event, EventKind
from bptutor.progress.event_log import Log
from bptutor.progress.record.memory import mastery
from bptutor.session import Session
from bptutor.session.record import record_page
from tests.session.fakes import FakeGrader, FakeLibrary


def wrong(*findings: str) -> Event:
    return Event(EventKind.ANSWERED, "one", "fake", mark="wrong", skills=("loss",), findings=findings)


def test_mistakes_stand_by_their_titles_and_what_is_none_is_left_out(tmp_path: Path) -> None:
    log = Log.open(tmp_path)
    others = ("authored", "choice", "witness", "shape", "rule", "order", "raises", "cells")
    for _ in range(3):
        log.append(wrong(*others))
    log.append(wrong("no-transpose", "witness"), wrong("no-transpose"), wrong("bias-mean"))
    said = record_page(log, FakeLibrary())
    listed = said[said.index("Mistakes, the most frequent first") + 1 :]
    titles = [BY_ID[rule].title for rule in ("no-transpose", "bias-mean")]
    assert [line.strip().partition(":")[0].casefold() for line in listed] == [title.casefold() for title in titles]
    assert "2 times" in listed[0] and "it comes back" in listed[0]
    log.close()


def test_findings_that_are_no_mistakes_make_no_list(tmp_path: Path) -> None:
    log = Log.open(tmp_path)
    log.append(wrong("authored", "choice"))
    assert "Mistakes, the most frequent first" not in record_page(log, FakeLibrary())
    log.close()


def test_skills_stand_by_title_in_the_order_of_the_course(tmp_path: Path) -> None:
    log, library = Log.open(tmp_path), Library.builtin()
    order = list(dict.fromkeys(skill for entry in library.entries() for skill in entry.skills))
    picked = order[::9]
    for skill in [*sorted(picked), "gone-skill"]:
        log.append(Event(EventKind.ANSWERED, "one", library.pack.id, mark="right", skills=(skill,)))
    said = record_page(log, library)
    named = [line.split("  ")[1] for line in said if line.startswith("  ") and not line.startswith("      ")]
    assert named[: len(picked) + 1] == [*(library.pack.skills[skill] for skill in picked), "gone skill"]
    log.close()


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ([], "1 right at the first try"),
        (["wrong"], "1 right on a later try, 1 wrong"),
        (["hint"], "1 right with help"),
        (["wrong", "hint"], "1 right with help, 1 wrong"),
        (["hint", "another"], "1 right with help"),
        (["hint", "another", "wrong"], "1 right with help, 1 wrong"),
        (["wrong", "another"], "1 right on a later try, 1 wrong"),
    ],
)
async def test_a_later_try_is_told_apart_from_help(tmp_path: Path, way: list[str], said: str) -> None:
    log = Log.open(tmp_path)
    session = Session(FakeLibrary(), log, FakeGrader())
    session.open("output-error", 7)
    session.advance()
    for step in way:
        if step == "hint":
            session.hint()
        elif step == "another":
            session.another()
        else:
            await session.submit("p_i")
    await session.submit("-Σ_k (y_k/p_k) ∂p_k/∂z_i")
    page = record_page(log, FakeLibrary())
    assert f"      {said}; last on" in "\n".join(page)
    standing = mastery(log, "fake")["chain"]
    assert standing.aided + standing.unaided == 1  # what mastery counts stays
    log.close()
