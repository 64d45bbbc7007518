"""The course map as rows of text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.content import Content

from bptutor.packs.outline import Pack
from bptutor.session import CourseEntry, Standing
from bptutor.tui.render.flow import Lines, apart, wrapped

_GLYPHS = {Standing.NEW: ("○", ""), Standing.BEGUN: ("◐", "$text-warning"), Standing.DONE: ("●", "$text-success")}
_WORDS = {Standing.NEW: "new", Standing.BEGUN: "begun", Standing.DONE: "done"}


def continue_row(pack: Pack, following: tuple[str, int, str] | None, width: int) -> Content:
    """Return the top row: the course, and where to go on."""
    title = Content.styled(pack.title, "bold")
    if following is None:
        return title
    _, stop, name = following
    said = Content.assemble(("continue: ", "$quiet"), (f"{name}, {stop}", "bold"), ("   c", "bold $text-accent"))
    return apart(title, said, width)[0]


def lesson_row(known: CourseEntry, width: int) -> Content:
    """Return one lesson: a glyph and a word for its state, its title, how far it is or how long it takes."""
    glyph, style = _GLYPHS[known.standing]
    entry = known.entry
    right = f"{entry.minutes} min" if entry.minutes else ""
    if known.standing is Standing.BEGUN and known.steps:
        right = f"{known.passed}/{known.steps}"
    elif known.standing is Standing.DONE:
        right = "done"
    note = Content.styled(right, style or "$quiet")
    room = width - note.cell_length - 3
    title = Content(entry.title).truncate(room, ellipsis=True)
    return Content.styled(f"{glyph} ", style) + title.pad_right(room - title.cell_length) + Content(" ") + note


def map_rows(course: Sequence[CourseEntry], pack: Pack, following: tuple[str, int, str] | None, width: int) -> Lines:
    """Lay out the whole map as text, for the first paint."""
    rows = [continue_row(pack, following, width), Content()]
    chapter = ""
    for known in course:
        if known.entry.chapter != chapter:
            chapter = known.entry.chapter
            rows.append(Content.styled(f" {pack.chapters.get(chapter, chapter)}", "bold"))
        rows.append(Content(" ") + lesson_row(known, 36))
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
    facts = [_WORDS[known.standing], f"{known.passed} of {known.steps} answered" if known.steps else ""]
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
