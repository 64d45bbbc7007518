"""From the state of a run to the view that a screen prints."""

from __future__ import annotations

from collections.abc import Callable

from bptutor.packs.model import Derivation, Line, Prose, Question, Show
from bptutor.session.asked import Asked
from bptutor.session.stops import Course
from bptutor.session.view import LineState, Shown, ShownDerivation, ShownProse, ShownQuestion, ShownShow, Wants
from bptutor.session.walk import Passed, Standing, Walk

_STATE = {
    Passed.SEEN: LineState.SHOWN,
    Passed.RIGHT: LineState.RIGHT,
    Passed.REVEALED: LineState.REVEALED,
    Passed.SKIPPED: LineState.SKIPPED,
}


def wants(walk: Walk, column: Callable[[Show], tuple[float, ...]]) -> Wants:
    """Return what the learner is to do at the current stop.

    Args:
        walk: The state of the run.
        column: Measures a whole nudge column; called only when some of its rows were measured.
    """
    stop = walk.current
    if stop is None:
        return Wants.FINISHED
    standing = walk.standing(stop.id)
    if standing.passed is not None:
        return Wants.GO_ON
    piece = walk.course.pieces[stop.piece]
    if isinstance(piece, Show) and standing.measured and standing.measured >= len(column(piece)):
        return Wants.GO_ON
    return stop.wants


def shown(walk: Walk, fill: Callable[[str], str], column: Callable[[Show], tuple[float, ...]]) -> tuple[Shown, ...]:
    """Return all pieces down to the current stop, as far as each has grown.

    Args:
        walk: The state of the run.
        fill: Replaces the `{{ }}` of a text.
        column: Measures a whole nudge column.
    """
    stop = walk.current
    pieces = walk.course.pieces
    found: list[Shown] = []
    for at, piece in enumerate(pieces if stop is None else pieces[: stop.piece + 1]):
        if isinstance(piece, Prose):
            found.append(ShownProse(fill(piece.text)))
        elif isinstance(piece, Derivation):
            found.append(_derivation(walk, piece, at))
        elif isinstance(piece, Question):
            found.append(_question(walk, piece, fill))
        else:
            found.append(_show(walk, piece, at, column))
    return tuple(found)


def _derivation(walk: Walk, derivation: Derivation, at: int) -> ShownDerivation:
    current = walk.current
    grown: list[tuple[Line, LineState]] = []
    for stop in walk.course.stops:
        if stop.piece != at:
            continue
        line, standing = derivation.lines[stop.line], walk.standing(stop.id)
        grown.append((line, _state(standing, line)))
        if current is not None and stop.id == current.id:
            break
    stands = all(state not in {LineState.ASKED, LineState.SKIPPED} for _, state in grown)
    return ShownDerivation(derivation, tuple(grown), stands and len(grown) == len(derivation.lines))


def _state(standing: Standing, line: Line) -> LineState:
    if standing.passed is None:
        return LineState.ASKED if line.ask else LineState.SHOWN
    return _STATE[standing.passed]


def _question(walk: Walk, question: Question, fill: Callable[[str], str]) -> ShownQuestion:
    standing = walk.standing(question.id)
    answered = standing.passed in {Passed.RIGHT, Passed.REVEALED}
    seed = standing.seed if answered else walk.seed
    return ShownQuestion(
        Asked.of(question, seed).shown(fill),
        standing.text if answered else None,
        revealed=standing.passed is Passed.REVEALED,
        skipped=standing.passed is Passed.SKIPPED,
        seed=seed,
    )


def _show(walk: Walk, show: Show, at: int, column: Callable[[Show], tuple[float, ...]]) -> ShownShow:
    stop = next((s for s in walk.course.stops if s.piece == at and s.wants is Wants.NUDGE), None)
    measured = walk.standing(stop.id).measured if stop else 0
    if not measured:
        return ShownShow(show)
    slopes = column(show)
    return ShownShow(show, min(measured, len(slopes)), slopes[:measured], len(slopes))


def stop_number(course: Course, walk: Walk) -> int:
    """Return the 1-based number of the current stop; the last when the lesson is finished."""
    stop = walk.current
    return len(course.stops) if stop is None else course.index(stop.id) + 1
