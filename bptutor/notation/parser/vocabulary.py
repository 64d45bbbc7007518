"""The words that a scope knows, in every spelling; how an unknown word is split; what was meant."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches

from bptutor.notation.array_functions.table import OPTIONS, SUGGESTED, WORDS
from bptutor.notation.caching import cached_by_identity
from bptutor.notation.parser import spellings
from bptutor.notation.scope import Role, Scope

_DIGITS_AT_END = re.compile(r"(.*?[^\d])(\d+)")
_RAISED = re.compile(rf"([^{''.join(spellings.SUPERSCRIPTS)}]+)([{''.join(spellings.SUPERSCRIPTS)}]+)")
_WRITTEN_RAISED = re.compile(r"([^\W\d_]+)\^\{?\(?(\w+)\)?\}?")
_PIECES_MAX = 12
_SPLIT_MAX = 60
FUNCTION_LIKE = 0.78
"""How like the name of a function a word must be to be taken for it."""


class Vocabulary:
    """Names and functions by every spelling that means them."""

    def __init__(self, scope: Scope) -> None:
        """Collect the spellings of a scope."""
        self.names: dict[str, str] = {}
        self.ranks: dict[str, int] = {}
        self.positions: set[str] = set()
        self.sizes: set[str] = {*scope.sizes}
        self.functions: dict[str, str] = dict(WORDS)
        self.layered: dict[tuple[str, str], str] = {}
        """(base, its superscript) -> id: `W²` and `W^2` for W2."""
        self.bases: dict[str, str] = {}
        """Base -> one of its ids."""
        for id_, declared in scope.names.items():
            self.ranks[id_] = len(declared.axes)
            self._spell(id_, id_)
            if declared.role in (Role.POSITION, Role.SIZE):
                self.positions.add(id_)
        for axis in scope.sizes:
            if axis not in scope.names and axis.isidentifier():
                self.ranks[axis] = 0
                self.names.setdefault(axis, axis)
                self.positions.add(axis)
        for other, id_ in scope.alias.items():
            self._spell(other, id_)
        for id_, declared in scope.names.items():
            if declared.show:
                self._show(declared.show, id_)
        self._layers(scope)
        self.functions |= {id_: id_ for id_ in scope.functions}
        self.functions = {word: id_ for word, id_ in self.functions.items() if word not in self.names}

    def _spell(self, word: str, id_: str) -> None:
        for other in _greek_spellings(unicodedata.normalize("NFC", word)):
            self.names.setdefault(other, id_)

    def _show(self, show: str, id_: str) -> None:
        """Make the display of a name readable too."""
        plain = unicodedata.normalize("NFC", spellings.plain_letters(show.translate(spellings.SAME_SIGN)))
        raised = _RAISED.fullmatch(plain)
        if raised:
            above = "".join(spellings.SUPERSCRIPTS[char] for char in raised.group(2))
            self._layer(raised.group(1), above.strip("()"), id_)
        elif written := _WRITTEN_RAISED.fullmatch(plain):
            self._layer(written.group(1), written.group(2), id_)
        elif re.fullmatch(r"[^\W\d_][\w\u0300-\u036f]*", plain):
            self._spell(plain, id_)

    def _layers(self, scope: Scope) -> None:
        """Let `W^2` mean W2 where W2 is declared and W is not, or where layers have letters."""
        for word, id_ in [*self.names.items()]:
            parts = _DIGITS_AT_END.fullmatch(word)
            if parts and (parts.group(1) not in self.names or scope.layers):
                self._layer(parts.group(1), parts.group(2), id_)

    def _layer(self, base: str, above: str, id_: str) -> None:
        for other in _greek_spellings(base):
            self.layered.setdefault((other, above), id_)
            self.bases.setdefault(other, id_)

    def known(self, word: str) -> bool:
        """Say whether a word means something by itself."""
        return word in self.names or word in self.functions or word in _LONG_WORDS

    def split(self, word: str, before_power: bool) -> list[str] | None:
        """Split an unknown word into known ones, with digits as pieces of their own; None if it cannot be.

        Args:
            word: Letters and digits.
            before_power: Whether `^` follows, so that a final `e` may be the exponential.
        """
        if len(word) > _SPLIT_MAX:
            return None
        best: list[list[str] | None] = [[]] + [None] * len(word)
        for end in range(1, len(word) + 1):
            for start in range(max(0, end - 24), end):
                head = best[start]
                piece = word[start:end]
                if head is None or (best[end] is not None and len(head) + 1 >= len(best[end] or ())):
                    continue
                if self._may_stand(piece, head, before_power and end == len(word)):
                    best[end] = [*head, piece]
        found = best[len(word)]
        return found if found is not None and 1 < len(found) <= _PIECES_MAX else None

    def _may_stand(self, piece: str, head: list[str], last: bool) -> bool:
        if piece.isdigit():
            before = head[-1] if head else ""
            return before in self.bases or self.ranks.get(self.names.get(before, ""), 0) > 0
        return (
            piece in self.names
            or piece in self.functions
            or piece in ("δ", "𝟏")
            or (last and piece in self.bases)
            or (last and piece == "e")
        )

    def nearest(self, word: str) -> str:
        """Return what was probably meant, as `did you mean ...?`, or the names there are."""
        for cut in range(1, len(word)):
            name, letters = word[:cut], word[cut:]
            if letters.isalpha() and self.ranks.get(self.names.get(name, ""), 0) == len(letters):
                return f"did you mean {name}_{letters}?"
        lower = word.lower()
        same = [name for name in self.spoken() if name.lower() == lower and name != word]
        close = same or get_close_matches(word, [n for n in self.spoken() if abs(len(n) - len(word)) < 3], 2, 0.6)
        if close:
            return f"did you mean {' or '.join(close)}?"
        names = [n for n in dict.fromkeys(self.names.values()) if n not in self.positions]
        return f"the names here are {listed(names)}" if names else "only numbers are read here"

    def nearest_function(self, word: str) -> str:
        """Return what was probably meant by the name of a function, or the functions there are."""
        near = self.nearest(word)
        close = get_close_matches(word.lower(), [n.lower() for n in self.spoken()], 1, FUNCTION_LIKE)
        if close and near.startswith("did you"):
            return near
        known = dict.fromkeys(id_ for id_ in self.functions.values() if id_.isidentifier())
        return f"the functions here are {', '.join(known)}"

    def spoken(self) -> list[str]:
        """Return every word that may be suggested."""
        return [*self.names, *self.functions, *_LONG_WORDS]


_LONG_WORDS = (*SUGGESTED, "delta", "Sum", "stride_tricks", *(option for option in OPTIONS if "_" in option))
"""What is known and may be suggested beside the names and functions of a scope."""


def listed(names: Iterable[str]) -> str:
    """Return names as a readable list, shortened after twelve."""
    some = [*names]
    return ", ".join(some[:12]) + (", ..." if len(some) > 12 else "")


def _greek_spellings(word: str) -> list[str]:
    """Return the word and, where it starts with a Greek letter or its name, the other way of writing that."""
    found = [word]
    if word[:1] in spellings.GREEK_NAMES:
        found.append(spellings.GREEK_NAMES[word[0]] + word[1:])
    else:
        stem = word.rstrip("0123456789")
        if stem in spellings.GREEK:
            found.append(spellings.GREEK[stem] + word[len(stem) :])
    return found


@cached_by_identity(128)
def vocabulary(scope: Scope) -> Vocabulary:
    """Return the vocabulary of a scope; kept for each scope."""
    return Vocabulary(scope)
