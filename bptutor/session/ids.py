"""What the ids of runs and stops begin with that no author wrote; light, as the course map needs them."""

from __future__ import annotations

ROUND = "~"
"""What the ids of reviews and quizzes begin with, so that no lesson has one."""
REVIEW = ROUND + "review"
WARM_UP = ROUND + "warm-up"
QUIZ = ROUND + "quiz/"
PASSED, NOT_PASSED = "passed", "not-passed"
"""What the last event of a quiz is marked with."""
INSERTED = ("why:", "again:", "recall:", "pause:", "easier:", "more:")
"""What the ids of stops begin with that stand in a run because of what the learner did."""

WHY_NOW = {
    "again:": "This one was revealed before, so once more.",
    "recall:": "Once more from memory, before a rest.",
    "easier:": "Something easier first.",
    "more:": "The same once more, with other numbers.",
}
"""What is said before a question that stands in a run because of what the learner did."""


def why_now(stop: str) -> str:
    """Return why a stop is asked now that no author put there; empty when it needs no word."""
    return next((said for begin, said in WHY_NOW.items() if stop.startswith(begin)), "")


def is_inserted(stop: str) -> bool:
    """Return whether a stop was put in because of what the learner did."""
    return stop.startswith(INSERTED)


def apart(stop: str) -> tuple[str, str]:
    """Return what the id of a stop that was put in begins with, such as `easier:1:`, and the id of its own stop."""
    begin, colon, own = stop.rpartition(":")
    return (begin + colon, own) if is_inserted(stop) else ("", stop)
