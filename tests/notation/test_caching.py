"""Results kept for an object: for itself only, as long as it is among the last ones."""

from __future__ import annotations

import gc
import weakref

import pytest

from bptutor.notation.caching import cached_by_identity
from bptutor.notation.scope import Scope

pytestmark = pytest.mark.normal


def test_equal_objects_have_results_of_their_own() -> None:
    @cached_by_identity(8)
    def made(scope: Scope, name: str) -> list[str]:
        return [name]

    one, other = Scope({}), Scope({})
    assert one == other
    assert made(one, "a") is made(one, "a")
    assert made(one, "a") is not made(other, "a")
    assert made(one, "a") is not made(one, "b")


def test_an_object_lives_as_long_as_its_result_and_no_longer() -> None:
    @cached_by_identity(1)
    def made(scope: Scope) -> list[Scope]:
        return []

    gone = Scope({})
    alive = weakref.ref(gone)
    first = made(gone)
    del gone
    gc.collect()
    assert alive() is not None  # else another object might take its place, and its result
    made(Scope({}))
    gc.collect()
    assert alive() is None
    assert first == []
