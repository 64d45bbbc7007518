"""What is said of a program: first a fact about what it does, then one place to look at."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from bptutor.grading.answer.parse_numbers import shown_shape
from bptutor.grading.code.cases import Call
from bptutor.grading.code.compare_results import Difference, wrong_cells
from bptutor.grading.code.expected import Path, place_label
from bptutor.grading.code.sandbox.run import Stop, Stopped
from bptutor.grading.code.sandbox.wire import Made, Other
from bptutor.grading.verdict import Finding, figure, figures

ENTRIES = 60
"""Most entries of an array that are shown; of a larger one, its shape."""
_GUFUNC = re.compile(r", with gufunc signature \S+")
"""What NumPy says of a product beside the two sizes that do not fit."""
_MISFIT = re.compile(r"^ValueError: .*(core dimension|could not be broadcast|not aligned)")
_STOPS: Mapping[Stop, tuple[str, str, str]] = MappingProxyType(
    {
        Stop.RAISED: ("raises", "Your code raises {message}.", "line {line}"),
        Stop.EXITED: ("raises", "Your code leaves Python before it has answered.", "line {line}"),
        Stop.RECURSION: ("raises", "Your function calls itself without end.", "line {line}"),
        Stop.CRASHED: ("raises", "Your code ends Python itself.", "what it does to Python"),
        Stop.SPOKE: ("reaches-outside", "Your code writes where only the tutor writes.", "each file that it writes to"),
        Stop.MEMORY: ("memory-limit", "Your code asks for more memory than there is.", "the shape made in line {line}"),
        Stop.REFUSED: ("reaches-outside", "Your code reaches outside ({message}).", "line {line}"),
        Stop.TIME: ("time-limit", "Your code runs longer than it may.", "what ends its loops"),
        Stop.OUTPUT: ("output-limit", "Your code writes more than anyone reads.", "what it prints, and how often"),
    }
)
"""Why a program stopped -> the rule, the fact, and the place to look at."""


def stopped(why: Stopped, source: str, call: Call) -> Finding:
    """Return the finding for a program that did not get to its end, on the call that it was in."""
    rule, fact, place = _STOPS.get(why.stop, _STOPS[Stop.CRASHED])
    line = why.line if 0 < why.line <= source.count("\n") + 1 else 0
    message = _GUFUNC.sub("", why.message.removeprefix("Refused: ").rstrip(".").replace("Look at", "look at"))
    shown = fact.format(message=message or "an exception") if "{" in fact else fact
    if why.stop is Stop.RAISED and line:
        shown = shown.removesuffix(".") + f"{_handed(call)}."
    where = place.format(line=line) if line or "{" not in place else "its parameters and its last lines"
    return Finding(rule, f"{shown} Look at {where}.")


def _handed(call: Call) -> str:
    """Return the shapes of the arrays that a call was given, as the end of a sentence."""
    shapes = [f"{name} {shown_shape(one.shape)}" for name, one in call.arguments.items() if isinstance(one, np.ndarray)]
    return f", with {', '.join(shapes)}" if shapes else ""


def is_misfit(why: Stopped) -> bool:
    """Return whether NumPy stopped a program because two shapes do not fit each other."""
    return why.stop is Stop.RAISED and _MISFIT.search(why.message) is not None


def changed(names: tuple[str, ...]) -> Finding:
    """Return the finding for a function that wrote into its arguments."""
    shown = ", ".join(f"`{name}`" for name in names)
    message = f"After your function has run, its argument {shown} holds other numbers. Look at each `+=` and `[...] =`."
    return Finding("changes-input", message)


def name(call: Call, path: Path) -> str:
    """Return how a part of the result is called at the beginning of a sentence."""
    return call.expected.labels.get(path) or (place_label(path).capitalize() if path else "Your result")


def other_type(apart: Difference, label: str) -> Finding:
    """Return the finding for a result that is no array, or has other parts than asked."""
    kind = "nothing (None)" if apart.kind == "None" else apart.kind
    return Finding("type", f"{label} is {kind}; what is asked is {apart.asked}. Look at its return line.")


def other_shape(apart: Difference, label: str, axes: str, call: Call) -> Finding:
    """Return the finding for an array of another shape, by the names of its axes."""
    mine, asked = shown_shape(apart.got.shape), shown_shape(apart.truth.shape)
    place = "its first axis" if apart.got.ndim else "how many numbers there are"
    mine_is = label if label.startswith("Your ") else f"Your {label}"
    fact = f"{mine_is} has shape {mine}; what is asked is {asked}{axes}{_handed(call)}."
    return Finding("shape", f"{fact} Look at {place}.")


def not_finite(apart: Difference, label: str) -> Finding:
    """Return the finding for a result with an infinite entry, or one that is no number."""
    where = tuple(int(n) for n in np.argwhere(~np.isfinite(apart.got) & np.isfinite(apart.truth))[0])
    entry = f"entry {_place(where)} of " if where else ""
    fact = f"{label} is not finite where {figure(float(apart.truth[where]))} is asked."
    return Finding("not-finite", f"{fact} Look at {entry}what it divides by, and at its largest exp.", where or None)


def witness(apart: Difference, label: str, tolerance: float, n: int, call: Call) -> Finding:
    """Return the finding for numbers that differ in a way that has no name."""
    cells = np.argwhere(wrong_cells(apart.truth, apart.got, tolerance))
    where = tuple(int(k) for k in cells[0])
    got, expected = figures(float(apart.got[where]), float(apart.truth[where]))
    count = f"{len(cells)} of {apart.truth.size} entries differ; " if apart.truth.size > 1 else ""
    entry = f"entry {_place(where)} of {label.lower() if label.startswith(('Your', 'Part')) else label}"
    place = entry if where else "how each argument enters"
    first = "the first" if count else "it"
    fact = f"In case {n + 1}{_handed(call)}, {count}{first} is {got} where {expected} is asked."
    positions = tuple(tuple(int(k) for k in cell) for cell in cells)
    return Finding("witness", f"{fact} Look at {place}.", where or None, cells=positions)


def shown(value: Any) -> Any:
    """Return arguments and results for a screen: nested lists of numbers, and texts for what is large or no number."""
    if isinstance(value, Mapping):
        return {str(key): shown(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [shown(item) for item in value[:20]]
    if isinstance(value, Other):
        return value.kind
    if isinstance(value, Made):
        return "a function of the question"
    if isinstance(value, np.ndarray):
        if value.size > ENTRIES:
            return f"an array of shape {shown_shape(value.shape)}"
        return _rounded(value.tolist())
    return _rounded(value)


def _rounded(value: Any) -> Any:
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    if isinstance(value, bool | int | str) or value is None:
        return value if not isinstance(value, int) or abs(value) < 10**15 else float(value) if abs(value) < 1e300 else 0
    if not np.isfinite(value):
        return str(value)
    return float(f"{value:.6g}")


def _place(where: tuple[int, ...]) -> str:
    """Return a position as Python writes it, counted from 0."""
    return "[" + ", ".join(str(n) for n in where) + "]"
