"""`bptutor check --fix`: write the ids that authors left out."""

from __future__ import annotations

from pathlib import Path

from bptutor.errors import Problem
from bptutor.packs.folder import lesson_files
from bptutor.packs.lesson.blocks import chunks, parts
from bptutor.packs.yaml.reader import read
from bptutor.packs.yaml.text_file import file_text


def write_ids(root: Path) -> list[Path]:
    """Give every question and derivation of a pack's lessons an id, and return the files that changed."""
    changed = []
    for file in lesson_files(root):
        problems: list[Problem] = []
        text = file_text(file, str(file), problems)
        fixed = with_ids(text, str(file))
        if not problems and fixed != text:
            file.write_text(fixed, encoding="utf-8")
            changed.append(file)
    return changed


def with_ids(text: str, path: str) -> str:
    """Return a lesson in which every question and derivation has an id: `question-1`, `derivation-2`, ..."""
    halves = parts(text, path, [])
    blocks = [c for c in chunks(halves.body, halves.body_line, path, []) if c.word in {"question", "derivation"}]
    nodes = [(block, read(block.text, path, [], block.line)) for block in blocks]
    taken = {node.mapping["id"].text for _, node in nodes if "id" in node.mapping}
    lines = text.split("\n")
    for block, node in reversed(nodes):
        if "id" not in node.mapping and node.mapping:
            n = next(n for n in range(1, len(taken) + 2) if f"{block.word}-{n}" not in taken)
            taken.add(f"{block.word}-{n}")
            lines.insert(block.line - 1, f"id: {block.word}-{n}")
    return "\n".join(lines)
