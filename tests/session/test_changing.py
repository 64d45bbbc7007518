"""The author edits the pack while somebody learns: what was written stays what it was."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bptutor.progress.event import Event, EventKind
from bptutor.progress.event_log import Log
from bptutor.session import Session, Wants
from bptutor.session.attempt import key
from bptutor.session.steps.lesson_steps import cut
from bptutor.session.steps.replay import today
from tests.session.changing import WALK, Desk, walked, written
from tests.session.conftest import Start
from tests.session.fakes import LESSONS, RISES, FakeGrader
from tests.session.test_resume import act
from tests.thinned import thinned

pytestmark = pytest.mark.normal

Edit = tuple[str, str, str]

CHOICES = "  - {text: it rises, right: true}\n"
LINE = "  - math: ∂(w x)/∂w + ∂b/∂w\n    by: [sum-rule]\n    ask: Split the sum.\n"
LAST = "  - math: x\n    by: [product-rule]\n    ask: The last line.\n"
NEW = "  - math: 1 ∂(w x + b)/∂w\n    by: [sum-rule]\n    ask: A new line.\n"
NUDGE = "```yaml show\narrays: [x]\nnudge: {of: z, by: x}\n```\n\n"
SECTION = "## One more section\n\nMore is said here.\n\n"
QUESTION = WALK[WALK.index("What is $z$?") : WALK.index("Put them in order.")]
KEPT: list[str] = []

EDITS: dict[str, tuple[list[Edit], list[str]]] = {
    "a choice in front": ([("walk.md", CHOICES, "  - {text: it turns}\n" + CHOICES)], KEPT),
    "choices in another order": (
        [("walk.md", CHOICES, ""), ("walk.md", "  - {text: it stays}\n", "  - {text: it stays}\n" + CHOICES)],
        KEPT,
    ),
    "a choice in other words": ([("walk.md", "text: it rises", "text: it climbs")], KEPT),
    "another choice right": (
        [("walk.md", "rises, right: true", "rises"), ("walk.md", "it falls", "it falls, right: true")],
        ["does"],
    ),
    "a prompt in other words": ([("walk.md", "What is $z$?", "How high is $z$?")], KEPT),
    "another answer": ([("walk.md", "answer: z\n", "answer: z + 1\n")], ["height"]),
    "an answer with more blanks": ([("walk.md", "answer: z\n", "answer: ' z'\n")], KEPT),
    "another kind": ([("walk.md", "type: numeric\nanswer: z\n", "type: shape\nanswer: z\n")], ["height"]),
    "the lines to order in other words": ([("walk.md", "first this", "at first this")], KEPT),
    "the lines to order in another order": (
        [("walk.md", "[first this, then that,", "[then that, first this,")],
        ["sorted"],
    ),
    "a program with a comment": ([("walk.md", "      return w", "      # a line\n      return w")], KEPT),
    "another program": ([("walk.md", "return w * x + b", "return w + x + b")], ["program"]),
    "a line before the first": ([("walk.md", LINE, NEW + LINE)], ["1 ∂(w x + b)/∂w"]),
    "a line between": ([("walk.md", LAST, NEW + LAST)], ["1 ∂(w x + b)/∂w"]),
    "a line shown in front": ([("walk.md", "lines:\n  - math", "lines:\n  - math: ∂z/∂w\n  - math")], KEPT),
    "a line taken out": ([("walk.md", LINE, "")], KEPT),
    "lines in another order": ([("walk.md", LINE + LAST, LAST + LINE)], KEPT),
    "a line with an id": ([("walk.md", "    ask: Split", "    id: split\n    ask: Split")], KEPT),
    "a derivation of another name": ([("walk.md", "id: steps", "id: way\nwas: steps")], KEPT),
    "a section before the nudge": ([("walk.md", "## Measure", SECTION + "## Measure")], KEPT),
    "a section behind the nudge": ([("walk.md", "## Asked", SECTION + "## Asked")], KEPT),
    "a section taken out": ([("walk.md", "## Asked\n\n", "")], KEPT),
    "a section of another name": ([("walk.md", "## Measure", "## To measure")], KEPT),
    "the nudge moved": ([("walk.md", NUDGE, ""), ("walk.md", "## Last\n\n", "## Last\n\n" + NUDGE)], KEPT),
    "another nudge": ([("walk.md", "{of: z, by: x}", "{of: z, by: w}")], ["nudge"]),
    "a question of another name, said": ([("walk.md", "id: height", "id: level\nwas: [height]")], KEPT),
    "a question of another name, not said": ([("walk.md", "id: height", "id: level")], ["level"]),
    "a question taken out": ([("walk.md", QUESTION, "")], KEPT),
    "a question in another lesson": (
        [("walk.md", QUESTION, ""), ("other.md", "How many?", QUESTION + "How many?")],
        KEPT,
    ),
    "another scene": ([("walk.md", "step: 1", "step: 0.5"), ("walk.md", "{z: w x + b}", "{z: 2 w x + b}")], KEPT),
    "other draws": ([("walk.md", "from: 1, to: 9", "from: 10, to: 90")], KEPT),
    "another version": ([("pack.yaml", "version: 0.1.0", "version: 0.2.0")], KEPT),
}
"""Edit -> what is written otherwise, and what is asked of who had written everything."""


GONE = {
    "a question taken out": {"What is $z$?"},
    "a question in another lesson": {"What is $z$?"},
    "a line taken out": {"∂(w x)/∂w + ∂b/∂w"},
    "another choice right": {"What does"},
    "another answer": {"What is $z$?"},
    "the lines to order in another order": {"Put them in order."},
    "another program": {"Write the function."},
}
"""Edit -> what is no more on the screen, as it is not in the lesson, or is asked again with another answer."""


@pytest.mark.parametrize("name", EDITS)
async def test_what_was_written_stays(tmp_path: Path, name: str) -> None:
    edits, expected = EDITS[name]
    desk = Desk(tmp_path)
    with closing(Log.open(tmp_path)) as log:
        view, _ = await walked(Session(desk.library(), log, FakeGrader()), "walk")
        before = written(view)
        assert len(before) == 6
        assert before[0].said == "it rises"
        for edit in edits:
            desk.edit(*edit)
        session = Session(desk.library(), log, FakeGrader())
        view, asked = await walked(session, "walk", seed=None)
        assert asked == expected
        gone = GONE.get(name, set())
        for one in before:
            assert (one in written(view)) is not any(part in one.about for part in gone)


@pytest.mark.parametrize("actions", [["ease"], ["ease", "right", "another"], ["ease", "right", "another", "hint"]])
async def test_what_is_asked_beside_a_question_is_no_other_question(start: Start, actions: list[str]) -> None:
    session = start()
    view = session.open("output-error", 3)
    while view.question is None or view.question.id != "code":
        view = await act(session, "right" if view.wants is Wants.ANSWER else "go", view)
    for action in actions:
        view = await act(session, action, view)
    assert session.view().between
    assert start().open("output-error") == session.view()


@pytest.mark.parametrize("begin", ["easier:1:", "recall:", "why:", "more:1:easier:1:"])
def test_what_asks_something_else_is_not_held_against_its_stop(begin: str) -> None:
    course = cut(LESSONS["output-error"])
    event = Event(EventKind.ANSWERED, "output-error", stop=f"{begin}code", text="x", mark="right", key=key(RISES))
    assert list(today(course, [event])) == [event]
    assert list(today(course, [replace(event, stop="code")])) == []


STAYS = [name for name, (_, asked) in EDITS.items() if asked == KEPT and name not in GONE]


@pytest.mark.parametrize("stops", thinned([6, 4, 8], 3))
@pytest.mark.parametrize("name", STAYS)
async def test_nobody_is_sent_back(tmp_path: Path, name: str, stops: int) -> None:
    desk = Desk(tmp_path)
    with closing(Log.open(tmp_path)) as log:
        before, asked = await walked(Session(desk.library(), log, FakeGrader()), "walk", stops)
        for edit in EDITS[name][0]:
            desk.edit(*edit)
        session = Session(desk.library(), log, FakeGrader())
        assert session.open("walk").wants is before.wants
        assert session.where_to_continue() == ("walk", session.open("walk").stop, "A walk")
        _, left = await walked(session, "walk", seed=None)
        fresh = Log.open(tmp_path / "another")
        _, every = await walked(Session(desk.library(), fresh, FakeGrader()), "walk")
        fresh.close()
    asked = [{"height": "level"}.get(one, one) if "level" in every else one for one in asked]
    assert sorted(asked + left) == sorted([*every, *asked[-1:]] if asked[-1:] == left[:1] else every)
