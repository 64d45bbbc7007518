"""Unicode's raised and lowered letters, and the identifiers that text is split into."""

from __future__ import annotations

import re

_PLAIN = "0123456789+−=()"
LOWER = dict(zip(_PLAIN, "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎", strict=True))
LOWER |= dict(zip("aehijklmnoprstuvx", "ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))
UPPER = dict(zip(_PLAIN, "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾", strict=True))
UPPER |= dict(zip("abcdehijklmnoprsuvwxyz", "ᵃᵇᶜᵈᵉʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵘᵛʷˣʸᶻ", strict=True))
UPPER |= dict(zip("Lβγδ", "ᴸᵝᵞᵟ", strict=True))
"""No raised T or t: it is the transpose."""

LOWERED = {low: plain for plain, low in LOWER.items()}
RAISED = {high: plain for plain, high in UPPER.items()}


TYPED = re.compile(r"(?<![\w.^])(d?[^\W\d_][\d¹²³⁴]?)_([^\W_]{1,3})(?![\w(])")
"""A name with subscripts in running text, as it is typed: `z_2`, `Z_sop`."""


def in_type(text: str) -> str:
    """Return running text with the subscripts that Unicode has: `z_2` as z₂."""
    return TYPED.sub(lambda name: name[1] + (lowered(name[2]) or f"_{name[2]}"), text)


def lowered(text: str) -> str:
    """Return the text in subscript letters, or "" when one of its characters has none."""
    return _translated(text, LOWER)


def raised(text: str) -> str:
    """Return the text in superscript letters, or "" when one of its characters has none."""
    return _translated(text, UPPER)


def _translated(text: str, letters: dict[str, str]) -> str:
    tight = text.replace(" ", "").replace("-", "−")
    return "".join(letters[c] for c in tight) if all(c in letters for c in tight) else ""


def ends_in_script(text: str) -> bool:
    """Whether the last character is raised or lowered."""
    return bool(text) and (text[-1] in LOWERED or text[-1] in RAISED or text[-1] == "ᵀ")


def is_letter(character: str) -> bool:
    """Whether a character can be in an identifier and is no digit, no raised or lowered letter."""
    return character.isalpha() and character not in LOWERED and character not in RAISED and character != "ᵀ"


def leading_word(text: str) -> str:
    """Return the run of letters that a text begins with."""
    for n, character in enumerate(text):
        if not is_letter(character):
            return text[:n]
    return text


def trailing_word(text: str) -> str:
    """Return the run of letters and digits that a text ends with, when it begins with a letter."""
    start = len(text)
    while start and (is_letter(text[start - 1]) or (text[start - 1].isdigit() and text[start - 1].isascii())):
        start -= 1
    run = text[start:]
    return run.lstrip("0123456789")


def split_scripts(text: str) -> tuple[str, str, str]:
    """Split a display such as `z⁽ˡ⁾₁` into its letters, what is lowered, and what is raised, all as plain text."""
    base = text
    low = high = ""
    while len(base) > 1 and (base[-1] in LOWERED or base[-1] in RAISED):
        if base[-1] in LOWERED:
            low = LOWERED[base[-1]] + low
        else:
            high = RAISED[base[-1]] + high
        base = base[:-1]
    return base, low, high
