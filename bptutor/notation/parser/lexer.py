"""From text to tokens: numbers, words, signs; LaTeX and Unicode become the plain signs.

Columns are 1-based code points of the text as given, also for the tokens that stand for a
superscript run or a LaTeX command.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from enum import Enum
from typing import NamedTuple

from bptutor.errors import UnreadableAnswer
from bptutor.notation.array_functions.table import WORDS
from bptutor.notation.parser import spellings

MAX_CHARACTERS = 1_000
MAX_TOKENS = 400


class Kind(Enum):
    """What a token is."""

    NUMBER = "number"
    WORD = "word"
    SIGN = "sign"
    STRING = "string"
    TEXT = "text"
    """Words inside LaTeX's `\\text{...}`."""
    END = "end"


class Token(NamedTuple):
    """A piece of the text."""

    kind: Kind
    text: str
    column: int
    space: bool
    """Whether white space comes before it."""


_SUPER = "".join(spellings.SUPERSCRIPTS)
_SUB = "".join(spellings.SUBSCRIPTS)
_VULGAR = "".join(spellings.VULGAR)
_LETTER = rf"(?:[^\W\d_Σ{_SUPER}{_SUB}{_VULGAR}]|[\u0300-\u036f])"
_PIECE = re.compile(
    rf"""(?P<space>[ ]+)
    |(?P<number>(?:[0-9]+(?:\.(?![.*/^])[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    |(?P<word>{_LETTER}(?:{_LETTER}|[0-9])*)
    |(?P<super>[{_SUPER}]+)
    |(?P<sub>[{_SUB}]+)
    |(?P<vulgar>[{_VULGAR}])
    |\\(?P<command>[A-Za-z]+|[ \S])
    |(?P<sign>\.\.\.|\*\*|\.\*|\./|\.\^|->|=>|==|!=|<=|>=|:=|//|\|\||&&|[-+*/@^_'"()\[\]{{}}<>=,;:.|!?%~&\#]
        |[·×⊙∘⊗⊘⋆√∂∇Σ⊤†𝟏‖≠≤≥≈∈→←↦⇒⇔≡∝∼∧…±⌊⌋⌈⌉])""",
    re.VERBOSE,
)
_DIGITS = re.compile(r"[0-9]+")
_NAME = re.compile(rf"{_LETTER}(?:{_LETTER}|[0-9_])*")
_GROUP = re.compile(r"\s*\{([^{}\\]*)\}")
_ONE_SIGN = {"||": "‖", ".^": "^"}
_SPECIAL_WORDS = {"T": "⊤", "1": "𝟏"}


def tokens(text: str, known: Callable[[str], bool], python: bool = False, prose: bool = False) -> list[Token]:
    """Split a text into tokens; the last one is `END`.

    Args:
        text: As it was typed.
        known: Says whether a word with an underscore in it is a name.
        python: Read words and strings as Python does.
        prose: Leave unknown LaTeX commands as words.
    """
    if len(text) > MAX_CHARACTERS:
        raise UnreadableAnswer(
            MAX_CHARACTERS + 1, f"the text has {len(text):,} characters", f"at most {MAX_CHARACTERS:,} can be read"
        )
    return _Lexer(text, known, python, prose).run()


class _Lexer:
    """One walk over one text."""

    def __init__(self, text: str, known: Callable[[str], bool], python: bool, prose: bool) -> None:
        self.text = spellings.plain_letters(text.translate(spellings.SAME_SIGN))
        self.known = known
        self.python = python
        self.prose = prose
        self.found: list[Token] = []
        self.at = 0
        self.space = False
        self.skip: set[int] = set()

    def run(self) -> list[Token]:
        while self.at < len(self.text):
            if self.at in self.skip:
                self.at += 1
            else:
                self._step()
            if len(self.found) > MAX_TOKENS:
                raise UnreadableAnswer(
                    self.found[-1].column, "the text is too long", f"at most {MAX_TOKENS} names, numbers and signs"
                )
        self.found.append(Token(Kind.END, "", len(self.text) + 1, self.space))
        return self.found

    def _step(self) -> None:
        match = _PIECE.match(self.text, self.at)
        if match is None:
            raise self._stranger()
        kind = match.lastgroup or ""
        piece = match.group(kind)
        start, self.at = self.at, match.end()
        if kind == "space":
            self.space = True
        elif kind == "sign":
            self._sign(piece, start)
        elif kind == "word":
            self._word(start)
        elif kind == "number":
            self._number(piece, start)
        elif kind == "command":
            self._command(piece, start)
        elif kind == "vulgar":
            self._add(Kind.NUMBER, spellings.VULGAR[piece], start)
        else:
            self._raised(piece, start, kind)

    def _add(self, kind: Kind, text: str, start: int) -> None:
        self.found.append(Token(kind, text, start + 1, self.space))
        self.space = False

    def _stranger(self) -> UnreadableAnswer:
        char = self.text[self.at]
        if unicodedata.category(char).startswith("C"):
            return UnreadableAnswer(self.at + 1, f"an invisible character (U+{ord(char):04X})", "delete it")
        return UnreadableAnswer(self.at + 1, f"“{char}” is not a sign of the mathematics language")

    def _after(self) -> Token | None:
        """The token right before, with no space between."""
        return self.found[-1] if self.found and not self.space else None

    def _sign(self, sign: str, start: int) -> None:
        before = self._after()
        operand = before is not None and (before.kind in (Kind.WORD, Kind.NUMBER) or before.text in ")]}'⊤")
        if sign == '"' or (sign == "'" and not operand):
            closing = self.text.find(sign, self.at)
            if closing > 0:
                self._add(Kind.STRING, self.text[self.at : closing], start)
                self.at = closing + 1
                return
        self._add(Kind.SIGN, _ONE_SIGN.get(sign, sign), start)

    def _number(self, number: str, start: int) -> None:
        before = self._after()
        if before is not None and before.text == "_" and not number.isdigit() and number[0] != ".":
            number = _DIGITS.match(number).group()  # type: ignore[union-attr]  # it starts with a digit
            self.at = start + len(number)
        elif before is not None and before.text == "\\frac" and number.isdigit():
            for place, digit in enumerate(number):
                self._add(Kind.NUMBER, digit, start + place)
            return
        self._add(Kind.NUMBER, number, start)

    def _word(self, start: int) -> None:
        """Add a word; it goes on over underscores where the longer word is known."""
        long = _NAME.match(self.text, start).group()  # type: ignore[union-attr]  # it starts with a letter
        word = long if self.python else long.partition("_")[0]
        while not self.python and "_" in long:
            if self.known(long):
                word = long
                break
            long = long.rpartition("_")[0]
        self.at = start + len(word)
        if not word.isascii():
            word = unicodedata.normalize("NFC", word)
        self._add(Kind.WORD, word, start)

    def _raised(self, run: str, start: int, kind: str) -> None:
        """Add `^{...}` or `_{...}` for a run of raised or lowered characters."""
        table, sign = (spellings.SUPERSCRIPTS, "^") if kind == "super" else (spellings.SUBSCRIPTS, "_")
        self._add(Kind.SIGN, sign, start)
        self._add(Kind.SIGN, "{", start)
        inner = _Lexer("".join(table[char] for char in run), self.known, False, False).run()[:-1]
        self.found += [token._replace(column=token.column + start) for token in inner]
        self._add(Kind.SIGN, "}", self.at - 1)

    def _command(self, name: str, start: int) -> None:
        if name in spellings.LATEX_SPACES:
            self.space = True
        elif name in spellings.LATEX_SIZES:
            if self.text.startswith(".", self.at):
                self.at += 1
        elif name in spellings.LATEX_TEXT or name in ("begin", "end"):
            self._quoted(name, start)
        elif name in spellings.LATEX_FONTS:
            self._font(start)
        elif name in spellings.LATEX_ACCENTS:
            self._accent(name, start)
        elif name in spellings.LATEX_SIGNS:
            self._add(Kind.SIGN, spellings.LATEX_SIGNS[name], start)
        elif name in spellings.GREEK:
            self._add(Kind.WORD, spellings.GREEK[name], start)
        elif name in WORDS or self.prose:
            self._add(Kind.WORD, name, start)
        else:
            raise UnreadableAnswer(start + 1, f"unknown LaTeX command \\{name}", "write the sign or the name itself")

    def _quoted(self, name: str, start: int) -> None:
        group = _GROUP.match(self.text, self.at)
        if group is None:
            raise UnreadableAnswer(start + 1, f"\\{name} needs braces", f"write \\{name}{{...}}")
        self.at = group.end()
        if name in ("begin", "end"):
            self._add(Kind.SIGN, f"\\{name}{{{group.group(1).strip()}}}", start)
        elif not self.prose and group.group(1).strip() in WORDS:
            self._add(Kind.WORD, group.group(1).strip(), start)
        else:
            self._add(Kind.TEXT, group.group(1), start)

    def _font(self, start: int) -> None:
        """Drop a change of font and the braces around what it changes."""
        group = _GROUP.match(self.text, self.at)
        if group is None:
            return
        content = group.group(1).strip()
        if content in _SPECIAL_WORDS:
            self._add(Kind.SIGN, _SPECIAL_WORDS[content], start)
            self.at = group.end()
        else:
            self.skip |= {group.start(1) - 1, group.end(1)}

    def _accent(self, name: str, start: int) -> None:
        """Join an accent to the letter under it."""
        rest = re.compile(rf"\s*(?:\{{\s*({_LETTER}+)\s*\}}|({_LETTER}))").match(self.text, self.at)
        if rest is None:
            raise UnreadableAnswer(start + 1, f"\\{name} needs a letter", f"write \\{name}{{y}}")
        self.at = rest.end()
        letter = rest.group(1) or rest.group(2)
        self._add(
            Kind.WORD, unicodedata.normalize("NFC", letter[0] + spellings.LATEX_ACCENTS[name] + letter[1:]), start
        )
