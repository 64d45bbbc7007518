"""Public functions of the language say what they are, and which shape the arrays have that they return."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import bptutor.notation

ROOT = Path(bptutor.notation.__file__).parent
ARRAYS = re.compile(r"\b(Array|NDArray|Labelled|Operand|Dual)\b")
SHAPE = re.compile(r"shape|\baxes\b|\baxis\b|entr(y|ies)|each (name|position)|0-d|vector|matrix|\b[Oo]ne number\b")


def public(path: Path) -> Iterator[tuple[str, ast.FunctionDef | ast.ClassDef]]:
    """The public functions, classes and methods of a module."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node.name, node
            for method in node.body if isinstance(node, ast.ClassDef) else ():
                if isinstance(method, ast.FunctionDef) and not method.name.startswith("_"):
                    yield f"{node.name}.{method.name}", method


MODULES = sorted(ROOT.rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_is_public_has_a_docstring(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert [name for name, node in public(path) if not ast.get_docstring(node)] == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_returns_an_array_says_its_shape(path: Path) -> None:
    functions = [(name, node) for name, node in public(path) if isinstance(node, ast.FunctionDef) and node.returns]
    arrays = [(name, node) for name, node in functions if ARRAYS.search(ast.unparse(node.returns or node))]
    assert [name for name, node in arrays if not SHAPE.search(ast.get_docstring(node) or "")] == []


def test_the_methods_are_cited() -> None:
    cited = {
        "values/derivatives.py": "Griewank and Walther",
        "values/forward_autodiff.py": "Griewank and Walther",
        "printers/common.py": "Pratt 1973",
        "parser/grammar.py": "Pratt 1973",
        "values/evaluate.py": "einsum",
    }
    for module, source in cited.items():
        assert source in (ast.get_docstring(ast.parse((ROOT / module).read_text(encoding="utf-8"))) or ""), module
