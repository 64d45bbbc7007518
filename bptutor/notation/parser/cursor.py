"""The reading head: tokens, the place among them, and what every rule of the grammar needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from typing import NamedTuple

from bptutor.errors import UnreadableAnswer
from bptutor.notation.parser.lexer import Kind, Token, tokens
from bptutor.notation.parser.vocabulary import Vocabulary, listed, vocabulary
from bptutor.notation.scope import Role, Scope
from bptutor.notation.tree import Expr, Name, Neg, Text

MAX_DEPTH = 50
MAX_RETRIES = 60


class Spelling(Enum):
    """Which language a text is read in."""

    ANY = "any"
    """What people type: index, matrix, LaTeX, Unicode, NumPy."""
    NUMPY = "numpy"
    """The expression subset of Python, read exactly as Python would."""


class Rules(NamedTuple):
    """The rules of the grammar that others come back to."""

    whole: Callable[[Reader], Expr]
    """All that may be in brackets."""
    term: Callable[[Reader], Expr]
    """Up to the next `+` or `-`."""
    factor: Callable[[Reader], Expr]
    """One factor with what is attached to it."""


class Reader:
    """One walk over the tokens of one text.

    The rules of the grammar are functions of a reader in the modules beside this one; where they come
    back to an outer rule they find it in `rules`, so that the modules need not import each other in a circle.
    """

    def __init__(self, text: str, scope: Scope, spelling: Spelling, rules: Rules, prose: bool = False) -> None:
        """Split the text into tokens and start at the first."""
        self.scope = scope
        self.vectors = False
        """Whether `u · v` is the dot product and `|u|` the length, as they are for vectors."""
        self.words: Vocabulary = vocabulary(scope)
        self.python = spelling is Spelling.NUMPY
        self.prose = prose
        self.tokens = tokens(text, self.words.known, self.python, prose)
        self.at = 0
        self.depth = 0
        self.bars = 0
        """How many `|` or `‖` are open; then such a sign closes."""
        self.equals = 0
        """Over 0 inside brackets, where `=` is a comparison."""
        self.places = 0
        """How many index brackets are open; in them a position is a place, elsewhere a number."""
        self.loose: dict[str, int] = {}
        """Indices that are used as numbers -> column."""
        self.numerators = 0
        """How many `∂` wait for their `/∂`."""
        self.retries = 0
        """How often prose was read again with a word taken as text."""
        self.rules = rules

    # --- looking and moving -------------------------------------------------------------------------

    @property
    def next(self) -> Token:
        """The token ahead."""
        return self.tokens[self.at]

    def ahead(self, count: int = 1) -> Token:
        """A token further ahead."""
        return self.tokens[min(self.at + count, len(self.tokens) - 1)]

    def take(self) -> Token:
        """Move over the token ahead and return it."""
        token = self.tokens[self.at]
        if token.kind is not Kind.END:
            self.at += 1
        return token

    def sees(self, *signs: str) -> bool:
        """Say whether one of these signs is ahead."""
        token = self.tokens[self.at]
        return token.kind is Kind.SIGN and token.text in signs

    def sees_word(self, *words: str) -> bool:
        """Say whether one of these words is ahead."""
        token = self.tokens[self.at]
        return token.kind is Kind.WORD and token.text in words

    def accept(self, *signs: str) -> Token | None:
        """Move over one of these signs if it is ahead."""
        return self.take() if self.sees(*signs) else None

    def expect(self, sign: str, opened: Token | None = None) -> Token:
        """Move over a sign that must be ahead.

        Args:
            sign: What must be there.
            opened: The bracket that it closes, if it does.
        """
        if self.sees(sign):
            return self.take()
        token = self.next
        if opened is not None and (token.kind is Kind.END or token.text in ")]}"):
            raise self.error(f"the “{opened.text}” here is not closed", f"write “{sign}” where it ends", opened)
        raise self.error(f"“{sign}” is expected here, not {described(token)}")

    def replace(self, count: int, new: list[Token]) -> None:
        """Put other tokens in place of those ahead."""
        self.tokens[self.at : self.at + count] = new

    # --- errors and bounds --------------------------------------------------------------------------

    def error(self, message: str, help: str = "", token: Token | None = None) -> UnreadableAnswer:  # noqa: A002
        """Return an error at a token, by default the one ahead."""
        return UnreadableAnswer((token or self.next).column, message, help)

    @contextmanager
    def nested(self) -> Iterator[None]:
        """Count one level of nesting."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.error("too many brackets or operations inside each other", f"at most {MAX_DEPTH} levels")
        yield
        self.depth -= 1

    @contextmanager
    def fresh(self, equals: int = 1) -> Iterator[None]:
        """Start bars, `=` and numerators afresh, as inside brackets."""
        before = self.bars, self.equals, self.numerators
        self.bars, self.equals, self.numerators = 0, equals, 0
        yield
        self.bars, self.equals, self.numerators = before

    def or_text(self, rule: Callable[[Reader], Expr]) -> Expr:
        """Read by a rule; in prose, take the token ahead as text where the rule cannot read on."""
        if not self.prose:
            return rule(self)
        start = self.at, self.depth, self.bars, self.equals, self.numerators, list(self.tokens)
        try:
            return rule(self)
        except UnreadableAnswer:
            self.retries += 1
            if self.retries > MAX_RETRIES:
                raise
            self.at, self.depth, self.bars, self.equals, self.numerators, self.tokens = start
            return Text(self.take().text)

    # --- what rules share ---------------------------------------------------------------------------

    def expression(self) -> Expr:
        """Read an expression, comparisons included."""
        with self.nested():
            return self.rules.whole(self)

    def inside(self, opened: Token, closing: str) -> Expr:
        """Read an expression up to a closing bracket; bars and `=` start afresh in it."""
        with self.fresh():
            expr = self.expression()
            self.expect(closing, opened)
        return expr

    def signed(self, rule: Callable[[Reader], Expr]) -> Expr:
        """Read by a rule what may have a sign of its own, after a product sign or `**`."""
        sign = self.accept("-", "+")
        if sign is None:
            return rule(self)
        with self.nested():
            right = self.signed(rule)
        return Neg(right) if sign.text == "-" else right

    def name(self, id_: str, token: Token) -> Name:
        """Return a name of the scope, if an answer may use it."""
        allowed = self.scope.allowed
        if allowed is not None and id_ not in allowed:
            declared = self.scope.names.get(id_)
            if declared is not None and declared.role not in (Role.SIZE, Role.POSITION):
                known = listed(name for name in self.scope.names if name in allowed)
                what = f"write it in terms of {known}" if known else "write it with numbers"
                raise self.error(f"{self.scope.shown(id_)} may not stand in this answer", what, token)
        return Name(id_)

    def rank(self, name: str) -> int:
        """Return how many axes a declared name has."""
        return self.words.ranks.get(name, 0)


def described(token: Token) -> str:
    """Return a token for an error message."""
    return "the end" if token.kind is Kind.END else f"“{token.text}”"
