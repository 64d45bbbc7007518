"""What the parts of a result are called: as the function's own docstring and `return` say."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from functools import lru_cache

from bptutor.packs.model import Code

_RETURNS = re.compile(r"\breturns?:?\s+(.+?)(?:\.\s|\.$|\n\s*\n|$)", re.IGNORECASE | re.DOTALL)
_BETWEEN = re.compile(r"\s*,\s*(?:and\s+)?|\s+and\s+")


def part_names(code: Code, answer: str, count: int) -> tuple[str, ...]:
    """Return the names of the parts of a result; empty where the texts of the question do not name them all.

    Args:
        code: What the question asks; its starter comes first.
        answer: The model answer.
        count: How many parts there are.
    """
    for text in (code.starter, answer):
        for found in _named(text, code.entry):
            if len(found) == count > 1:
                return found
    return ()


@lru_cache(maxsize=64)
def _named(text: str, entry: str) -> tuple[tuple[str, ...], ...]:
    """Return the names that a function's docstring and then its returns list."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    functions = [one for one in tree.body if isinstance(one, ast.FunctionDef) and one.name == entry]
    found = [names for one in functions for names in (_said(ast.get_docstring(one) or ""), *_given_back(one))]
    return tuple(names for names in found if names)


def _said(text: str) -> tuple[str, ...]:
    """Return the names that a docstring lists after `Return`; empty where there are other words among them."""
    found = _RETURNS.search(text)
    parts = _BETWEEN.split(found.group(1).strip("()[] \n")) if found else []
    names = tuple(part.strip("`*() \n").removeprefix("the new ") for part in parts)
    return names if names and all(name.isidentifier() for name in names) else ()


def _given_back(function: ast.FunctionDef) -> Iterator[tuple[str, ...]]:
    """Yield the names of each `return` that lists names."""
    for node in ast.walk(function):
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple | ast.List):
            items = node.value.elts
            names = tuple(item.id for item in items if isinstance(item, ast.Name))
            if len(names) == len(items):
                yield names
