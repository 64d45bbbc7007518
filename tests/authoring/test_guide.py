"""The authoring guide: its examples make packs without a problem, and together they use every key there is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bptutor.authoring.check.run import check
from bptutor.grading.grade import grade
from bptutor.packs.model import Question
from bptutor.packs.pages import read_lesson
from bptutor.packs.yaml.fields import Fields
from bptutor.packs.yaml.reader import Located

pytestmark = pytest.mark.normal

GUIDE = (Path(__file__).parents[2] / "lessons" / "README.md").read_text(encoding="utf-8")
FILE = re.compile(r"^````(?:markdown|yaml) (\S+)\n(.*?)^````$", re.MULTILINE | re.DOTALL)
SECTIONS = [section for section in re.split(r"\n## (?=\d)", GUIDE) if FILE.search(section)]
NOT_WRITTEN = {"derived", "whole"}
"""Keys that the session writes, and no author."""


def _folders(root: Path) -> Iterator[str]:
    """Write the files section by section, later ones over earlier ones, and yield after each section."""
    for section in SECTIONS:
        for name, text in FILE.findall(section):
            (root / name).parent.mkdir(exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")
        yield section.split("\n", 1)[0]


def test_each_section_leaves_a_pack_without_problems(tmp_path: Path) -> None:
    for title in _folders(tmp_path):
        assert check(tmp_path).problems == (), title
    assert len(SECTIONS) == 7


def test_the_examples_use_every_key_that_an_author_may_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known: set[str] = set()
    used: set[str] = set()
    get = Fields.get

    def spying(self: Fields, key: str) -> Located | None:
        node = get(self, key)
        known.add(key)
        if node is not None:
            used.add(key)
        return node

    monkeypatch.setattr(Fields, "get", spying)
    for _ in _folders(tmp_path):
        check(tmp_path)
    assert known - used == NOT_WRITTEN


def test_the_roles_of_the_guide_name_the_mistake_it_tells_of(tmp_path: Path) -> None:
    for _ in _folders(tmp_path):
        pass
    lesson = read_lesson(tmp_path / "scenes.md")
    asked = next(block for block in lesson.blocks if isinstance(block, Question) and block.id == "by-roles")
    assert "`D.T @ into`" in GUIDE
    assert [finding.rule for finding in grade(asked, "D.T @ into", lesson.scene).findings] == ["z-for-a"]


def test_every_key_is_explained() -> None:
    keys = ["where", "path", "allow", "nudge", "hole", "fade", "why", "outside", "position", "positive", "alias"]
    keys += ["layers", "count-from", "require", "vary", "goal", "accept", "form", "names", "operands", "network"]
    assert [key for key in keys if f"`{key}" not in GUIDE] == []
