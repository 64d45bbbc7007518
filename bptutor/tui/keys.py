"""Every key in one place. An `id` lets people remap a key; the tooltip is its help; the palette lists them all."""

from __future__ import annotations

from collections.abc import Sequence

from textual.binding import Binding, BindingType

Keys = Sequence[BindingType]
"""Keys of one place; all of them are `Binding` (see `bindings`)."""


def bindings(keys: Keys) -> list[Binding]:
    """Return the keys of a place as what they are: Textual's type also allows tuples."""
    return [key for key in keys if isinstance(key, Binding)]


def _key(key: str, action: str, label: str, tooltip: str, id: str) -> Binding:  # noqa: A002
    return Binding(key, action, label, show=False, id=id, tooltip=tooltip)


ON_WHAT_IS_ASKED = frozenset(
    {
        *("submit", "enter", "go_on", "measure", "hint", "reveal", "another", "skip", "report", "ease"),
        *("next_lesson", "test_out", "elsewhere"),
    }
)
"""Actions on what is asked or shown: they need that it was seen when the key was pressed."""

EVERYWHERE: list[BindingType] = [
    _key("f1", "help", "Help", "What can be done here, and how answers are spelled", "app.help"),
    _key("f10", "glossary", "Glossary", "The symbols here, the rules, and the words", "app.glossary"),
    _key("f12", "progress", "Progress", "How far each skill holds, and which mistakes come back", "app.progress"),
    Binding("ctrl+q", "quit", "Quit", show=False, id="app.quit", tooltip="Leave; everything is saved", priority=True),
    _key("ctrl+z", "suspend_process", "To the shell", "To the shell for a while; fg comes back", "app.suspend"),
]

MAP: list[BindingType] = [
    _key("enter", "open", "Open the lesson", "Open the lesson under the cursor", "map.open"),
    _key("c", "go_on", "Continue", "Go on where you stopped", "map.continue"),
    _key("g", "app.glossary", "Glossary", "The rules and the words of the course", "map.glossary"),
    _key("p", "app.progress", "Progress", "How far each skill holds, and which mistakes come back", "map.progress"),
    _key("v", "review", "Review", "What is due, ten a day at most", "map.review"),
    _key("slash", "search", "Search", "Search lessons by title, objective, skill", "map.search"),
    _key("escape", "close", "Close the search", "Close the search and show every lesson", "map.close"),
    _key("q", "app.quit", "Quit", "Leave; everything is saved", "map.quit"),
]

LESSON: list[BindingType] = [
    _key("enter", "go_on", "Go on", "Show what comes next", "lesson.go-on"),
    _key("right", "measure", "Measure", "Nudge the next entry and measure the slope", "lesson.measure"),
    _key("escape,f9", "leave", "Back to the map", "Back to the course map; everything is saved", "lesson.leave"),
    _key("f2", "hint", "Hint", "Open the next hint; it is not an error", "lesson.hint"),
    _key("f3", "face", "Next face", "Index, matrix, NumPy, numbers: the next of those there are", "lesson.face"),
    _key("f4", "reveal", "Reveal", "Show the answer, after the last hint", "lesson.reveal"),
    _key("f5", "another", "Other numbers", "The same with another seed", "lesson.another"),
    _key("f6", "skip", "Skip for now", "Leave this question for later", "lesson.skip"),
    _key("f7", "report", "Report this verdict", "Write the case to a file, to show what went wrong", "lesson.report"),
    _key(
        "ctrl+g,f11",
        "ease",
        "Something easier first",
        "The line with a hole, or what you had before",
        "lesson.ease",
    ),
    _key("pageup", "scroll(-1)", "Scroll up", "Earlier steps of the lesson", "lesson.scroll-up"),
    _key("pagedown", "scroll(1)", "Scroll down", "Later steps of the lesson", "lesson.scroll-down"),
    _key("y", "at_rest('copy')", "Copy", "Copy the open face, or the last line", "lesson.copy"),
    _key("slash", "at_rest('search')", "Search", "Search the course", "lesson.search"),
    _key("m", "at_rest('map')", "Course map", "At a rest: back to the course map", "lesson.map"),
    _key("c", "at_rest('go_on')", "Go on", "At a rest: go on; at the end: what comes next", "lesson.next"),
    _key(
        "t",
        "at_rest('test_out')",
        "I know the mathematics",
        "At the end of a lesson: show the chapter on code on the map; nothing is marked as done",
        "lesson.test-out",
    ),
]
"""Letters are keys at rests only: an answer typed one Enter too early must not lead away."""

BAR: list[BindingType] = [
    _key("up", "recall(-1)", "Line above, earlier answers", "Copy the line above, then earlier answers", "bar.earlier"),
    _key("down", "recall(1)", "Later answers", "Back to what you were typing", "bar.later"),
    _key("tab", "complete", "Complete", "Complete a name in scope, or move the focus", "bar.complete"),
]

EDITOR: list[BindingType] = [
    _key("f8,ctrl+s", "submit", "Run it", "Hand the function in: it is run and graded", "editor.submit"),
    _key("ctrl+o", "elsewhere", "Your editor", "Go on in $EDITOR; what you save comes back here", "editor.elsewhere"),
    Binding("enter", "newline", "New line", show=False, id="editor.newline", tooltip="A new line"),
    _key("f6", "screen.skip", "Skip for now", "Leave this question for later", "editor.skip"),
    _key("f7", "screen.report", "Report this verdict", "Write the case to a file", "editor.report"),
]
"""Tab moves in by four blanks and Esc leaves the editor; both are the editor's own."""

SAID: list[BindingType] = [
    _key("tab,enter", "app.focus_previous", "Back to the editor", "Back to what you were typing", "said.back"),
]

NUMBERS: list[BindingType] = [
    _key("up", "move(-1,0)", "Up", "The element above", "numbers.up"),
    _key("down", "move(1,0)", "Down", "The element below", "numbers.down"),
    _key("left", "move(0,-1)", "Left", "The element or array to the left", "numbers.left"),
    _key("right", "move(0,1)", "Right", "The element or array to the right", "numbers.right"),
    _key("enter", "enter", "Open", "Go to the first element that made this one", "numbers.enter"),
]

STEPS: list[BindingType] = [
    _key("up", "scroll_up", "Scroll up", "One row up", "steps.up"),
    _key("down", "scroll_down", "Scroll down", "One row down", "steps.down"),
    _key("home", "scroll_home", "To the top", "To the first step", "steps.home"),
    _key("end", "scroll_end", "To the end", "To the newest step", "steps.end"),
]

CLOSE: list[BindingType] = [
    _key("escape,f1,enter,q", "dismiss", "Close", "Close the page", "help.close"),
    _key("f10", "app.glossary", "Glossary", "The glossary in place of this page", "help.glossary"),
    _key("f12", "app.progress", "Progress", "Your progress in place of this page", "help.progress"),
]

NEEDS: list[BindingType] = [
    _key("enter,escape", "dismiss(False)", "Go on", "Go on with this lesson all the same", "needs.go-on"),
    _key("g", "dismiss(True)", "Open it", "Open what this lesson needs", "needs.open"),
]
