"""The course map as rows of text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from textual.content import Content

from bptutor.packs.lesson.outline import Pack
from bptutor.session.course import CourseEntry, QuizStanding, Result, Standing
from bptutor.tui.render.flow import Lines, apart, wrapped

_GLYPHS = {Standing.NEW: ("○", ""), Standing.BEGUN: ("◐", "$text-warning"), Standing.DONE: ("●", "$text-success")}
_GLYPHS[Standing.KNOWN] = ("●", "$text-success")
_RESULTS = {Result.NEW: ("◇", ""), Result.BEGUN: ("◈", "$text-warning"), Result.PASSED: ("◆", "$text-success")}
_NOTE = 19
"""Cells of the glyph and the longest note of a row."""
_RESULTS[Result.NOT_PASSED] = ("◈", "$text-warning")


def continue_row(pack: Pack, following: tuple[str, int, str] | None, width: int, due: int = 0) -> Content:
    """Return the top row: the course, where to go on, and how much is due; the course gives way, then words do."""
    title = Content.styled(pack.title, "bold")
    end = Content()
    if due:
        end = Content.assemble("   ", ("v", "bold $text-accent"), f" {due} due")
    if following is None:
        return apart(title, end, width)[0] if due else by_words(title, width)
    _, stop, name = following
    before = Content.assemble(("c", "bold $text-accent"), (" continue: ", "$quiet"))
    after = Content.styled(f", step {stop}" if stop > 1 else "", "bold") + end
    where = Content.styled(name, "bold")
    if title.cell_length + 3 + before.cell_length + where.cell_length + after.cell_length <= width:
        return apart(title, before + where + after, width)[0]
    return before + by_words(where, width - before.cell_length - after.cell_length) + after


def by_words(text: Content, width: int) -> Content:
    """Return a text that is too wide without its last words, and a sign that they are missing."""
    if text.cell_length <= width:
        return text
    head = text.wrap(max(1, width - 2))[0].rstrip()
    return head + Content(" …") if head.cell_length + 2 <= width else text.truncate(width, ellipsis=True)


def lesson_row(known: CourseEntry, width: int) -> Content:
    """Return one lesson: a glyph and a word for its state, its title, how far it is or how long it takes."""
    glyph, style = _GLYPHS[known.standing]
    entry = known.entry
    right = f"{entry.minutes} min" if entry.minutes else ""
    if known.standing is Standing.BEGUN and known.steps:
        right = f"{known.passed}/{known.steps}"
    elif known.standing in {Standing.DONE, Standing.KNOWN}:
        right = f"{known.standing.value}, again" if known.again else known.standing.value
    return _titled(glyph, entry.title, right, style, width)


def quiz_row(quiz: QuizStanding, width: int) -> Content:
    """Return one quiz: a glyph and a word for what came of it, its title."""
    glyph, style = _RESULTS[quiz.result]
    return _titled(glyph, quiz.entry.title, _came_of(quiz), style, width)


def _titled(glyph: str, title: str, right: str, style: str, width: int) -> Content:
    """Return a title between a glyph and a note; one that is too long goes on in a row below."""
    note = Content.styled(right, style or "$quiet")
    room = max(8, width - note.cell_length - 3)
    first, *others = wrapped(Content(title), room)
    row = Content.styled(f"{glyph} ", style) + first.pad_right(room - first.cell_length) + Content(" ") + note
    return Content("\n").join([row, *(Content("  ") + other for other in others)])


def map_width(entries: Iterable[CourseEntry | QuizStanding], chapters: Iterable[str], width: int) -> int:
    """Return how wide the list of lessons is: as its longest title, at most half of the screen, at least 36 cells."""
    titles = [*(one.entry.title for one in entries), *chapters]
    longest = max((Content(title).cell_length for title in titles), default=0)
    return max(36, min(longest + _NOTE, width // 2))


def _came_of(quiz: QuizStanding) -> str:
    """Return in a few words what came of a quiz: a run that goes on beside it takes nothing back."""
    if quiz.result is Result.NEW:
        return "quiz"
    if quiz.result is Result.PASSED:
        right, total = quiz.best
        return "passed, again" if quiz.again else f"passed {right}/{total}"
    return str(quiz.result.value)


def _results(quiz: QuizStanding) -> str:
    facts = ["quiz", quiz.result.value]
    if quiz.best[1]:
        facts.append(f"{quiz.best[0]} of {quiz.best[1]} right")
    if quiz.last != quiz.best:
        facts.append(f"the last time {quiz.last[0]} of {quiz.last[1]}")
    if quiz.again:
        facts.append(f"again: {quiz.again[0]} of {quiz.again[1]} asked")
    return " · ".join(facts)


def about_quiz(quiz: QuizStanding, width: int) -> Lines:
    """Lay out what a quiz is about."""
    rows = wrapped(Content.styled(quiz.entry.title, "bold"), width)
    rows += wrapped(Content.styled(_results(quiz), "$quiet"), width)
    rows += [Content(), *wrapped(Content("One question at a time, one try each; the result stands at the end."), width)]
    if quiz.entry.test_out:
        said = "It tests this chapter out: passed, the chapter's lessons count as known."
        rows += [Content(), *wrapped(Content(said), width)]
    return rows


def map_row(one: CourseEntry | QuizStanding, width: int) -> Content:
    """Return one lesson or quiz."""
    return lesson_row(one, width) if isinstance(one, CourseEntry) else quiz_row(one, width)


def map_rows(
    steps: Iterable[tuple[str, Sequence[CourseEntry | QuizStanding]]],
    pack: Pack,
    following: tuple[str, int, str] | None,
    width: int,
) -> Lines:
    """Lay out the whole map as text, for the first paint."""
    rows = [continue_row(pack, following, width), Content()]
    found = list(steps)
    listed = map_width((one for _, entries in found for one in entries), pack.chapters.values(), width)
    for chapter, entries in found:
        if chapter:
            rows.append(Content.styled(f" {pack.chapters.get(chapter, chapter)}", "bold"))
        rows += [Content(" ") + row for one in entries for row in map_row(one, listed).split("\n")]
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
    answered = f"{known.passed} of {known.steps} answered" if known.steps else ""
    facts = [known.standing.value, f"again: {answered}" if known.again else answered]
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
