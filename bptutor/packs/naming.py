"""What a person calls a lesson or a quiz: its id, its title, or a part of it; and what was meant when it is neither."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from bptutor.errors import UsageError

FEW = 4
"""How many near names are shown."""


def chosen(said: str, titles: Mapping[str, str], what: str, listing: str) -> str:
    """Return the id that is meant.

    Args:
        said: An id, a title, or words that only one title has, in any case.
        titles: Id -> title.
        what: `lesson` or `quiz`.
        listing: What shows all of them, for the error.

    Raises:
        UsageError: None is meant, or several; names the nearest.
    """
    if said in titles:
        return said
    words = _words(said)
    called = [id_ for id_, title in titles.items() if words in (_words(title), _words(id_.replace("-", " ")))]
    among = [id_ for id_, title in titles.items() if words and set(words) <= set(_words(title))]
    for found in (called, among):
        if len(found) == 1:
            return found[0]
    near = among or _near(said.casefold().strip(), titles)
    help_ = "did you mean " + " or ".join(near[:FEW]) + "?" if near else listing
    raise UsageError(f"there is no {what} {said!r}", help_)


def _words(text: str) -> list[str]:
    return text.casefold().split()


def _near(said: str, titles: Mapping[str, str]) -> list[str]:
    """Return the ids of which a word begins with what was said, then those that look like it, the nearest first."""
    spelled = {title.casefold(): id_ for id_, title in titles.items()} | {id_.casefold(): id_ for id_ in titles}
    begins = []
    for id_, title in titles.items():
        words = (id_.casefold(), *id_.casefold().split("-"), title.casefold(), *_words(title))
        if said and any(word.startswith(said) for word in words):
            begins.append(id_)
    return list(
        dict.fromkeys([*begins, *(spelled[one] for one in difflib.get_close_matches(said, list(spelled), FEW))])
    )
