"""Whatever is raised while an author's text is worked on becomes a problem at the place of that text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from bptutor.errors import BptutorError, PackError, Problem, UnreadableAnswer
from bptutor.packs.model import Place
from bptutor.packs.yaml.reader import Located, problem

LINES = 8
"""Lines that are named beside the first."""
SHOWN = 200
"""Characters of the text of an unexpected error that are shown."""


@contextmanager
def problems_at(where: Place | Located, problems: list[Problem], what: str = "") -> Iterator[None]:
    """Turn what is raised inside into a problem, and go on after the block.

    Args:
        where: The place of the text that is worked on; or the text itself, for errors that know their column.
        problems: Where the problem is added.
        what: What was done, before the reason: `the answer has no value`.
    """
    place = where if isinstance(where, Place) else where.place
    before = f"{what}: " if what else ""
    try:
        yield
    except PackError as error:
        problems += error.problems
    except UnreadableAnswer as error:
        at = where.at(error.column) if isinstance(where, Located) else place
        problems.append(problem(at, before + error.message, error.help, "unreadable"))
    except BptutorError as error:
        problems.append(problem(place, f"{before}{error}", getattr(error, "help", ""), "no-value"))
    except Exception as error:  # whatever else goes wrong, the author hears where, and the rest is still checked
        said = f"{type(error).__name__}: {error}".rstrip(": ")[:SHOWN]
        problems.append(problem(place, f"this could not be checked: {said}", "write it more simply", "unchecked"))


UNKNOWN = " is not a name here"


def merged(problems: Iterable[Problem]) -> list[Problem]:
    """Return the problems of one file in its order, and a name that is unknown in many places as one problem."""
    found: dict[tuple[object, ...], list[Problem]] = {}
    for one in sorted(dict.fromkeys(problems), key=lambda p: (p.line, p.column)):
        same = (one.what,) if one.what.endswith(UNKNOWN) else (one,)
        found.setdefault(same, []).append(one)
    return [_folded(group) for group in found.values()]


def _folded(group: list[Problem]) -> Problem:
    first, lines = group[0], list(dict.fromkeys(p.line for p in group))[1:]
    if not lines:
        return first
    also = (
        f"also in line{'s' * (len(lines) > 1)} " + ", ".join(map(str, lines[:LINES])) + ", ..." * (len(lines) > LINES)
    )
    return replace(first, help=f"{first.help}; {also}" if first.help else also)
