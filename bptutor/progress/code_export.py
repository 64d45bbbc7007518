"""The functions that a learner has written over a course, as one Python file that can be imported.

A pack's milestones are its code questions with `milestone: true`, in the order of the course. The learner's text is
parsed, never run.
"""

from __future__ import annotations

import ast
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bptutor.packs.library import Library
from bptutor.packs.model import Code, Question
from bptutor.packs.pasted import unwrapped
from bptutor.progress.atomic_write import write_whole
from bptutor.progress.event_log import Log
from bptutor.progress.renaming import Names, rename
from bptutor.progress.training import NEEDED, TRAINING

FIRST_LINE = '"""What I have written in the course: '
"""How a file that was written here begins."""


@dataclass(frozen=True)
class Milestone:
    """One function of the course."""

    lesson: str
    title: str
    """Of its lesson."""
    stop: str
    code: Code
    was: tuple[str, ...] = ()
    """What its question was called before."""

    @property
    def name(self) -> str:
        """What the function is called."""
        return self.code.entry


@dataclass(frozen=True)
class Program:
    """The file, and what it lacks."""

    text: str
    """Empty when nothing is written yet."""
    written: tuple[Milestone, ...]
    missing: tuple[Milestone, ...]

    @property
    def first(self) -> str:
        """Where the first function that is missing is asked for."""
        if not self.missing:
            return "this pack asks for none"
        return f"begin with `bptutor learn {self.missing[0].lesson}`, which asks for {self.missing[0].name}"


def save(made: Program, file: Path) -> None:
    """Write a program to a file; only one that was written here is written over.

    Raises:
        UsageError: The file is something else, or cannot be written.
    """
    write_whole(file, [made.text], lambda text: text.startswith(FIRST_LINE))


def program(log: Log, library: Library) -> Program:
    """Return the latest right answer to every milestone of a pack as one file."""
    rename(log, Names.of(library.pack, library.entries(), library.quizzes()))
    every = tuple(milestones(library))
    texts = _answers(log, library.pack.id, every)
    written = tuple(one for one in every if one.name in texts)
    missing = tuple(one for one in every if one.name not in texts)
    return Program(_file(library.pack.title, texts, written, missing) if written else "", written, missing)


def milestones(library: Library) -> Iterator[Milestone]:
    """Yield the functions that a course asks for, in its order."""
    for entry in library.entries():
        for block in library.lesson(entry.id).blocks:
            if isinstance(block, Question) and block.code is not None and block.code.milestone:
                yield Milestone(entry.id, entry.title, block.id, block.code, block.was)


def _answers(log: Log, pack: str, every: Sequence[Milestone]) -> dict[str, str]:
    """Return name of a function -> its latest right text that is Python and defines it."""
    asked = {f"{one.lesson}/{stop}": one.name for one in every for stop in (*one.was, one.stop)}
    found = {}
    for event in log.right_code(pack):
        stop = event.stop.rpartition(":")[2]
        name = asked.get(stop if event.lesson.startswith("~") else f"{event.lesson}/{stop}")
        text = unwrapped(event.text.replace("\r\n", "\n")).strip("\n")
        if name is not None and name in _bound(text):
            found[name] = text
    return found


# --- the file ------------------------------------------------------------------------------------------------------


def _file(title: str, texts: Mapping[str, str], written: Sequence[Milestone], missing: Sequence[Milestone]) -> str:
    lines = [f"{FIRST_LINE}{title.replace(chr(34), chr(39))}.", ""]
    lines += [f"{one.name} (lesson {one.lesson})" for one in written]
    if missing:
        lines += ["", "Not written yet:", *(f"{one.name} (lesson {one.lesson})" for one in missing)]
    parts = ["\n".join(lines) + '\n"""', *_futures(texts.values()), "import numpy\nimport numpy as np"]
    given = _given(written, texts)
    if given:
        parts += ["# --- given by the course", *given.values()]
    for one in written:
        parts += [f"# --- {one.title}", _placed(one.name, texts, given)]
    if set(NEEDED) <= {one.name for one in written}:
        parts.append(TRAINING.strip("\n"))
    return "\n\n\n".join(parts) + "\n"


def _given(written: Sequence[Milestone], texts: Mapping[str, str]) -> dict[str, str]:
    """Return what the course lends to the answers, each once, and nothing that the learner has written."""
    found: dict[str, str] = {}
    for one in written:
        for node in ast.parse(one.code.setup).body:
            names = _names(node)
            key = names[0] if names else ast.unparse(node)
            if key not in texts:
                found.setdefault(key, ast.get_source_segment(one.code.setup, node) or "")
    return found


def _placed(name: str, texts: Mapping[str, str], given: Iterable[str]) -> str:
    """Return an answer as it stands; inside a function of its own where the name of a helper is taken."""
    text = _without_futures(texts[name])
    taken = Counter([*given, *(other for answer in texts.values() for other in _bound(answer))])
    others = [other for other in _bound(text) if other != name and other not in {"np", "numpy"}]
    if not any(taken[other] > 1 for other in others):
        return text
    inner = textwrap.indent(text, "    ")
    return f"def _{name}():\n{inner}\n    return {name}\n\n\n{name} = _{name}()"


# --- reading Python --------------------------------------------------------------------------------------------------


def _bound(text: str) -> list[str]:
    """Return the names that a program binds at its top; none when it is no Python."""
    try:
        body = ast.parse(text.replace("\r\n", "\n")).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return [name for node in body for name in _names(node)]


def _names(node: ast.stmt) -> list[str]:
    """Return the names that a statement binds: of functions, classes, imports and assignments."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Import | ast.ImportFrom):
        return [alias.asname or alias.name.partition(".")[0] for alias in node.names if not _is_future(node)]
    return [inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)]


def _is_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _futures(texts: Iterable[str]) -> list[str]:
    """Return the imports from `__future__`, which Python takes at the top of a file only."""
    nodes = [node for text in texts for node in ast.parse(text).body if _is_future(node)]
    return ["\n".join(dict.fromkeys(ast.unparse(node) for node in nodes))] if nodes else []


def _without_futures(text: str) -> str:
    lines = text.split("\n")
    for node in reversed(ast.parse(text).body):
        if _is_future(node):
            del lines[node.lineno - 1 : node.end_lineno]
    return "\n".join(lines).strip("\n")
