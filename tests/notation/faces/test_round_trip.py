"""Every spelling face reads back to the tree it was printed from."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bptutor.notation import parse
from bptutor.notation import tree as t
from bptutor.notation.faces import latex, unicode
from bptutor.notation.scope import Scope

from . import trees
from .scenes import SCOPE

Face = Callable[[t.Expr, Scope], str]


@pytest.mark.parametrize("face", [unicode.line, latex.source])
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(expr=st.one_of(trees.scalars(), trees.arrays()))
def test_reads_back(face: Face, expr: t.Expr) -> None:
    shown = face(expr, SCOPE)
    assert trees.flattened(parse.read(shown, SCOPE)) == trees.flattened(expr), shown
