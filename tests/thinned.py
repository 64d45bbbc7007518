"""Large tables of cases: every run takes each n-th row, the long run takes them all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def thinned(rows: Iterable[Any], keep: int) -> list[Any]:
    """Return the rows of a table as parameters; all but each `keep`-th are `long`."""
    return [row if n % keep == 0 else pytest.param(row, marks=pytest.mark.long) for n, row in enumerate(rows)]
