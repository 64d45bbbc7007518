"""Factors: numbers, words, brackets, bars, and what is attached to them (`_i`, `^2`, `.T`, `[0]`, `'`)."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

from bptutor.errors import UnreadableAnswer
from bptutor.notation import limits
from bptutor.notation import tree as t
from bptutor.notation.parser import brackets, derivatives, functions, operators, powers, subscripts, sums
from bptutor.notation.parser.cursor import Reader, described
from bptutor.notation.parser.lexer import Kind, Token
from bptutor.notation.parser.spellings import KEYWORDS
from bptutor.notation.scope import Role

_OPENING = frozenset(("(", "{", "Σ", "∂", "∇", "√", "𝟏", "\\frac", "⌊", "⌈"))
_MAX_DECIMAL_EXPONENT = 300
_MAX_DIGITS = 60
_BRACKETS = "([{"
_SPECIAL_WORDS = frozenset(("δ", "delta", "Σ", "e", "I", "kron", "sum", "Sum"))


def starts_factor(reader: Reader) -> bool:
    """Say whether a factor side by side with the one before starts here."""
    token = reader.next
    if token.kind is Kind.WORD:
        return token.text not in KEYWORDS or reader.prose
    if token.kind is Kind.SIGN:
        if token.text in _OPENING or token.text.startswith("\\begin"):
            return True
        if token.text in ("|", "‖"):
            return reader.bars == 0 and not reader.python
        return token.text == "[" and brackets.holds_relation(reader)
    return token.kind is Kind.NUMBER or (token.kind is Kind.TEXT and reader.prose)


def starts_operator(reader: Reader) -> bool:
    """Say whether Σ, ∂, δ or a function starts here, which no one reads as part of a denominator."""
    token = reader.next
    if token.kind is Kind.SIGN:
        return token.text in ("Σ", "∂", "∇", "√", "\\frac", "[", "𝟏")
    words = reader.words
    return token.text not in words.names and (token.text in words.functions or token.text in _SPECIAL_WORDS)


def factor(reader: Reader) -> t.Expr:
    """Read one factor with all that is attached to it."""
    with reader.nested():
        start = reader.next
        return attached(reader, primary(reader), start)


def primary(reader: Reader) -> t.Expr:
    """Read a factor without what is attached to it."""
    token = reader.next
    if token.kind is Kind.NUMBER:
        return number(reader)
    if token.kind is Kind.WORD:
        return reader.or_text(word)
    if token.kind is Kind.SIGN:
        rule = _SIGNS.get(token.text)
        if rule is not None and not (reader.python and token.text not in _BRACKETS):
            return rule(reader) if token.text in _BRACKETS else reader.or_text(rule)
        if token.text.startswith("\\begin") and not reader.python:
            return brackets.environment(reader)
    if reader.prose and token.kind is not Kind.END:
        return t.Text(reader.take().text)
    if token.kind is Kind.END:
        raise reader.error("something is missing at the end", "write the rest of the expression")
    if token.text == ",":
        raise comma(reader)
    raise reader.error(f"a name, a number or a bracket is expected here, not {described(token)}")


def comma(reader: Reader) -> UnreadableAnswer:
    """Return the error for a comma where no list can be."""
    before = reader.tokens[reader.at - 1] if reader.at else None
    if before is not None and before.kind is Kind.NUMBER and reader.ahead().kind is Kind.NUMBER:
        after = reader.ahead().text  # 1,234.5 has its decimal point already
        joined = f"{before.text}{'' if '.' in after else '.'}{after}"
        return reader.error("a comma separates items, it is no decimal point", f"write {joined}")
    return reader.error("a comma does not stand here", "one expression is expected")


def number(reader: Reader) -> t.Number:
    """Read a number exactly."""
    token = reader.take()
    _, _, exponent = token.text.lower().partition("e")
    large = bool(exponent) and (len(exponent) > 5 or abs(int(exponent)) > _MAX_DECIMAL_EXPONENT)
    if large or len(token.text) > _MAX_DIGITS:
        raise reader.error(
            "the number is too large or too small",
            f"at most 1e{_MAX_DECIMAL_EXPONENT}, and {_MAX_DIGITS} digits",
            token,
        )
    return t.Number(Fraction(token.text), token.text)


def word(reader: Reader) -> t.Expr:
    """Read what a word starts: a name, a function, an operator; or split it into words that are known."""
    token = reader.next
    text = token.text
    words = reader.words
    if text[0] == "d" and not reader.python and derivatives.rewrite_differentials(reader):
        return derivatives.derivative(reader)
    if text in words.names:
        id_ = words.names[text]
        if text in ("δ", "delta") and reader.rank(id_) != 2 and operators.sees_two_indices(reader):
            return operators.kronecker(reader)
        reader.take()
        if reader.scope.layers and text in words.bases and powers.sees_layer(reader):
            return powers.layered(reader, token)
        return _counted(reader, reader.name(id_, token))
    if _is_layered(reader, text):
        reader.take()
        return powers.layered(reader, token)
    return _unnamed(reader, token)


def _counted(reader: Reader, name: t.Name) -> t.Expr:
    """Return a name; a position that is a number counts from 0 in NumPy: `np.arange(K) == t`."""
    declared = reader.scope.names.get(name.id)
    if not reader.python or reader.places or declared is None or declared.role is not Role.POSITION:
        return name
    first = reader.scope.count_from
    return t.Add((name, t.Neg(t.Number(Fraction(first))))) if first else name


def _is_layered(reader: Reader, text: str) -> bool:
    """Say whether the word ahead is a base such as W where only W1 and W2 are names."""
    after = reader.ahead().text
    if reader.python or text not in reader.words.bases or text in reader.words.functions or after not in ("^", "_"):
        return False
    return not (text in ("δ", "delta") and after == "_" and operators.sees_two_indices(reader))


def _unnamed(reader: Reader, token: Token) -> t.Expr:
    """Read a word that is no name: a function, an operator, an index; or split it."""
    text = token.text
    special = None if reader.python else operators.WORDS.get(text)
    if special is not None and (text != "kron" or operators.sees_letters_in_brackets(reader)):
        return special(reader)
    if text in ("np", "numpy", "scipy") and reader.ahead().text == ".":
        return functions.numpy(reader)
    if text in reader.words.functions or functions.is_bracketed(reader):
        over_an_index = text in ("max", "min") and reader.ahead().text == "_" and not reader.python
        return sums.largest(reader) if over_an_index else functions.apply(reader)
    if text == "e" and reader.ahead().text in ("^", "**"):
        return powers.exponential(reader)
    if not reader.python:
        pieces = reader.words.split(text, reader.ahead().text in ("^", "**"))
        if pieces is not None:
            reader.replace(1, split_tokens(token, pieces))
            return word(reader)
    return _unknown(reader, token)


def _unknown(reader: Reader, token: Token) -> t.Expr:
    """Read a word that nothing is known of: an index where it is one letter, text in prose, else an error."""
    text = token.text
    if len(text) == 1 and text.isalpha() and not (reader.prose or reader.python):
        reader.take()
        reader.loose.setdefault(text, token.column)
        return t.Letter(text)
    if reader.prose:
        reader.take()
        return t.Text(text)
    if reader.python and len(text) == 1 and any(after.text == "for" for after in reader.tokens[reader.at :]):
        raise reader.error("a loop over entries is not read here", "write it for whole arrays, with @ or np.sum")
    called = "function" if reader.ahead().text == "(" else "name"
    meant = reader.words.nearest_function(text) if called == "function" else reader.words.nearest(text)
    raise reader.error(f"{text} is not a {called} here", meant)


def split_tokens(token: Token, pieces: list[str]) -> list[Token]:
    """Return tokens for the pieces of a word; digits become a subscript."""
    found: list[Token] = []
    column = token.column
    for piece in pieces:
        space = token.space and not found
        if piece.isdigit():
            found.append(Token(Kind.SIGN, "_", column, False))
            found.append(Token(Kind.NUMBER, piece, column, False))
        else:
            found.append(Token(Kind.WORD, piece, column, space))
        column += len(piece)
    return found


def attached(reader: Reader, expr: t.Expr, start: Token) -> t.Expr:
    """Read subscripts, powers, transposes, methods and brackets attached to an expression."""
    while reader.next.kind is Kind.SIGN:
        sign = reader.next.text
        if sign == "_" and not reader.python:
            power = expr if isinstance(expr, t.Pow) and isinstance(expr.base, t.Name) else None
            expr = subscripts.attach(reader, power.base if power else expr)
            expr = t.Pow(expr, power.exponent) if power else expr
        elif sign in ("^", "**"):
            expr = powers.raised(reader, expr, start)
        elif sign == "'" and not reader.python:
            expr = _primed(reader, expr)
        elif sign == "." and reader.ahead().kind is Kind.WORD:
            expr = functions.attribute(reader, expr)
        elif sign == "[" and not isinstance(expr, (t.Number, t.Text)) and not brackets.holds_relation(reader):
            expr = brackets.indexed(reader, expr)
        elif sign == "!" and not reader.python:
            expr = _factorial(reader, expr)
        else:
            break
    return expr


def _primed(reader: Reader, expr: t.Expr) -> t.Expr:
    token = reader.take()
    if isinstance(expr, t.Text):
        return t.Text(expr.text + "′")
    if isinstance(expr, t.At) or (isinstance(expr, t.Name) and reader.rank(expr.id) == 0):
        raise reader.error(
            "a prime is a transpose or the derivative of a function", "write the derivative as ∂L/∂z", token
        )
    return t.Transpose(expr)


def _factorial(reader: Reader, expr: t.Expr) -> t.Expr:
    token = reader.take()
    if not isinstance(expr, t.Number) or expr.value.denominator != 1 or not 0 <= expr.value <= limits.MAX_FACTORIAL:
        raise reader.error("a factorial needs a whole number", f"at most {limits.MAX_FACTORIAL}!", token)
    return t.Number(Fraction(math.factorial(int(expr.value))))


def _root(reader: Reader) -> t.Expr:
    reader.take()
    return t.Call("sqrt", (factor(reader),))


_SIGNS: dict[str, Callable[[Reader], t.Expr]] = {
    "(": brackets.parenthesis,
    "[": brackets.square,
    "{": lambda reader: reader.inside(reader.take(), "}"),
    "|": brackets.bars,
    "‖": brackets.bars,
    "⌊": brackets.floored,
    "⌈": brackets.floored,
    "Σ": sums.summation,
    "∂": derivatives.derivative,
    "∇": derivatives.gradient,
    "√": _root,
    "𝟏": operators.ones,
    "\\frac": derivatives.fraction,
}
