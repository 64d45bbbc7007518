"""From a key to the numbers of a draw: the same key gives the same numbers on every machine and version."""

from __future__ import annotations

import hashlib
from random import Random

SHOWN = 10_000


def number(key: str) -> int:
    """Return the integer of a key, by blake2b: from 0 to 2^64 - 1."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big")


def shown(key: str) -> int:
    """Return the seed that is shown for a key: from 0 to 9999."""
    return number(key) % SHOWN


def stream(key: str) -> Random:
    """Return the generator of a key; only its `random()` may be used, whose stream Python keeps as it is."""
    return Random(number(key))  # noqa: S311 - numbers of exercises, not secrets
