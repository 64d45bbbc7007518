"""A derivation written from a blank page, by any route, graded for real."""

from __future__ import annotations

from pathlib import Path

from bptutor.grading.verdict import Mark
from bptutor.packs.library import Library
from bptutor.progress.record.memory import mastery
from bptutor.session import LineState, ShownDerivation, View, Wants
from tests.walks.script import session

PACK = Path(__file__).parent.parent / "data" / "packs" / "valid" / "blank"


def lines(view: View) -> list[tuple[str, LineState]]:
    (shown,) = [piece for piece in view.shown if isinstance(piece, ShownDerivation)]
    return [(line.math, state) for line, state in shown.lines]


async def test_a_route_of_ones_own_is_taken_line_by_line_to_the_end(tmp_path: Path) -> None:
    right, open_ = LineState.RIGHT, ("?", LineState.ASKED)
    here = session(Library.open(PACK), tmp_path)
    view = here.open("blank", 7)
    assert lines(view) == [open_]
    # Another route than the author's: the case k = i apart from the others.
    first = "-y_i (1 - p_i) + Σ_{k≠i} y_k p_i"
    outcome = await here.submit(first)
    assert outcome.verdict.mark is Mark.RIGHT
    assert (outcome.view.wants, lines(outcome.view)) == (Wants.ANSWER, [(first, right), open_])
    assert (await here.submit(first)).verdict.mark is Mark.RIGHT_OTHER_FORM  # it stands already
    assert (await here.submit("∂L/∂z_i")).verdict.mark is Mark.RIGHT_OTHER_FORM
    assert (await here.submit("y_i - p_i")).verdict.mark is Mark.WRONG
    await here.close()
    here = session(Library.open(PACK), tmp_path)
    view = here.open("blank")
    assert lines(view) == [(first, right), open_]
    assert here.course()[0].passed == 0
    assert "error" not in {
        skill for skill, known in mastery(here.log, here.library.pack.id).items() if known.unaided + known.aided
    }
    outcome = await here.submit("-(y_i - p_i)")
    assert (outcome.verdict.mark, outcome.view.wants) == (Mark.RIGHT, Wants.GO_ON)
    assert lines(outcome.view) == [(first, right), ("-(y_i - p_i)", right)]
    assert mastery(here.log, here.library.pack.id)["error"].aided == 1
    assert here.advance().wants is Wants.FINISHED
    await here.close()


def test_its_hints_name_one_way_and_the_reveal_shows_it(tmp_path: Path) -> None:
    here = session(Library.open(PACK), tmp_path)
    here.open("blank", 7)
    here.hint()
    view = here.hint()
    assert "Sum rule; Chain rule" in view.hints[0]
    assert "∂(log p_k)/∂z_i" in view.hints[1]
    assert [state for _, state in lines(here.reveal())] == [LineState.REVEALED] * 4
    here.log.close()


async def test_a_name_for_a_slope_does_not_end_the_page(tmp_path: Path) -> None:
    here = session(Library.builtin(), tmp_path)
    here.open("practice-from-memory", 7)
    here.advance()
    for line in ("Σ_s dz2_si a1_sj", "Σ_s ∂L/∂z2_si a1_sj"):
        outcome = await here.submit(line)
        assert (outcome.verdict.mark, outcome.view.wants) == (Mark.RIGHT, Wants.ANSWER)
    assert (await here.submit("(1/B) Σ_s (p_si - y_si) a1_sj")).view.wants is Wants.GO_ON
    here.log.close()


async def test_a_quiz_asks_a_page_line_by_line_and_a_wrong_line_ends_it(tmp_path: Path) -> None:
    here = session(Library.builtin(), tmp_path)
    here.open("~quiz/quiz-final", 7)
    here.skip()
    view = here.skip()
    assert view.question is not None and "Derive" in view.question.prompt
    outcome = await here.submit("Σ_i dz2_si W2_ij ∂a1_sj/∂z1_sj")
    assert (outcome.verdict.mark, outcome.view.wants) == (Mark.RIGHT, Wants.ANSWER)
    assert lines(outcome.view)[0] == ("Σ_i dz2_si W2_ij ∂a1_sj/∂z1_sj", LineState.RIGHT)
    outcome = await here.submit("Σ_i dz2_si W2_ij")
    assert (outcome.verdict.mark, outcome.view.wants) == (Mark.WRONG, Wants.GO_ON)
    assert [state for _, state in lines(outcome.view)] == [LineState.REVEALED] * 2
    here.log.close()
