"""The tutor with no screen: where the learner is, what is asked, and what an answer does.

Both screens (tui, plain) drive one `Session`; they hold no state of the lesson themselves.
"""

from bptutor.session.course import CourseEntry, QuizStanding, Result, Standing
from bptutor.session.needs import Grader, Library
from bptutor.session.rounds import QUIZ, REVIEW, WARM_UP
from bptutor.session.stops import ROUND
from bptutor.session.tutor import Session
from bptutor.session.view import (
    LineState,
    Outcome,
    Reading,
    Shown,
    ShownDerivation,
    ShownProse,
    ShownQuestion,
    ShownShow,
    View,
    Wants,
)

__all__ = [
    "QUIZ",
    "REVIEW",
    "ROUND",
    "WARM_UP",
    "CourseEntry",
    "Grader",
    "Library",
    "LineState",
    "Outcome",
    "QuizStanding",
    "Reading",
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
