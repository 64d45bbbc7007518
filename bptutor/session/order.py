"""The course in order: lessons by chapter, each chapter's quizzes behind its lessons; and what comes next.

Enter at the end of a lesson or a quiz, `c`, the map's "continue" and plain mode all ask here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bptutor.errors import UsageError
from bptutor.packs.lesson.outline import LessonEntry
from bptutor.progress.event import Event
from bptutor.progress.event_log import Log
from bptutor.session.course import CourseEntry, QuizStanding, Result, Standing, course, is_done, next_stop, quizzes
from bptutor.session.ids import QUIZ, ROUND
from bptutor.session.protocols import Library

THE_LAST = "That was the last of the course; nothing else is left open."
"""What is said where nothing comes next."""


def chapters(library: Library) -> list[str]:
    """Return the chapters in the order of the course; one that has only quizzes stands where the pack lists it."""
    found = list(dict.fromkeys(entry.chapter for entry in library.entries()))
    declared = list(library.pack.chapters)
    for chapter in dict.fromkeys(quiz.chapter for quiz in library.quizzes()):
        if chapter in found:
            continue
        before = declared[: declared.index(chapter)] if chapter in declared else found
        places = [found.index(other) + 1 for other in before if other in found]
        found.insert(max(places, default=0), chapter)
    return sorted(found, key=lambda chapter: not chapter and bool(library.quizzes()))


def by_chapter(
    library: Library, lessons: Sequence[CourseEntry], quizzes: Sequence[QuizStanding]
) -> Iterator[tuple[str, list[CourseEntry | QuizStanding]]]:
    """Yield each chapter with its lessons, and its quizzes after them; those of no chapter come last."""
    for chapter in chapters(library):
        found: list[CourseEntry | QuizStanding] = [one for one in lessons if one.entry.chapter == chapter]
        found += [quiz for quiz in quizzes if quiz.entry.chapter == chapter]
        if found:
            yield chapter, found


def in_order(library: Library, log: Log) -> list[CourseEntry | QuizStanding]:
    """Return every lesson and quiz, each with how far it is, in the order of the course."""
    found = by_chapter(library, course(library, log), quizzes(library, log))
    return [one for _, chapter in found for one in chapter]


def what_comes_next(library: Library, log: Log, id_: str) -> str:
    """Return the id of what comes after a lesson or a quiz, in course order; empty when all else is behind the learner.

    What is done, known or passed already is passed over; after the last comes what was left out before. After a
    review it is what the learner goes on with.
    """
    steps = in_order(library, log)
    ids = [one.id for one in steps]
    if id_ not in ids:
        found = to_continue(library, log)
        return found if found or not steps or id_.startswith(ROUND) else ids[0]
    at = ids.index(id_)
    return next((one.id for one in [*steps[at + 1 :], *steps[:at]] if not _behind(one)), "")


def _behind(one: CourseEntry | QuizStanding) -> bool:
    if isinstance(one, QuizStanding):
        return one.result is Result.PASSED
    return one.standing in {Standing.DONE, Standing.KNOWN}


def to_continue(library: Library, log: Log) -> str:
    """Return the id of what was touched last, when it goes on, else of what comes next; empty when none was begun."""
    ids = {one.id: one for one in in_order(library, log)}
    latest = next((id_ for id_ in log.lessons(library.pack.id) if id_ in ids), "")
    if not latest:
        return ""
    one = ids[latest]
    goes_on = one.result is Result.BEGUN if isinstance(one, QuizStanding) else not is_done(_run(library, log, latest))
    return latest if goes_on else what_comes_next(library, log, latest)


def where(library: Library, log: Log) -> tuple[str, int, str] | None:
    """Return id, 1-based stop and title of where to go on; None when all is done, or nothing begun."""
    found = to_continue(library, log)
    return (found, next_stop(library, log, found, _run(library, log, found)), title(library, found)) if found else None


def _run(library: Library, log: Log, id_: str) -> list[Event]:
    run = log.run(library.pack.id, id_)
    return run if not id_.startswith(QUIZ) or not is_done(run) else []


def title(library: Library, id_: str) -> str:
    """Return the title of a lesson or a quiz; the id where there is none such."""
    titles = {entry.id: entry.title for entry in library.entries()}
    titles |= {QUIZ + quiz.id: quiz.title for quiz in library.quizzes()}
    return titles.get(id_, id_)


def first(library: Library) -> str:
    """Return the id of the first lesson.

    Raises:
        UsageError: The pack has none.
    """
    entries = library.entries()
    if not entries:
        raise UsageError(f"the pack {library.pack.id!r} has no lessons", "add one to `lessons` in pack.yaml")
    return entries[0].id


def code_ahead(library: Library, id_: str) -> LessonEntry | None:
    """Return the first lesson of the chapter on code, while it lies ahead of a lesson; None when there is none."""
    entries = library.entries()
    code = {chapter for chapter, title in library.pack.chapters.items() if "code" in title.casefold()}
    at = next((n for n, entry in enumerate(entries) if entry.id == id_), len(entries))
    if any(entry.chapter in code for entry in entries[: at + 1]):
        return None
    return next((entry for entry in entries[at + 1 :] if entry.chapter in code), None)
