"""What the Python of a pack may do here, for whoever decides whether it runs; see the package's docstring."""

from __future__ import annotations

from bptutor.grading.code.sandbox.channel import Program
from bptutor.grading.code.sandbox.outcome import Ended

_FENCED = """\
The system lets it compute, in a closed process of its own, and read the files
of Python and of the system's libraries. It can read no other file, and write,
start and send nothing."""
_UNREAD = """\
The system lets it compute, in a closed process of its own, and write, start
and send nothing. Only Python itself keeps it from reading your files: Python
that breaks out can read what you can read."""
_UNSENT = """\
The system lets it read the files of Python and of the system's libraries, and
write none. Only Python itself keeps it from the network and from other
processes: Python that breaks out reaches both."""
_OPEN = """\
It runs in a process of its own, where Python lets it compute and read the
files of its installation. But the system puts no wall around it here: Python
that breaks out can do anything that you may do."""
_SAID = {(True, True): _FENCED, (True, False): _UNREAD, (False, True): _UNSENT, (False, False): _OPEN}
"""Whether the `filter` stands, whether that for `files` does -> what is so."""


def may() -> str:
    """Return what such Python may do on this machine: a sandbox is started, to see which walls stand around it."""
    try:
        with Program() as program:
            return said(program.fences)
    except Ended:
        return said(())


def said(fences: tuple[str, ...]) -> str:
    """Return what Python may do inside some walls, which `Program.fences` names."""
    return _SAID["filter" in fences, "files" in fences]
