"""Slips of the interpreter: what Python could not run, or nobody could look at. They are told, and never counted.

A program with a slip says nothing about the mathematics: a name that is not defined, a text that is no Python,
a function that is called otherwise than it is written, a result that is no array. So no verdict is given and
nothing of what is asked is shown.
"""

from __future__ import annotations

import builtins
import difflib
import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from bptutor.grading.code.compare_results import kind, part
from bptutor.grading.code.expected import Path, flat, place_label
from bptutor.grading.code.sandbox.run import Head, Ran, Stop
from bptutor.grading.code.sandbox.wire import Other
from bptutor.grading.verdict import Mark, ReadingError, Verdict
from bptutor.packs.model import Code

FREE = "this is not counted"
_WORD = re.compile(r"[^\W\d]\w*")
_NAME = re.compile(r"name '(\w+)'|attribute '(\w+)'|local variable '(\w+)'|named '([\w.]+)'")


def unreadable(error: ReadingError, printed: str = "") -> Verdict:
    """Return the verdict on a program with a slip."""
    return Verdict(Mark.UNREADABLE, error=error, printed=printed)


def stopped(ran: Ran, written: str, code: Code) -> ReadingError | None:
    """Return the slip that stopped a program; None where something else did.

    Args:
        ran: What it did.
        written: Its text, as the learner wrote it.
        code: What the question asks.
    """
    why = ran.stopped
    if why is None:
        return None
    if why.stop is Stop.UNREADABLE:
        column, shown = why.column + _moved(written, why.line), _shown(written, why.line)
        message, help_ = (
            f"line {why.line}, column {column}: {why.message}",
            f"{shown} is line {why.line}; " if shown else "",
        )
        return ReadingError(max(1, column), message, f"{help_}{FREE}", line=max(1, why.line))
    if why.stop is Stop.MISSING:
        return ReadingError(1, f"there is no function `{code.entry}`", f"write `{called(code)}`; {FREE}", line=1)
    if why.stop is Stop.NAME:
        message = why.message.partition(": ")[2] or why.message
        return _at(written, why.line, message, _suggested(message, written + "\n" + code.setup))
    if why.stop is Stop.SIGNATURE:
        return _signature(ran.head, written, code)
    return None


def called(code: Code) -> str:
    """Return the first line of the function that is asked."""
    return f"def {code.entry}({', '.join(code.parameters)}):"


def exchanged(head: Head | None, written: str, code: Code) -> ReadingError | None:
    """Return the slip of a function that takes what is asked in another order; None where it does not.

    Other names are no slip: the function is called by place. But a name that is handed over at another place holds
    something else than it says.
    """
    if head is None:
        return None
    places = dict(zip(code.parameters, range(len(code.parameters)), strict=True))
    moved = any(places.get(name, n) != n for n, name in enumerate(head.parameters))
    return _signature(head, written, code) if moved else None


def _signature(head: Head | None, written: str, code: Code) -> ReadingError:
    call = f"{code.entry}({', '.join(code.parameters)})"
    message = f"the function is called as `{call}`, in this order, and is not written so"
    return _at(written, head.line if head else 0, message, f"write `{called(code)}`")


def result(truth: Any, got: Any, ran: Ran, written: str, names: dict[Path, str]) -> ReadingError | None:
    """Return the slip of a result that is no array where one is asked, such as None; None where there is none.

    Args:
        truth: What is to be returned.
        got: What came back.
        ran: What the program did.
        written: Its text, as the learner wrote it.
        names: What the parts are called.
    """
    for path, where in _parts(truth):
        found = part(got, path)
        text = isinstance(found, str) and not isinstance(where, str)
        if not text and not (isinstance(found, Other) and found.slip and not isinstance(where, Other)):
            continue
        name = names.get(path) or (place_label(path) if path else "its result")
        label = f"`{name}`" if name.isidentifier() else name
        what = "nothing (None)" if isinstance(found, Other) and found.kind == "None" else kind(found)
        return _returned(f"{label} is {what}, which is no array", ran.head, written)
    return None


def _parts(truth: Any) -> Iterator[tuple[Path, Any]]:
    """Yield what is asked as a whole, then each of its parts."""
    yield (), truth
    for path, where in flat(truth):
        if path:
            yield path, where


def _returned(message: str, head: Head | None, written: str) -> ReadingError:
    if head is None:
        return _at(written, 0, message, "look at what it returns")
    if not head.returns:
        return _at(written, head.line, f"{message}: there is no `return`", "end it with `return` and the result")
    return _at(written, head.returns[-1], message, "look at what it returns, on each way through it")


# --- one line of the text ---------------------------------------------------------------------------------------------


def _at(written: str, line: int, message: str, advice: str) -> ReadingError:
    """Return an error at a line, with the line."""
    shown = _shown(written, line)
    where = f"line {line}: {shown}: " if shown else ""
    return ReadingError(1, f"{where}{message}", f"{advice}; {FREE}" if advice else FREE, line=line if shown else 1)


def _shown(written: str, line: int) -> str:
    """Return a line of the program in backquotes, cut where it is long; nothing where there is no such line."""
    lines = written.split("\n")
    text = lines[line - 1].strip() if 0 < line <= len(lines) else ""
    return f"`{text[:60]}{'…' if len(text) > 60 else ''}`" if text else ""


def _moved(written: str, line: int) -> int:
    """Return by how much a prompt in front of a line moves its columns."""
    from bptutor.packs.pasted import unwrapped

    lines, bare = written.split("\n"), unwrapped(written).split("\n")
    return len(lines[line - 1]) - len(bare[line - 1]) if 0 < line <= len(lines) else 0


def _suggested(message: str, text: str) -> str:
    """Return a question for a name that is close to the one that is not there."""
    found = _NAME.search(message)
    name = next((group for group in found.groups() if group), "") if found else ""
    if not name or found is None:
        return ""
    if found.group(3):
        return f"give `{name}` a value before it is used"
    numpys = dir(np) if found.group(2) or "import" in message else []
    known = {*_WORD.findall(text), *dir(builtins), "np", "numpy", *numpys}
    close = difflib.get_close_matches(name, sorted(known - {name}), 1, 0.6)
    return f"did you mean `{close[0]}`" if close else "define it first, or use a name that is defined"
