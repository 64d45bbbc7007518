"""A note says where nothing tells a weight from its input below a loss; where an author says it, there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from bptutor.authoring.check.run import check

pytestmark = pytest.mark.normal

PACK = """bptutor: 1
id: neuron
version: 0.1.0
title: A neuron
lessons: [one]
skills: {s: Something}
"""
LESSON = """---
id: one
title: A neuron
skills: [s]
scene:
  given:
    m: WEIGHT
    q: []
    c: []
    r: []
  define:
    u: m*q + c
    h: HIDDEN
    L: LOSS
---
How does $h$ follow from $u$? Write it.

```yaml question
id: q
type: symbolic
answer: u + 0
goal: u
skills: [s]
```
"""


def notes(folder: Path, weight: str = "[]", hidden: str = "tanh(u)", loss: str = "(h - r)^2") -> list[str]:
    (folder / "pack.yaml").write_text(PACK, encoding="utf-8")
    text = LESSON.replace("WEIGHT", weight).replace("HIDDEN", hidden).replace("LOSS", loss)
    (folder / "one.md").write_text(text, encoding="utf-8")
    found = [one for one in check(folder, seeds=2).found if one.rule == "no-role"]
    assert all((one.level, one.line) == ("note", 12) for one in found)
    return [one.what for one in found]


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BPTUTOR_HOME", str(tmp_path_factory.mktemp("home")))


def test_a_product_below_a_loss_is_noted(tmp_path: Path) -> None:
    assert notes(tmp_path) == ["nothing tells whether m or q is the weight in u"]


@pytest.mark.parametrize(
    "changed",
    [{"weight": "{axes: [], role: weight}"}, {"weight": "{axes: [], role: input}"}, {"loss": "h + r"}],
    ids=["weight", "input", "no loss"],
)
def test_what_is_said_and_what_no_loss_follows_is_not_noted(tmp_path: Path, changed: dict[str, str]) -> None:
    assert notes(tmp_path, **changed) == []
