"""The Python that a pack holds: which of its questions have some, as it is written. Nothing of it runs here.

Only the `code` questions of lessons, quizzes and banks hold Python (see `packs.question_types.code`). They are found
by the readers that also read them for a session, without the mathematics around them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from bptutor.packs.folder import lesson_files, quiz_files, split
from bptutor.packs.lesson.blocks import chunks
from bptutor.packs.question_types import TYPES
from bptutor.packs.quiz import bank_files
from bptutor.packs.yaml.reader import Located, plain, read
from bptutor.packs.yaml.text_file import file_text

KEYS = ("entry", "answer", "accept", "starter", "setup", "expect", "args", "cases")
"""What says which Python runs, and how it is called."""


def programs(root: Path) -> frozenset[str]:
    """Return a digest of the Python of each code question of a pack; of nothing else that is written there."""
    programs_of = {kind for kind, one in TYPES.items() if one.program}
    asked = (node for node in _questions(root) if "type" in node.mapping)
    return frozenset(digest(plain(node)) for node in asked if node.mapping["type"].text in programs_of)


def digest(source: object) -> str:
    """Return the digest of the Python of one code question.

    Args:
        source: The question as it is written, as plain data.
    """
    text = json.dumps(_python(source), sort_keys=True, default=str)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _python(source: object) -> object:
    if not isinstance(source, Mapping):
        return source
    found = {key: source[key] for key in KEYS if key in source}
    wrong, vary = source.get("wrong"), source.get("vary")
    if isinstance(wrong, list | tuple):  # what is said of a wrong answer is prose
        found["wrong"] = [item.get("answer") if isinstance(item, Mapping) else item for item in wrong]
    if isinstance(vary, list | tuple):
        found["vary"] = [_python(item) for item in vary]
    return found


def _questions(root: Path) -> Iterator[Located]:
    """Yield every question as it is written; what cannot be read is not asked either."""
    for file in (*lesson_files(root), *quiz_files(root)):
        halves = split(file)
        for chunk in chunks(halves.body, halves.body_line, file.name, []):
            if chunk.word == "question":
                yield read(chunk.text, file.name, [], chunk.line)
    for file in bank_files(root):
        bank = read(file_text(file, file.name, []), file.name, []).mapping
        yield from bank.get("questions", Located(())).items
