"""Which faces of what is shown there are: the other spellings of the step at hand that may be seen now."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from bptutor.packs.faces import BY_NAME
from bptutor.packs.model import Question
from bptutor.packs.question_types import of
from bptutor.session.view.view_model import LineState, Shown, ShownDerivation, ShownQuestion

SEEN = frozenset({LineState.SHOWN, LineState.WHY, LineState.RIGHT, LineState.REVEALED})
"""States in which a line of a derivation stands on the screen."""


@dataclass(frozen=True)
class Faces:
    """The faces of one step that may be seen."""

    goal: str = ""
    """What they are faces of, such as `∂L/∂z_i`; empty for the answer to a question."""
    texts: dict[str, str] = field(default_factory=dict)
    """Name -> formula, as its author (or the learner) wrote it; only those that exist and are open."""
    line: str = ""
    """The last line that stands, which may be worked out in numbers; empty when there is none."""
    last: bool = False
    """Whether the step is the last that is shown."""


def faces_of(shown: Sequence[Shown], asked: Question | None = None) -> Faces:
    """Return the faces of the answer just given, else of the last derivation.

    A face of an asked line is closed until the line is answered, and so is one that is the answer to what is asked.

    Args:
        shown: What is on the screen.
        asked: What is asked now.
    """
    newest = shown[-1] if shown else None
    if isinstance(newest, ShownQuestion) and newest.answer is not None and of(newest.question).face:
        return Faces(texts={of(newest.question).face: newest.answer}, last=True)
    derivation = next((one for one in reversed(shown) if isinstance(one, ShownDerivation)), None)
    if derivation is None:
        return Faces()
    found = _of(derivation)
    kept = {name: text for name, text in found.items() if not _gives_away(name, text, asked)}
    stands = [line.math for line, state in derivation.lines if state in SEEN]
    return Faces(derivation.derivation.goal, kept, stands[-1] if stands else "", derivation is newest)


def _of(shown: ShownDerivation) -> dict[str, str]:
    """Return the newest line that stands as the index face; the author's faces once every line stands."""
    stands = [line.math for line, state in shown.lines if state in SEEN]
    found = {"index": stands[-1]} if stands else {}
    if shown.finished:
        found |= shown.derivation.faces
    return {name: found[name] for name in BY_NAME if name in found}


def _gives_away(name: str, text: str, asked: Question | None) -> bool:
    """Return whether a face is what a question asks for, in the spelling that it asks for."""
    if asked is None or of(asked).face != name:
        return False
    answers = [asked.answer, *asked.accept]
    return _close(text) in {_close(answer) for answer in answers if isinstance(answer, str)}


def _close(text: str) -> str:
    return re.sub(r"\s", "", text)
