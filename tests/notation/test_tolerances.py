"""Whether numbers are equal is asked in one place: no other module holds a closeness of its own."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from bptutor.notation.equality import tolerances
from bptutor.notation.equality.tolerances import close, close_numbers, different

pytestmark = pytest.mark.normal

PACKAGE = Path(tolerances.__file__).parents[2]
HOMES = ("engine/", "notation/equality/tolerances.py")
PRINTING = ("authoring/tensors.py", "tui/render/grids.py")
"""Where a small number decides how numbers are printed, not whether they are equal."""
OWN_WAYS = {"allclose", "isclose", "array_equiv", "assert_allclose"}


def is_small(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, float) and 1e-40 <= abs(node.value) <= 1e-3


def closeness(source: str) -> Iterator[str]:
    """Where a module compares with a small number of its own, written there or under a name of the module."""
    tree = ast.parse(source)
    named = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign) and any(map(is_small, ast.walk(node.value)))
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name):
            name = node.attr if isinstance(node, ast.Attribute) else node.id
            if name in OWN_WAYS:
                yield f"line {node.lineno}: {name}"
        if isinstance(node, ast.Compare):
            for part in ast.walk(node):
                if is_small(part) or (isinstance(part, ast.Name) and part.id in named):
                    yield f"line {node.lineno}: {ast.unparse(node)}"


def test_a_closeness_is_found() -> None:
    assert list(closeness("x = abs(a - b) < 1e-9"))
    assert list(closeness("NEAR = 2e-7\ndef f(a):\n    return a <= NEAR * 2"))
    assert list(closeness("import math\nmath.isclose(a, b)"))
    assert not list(closeness("STEP = 1e-5\nb = a + STEP\nc = a < 0.5"))


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_no_module_has_a_closeness_of_its_own(path: Path) -> None:
    if not path.relative_to(PACKAGE).as_posix().startswith((*HOMES, *PRINTING)):
        assert list(closeness(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf])
def test_what_is_no_finite_number_equals_nothing(odd: float) -> None:
    one, other = np.array([1.0, odd]), np.array([1.0, 2.0])
    with np.errstate(all="ignore"):
        assert not close(one, other)
        assert not close(other, one)
        assert not close(one, one.copy())
        assert different(one, other).tolist() == [False, True]
        assert not close_numbers(odd, 2.0)
        assert not close_numbers(2.0, odd)


def test_a_difference_counts_by_the_largest_entry_where_that_is_above_one() -> None:
    large, shift = np.array([1e6, 1.0]), np.array([0, 5e-4])
    assert close(large, large + shift)
    assert not close(large, large + shift, relative=False)
    assert not close(large / 1e6, large / 1e6 + shift)
    assert close(np.empty(0), np.empty(0))


def test_every_tolerance_says_why() -> None:
    body = ast.parse(Path(tolerances.__file__).read_text(encoding="utf-8")).body
    for node, after in pairwise(body):
        if isinstance(node, ast.Assign) and any(map(is_small, ast.walk(node.value))):
            assert isinstance(after, ast.Expr), ast.unparse(node)
