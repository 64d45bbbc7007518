r"""Inside the sandbox: put the fences up, then do what the tutor's end asks, one thing after another.

Started by `channel.py`. Requests come as JSON lines on standard input, each with a key that nobody knew before; the
answer to it has the same key, and nothing else is ever said. What the program prints goes to a pipe of its own.

    -> {"key": ..., "parent": 17, "cpu": 1, "lifetime": 20}
    <- {"key": ..., "ready": true, "fences": [...], "cpu": 2}            before anybody's code has run
    -> {"key": ..., "do": "setup", "text": "def helped(x): ..."}        the pack's code
    -> {"key": ..., "do": "read", "text": "def f(p, y): ...", "entry": "f"}
    <- {"key": ..., "head": {"line": 1, "parameters": ["p", "y"], "returns": [2]}}    still nothing of it has run
    -> {"key": ..., "do": "load"}                                       now the program runs
    -> {"key": ..., "do": "call", "arguments": {...}}
    <- {"key": ..., "value": ..., "after": {...}}                       the result, and the arguments as they are now
    -> {"key": ..., "do": "end"}

In the place of each answer there may be `{"key": ..., "stop": "raised", "message": "...", "line": 3, "column": 0}`.
"""

from __future__ import annotations

import ast
import errno
import importlib.abc
import importlib.util
import json
import os
import re
import signal
import sys
import types
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.ctypeslib

from bptutor.grading.code.sandbox import limits, wire

SAID = 200
"""Most characters of an exception's message."""
_NO_SUCH = re.compile(r"module '[\w.]+' has no attribute")
_CALL = re.compile(r"argument|parameter")
_Step = Callable[[Mapping[str, Any]], dict[str, Any]]
_Hear = Callable[[], Any]
_Say = Callable[[Any], None]
_Stops = Callable[[BaseException], dict[str, Any]]


def main() -> None:
    """Do what is asked until the end, and end the process."""
    hear, say = _channel()
    first = hear()
    signal.alarm(first["lifetime"])
    fences = limits.close_in(first["cpu"])
    if os.getppid() != first["parent"]:  # it died before its death could be signalled
        os._exit(0)
    say({"key": first["key"], "ready": True, "fences": fences.names, "cpu": fences.cpu})
    steps, leave = _Program().steps(), os._exit
    _forget()
    _serve(hear, say, steps, _stop, leave)


def _forget() -> None:
    """Leave no module of the tutor's to be found, and nothing of the one that reaches into memory."""
    for name in list(sys.modules):
        if name.partition(".")[0] in {"bptutor", "ctypes", "_ctypes"}:
            module = sys.modules.pop(name)
            if not name.startswith("bptutor"):
                vars(module).clear()


def _serve(hear: _Hear, say: _Say, steps: Mapping[str, _Step], stop: _Stops, leave: Callable[[int], Any]) -> None:
    """Answer every request, with names that were bound before anybody's code ran."""
    while True:
        asked = hear()
        if asked["do"] == "end":
            say({"key": asked["key"], "end": True})
            leave(0)
        try:
            answer = steps[asked["do"]](asked)
        except BaseException as raised:
            answer = stop(raised)
        say({**answer, "key": asked["key"]})


def _channel() -> tuple[_Hear, _Say]:
    """Take both ends of the tutor's pipes away from where programs read and write, and return functions for them."""
    source, out = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    read, write, leave, dumps, loads = os.read, os.write, os._exit, json.dumps, json.loads
    rest = bytearray()

    def hear() -> Any:
        while b"\n" not in rest:
            more = read(source, 1 << 16)
            if not more:  # the tutor is gone
                leave(0)
            rest.extend(more)
        line, _, left = rest.partition(b"\n")
        rest[:] = left
        return loads(line)

    def say(message: Any) -> None:
        line = dumps(message).encode() + b"\n"
        while line:
            line = line[write(out, line) :]

    return hear, say


class _Text(importlib.abc.InspectLoader):
    """Loads a module from a text that has been compiled already."""

    def __init__(self, code: types.CodeType) -> None:
        self._code = code

    def get_code(self, _: str) -> types.CodeType:
        return self._code

    def get_source(self, _: str) -> None:
        return None


class _Program:
    """The pack's code and the learner's, and what has been done with them so far."""

    def __init__(self) -> None:
        self._given: dict[str, object] = {}
        self._code: types.CodeType | None = None
        self._entry = ""
        self._function: Any = None

    def steps(self) -> dict[str, _Step]:
        """Return what can be asked."""
        encode, decode, quiet = wire.encode, wire.decode, np.errstate

        def call(asked: Mapping[str, Any]) -> dict[str, Any]:
            handed = {name: decode(data, self._given) for name, data in asked["arguments"].items()}
            with quiet(all="ignore"):
                value = encode(self._function(*handed.values()))
            return {"value": value, "after": {name: encode(one) for name, one in handed.items()}}

        return {"setup": self._setup, "read": self._read, "load": self._load, "call": call}

    def _setup(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        self._given = vars(_module("given", _Text.source_to_code(asked["text"], "given.py"), {}))
        return {}

    def _read(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        self._entry = asked["entry"]
        try:
            self._code = _Text.source_to_code(asked["text"], "answer.py")
            return {"head": _head(ast.parse(asked["text"]), self._entry)}
        except SyntaxError as wrong:
            return {"stop": "unreadable", "message": str(wrong.msg)[:SAID], "line": wrong.lineno or 1,
                    "column": wrong.offset or 1}  # fmt: skip
        except (ValueError, RecursionError, MemoryError):
            return {"stop": "unreadable", "message": "this is nested too deeply", "line": 1, "column": 1}

    def _load(self, _: Mapping[str, Any]) -> dict[str, Any]:
        names = {name: value for name, value in self._given.items() if name[:1] != "_"}
        if self._code is None:
            raise RuntimeError("nothing has been read")
        self._function = vars(_module("answer", self._code, names)).get(self._entry)
        return {} if callable(self._function) else {"stop": "missing"}


def _module(name: str, code: types.CodeType, names: Mapping[str, object]) -> types.ModuleType:
    """Make a module that has NumPy as `np`, and some names."""
    loader = _Text(code)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader, origin=f"{name}.py"))  # type: ignore[arg-type]
    vars(module).update({"np": np, "numpy": np, **names})
    sys.modules[name] = module
    loader.exec_module(module)
    return module


# --- what stands in the text ------------------------------------------------------------------------------------------


def _head(tree: ast.Module, entry: str) -> dict[str, Any] | None:
    """Return where the function stands, what it takes by place, and its returns; None without a plain definition."""
    for node in reversed(tree.body):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.name == entry:
            plain = isinstance(node, ast.FunctionDef) and not node.decorator_list
            return _described(node, node.args, _returns(node)) if plain and isinstance(node, ast.FunctionDef) else None
        if isinstance(node, ast.Assign) and any(isinstance(one, ast.Name) and one.id == entry for one in node.targets):
            return _described(node, node.value.args, [node.lineno]) if isinstance(node.value, ast.Lambda) else None
    return None


def _described(node: ast.stmt, given: ast.arguments, returns: list[int]) -> dict[str, Any]:
    places = [one.arg for one in (*given.posonlyargs, *given.args)]
    return {"line": node.lineno, "parameters": places, "returns": returns}


def _returns(function: ast.FunctionDef) -> list[int]:
    """Return the lines of a function's own returns, not of those in functions within it."""
    found, inner = [], list[ast.AST](function.body)
    while inner:
        node = inner.pop()
        if isinstance(node, ast.Return):
            found.append(node.lineno)
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            inner += ast.iter_child_nodes(node)
    return sorted(found)


# --- what ended it early --------------------------------------------------------------------------------------


def _stop(raised: BaseException) -> dict[str, Any]:
    """Return why the program ended, with the last line of its own that was running."""
    line, innermost = _line(raised)
    return {"stop": _kind(raised, line, innermost), "message": _message(raised), "line": line, "column": 0}


def _kind(raised: BaseException, line: int, innermost: bool) -> str:
    kinds = ((SystemExit, "exited"), (MemoryError, "memory"), (RecursionError, "recursion"))
    for kind, name in kinds:
        if isinstance(raised, kind):
            return name
    if isinstance(raised, OSError) and raised.errno in {errno.EPERM, errno.EACCES, errno.EFBIG}:
        return "refused"
    if innermost and isinstance(raised, NameError | ImportError):
        return "name"
    if isinstance(raised, AttributeError) and _NO_SUCH.match(_text(raised)):
        return "name"
    called = isinstance(raised, TypeError) and not line and _CALL.search(_text(raised))
    return "signature" if called else "raised"


def _message(raised: BaseException) -> str:
    name = "Refused" if isinstance(raised, OSError) and raised.errno == errno.EPERM else type(raised).__name__
    text = " ".join(_text(raised).split())
    return f"{name}: {text}"[:SAID] if text else name


def _text(raised: BaseException) -> str:
    try:
        refused = isinstance(raised, OSError) and raised.errno == errno.EPERM
        return str(raised.strerror if refused and isinstance(raised, OSError) else raised)
    except BaseException:  # an exception of the program may have a __str__ that raises
        return ""


def _line(raised: BaseException) -> tuple[int, bool]:
    """Return the line of the program that was running, 0 when none was, and whether nothing deeper was running."""
    line, innermost, step = 0, False, raised.__traceback__
    while step is not None:
        innermost = step.tb_frame.f_code.co_filename == "answer.py"
        if innermost:
            line = step.tb_lineno
        step = step.tb_next
    return line, innermost
