"""The faces of a step: the spellings of its last line that an author writes, each proved equal to it, and its numbers.

A face more is a row more of `WRITTEN`.
"""

from __future__ import annotations

from typing import NamedTuple


class Face(NamedTuple):
    """One spelling of a step."""

    name: str
    """Its key in `faces:`, and its tab."""
    program: bool = False
    """Whether it is read, and set, as Python reads it: vectors are 1-D arrays."""
    spoken: str = ""
    """What is said before it by lines; empty where the last line says it already."""


WRITTEN = (Face("index"), Face("matrix", spoken="As matrices"), Face("numpy", program=True, spoken="In NumPy"))
"""The faces that are a formula, in the order in which they are opened."""
BY_NAME = {face.name: face for face in WRITTEN}
NUMBERS = "numbers"
"""The face that is computed."""
NAMES = (*BY_NAME, NUMBERS)
"""All faces, in the order in which they are opened."""
PROGRAMS = frozenset(face.name for face in WRITTEN if face.program)
