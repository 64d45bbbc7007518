"""The recipe "An array function" of docs/recipes.md, followed to the letter in a copy of the package."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bptutor.notation.array_functions.table import ARRAY_FUNCTIONS, ArrayFunction, Gives

ROOT = Path(__file__).parent.parent
TRY = """
import json
import numpy as np
from bptutor.notation import parse
from bptutor.notation.equality.prove import prove
from bptutor.notation.printers import latex, layout, numpy, spoken, unicode
from bptutor.notation.scope import Declared, Role, Scope
from bptutor.notation.shapes import axes
from bptutor.notation.values.evaluate import Values, evaluate

names = Declared("x", ("K",)), Declared("A", ("B", "K")), Declared("K", role=Role.SIZE)
scope = Scope({n.id: n for n in names}, {"K": "4", "B": "3"})
x, A = np.array([0.5, -2.0, 3.0, 1.25]), np.arange(12.0).reshape(3, 4) ** 2
values = Values(scope, {"x": x, "A": A}, {"K": 4, "B": 3})
tree = parse.read("np.cumsum(x)", scope)
line, tex = unicode.line(tree, scope), latex.source(tree, scope)
print(json.dumps({
    "method": parse.read("x.cumsum()", scope) == tree,
    "axes": axes.of(parse.read("np.cumsum(A, axis=0)", scope), scope).axes,
    "vector": evaluate(tree, values).tolist(),
    "columns": evaluate(parse.read("A.cumsum(0)", scope), values).tolist(),
    "rows": evaluate(parse.read("np.cumsum(A, axis=1)", scope), values).tolist(),
    "jacobian": evaluate(parse.read("∂cumsum(x)/∂x", scope), values).tolist(),
    "printed": [line, tex, numpy.source(tree, scope), spoken.words(tree, scope), str(layout.box(tree, scope))],
    "read back": [parse.read(text, scope) == tree for text in (line, tex)],
    "proof": prove(parse.read("np.cumsum(x + 2x)", scope), parse.read("3 np.cumsum(x)", scope), scope).outcome.value,
    "refuted": prove(tree, parse.read("np.cumsum(2x)", scope), scope).outcome.value,
}))
"""


def blocks() -> list[str]:
    """The two pieces of code of the recipe."""
    section = (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8").split("## An array function")[1]
    return re.findall(r"```(?:python|text)\n(.*?)```", section.split("\n## ")[0], re.DOTALL)


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a copy of the package says of `cumsum` when the recipe was followed."""
    copy = tmp_path_factory.mktemp("copy")
    shutil.copytree(ROOT / "bptutor", copy / "bptutor", ignore=shutil.ignore_patterns("__pycache__"))
    value, row = blocks()
    folder = copy / "bptutor" / "notation" / "array_functions"
    with (folder / "reductions.py").open("a", encoding="utf-8") as module:
        module.write("\n\n" + value)
    table = (folder / "table.py").read_text(encoding="utf-8")
    head, mark, tail = table.partition("    # --- along axes ---\n")
    assert mark
    (folder / "table.py").write_text(head + mark + row + tail, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", TRY],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(copy)},
        cwd=copy,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_function_is_not_there_without_the_recipe() -> None:
    assert "cumsum" not in ARRAY_FUNCTIONS


def test_it_is_read_and_shaped(said: dict[str, Any]) -> None:
    assert said["method"] and said["axes"] == ["B", "K"]


def test_its_value_is_that_of_numpy(said: dict[str, Any]) -> None:
    x, A = np.array([0.5, -2.0, 3.0, 1.25]), np.arange(12.0).reshape(3, 4) ** 2
    assert np.allclose(said["vector"], np.cumsum(x))
    assert np.allclose(said["columns"], np.cumsum(A, axis=0)) and np.allclose(said["rows"], np.cumsum(A, axis=1))


def test_its_derivative_is_that_of_finite_differences(said: dict[str, Any]) -> None:
    x, h = np.array([0.5, -2.0, 3.0, 1.25]), 1e-6
    steps = [(np.cumsum(x + h * unit) - np.cumsum(x - h * unit)) / (2 * h) for unit in np.eye(4)]
    assert np.allclose(said["jacobian"], np.stack(steps, axis=-1))


def test_it_is_printed_and_said(said: dict[str, Any]) -> None:
    line, tex, source, words, box = said["printed"]
    assert line == box == "cumsum(x)" and source == "np.cumsum(x)"
    assert tex == r"\operatorname{cumsum}(x)" and words == "the running sum of x"
    assert said["read back"] == [True, True]


def test_it_is_proved_and_refuted(said: dict[str, Any]) -> None:
    assert said["proof"] == "proved" and said["refuted"] == "refuted"


def test_a_row_without_a_member_is_an_error() -> None:
    row = ARRAY_FUNCTIONS["flip"]
    needed = {f.name: getattr(row, f.name) for f in fields(ArrayFunction) if f.default is MISSING}
    assert set(needed) == {"name", "arguments", "axes", "value", "spoken", "gives"}
    assert isinstance(needed["gives"], Gives)
    for name in needed:
        with pytest.raises(TypeError, match=name):
            ArrayFunction(**{key: value for key, value in needed.items() if key != name})
