"""The recipes for a face, a screen, a lesson, a layer, a spelling, a command, and a refusal, followed in a copy."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.normal

ROOT = Path(__file__).parents[1]
PACK = """bptutor: 1
id: small
version: 0.1.0
title: Small
chapters: {A: One}
lessons: [square-error]
skills: {gradient: Take a gradient}
rules:
  chain-rule: {title: Chain rule}
  own-coordinate: {title: Own coordinate}
  collapse-delta: {title: δ collapses}
"""
SKILLS = """
import asyncio
import sys
from pathlib import Path
from bptutor.packs.library import Library
from tests.tui.stage import stage

async def main():
    async with stage(Path(sys.argv[1]) / "record", library=Library.open(Path(sys.argv[1]) / "pack")) as s:
        await s.until("squared error")
        await s.press("f8")
        await s.until("Take a gradient")
        print(s.text)

asyncio.run(main())
"""
LAYER = """
import numpy as np
from bptutor.engine.blocks import Conv, Dense, Flatten, Upsample
from bptutor.engine.gradcheck import check
from bptutor.engine.network import trace
from bptutor.engine.spec import ImageSpec, given, learned, shape
from bptutor.engine.train import Trainer, Training
from bptutor.engine.windows import Window

blocks = (Conv(2, Window((2, 2)), "tanh"), Upsample(2), Conv(1, Window((3, 3)), "tanh"), Flatten(), Dense(3, "softmax"))
spec = ImageSpec((1, 3, 4), blocks, "cross-entropy", 2)
rng = np.random.default_rng(1)
values = {name: rng.normal(size=shape(spec, axes)) for name, axes in given(spec).items()}
values["y"] = np.eye(3)[[0, 2]]
tape, laid_out = trace(spec, values), Trainer(spec, values, Training(0.1))
laid_out.step()
print(np.array_equal(tape.values["a2"], np.kron(tape.values["a1"], np.ones((2, 2)))))
print(all(one.ok for one in check(spec, values)))
print(all(np.allclose(laid_out.parameters.slopes[name], tape.values[f"d{name}"]) for name in learned(spec)))
"""


def section(title: str) -> str:
    text = (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8").partition(f"\n## {title}\n")[2]
    fenced = re.split(r"(````.*?````|```.*?```)", text, flags=re.DOTALL)
    ends = next((n for n in range(0, len(fenced), 2) if "\n## " in fenced[n]), len(fenced) - 1)
    return "".join(fenced[:ends]) + fenced[ends].partition("\n## ")[0]


def blocks(title: str, language: str = "python", fence: str = "```") -> list[str]:
    """The fenced blocks of a recipe."""
    return re.findall(rf"^{fence}{language}\n(.*?)^{fence}$", section(title), re.DOTALL | re.MULTILINE)


class Copy:
    """A copy of the package in which recipes are followed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(ROOT / "bptutor", folder / "bptutor", ignore=shutil.ignore_patterns("__pycache__", "lessons"))

    def add(self, path: str, text: str, before: str = "") -> None:
        """Put a text before a place of a module; at its end where no place is given."""
        file = self.folder / "bptutor" / path
        old = file.read_text(encoding="utf-8") if file.exists() else ""
        if before:
            assert old.count(before) == 1, (path, before)
            file.write_text(old.replace(before, text + before), encoding="utf-8")
        else:
            file.write_text(f"{old}\n\n{text}" if old else text, encoding="utf-8")

    def exchange(self, path: str, old: str, new: str) -> None:
        file = self.folder / "bptutor" / path
        text = file.read_text(encoding="utf-8")
        assert text.count(old) == 1, (path, old)
        file.write_text(text.replace(old, new), encoding="utf-8")

    def run(self, *argv: str) -> subprocess.CompletedProcess[str]:
        paths = os.pathsep.join((str(self.folder), str(ROOT)))
        env = {**os.environ, "PYTHONPATH": paths, "PYTHONSAFEPATH": "1", "BPTUTOR_HOME": str(self.folder / "home")}
        return subprocess.run(
            [sys.executable, *argv], env=env, cwd=self.folder, capture_output=True, text=True, check=False
        )

    def pack(self, text: str, name: str = "pack") -> str:
        """Write a pack of one lesson; returns where."""
        home = self.folder / name
        home.mkdir(exist_ok=True)
        (home / "pack.yaml").write_text(PACK, encoding="utf-8")
        (home / "square-error.md").write_text(text, encoding="utf-8")
        return str(home)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """A copy in which every recipe of this module was followed."""
    copy = Copy(tmp_path_factory.mktemp("copy"))
    (row,) = blocks("A face")
    copy.exchange("packs/faces.py", 'spoken="In NumPy"))', f'spoken="In NumPy"),\n{row})')
    rows, key, action = blocks("A screen")
    copy.add("tui/screens/page.py", rows)
    copy.add("tui/keys.py", key, before='    Binding("ctrl+q"')
    copy.add("tui/app.py", f"{action}\n", before="    def _page(")
    block, node, stage, built, word = blocks("A kind of layer")
    copy.add("engine/blocks.py", f"{block}\n\n", before="Block = Dense")
    copy.exchange("engine/blocks.py", "| Pool | Flatten\n", "| Pool | Flatten | Upsample\n")
    copy.add("engine/layers.py", node)
    copy.exchange("engine/program.py", "Flatten, Pool\n", "Flatten, Pool, Upsample\n")
    copy.add("engine/program.py", f"{stage}\n\n", before="STAGES: ")
    copy.exchange("engine/program.py", "Flatten: _flatten}", "Flatten: _flatten, Upsample: _upsample}")
    layers = "packs/scene/network_layers.py"
    copy.exchange(layers, "NetworkError, Pool\n", "NetworkError, Pool, Upsample\n")
    copy.add(layers, '        "upsample": ("by",),\n', before='        "flatten": (),')
    copy.add(layers, built, before='        if kind == "dense":')
    copy.exchange("authoring/network_words.py", "Conv, Dense, Flatten\n", "Conv, Dense, Flatten, Upsample\n")
    copy.add("authoring/network_words.py", word, before="    if isinstance(block, Flatten)")
    (spelling,) = blocks("A spelling")
    copy.exchange("notation/parser/spellings.py", '"·": "⋅∙•",', spelling.strip())
    command, spelled = blocks("A command")
    copy.add("cli.py", f"{command}\n\n", before="_RUN = {")
    copy.add("cli.py", '    "lessons": _lessons,\n', before='    "learn": _learn,')
    copy.add("arguments.py", spelled, before='    "review": (')
    (refusal,) = blocks("A thing that `check` refuses")
    copy.add("authoring/check/lesson/headings.py", refusal)
    run = "authoring/check/run.py"
    imported = "from bptutor.authoring.check.lesson.headings import check_headings\n"
    copy.add(run, imported, before="from bptutor.authoring.check.lesson.lines import")
    copy.add(run, "    check_headings(lesson, checked)\n", before="    check_markdown(lesson, checked)\n")
    return copy


@pytest.fixture(scope="module")
def lesson() -> str:
    (lesson,) = blocks("A lesson", "markdown", "````")
    return lesson.replace("needs: [gradient]\n", "")


def test_the_lesson_is_right(copy: Copy, lesson: str) -> None:
    done = copy.run("-m", "bptutor", "check", copy.pack(lesson))
    assert done.returncode == 0 and "no problems" in done.stdout, done.stdout + done.stderr


def test_a_face_is_proved_and_said(copy: Copy, lesson: str) -> None:
    faced = lesson.replace("  numpy: a - t", "  numpy: a - t\n  einsum: np.einsum('i,j->j', ONES, a - t) / D")
    right, wrong = (faced.replace("ONES", one) for one in ("np.ones(D)", "np.ones(D) + 1"))
    assert copy.run("-m", "bptutor", "check", copy.pack(right, "right")).returncode == 0
    done = copy.run("-m", "bptutor", "check", copy.pack(wrong, "wrong"))
    assert done.returncode == 1 and "the einsum face is not the last line" in done.stdout
    shown = (
        "import sys; from pathlib import Path; from bptutor.packs.library import Library\n"
        "from bptutor.packs.model import Derivation; from bptutor.session.view.faces import faces_of\n"
        "from bptutor.session.view.view_model import LineState, ShownDerivation\n"
        "lesson = Library.open(Path(sys.argv[1])).lesson('square-error')\n"
        "(d,) = [block for block in lesson.blocks if isinstance(block, Derivation)]\n"
        "shown = ShownDerivation(d, tuple((line, LineState.SHOWN) for line in d.lines), True)\n"
        "print(*faces_of([shown]).texts)"
    )
    assert copy.run("-c", shown, str(copy.folder / "right")).stdout.split() == ["index", "numpy", "einsum"]


def test_a_screen_opens_by_its_key(copy: Copy, lesson: str) -> None:
    copy.pack(lesson)
    done = copy.run("-c", SKILLS, str(copy.folder))
    assert "Skills" in done.stdout and "esc closes this" in done.stdout, done.stderr


def test_a_layer_has_the_gradient_of_finite_differences(copy: Copy) -> None:
    done = copy.run("-c", LAYER)
    assert done.stdout.splitlines() == ["True", "True", "True"], done.stdout + done.stderr


def test_a_layer_is_read_and_traced(copy: Copy) -> None:
    (copy.folder / "network.yaml").write_text(
        "layers: [{input: [1, 2, 3]}, {upsample: {by: 2}}, {conv: {filters: 2, size: [2, 2], activation: tanh}},\n"
        "  flatten, {dense: {units: 3, activation: softmax}}]\nloss: cross-entropy\n"
    )
    done = copy.run("-m", "bptutor", "trace", "network.yaml", "--check")
    assert done.returncode == 0 and "1: upsample by 2" in done.stdout, done.stdout + done.stderr


def test_a_spelling_is_a_sign_in_a_table(copy: Copy) -> None:
    tried = (
        "from bptutor.notation.parse import read\nfrom tests.notation.scopes import SCOPES\n"
        "print(read('a‧b', SCOPES['scalars']) == read('a*b', SCOPES['scalars']))"
    )
    assert copy.run("-c", tried).stdout.strip() == "True"


def test_a_command_is_spelled_and_runs(copy: Copy, lesson: str) -> None:
    done = copy.run("-m", "bptutor", "lessons", "--pack", copy.pack(lesson))
    assert done.stdout.strip() == "square-error  The gradient of a squared error", done.stderr
    assert "list the lessons of a pack" in copy.run("-m", "bptutor", "--help").stdout


def test_check_refuses_what_it_is_told_to(copy: Copy, lesson: str) -> None:
    done = copy.run("-m", "bptutor", "check", copy.pack(lesson.replace("## Summary", "## Summary:"), "colon"))
    assert done.returncode == 1, done.stdout + done.stderr
    assert "this heading ends with a colon" in done.stdout and "leave the colon out" in done.stdout
