"""A small slice of the texts, every run; the long one is `python -m tests.fuzz.reading`."""

from __future__ import annotations

import pytest

from tests.fuzz.reading import Watch, run
from tests.fuzz.texts import texts

pytestmark = pytest.mark.normal

WATCH = Watch()


@pytest.fixture(autouse=True, scope="module")
def warm() -> None:
    """Load what is loaded once, so that the watch sees only what a text does."""
    run(texts(0), 200, WATCH, every=True)


def crashes(problems: list[str]) -> list[str]:
    """What does not depend on how busy the machine is."""
    return [problem for problem in problems if " ms for " not in problem]


def test_every_text_is_read_or_refused_and_nothing_outside_is_touched() -> None:
    found = run(texts(20_220_314), 6000, WATCH, every=False)
    assert found.count == 6000 and found.read > 100
    assert not crashes(found.problems)


def test_the_watch_sees_a_file_an_import_and_an_exception() -> None:
    import bptutor.errors

    def opens(text: str) -> object:
        with open(bptutor.errors.__file__) as file:  # noqa: PTH123 - the plain way is what is watched for
            return file.read(1)

    from tests.fuzz import reading

    found = reading.Found()
    reading._one(found, "opens", opens, "p", WATCH)
    nothing: dict[str, str] = {}
    reading._one(found, "fails", lambda text: nothing[text], "p", WATCH)
    assert "touched" in found.problems[0] and "KeyError" in found.problems[1]


@pytest.mark.long
def test_a_hundred_thousand_texts() -> None:
    found = run(texts(7), 100_000, WATCH, every=False)
    assert not crashes(found.problems)
