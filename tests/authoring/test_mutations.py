"""A wrong text in any place of the course is refused by the check, and a right one in other words is not."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from bptutor.authoring.check.run import check_file
from bptutor.notation.printers import numpy, unicode
from bptutor.packs.library import Library
from tests.authoring.mutate_course import SHARE, course, mutate
from tests.authoring.mutations.oracle import Spelled
from tests.authoring.mutations.outcome import Outcome, reasons, unexplained
from tests.authoring.mutations.places import places
from tests.authoring.mutations.source import edited, source
from tests.authoring.mutations.trial import refused
from tests.fuzz.rewrites import rewritten

pytestmark = pytest.mark.normal

ROOT = Library.builtin().pack.root
SAMPLE = ("02-index-notation.md", "11-softmax-derivative.md", "banks/see-shares.yaml", "pack.yaml")
"""Files that have all kinds of places, or nearly all."""


def shown(outcomes: list[Outcome]) -> str:
    return "\n".join(str(one) for one in outcomes)


def survived(outcomes: list[Outcome]) -> list[Outcome]:
    return [one for one in outcomes if not one.same and not one.refused]


def test_a_sample_of_wrong_texts_is_refused() -> None:
    outcomes = mutate([ROOT / name for name in SAMPLE], part=50)
    assert len({one.kind for one in outcomes}) >= 10
    assert len([one for one in outcomes if not one.same]) >= 20
    assert not unexplained(survived(outcomes)), shown(survived(outcomes))


KINDS = {"goal", "line", "matrix face", "numpy face", "answer, numpy", "expected of code"}


def other_words(rng: Random, spelled: Spelled, text: str) -> str:
    """Return a text of the same value: rules of algebra applied at random places."""
    scope = spelled.scene.scope
    tree = rewritten(rng, spelled.read(text), scope)
    return numpy.source(tree, scope) if spelled.numpy else unicode.line(tree, scope)


@pytest.mark.parametrize("name", SAMPLE[:2])
def test_what_says_the_same_in_other_words_is_not_refused(name: str) -> None:
    rng, found, tried = Random(3), source(ROOT / name), 0
    for place in [one for one in places(found) if one.kind in KINDS][::2]:
        assert place.written is not None
        assert place.spelled is not None
        text = other_words(rng, place.spelled, place.text)
        assert not place.differs(text)
        changed = edited(found.reduced(place.unit), (place.written.replaced(text),))
        assert not refused(changed, ROOT / name, sure=False), f"{name}:{place.line}: {place.text} -> {text}"
        tried += text != place.text
    assert tried >= 3


@pytest.mark.long
def test_wrong_texts_are_refused_all_over_the_course() -> None:
    outcomes = mutate(course(), jobs=2)
    wrong = [one for one in outcomes if not one.same]
    assert len(wrong) >= 1000
    assert len(wrong) - len(survived(wrong)) >= SHARE * len(wrong), shown(survived(wrong))
    assert not unexplained(survived(wrong)), shown(unexplained(survived(wrong)))
    assert set(reasons()) == {one.key for one in survived(wrong)}, "a survivor of the list is refused by now"


@pytest.mark.long
def test_what_is_refused_alone_is_refused_in_its_file(tmp_path: Path) -> None:
    for name in SAMPLE[:3]:
        found, rng = source(ROOT / name), Random(name)
        for place in rng.sample([one for one in places(found) if one.kind in KINDS], 3):
            wrong, _ = place.wrong(rng)
            assert refused(edited(found.reduced(place.unit), wrong[0].edits), ROOT / name)
            file = tmp_path / Path(name).name
            file.write_text(edited(found.text, wrong[0].edits), encoding="utf-8")
            assert check_file(file).problems, f"{name}:{place.line}: {wrong[0].text}"
