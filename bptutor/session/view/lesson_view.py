"""From the state of a run to the view that a screen prints."""

from __future__ import annotations

from collections.abc import Callable

from bptutor.packs.lesson.fading import Form
from bptutor.packs.model import Derivation, Line, Prose, Question, Show
from bptutor.session.attempt import as_asked
from bptutor.session.ids import is_inserted
from bptutor.session.review.items import above, still
from bptutor.session.steps.lesson_state import Walk
from bptutor.session.steps.lesson_steps import Course, Item, Stop
from bptutor.session.steps.step_standing import Passed, Standing
from bptutor.session.view.question_view import Asked
from bptutor.session.view.view_model import (
    LineState,
    Shown,
    ShownDerivation,
    ShownProse,
    ShownQuestion,
    ShownShow,
    Wants,
)

_STATE = {
    Passed.SEEN: LineState.SHOWN,
    Passed.RIGHT: LineState.RIGHT,
    Passed.REVEALED: LineState.REVEALED,
    Passed.WRONG: LineState.REVEALED,
    Passed.SKIPPED: LineState.SKIPPED,
}
ANSWERED = frozenset({Passed.RIGHT, Passed.REVEALED, Passed.WRONG})
Fill = Callable[[str, Question | None, int], str]
"""Replaces the `{{ }}` of a text by the numbers of the lesson for a seed, or those that a question has for itself."""
Column = Callable[[Show, int], tuple[float, ...]]
"""Measures a whole nudge column for a seed; called only when some of its rows were measured."""
OTHER_NUMBERS = "*With other numbers:*"
"""What stands over what is shown once more because other numbers were drawn for what is asked below it."""


def wants(walk: Walk, column: Column) -> Wants:
    """Return what the learner is to do at the current stop."""
    stop = walk.current
    if stop is None:
        return Wants.FINISHED
    standing = walk.standing(stop.id)
    if standing.passed is not None:
        return Wants.GO_ON
    piece = walk.course.pieces[stop.piece] if stop.wants is Wants.NUDGE else None
    if isinstance(piece, Show) and standing.measured and standing.measured >= len(column(piece, walk.seed)):
        return Wants.GO_ON
    return stop.wants


def shown(walk: Walk, fill: Fill, column: Column) -> tuple[Shown, ...]:
    """Return all pieces down to the current stop, as far as each has grown; a question asked by itself stands alone.

    Args:
        walk: The state of the run.
        fill: Replaces the `{{ }}` of a text.
        column: Measures a whole nudge column.
    """
    stop = walk.current
    alone = walk.alone(stop) if stop else None
    if stop is not None and alone is not None:
        return _alone(walk, stop, alone, fill)
    pieces = walk.course.pieces
    found: list[Shown] = []
    standing_with: set[tuple[int, int]] = set()
    for at in range(len(pieces) if stop is None else stop.piece + 1):
        found += _anew(walk, at, fill, standing_with)
        found.append(_piece(walk, at, fill, column))
        standing_with.add((at, walk.seed_of(at)))
    return tuple(found)


def _piece(walk: Walk, at: int, fill: Fill, column: Column) -> Shown:
    """Return one piece as far as it has grown, with the numbers that it was first shown with."""
    piece = walk.course.pieces[at]
    if isinstance(piece, Prose):
        return ShownProse(fill(piece.text, None, walk.seed_of(at)))
    if isinstance(piece, Derivation):
        return _page(piece, walk.standing(piece.id)) if piece.blank else _derivation(walk, piece, at)
    if isinstance(piece, Question):
        return _question(walk, piece, fill)
    return _show(walk, piece, at, column)


def _anew(walk: Walk, at: int, fill: Fill, standing_with: set[tuple[int, int]]) -> list[Shown]:
    """Return once more what a question is about, where that stands above it with other numbers only."""
    piece = walk.course.pieces[at]
    stop = next((stop for stop in walk.course.stops if stop.piece == at), None)
    if not isinstance(piece, Question) or stop is None or len(walk.drawn) < 2:
        return []
    seed = _seed(walk, piece)
    places = [n for n in above(walk.course, stop) if (n, seed) not in standing_with and _has_numbers(walk, n)]
    standing_with |= {(n, seed) for n in places}
    found: list[Shown] = [ShownProse(OTHER_NUMBERS)] if places else []
    for one in (still(walk.course.pieces[n]) for n in places):
        if isinstance(one, Prose):
            found.append(ShownProse(fill(one.text, None, seed)))
        elif isinstance(one, Show):
            found.append(ShownShow(one, seed=_other(walk, seed)))
    return found


def _has_numbers(walk: Walk, at: int) -> bool:
    piece = walk.course.pieces[at]
    return isinstance(piece, Show) or (isinstance(piece, Prose) and "{{" in piece.text)


def _other(walk: Walk, seed: int) -> int | None:
    """Return a seed where it is not the one in use."""
    return seed if seed != walk.seed else None


def _seed(walk: Walk, question: Question) -> int:
    """Return the seed of a question of the lesson: the one it was answered with, else the one in use."""
    standing = walk.standing(question.id)
    return standing.seed if standing.passed in ANSWERED else walk.seed


def _alone(walk: Walk, stop: Stop, item: Item, fill: Fill) -> tuple[Shown, ...]:
    """Return what is above a question asked by itself, and the question once it is answered."""
    standing = walk.standing(stop.id)
    opens = walk.course.is_round and stop is walk.course.stops[0]
    opening = walk.course.lesson.blocks if opens else ()
    found: list[Shown] = [
        ShownProse(fill(piece.text, None, walk.seed)) for piece in opening if isinstance(piece, Prose)
    ]
    for piece in item.context:
        if isinstance(piece, Prose):
            found.append(ShownProse(fill(piece.text, item.question, walk.seed)))
        elif isinstance(piece, Show):
            found.append(ShownShow(piece))
        elif isinstance(piece, Derivation) and piece.blank:
            return (*found, _page(piece, standing))
        elif isinstance(piece, Derivation):
            return (*found, _down_to(piece, _state(standing, stop), standing.proof))
    return (*found, _asked(item.question, standing, walk.seed_at(stop), fill))


def _down_to(derivation: Derivation, last: LineState, proof: str) -> ShownDerivation:
    """Return a derivation whose lines stand, and its last line in a state."""
    before = len(derivation.lines) - 1
    states = [LineState.SHOWN] * before + [last]
    lines = tuple(zip(derivation.lines, states, strict=True))
    return ShownDerivation(derivation, lines, finished=False, proofs=("",) * before + (proof,))


def _derivation(walk: Walk, derivation: Derivation, at: int) -> ShownDerivation:
    current = walk.current
    grown: list[tuple[Line, LineState]] = []
    proofs: list[str] = []
    for stop in walk.course.stops:
        if stop.piece != at:
            continue
        here = current is not None and (current.piece, current.line) == (at, stop.line)
        state = _state(walk.standing(stop.id), stop)
        if here and current is not None and current.id != stop.id:
            state = LineState.WHY if walk.standing(current.id).passed is None and current.question else state
        grown.append((derivation.lines[stop.line], state))
        proofs.append(walk.standing(stop.id).proof)
        if here:
            break
    stands = all(state not in {LineState.ASKED, LineState.SKIPPED, LineState.WHY} for _, state in grown)
    return ShownDerivation(derivation, tuple(grown), stands and len(grown) == len(derivation.lines), tuple(proofs))


def _page(derivation: Derivation, standing: Standing) -> ShownDerivation:
    """Return a blank page with what the learner has written; once it is revealed, with the lines of its author."""
    if standing.passed in {Passed.REVEALED, Passed.WRONG}:
        return ShownDerivation(derivation, tuple((line, LineState.REVEALED) for line in derivation.lines), True)
    own = [(Line(text), LineState.RIGHT) for text in standing.written]
    done = standing.passed is Passed.RIGHT
    last = (
        (Line(standing.text), LineState.RIGHT)
        if done
        else (Line("?"), LineState.SKIPPED if standing.passed else LineState.ASKED)
    )
    return ShownDerivation(derivation, (*own, last), done, ("",) * len(own) + (standing.proof,))


def _state(standing: Standing, stop: Stop) -> LineState:
    if standing.passed is None:
        asked = LineState.WHY if stop.form is Form.WHY else LineState.ASKED
        return asked if stop.wants is Wants.ANSWER else LineState.SHOWN
    return _STATE[standing.passed]


def _question(walk: Walk, question: Question, fill: Fill) -> ShownQuestion:
    standing = walk.standing(question.id)
    asked = question.variant(standing.variant) if standing.passed in ANSWERED else question
    return _asked(asked, standing, walk.seed, fill)


def _asked(question: Question, standing: Standing, seed: int, fill: Fill) -> ShownQuestion:
    answered = standing.passed in ANSWERED
    seed = standing.seed if answered else seed

    def own(text: str) -> str:
        return fill(text, question, seed)

    as_shown = Asked.of(question, seed).shown(own)
    as_shown, text = as_asked(as_shown, standing) if answered else (as_shown, None)
    return ShownQuestion(
        as_shown,
        text,
        revealed=standing.passed in {Passed.REVEALED, Passed.WRONG},
        skipped=standing.passed is Passed.SKIPPED,
        seed=seed,
        proof=standing.proof if answered else "",
        cases=standing.cases,
    )


def _show(walk: Walk, show: Show, at: int, column: Column) -> ShownShow:
    stop = next((s for s in walk.course.stops if s.piece == at and s.wants is Wants.NUDGE), None)
    measured, seed = walk.standing(stop.id).measured if stop else 0, walk.seed_of(at)
    if not measured:
        return ShownShow(show, seed=_other(walk, seed))
    slopes = column(show, seed)
    return ShownShow(show, min(measured, len(slopes)), slopes[:measured], len(slopes), _other(walk, seed))


def stop_number(course: Course, walk: Walk) -> int:
    """Return the 1-based number of the current stop among the course's own; the last when the lesson is finished."""
    stop = walk.current
    if stop is None:
        return len(course.stops)
    own = [other for other in walk.stops[: walk.stops.index(stop) + 1] if not is_inserted(other.id)]
    return max(1, len(own))
