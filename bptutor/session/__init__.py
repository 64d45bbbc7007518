"""The tutor with no screen: where the learner is, what is asked, and what an answer does.

Both screens (tui, plain) drive one `Session`; they hold no state of the lesson themselves. Each name is loaded when it
is first used: the course map needs only what stands in `learner`, and is on the screen before lessons can be opened.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bptutor.session.course import CourseEntry, QuizStanding, Result, Standing
    from bptutor.session.ids import QUIZ, REVIEW, ROUND, WARM_UP
    from bptutor.session.learner import Learner
    from bptutor.session.protocols import Grader, Library
    from bptutor.session.session import Session
    from bptutor.session.view.view_model import (
        FIXED,
        LineState,
        Outcome,
        Shown,
        ShownDerivation,
        ShownProse,
        ShownQuestion,
        ShownShow,
        View,
        Wants,
    )

_HOMES = {
    "course": ("CourseEntry", "QuizStanding", "Result", "Standing"),
    "ids": ("QUIZ", "REVIEW", "ROUND", "WARM_UP"),
    "learner": ("Learner",),
    "protocols": ("Grader", "Library"),
    "session": ("Session",),
    "view.view_model": (
        *("LineState", "Outcome", "Shown", "ShownDerivation", "ShownProse", "ShownQuestion", "ShownShow"),
        *("FIXED", "View", "Wants"),
    ),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    """Load a name from the module it lives in."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


__all__ = [
    "FIXED",
    "QUIZ",
    "REVIEW",
    "ROUND",
    "WARM_UP",
    "CourseEntry",
    "Grader",
    "Learner",
    "Library",
    "LineState",
    "Outcome",
    "QuizStanding",
    "Result",
    "Session",
    "Shown",
    "ShownDerivation",
    "ShownProse",
    "ShownQuestion",
    "ShownShow",
    "Standing",
    "View",
    "Wants",
]
