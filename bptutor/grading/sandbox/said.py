"""What the Python of a pack may do here, for whoever decides whether it runs; see the package's docstring."""

from __future__ import annotations

from bptutor.grading.sandbox.channel import Program
from bptutor.grading.sandbox.outcome import Ended

_FENCED = (
    "The system lets it compute, in a closed process of its own, and read the files of Python's installation.\n"
    "It can start, write and send nothing, and read no other file; whether a file exists it can see."
)
_READING = (
    "The system lets it compute, in a closed process of its own, and start, write and send nothing.\n"
    "Python lets it read only the files of its installation; Python that breaks out of this can read what you can read."
)
_OPEN = (
    "It runs in a process of its own, and Python lets it compute and read the files of Python's installation.\n"
    "But the system puts no wall around it here: Python that breaks out of this can do anything that you may do."
)


def may() -> str:
    """Return what such Python may do on this machine: a sandbox is started, to see which walls stand around it."""
    try:
        with Program() as program:
            return said(program.fences)
    except Ended:
        return said(())


def said(fences: tuple[str, ...]) -> str:
    """Return what Python may do inside some walls: `filter` and `files`, as `Program.fences` names them."""
    if "filter" not in fences:
        return _OPEN
    return _FENCED if "files" in fences else _READING
