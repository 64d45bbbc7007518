r"""Inside the sandbox: load the program, call its function on every case, say what came of it.

Started by `run.py` in an empty folder that holds `answer.py` (the learner's text), `given.py` (code of the pack,
may be empty) and `cases.json`. Messages go out as JSON lines; what the program prints also goes where it is counted.

    {"ready": true}                                  everything is loaded; the clock starts
    {"printed": "a (3,)\n"}                          the beginning of what the program prints, as it comes
    {"case": 0, "value": ..., "changed": ["W2"]}     a result, and the arguments that the call changed
    {"stop": "raised", "message": "ValueError: ...", "line": 3, "column": 0}
    {"done": true}
"""

from __future__ import annotations

import errno
import importlib.util
import io
import json
import os
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from bptutor.grading.sandbox import fence, wire

ANSWER, GIVEN, CASES = "answer.py", "given.py", "cases.json"
LIFETIME = 20
"""Seconds after which the process ends itself, where nobody is left to end it."""
SAID = 200
"""Most characters of an exception's message."""
PRINTED = 2000
"""Most characters of what a program prints in one case that are passed on."""


def main() -> None:
    """Do the job that lies in the current folder, and end the process."""
    out = os.dup(1)
    os.dup2(2, 1)
    job = json.loads(Path(CASES).read_text(encoding="utf-8"))
    say = _sayer(out)
    signal.alarm(LIFETIME)
    fence.close_in()
    if os.getppid() != job["parent"]:  # it died before its death could be signalled
        os._exit(0)
    say({"ready": True})
    answer = str(Path(ANSWER).resolve())
    printing = _Printing(say)
    sys.stdout = printing
    try:
        given = vars(_module("given", GIVEN, {}))
    except BaseException as raised:
        say({"stop": "given", "message": _message(raised)})
        os._exit(0)
    try:
        program = _module("answer", ANSWER, {name: value for name, value in given.items() if name[:1] != "_"})
        function = vars(program).get(job["entry"])
        if not callable(function):
            say({"stop": "missing"})
            os._exit(0)
        for case, arguments in enumerate(job["cases"]):
            printing.left = PRINTED
            say({"case": case, **_called(function, arguments, given)})
        say({"done": True})
    except BaseException as raised:
        say(_stop(raised, answer))
    os._exit(0)


def _sayer(out: int) -> Callable[[Mapping[str, Any]], None]:
    write, text = os.write, json.dumps

    def say(message: Mapping[str, Any]) -> None:
        line = text(message).encode() + b"\n"
        while line:
            line = line[write(out, line) :]

    return say


class _Printing(io.TextIOBase):
    """What the program prints: its beginning is passed on, all of it goes to the stream whose bytes are counted."""

    def __init__(self, say: Callable[[Mapping[str, Any]], None]) -> None:
        self._say = say
        self._write = os.write
        self.left = PRINTED
        """Characters of this case that are still passed on."""

    def writable(self) -> bool:
        """Return whether this can be written to."""
        return True

    def write(self, text: str) -> int:
        """Take a text."""
        self._write(2, text.encode("utf-8", "replace"))
        kept = text[: self.left]
        if kept:
            self.left -= len(kept)
            self._say({"printed": kept})
        return len(text)


def _module(name: str, file: str, names: Mapping[str, object]) -> ModuleType:
    """Import one file of the current folder as a module that has NumPy as `np`, and some names."""
    spec = importlib.util.spec_from_file_location(name, Path(file).resolve())
    if spec is None or spec.loader is None:
        raise ImportError(name)
    module = importlib.util.module_from_spec(spec)
    vars(module).update({"np": np, "numpy": np, **names})
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _called(function: Callable[..., object], arguments: Mapping[str, Any], given: Mapping[str, object]) -> Any:
    """Call the function once; its arguments are made anew, and looked at again after the call."""
    handed = {name: wire.decode(data, given) for name, data in arguments.items()}
    before = {name: wire.decode(data, given) for name, data in arguments.items()}
    with np.errstate(all="ignore"):
        value = wire.encode(function(*handed.values()))
    return {"value": value, "changed": [name for name in handed if not wire.same(handed[name], before[name])]}


# --- what ended it early --------------------------------------------------------------------------------------


def _stop(raised: BaseException, answer: str) -> dict[str, Any]:
    """Return why the program ended, with the last line of its own that was running."""
    line, column = _line(raised, answer), 0
    if isinstance(raised, SyntaxError) and raised.filename == answer:
        return {"stop": "unreadable", "message": str(raised.msg)[:SAID], "line": raised.lineno or 1,
                "column": raised.offset or 1}  # fmt: skip
    return {"stop": _kind(raised), "message": _message(raised), "line": line, "column": column}


def _kind(raised: BaseException) -> str:
    kinds = ((SystemExit, "exited"), (MemoryError, "memory"), (RecursionError, "recursion"))
    for kind, name in kinds:
        if isinstance(raised, kind):
            return name
    refused = isinstance(raised, OSError) and raised.errno in {errno.EPERM, errno.EACCES, errno.EFBIG}
    return "refused" if refused or isinstance(raised, fence.Refused) else "raised"


def _message(raised: BaseException) -> str:
    name = type(raised).__name__
    try:
        text = " ".join(str(raised).split())
    except BaseException:  # an exception of the program may have a __str__ that raises
        text = ""
    return f"{name}: {text}"[:SAID] if text else name


def _line(raised: BaseException, answer: str) -> int:
    """Return the line of the program that was running, 0 when none was."""
    line, step = 0, raised.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename == answer:
            line = step.tb_lineno
        step = step.tb_next
    return line
