"""The course map as rows of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from textual.content import Content

from bptutor.packs.outline import Pack
from bptutor.session.course import CourseEntry, QuizStanding, Result, Standing
from bptutor.tui.render.flow import Lines, apart, wrapped

_GLYPHS = {Standing.NEW: ("○", ""), Standing.BEGUN: ("◐", "$text-warning"), Standing.DONE: ("●", "$text-success")}
_GLYPHS[Standing.KNOWN] = ("●", "$text-success")
_RESULTS = {Result.NEW: ("◇", ""), Result.BEGUN: ("◈", "$text-warning"), Result.PASSED: ("◆", "$text-success")}
_RESULTS[Result.NOT_PASSED] = ("◈", "$text-warning")


def continue_row(pack: Pack, following: tuple[str, int, str] | None, width: int, due: int = 0) -> Content:
    """Return the top row: the course, where to go on, and how much is due."""
    title = Content.styled(pack.title, "bold")
    said = Content()
    if following is not None:
        _, stop, name = following
        said = Content.assemble(("continue: ", "$quiet"), (f"{name}, {stop}", "bold"), (" c", "bold $text-accent"))
    if due:
        said += Content.assemble(("   " if said else "") + f"{due} due", (" v", "bold $text-accent"))
    return apart(title, said, width)[0] if said else title


def lesson_row(known: CourseEntry, width: int) -> Content:
    """Return one lesson: a glyph and a word for its state, its title, how far it is or how long it takes."""
    glyph, style = _GLYPHS[known.standing]
    entry = known.entry
    right = f"{entry.minutes} min" if entry.minutes else ""
    if known.standing is Standing.BEGUN and known.steps:
        right = f"{known.passed}/{known.steps}"
    elif known.standing in {Standing.DONE, Standing.KNOWN}:
        right = known.standing.value
    note = Content.styled(right, style or "$quiet")
    room = width - note.cell_length - 3
    title = Content(entry.title).truncate(room, ellipsis=True)
    return Content.styled(f"{glyph} ", style) + title.pad_right(room - title.cell_length) + Content(" ") + note


def quiz_row(quiz: QuizStanding, width: int) -> Content:
    """Return one quiz: a glyph and a word for what came of it, its title."""
    glyph, style = _RESULTS[quiz.result]
    note = Content.styled("quiz" if quiz.result is Result.NEW else quiz.result.value, style or "$quiet")
    room = width - note.cell_length - 3
    title = Content(quiz.entry.title).truncate(room, ellipsis=True)
    return Content.styled(f"{glyph} ", style) + title.pad_right(room - title.cell_length) + Content(" ") + note


def about_quiz(quiz: QuizStanding, width: int) -> Lines:
    """Lay out what a quiz is about."""
    rows = wrapped(Content.styled(quiz.entry.title, "bold"), width)
    rows += wrapped(Content.styled(f"quiz · {quiz.result.value}", "$quiet"), width)
    rows += [Content(), *wrapped(Content("One question at a time, one try each; the result stands at the end."), width)]
    if quiz.entry.test_out:
        said = "It tests this chapter out: passed, the chapter's lessons count as known."
        rows += [Content(), *wrapped(Content(said), width)]
    return rows


def by_chapter(
    course: Sequence[CourseEntry], quizzes: Sequence[QuizStanding]
) -> Iterator[tuple[str, list[CourseEntry | QuizStanding]]]:
    """Yield each chapter with its lessons, and its quizzes after them; those of no chapter come last."""
    chapters = list(dict.fromkeys([*(one.entry.chapter for one in course), *(quiz.entry.chapter for quiz in quizzes)]))
    for chapter in sorted(chapters, key=lambda chapter: not chapter and bool(quizzes)):
        lessons: list[CourseEntry | QuizStanding] = [one for one in course if one.entry.chapter == chapter]
        yield chapter, lessons + [quiz for quiz in quizzes if quiz.entry.chapter == chapter]


def map_row(one: CourseEntry | QuizStanding, width: int) -> Content:
    """Return one lesson or quiz."""
    return lesson_row(one, width) if isinstance(one, CourseEntry) else quiz_row(one, width)


def map_rows(
    course: Sequence[CourseEntry],
    quizzes: Sequence[QuizStanding],
    pack: Pack,
    following: tuple[str, int, str] | None,
    width: int,
) -> Lines:
    """Lay out the whole map as text, for the first paint."""
    rows = [continue_row(pack, following, width), Content()]
    for chapter, entries in by_chapter(course, quizzes):
        if chapter:
            rows.append(Content.styled(f" {pack.chapters.get(chapter, chapter)}", "bold"))
        rows += [Content(" ") + map_row(one, 36) for one in entries]
    return rows


def about_rows(known: CourseEntry, titles: Mapping[str, str], skills: Mapping[str, str], width: int) -> Lines:
    """Lay out what a lesson is about.

    Args:
        known: The lesson.
        titles: Lesson id -> title, for what it needs.
        skills: Skill id -> title.
        width: In cells.
    """
    entry = known.entry
    rows = wrapped(Content.styled(entry.title, "bold"), width)
    facts = [known.standing.value, f"{known.passed} of {known.steps} answered" if known.steps else ""]
    facts.append(f"{entry.minutes} minutes" if entry.minutes else "")
    rows += wrapped(Content.styled(" · ".join(fact for fact in facts if fact), "$quiet"), width)
    if entry.objective:
        rows += [Content(), *wrapped(Content(entry.objective), width)]
    if entry.skills:
        rows += [Content(), Content.styled("skills", "bold")]
        for skill in entry.skills:
            rows += wrapped(Content(skills.get(skill, skill)), width, "• ", "  ")
        rows.append(Content.styled(f"held: {round(100 * known.mastery)} %", "$quiet"))
    if entry.needs:
        rows += [Content(), Content.styled("needs", "bold")]
        for need in entry.needs:
            rows += wrapped(Content(titles.get(need, need)), width, "• ", "  ")
    return rows


def matches(known: CourseEntry, text: str, skills: Mapping[str, str]) -> bool:
    """Return whether every word of a search stands in a lesson's title, objective or skills."""
    entry = known.entry
    where = " ".join([entry.id, entry.title, entry.objective, *(skills.get(s, s) for s in entry.skills)]).casefold()
    return all(word in where for word in text.casefold().split())
