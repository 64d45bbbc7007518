"""Whatever is raised while an author's text is worked on becomes a problem at the place of that text."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bptutor.errors import BptutorError, PackError, Problem, UnreadableAnswer
from bptutor.packs.model import Place
from bptutor.packs.yaml import Located, problem

SHOWN = 200
"""Characters of the text of an unexpected error that are shown."""


@contextmanager
def placed(where: Place | Located, problems: list[Problem], what: str = "") -> Iterator[None]:
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
