"""From the state of a run to the view that a screen prints."""

from __future__ import annotations

from collections.abc import Callable

from bptutor.packs.fading import Form
from bptutor.packs.model import Derivation, Line, Prose, Question, Show
from bptutor.session.asked import Asked
from bptutor.session.ids import is_inserted
from bptutor.session.standing import Passed, Standing
from bptutor.session.stops import Course, Item, Stop
from bptutor.session.view import LineState, Shown, ShownDerivation, ShownProse, ShownQuestion, ShownShow, Wants
from bptutor.session.walk import Walk

_STATE = {
    Passed.SEEN: LineState.SHOWN,
    Passed.RIGHT: LineState.RIGHT,
    Passed.REVEALED: LineState.REVEALED,
    Passed.WRONG: LineState.REVEALED,
    Passed.SKIPPED: LineState.SKIPPED,
}
Fill = Callable[[str, Question | None], str]
"""Replaces the `{{ }}` of a text by the numbers of the lesson, or those that a question has for itself."""
Column = Callable[[Show], tuple[float, ...]]
"""Measures a whole nudge column; called only when some of its rows were measured."""


def wants(walk: Walk, column: Column) -> Wants:
    """Return what the learner is to do at the current stop."""
    stop = walk.current
    if stop is None:
        return Wants.FINISHED
    standing = walk.standing(stop.id)
    if standing.passed is not None:
        return Wants.GO_ON
    piece = walk.course.pieces[stop.piece] if stop.wants is Wants.NUDGE else None
    if isinstance(piece, Show) and standing.measured and standing.measured >= len(column(piece)):
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
    for at, piece in enumerate(pieces if stop is None else pieces[: stop.piece + 1]):
        if isinstance(piece, Prose):
            found.append(ShownProse(fill(piece.text, None)))
        elif isinstance(piece, Derivation):
            found.append(_page(piece, walk.standing(piece.id)) if piece.blank else _derivation(walk, piece, at))
        elif isinstance(piece, Question):
            found.append(_question(walk, piece, fill))
        else:
            found.append(_show(walk, piece, at, column))
    return tuple(found)


def _alone(walk: Walk, stop: Stop, item: Item, fill: Fill) -> tuple[Shown, ...]:
    """Return what is above a question asked by itself, and the question once it is answered."""
    standing = walk.standing(stop.id)
    opens = walk.course.is_round and stop is walk.course.stops[0]
    opening = walk.course.lesson.blocks if opens else ()
    found: list[Shown] = [ShownProse(fill(piece.text, None)) for piece in opening if isinstance(piece, Prose)]
    for piece in item.context:
        if isinstance(piece, Prose):
            found.append(ShownProse(fill(piece.text, item.question)))
        elif isinstance(piece, Show):
            found.append(ShownShow(piece))
        elif isinstance(piece, Derivation) and piece.blank:
            return (*found, _page(piece, standing))
        elif isinstance(piece, Derivation):
            return (*found, _down_to(piece, _state(standing, stop)))
    return (*found, _asked(item.question, standing, walk.seed_at(stop), fill))


def _down_to(derivation: Derivation, last: LineState) -> ShownDerivation:
    """Return a derivation whose lines stand, and its last line in a state."""
    states = [LineState.SHOWN] * (len(derivation.lines) - 1) + [last]
    return ShownDerivation(derivation, tuple(zip(derivation.lines, states, strict=True)), finished=False)


def _derivation(walk: Walk, derivation: Derivation, at: int) -> ShownDerivation:
    current = walk.current
    grown: list[tuple[Line, LineState]] = []
    for stop in walk.course.stops:
        if stop.piece != at:
            continue
        here = current is not None and (current.piece, current.line) == (at, stop.line)
        state = _state(walk.standing(stop.id), stop)
        if here and current is not None and current.id != stop.id:
            state = LineState.WHY if walk.standing(current.id).passed is None and current.question else state
        grown.append((derivation.lines[stop.line], state))
        if here:
            break
    stands = all(state not in {LineState.ASKED, LineState.SKIPPED, LineState.WHY} for _, state in grown)
    return ShownDerivation(derivation, tuple(grown), stands and len(grown) == len(derivation.lines))


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
    return ShownDerivation(derivation, (*own, last), finished=done)


def _state(standing: Standing, stop: Stop) -> LineState:
    if standing.passed is None:
        asked = LineState.WHY if stop.form is Form.WHY else LineState.ASKED
        return asked if stop.wants is Wants.ANSWER else LineState.SHOWN
    return _STATE[standing.passed]


def _question(walk: Walk, question: Question, fill: Fill) -> ShownQuestion:
    standing = walk.standing(question.id)
    answered = standing.passed in {Passed.RIGHT, Passed.REVEALED}
    return _asked(question.variant(standing.variant) if answered else question, standing, walk.seed, fill)


def _asked(question: Question, standing: Standing, seed: int, fill: Fill) -> ShownQuestion:
    answered = standing.passed in {Passed.RIGHT, Passed.REVEALED, Passed.WRONG}
    seed = standing.seed if answered else seed

    def own(text: str) -> str:
        return fill(text, question)

    return ShownQuestion(
        Asked.of(question, seed).shown(own),
        standing.text if answered else None,
        revealed=standing.passed in {Passed.REVEALED, Passed.WRONG},
        skipped=standing.passed is Passed.SKIPPED,
        seed=seed,
    )


def _show(walk: Walk, show: Show, at: int, column: Column) -> ShownShow:
    stop = next((s for s in walk.course.stops if s.piece == at and s.wants is Wants.NUDGE), None)
    measured = walk.standing(stop.id).measured if stop else 0
    if not measured:
        return ShownShow(show)
    slopes = column(show)
    return ShownShow(show, min(measured, len(slopes)), slopes[:measured], len(slopes))


def stop_number(course: Course, walk: Walk) -> int:
    """Return the 1-based number of the current stop among the course's own; the last when the lesson is finished."""
    stop = walk.current
    if stop is None:
        return len(course.stops)
    own = [other for other in walk.stops[: walk.stops.index(stop) + 1] if not is_inserted(other.id)]
    return max(1, len(own))
