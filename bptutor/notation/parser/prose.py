"""Mathematics in prose: chains of relations, unknown names as text."""

from __future__ import annotations

from bptutor.errors import UnreadableAnswer
from bptutor.notation import tree as t
from bptutor.notation.parser import grammar
from bptutor.notation.parser.cursor import Reader
from bptutor.notation.parser.implicit_sizes import as_text, sized
from bptutor.notation.parser.lexer import Kind

_RELATIONS = frozenset(
    ("=", "==", "≠", "!=", "<", "<=", "≤", ">", ">=", "≥", "≈", "∈", "⇒", "=>", "→", "->", "←", "↦", "⇔", "≡", "∝")
) | {"∼", "~", ":=", ",", ":", "…", "...", ";"}  # fmt: skip
_CLOSING = frozenset((")", "]", "}", "_", "^"))
_SHOWN = {"==": "=", "!=": "≠", "<=": "≤", ">=": "≥", "->": "→", "=>": "⇒", "~": "∼", "...": "…"}


def chain(reader: Reader) -> t.Expr:
    """Read `a = b ≤ c, ...` to the end of the text."""
    sides: list[t.Expr] = []
    relations: list[str] = []
    while True:
        sides.append(_side(reader))
        token = reader.next
        if token.kind is Kind.END:
            break
        if token.kind is not Kind.SIGN or token.text in _CLOSING:
            raise reader.error(f"“{token.text}” is not expected here")
        reader.take()
        relations.append(_SHOWN.get(token.text, token.text))
    done = [_decided(reader, side) for side in sides]
    return done[0] if not relations else t.Chain(tuple(done), tuple(relations))


def _side(reader: Reader) -> t.Expr:
    token = reader.next
    if token.kind is Kind.END or (token.kind is Kind.SIGN and token.text in _RELATIONS):
        return t.Text("")
    return grammar.additive(reader)


def _decided(reader: Reader, side: t.Expr) -> t.Expr:
    """Decide what factors side by side mean, as far as the names are known."""
    if not any(isinstance(node, t.Text) for node in t.walk(side)):
        try:
            return sized(side, reader.scope, True)
        except UnreadableAnswer:
            pass
    return _beside(as_text(side))


def _beside(expr: t.Expr) -> t.Expr:
    done = t.rebuild(expr, _beside)
    return t.Mul(done.factors) if isinstance(done, t.Juxtapose) else done
