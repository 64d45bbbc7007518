"""Every spelling face reads back to the tree it was printed from."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bptutor.notation import parse
from bptutor.notation import tree as t
from bptutor.notation.parse import Spelling
from bptutor.notation.printers import latex, numpy, unicode
from bptutor.notation.scope import Scope

from . import trees
from .scenes import SCOPE

pytestmark = pytest.mark.normal

Face = Callable[[t.Expr, Scope], str]


TREES = st.one_of(trees.scalars(), trees.arrays(), trees.written())
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


def reads_back(face: Face, expr: t.Expr) -> None:
    shown = face(expr, SCOPE)
    assert trees.flattened(parse.read(shown, SCOPE)) == trees.flattened(expr), shown


def reads_back_from_numpy(expr: t.Expr) -> None:
    shown = numpy.source(expr, SCOPE)
    assert trees.flattened(parse.read(shown, SCOPE, Spelling.NUMPY)) == trees.flattened(expr), shown


@pytest.mark.parametrize("face", [unicode.line, latex.source])
@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
@given(expr=TREES)
def test_reads_back(face: Face, expr: t.Expr) -> None:
    reads_back(face, expr)


@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
@given(expr=trees.written())
def test_numpy_reads_back(expr: t.Expr) -> None:
    reads_back_from_numpy(expr)


@pytest.mark.long
@pytest.mark.parametrize("face", [unicode.line, latex.source])
@settings(max_examples=10_000, deadline=None, suppress_health_check=SLOW)
@given(expr=TREES)
def test_ten_thousand_trees_read_back(face: Face, expr: t.Expr) -> None:
    reads_back(face, expr)


@pytest.mark.long
@settings(max_examples=10_000, deadline=None, suppress_health_check=SLOW)
@given(expr=trees.written())
def test_ten_thousand_trees_read_back_from_numpy(expr: t.Expr) -> None:
    reads_back_from_numpy(expr)
