"""The two rows over a lesson: title, conventions in force, place; and the path with where we are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from textual.content import Content
from textual.style import Style

from bptutor.tui.render.flow import Lines

if TYPE_CHECKING:
    from bptutor.session import View

Pairs = tuple[tuple[str, str], ...]
"""Keys and what they do."""
MATRIX = 2
"""Axes of the weights of a layer."""
_LOWER = str.maketrans("¹²³⁰⁴⁵⁶⁷⁸⁹", "1230456789")
_WORD = re.compile(r"[^\W\d_]+\d*")
_NAME = re.compile(r"∂([^\W\d_]+[\d¹²³]*)")


def title_row(view: View, width: int) -> Lines:
    """Lay out title left, conventions and stop right; the conventions give way when there is no room."""
    title = Content.styled(view.lesson.title, "bold")
    place = Content.styled(f"   {view.stop}/{view.stops}", "bold") if view.stops else Content()
    scope = view.scene.scope if view.scene else None
    kept = [*conventions(view), f"seed {view.seed}"] if scope is not None else []
    while kept:
        right = Content.styled(" · ".join(kept), "$quiet") + place
        gap = width - title.cell_length - right.cell_length
        if gap >= 2:
            return [title + Content(" " * gap) + right]
        kept.pop(0)
    room = width - place.cell_length
    cut = title.truncate(room, ellipsis=True)
    return [cut + Content(" " * (room - cut.cell_length)) + place]


def conventions(view: View) -> list[str]:
    """Return the conventions in force, each in a few words, once what they are about stands on the screen."""
    scope = view.scene.scope if view.scene else None
    if scope is None:
        return []
    from bptutor.notation.transform.roles import parts  # loads NumPy, which the first frame does without

    words, known = _words(view), parts(scope)
    axes = {name: made.axes for name, made in scope.names.items()}
    layers = [layer for layer in known.layers if words & {layer.weight, _stem(layer.weight)}]
    layers = [layer for layer in layers if len(axes[layer.weight]) == MATRIX]
    found = []
    if layers or any(known.batch in axes.get(word, ()) for word in words):
        found.append("batch in rows" if known.batch else "columns")
    ways = {axes[layer.weight][0] in axes[layer.z] for layer in layers}
    if len(ways) == 1:
        stems = list(dict.fromkeys(_stem(layer.weight) for layer in layers))
        order = "(out, in)" if True in ways else "(in, out)"
        found.append(f"{', '.join(stems)} {'is' if len(stems) == 1 else 'are'} {order}")
    if scope.count_from != 1:
        found.append(f"counts from {scope.count_from}")
    return found


def _stem(name: str) -> str:
    """Return a name without the number of its layer."""
    return name.rstrip("0123456789")


def _words(view: View) -> set[str]:
    """Return the names that stand on the screen."""
    from bptutor.session import ShownDerivation, ShownProse, ShownQuestion, ShownShow

    texts = [view.question.prompt, *(choice.text for choice in view.question.choices)] if view.question else []
    for shown in view.shown:
        if isinstance(shown, ShownProse):
            texts.append(shown.text)
        elif isinstance(shown, ShownDerivation):
            texts += [shown.derivation.goal, *(line.math for line, _ in shown.lines)]
        elif isinstance(shown, ShownQuestion):
            texts.append(shown.question.prompt)
        elif isinstance(shown, ShownShow):
            texts += shown.show.arrays
    return {word for text in texts for word in _WORD.findall(text)}


def path_row(view: View) -> Content:
    """Return the path of the lesson, the quantities of the goal at hand in brackets."""
    from bptutor.session import ShownDerivation

    last = view.shown[-1] if view.shown else None
    here: set[str] = set()
    if isinstance(last, ShownDerivation):
        here = {name.translate(_LOWER) for name in _NAME.findall(last.derivation.goal)}
    row = Content()
    for n, part in enumerate(view.lesson.path.split("→")):
        name = part.strip()
        row += Content.styled(" → ", "$quiet") if n else Content()
        is_here = name.translate(_LOWER) in here
        row += Content.styled(f"[{name}]", "bold $text-accent") if is_here else Content(name)
    return row


_NEEDED = frozenset({"enter", "F8", "F2", "F4", "F6", "c", "→"})
"""Keys that the foot row keeps longest: to answer, to be helped, to go on without."""
ALWAYS = (("F1", "help"), ("esc", "map"), ("^p", "all"))


def keys_row(pairs: Pairs, width: int, always: Pairs = ALWAYS) -> Content:
    """Return the foot row: keys and what they do, as many as fit; those in `always` come last and always.

    Those without which nothing is answered give way last; all are in the palette, which ^p opens. A click on one is
    as good as the key (see `pressed_by`).
    """
    kept = list(pairs)
    while kept and sum(len(k) + len(w) + 3 for k, w in (*kept, *always)) > width + 2:
        minor = [pair for pair in kept if pair[0] not in _NEEDED]
        kept.remove((minor or kept)[-1])
    chosen = [*kept, *always]
    row = Content()
    for key, word in chosen:
        pressed = Style.from_meta({PRESS: _KEYS.get(key, key.lower())})
        row += Content.assemble((key, "bold $text-accent"), f" {word}").stylize(pressed) + Content("  ")
    return row


PRESS = "press"
"""Under which name a piece of text knows the key that a click on it presses."""
_KEYS = {"esc": "escape", "pgup": "pageup", "/": "slash", "→": "right", "^p": "ctrl+p", "^o": "ctrl+o", "^g": "ctrl+g"}


def pressed_by(meta: Mapping[str, object]) -> str:
    """Return the key that a click on a text presses; empty for none."""
    return str(meta.get(PRESS, ""))
