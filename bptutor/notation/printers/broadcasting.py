"""Source of NumPy arrays whose axes are indices: how it binds, and how axes are lined up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from keyword import iskeyword

from bptutor.errors import BptutorError


class NoNumpyForm(BptutorError):
    """An expression that no array expression of this kind says."""


class Binds(IntEnum):
    """How tightly Python reads a construction."""

    SUM = 1
    PRODUCT = 2
    SIGN = 3
    POWER = 4
    ATOM = 5


@dataclass(frozen=True)
class Code:
    """Source of an array whose axes are first `letters`, then positional ones."""

    text: str
    binds: Binds = Binds.ATOM
    letters: tuple[str, ...] = ()

    def within(self, need: Binds) -> str:
        """Return the text, in brackets where Python would read it otherwise."""
        return self.text if self.binds >= need else f"({self.text})"


def einsum_spec(operands: Sequence[Sequence[str]], out: Sequence[str]) -> str:
    """Return an einsum specification with one ASCII letter for each index."""
    used = dict.fromkeys(letter for operand in operands for letter in operand)
    free = iter(c for c in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" if c not in used)
    names = {letter: letter if len(letter) == 1 and letter.isascii() else next(free) for letter in used}
    return ",".join("".join(names[c] for c in o) for o in operands) + "->" + "".join(names[c] for c in out)


def moved(code: Code, wanted: tuple[str, ...]) -> Code:
    """Put the axes in another order."""
    if code.letters == wanted:
        return code
    if len(wanted) == 2:
        return replace(code, text=code.within(Binds.ATOM) + ".T", binds=Binds.ATOM, letters=wanted)
    order = ", ".join(str(code.letters.index(letter)) for letter in wanted)
    return Code(f"np.transpose({code.text}, ({order}))", Binds.ATOM, wanted)


def spread(code: Code, letters: tuple[str, ...]) -> Code:
    """Give an array an axis of length 1 for each letter it has not, as far as broadcasting does not by itself."""
    if not code.letters or code.letters == letters:
        return code
    lined = moved(code, tuple(letter for letter in letters if letter in code.letters))
    places = [":" if letter in code.letters else "None" for letter in letters]
    while places[0] == "None":
        places.pop(0)
    if "None" not in places:
        return lined
    return Code(f"{lined.within(Binds.ATOM)}[{', '.join(places)}]", Binds.ATOM, code.letters)


def identifier(name: str) -> str:
    """Return a name as a Python identifier."""
    text = "".join(c if c.isalnum() or c == "_" else "_" for c in name)
    text = text if text.isidentifier() else f"_{text}"
    return f"{text}_" if iskeyword(text) else text
