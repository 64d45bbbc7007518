"""Three sizes of tests: `pytest -m quick` (under 30 s), `pytest` (under 4 minutes), `pytest -m long`."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as `quick` what is marked neither `normal` (a module that takes seconds) nor `long` (minutes)."""
    for item in items:
        if not any(item.iter_markers("normal")) and not any(item.iter_markers("long")):
            item.add_marker(pytest.mark.quick)
