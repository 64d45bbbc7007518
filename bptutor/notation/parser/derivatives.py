"""∂, d, ∇ and fractions, which may be derivatives."""

from __future__ import annotations

from fractions import Fraction

from bptutor.notation import tree as t
from bptutor.notation.parser.cursor import Reader
from bptutor.notation.parser.functions import argument
from bptutor.notation.parser.lexer import Kind, Token


def rewrite_differentials(reader: Reader) -> bool:
    """Turn `dL/dz_i` ahead into `∂L/∂z_i`; say whether that was so. Declared names stay what they are."""
    token = reader.next
    place = _slash(reader)
    if place is None:
        return False
    below = reader.tokens[place + 1]
    names = reader.words.names
    if "d" in names or below.kind is not Kind.WORD or below.text[0] != "d":
        return False
    if token.text in names and below.text in names:
        return False
    if token.text not in names and token.text in reader.words.functions:
        return False
    _split_d(reader, place + 1)
    _split_d(reader, reader.at)
    return True


def _slash(reader: Reader) -> int | None:
    """Return the place of the `/` that ends the numerator ahead."""
    depth = 0
    for place in range(reader.at, len(reader.tokens) - 1):
        text = reader.tokens[place].text
        if text in ("(", "[", "{"):
            depth += 1
        elif text in (")", "]", "}"):
            depth -= 1
        elif depth == 0 and text == "/":
            return place
        if depth < 0 or (depth == 0 and text in ("+", "-", "*", "@", "·", ",", "=", "⊙")):
            return None
    return None


def _split_d(reader: Reader, place: int) -> None:
    token = reader.tokens[place]
    new = [Token(Kind.SIGN, "∂", token.column, token.space)]
    if token.text[1:]:
        rest = token.text[1:]
        new.append(Token(Kind.NUMBER if rest.isdigit() else Kind.WORD, rest, token.column + 1, False))
    reader.tokens[place : place + 1] = new


def derivative(reader: Reader) -> t.Expr:
    """Read `∂L/∂z_i`, `∂/∂z_i (...)`."""
    token = reader.take()
    if reader.sees("^"):
        raise reader.error("second derivatives are not read", "write one derivative after the other", token)
    if reader.sees("/"):
        by = _below(reader)
        return t.Derivative(argument(reader), by)
    reader.numerators += 1
    of = reader.rules.factor(reader) if reader.sees("(") else argument(reader)
    reader.numerators -= 1
    if not reader.sees("/"):
        if reader.prose:
            return t.Juxtapose((t.Text("∂"), of))
        raise reader.error("∂ needs what it is taken by", "write ∂L/∂z_i", token)
    return t.Derivative(of, _below(reader))


def _below(reader: Reader) -> t.Expr:
    """Read `/∂z_i`."""
    slash = reader.expect("/")
    opened = reader.accept("(")
    if reader.next.kind is Kind.WORD and reader.next.text[0] == "d" and reader.next.text not in reader.words.names:
        _split_d(reader, reader.at)
    if not reader.sees("∂"):
        raise reader.error("∂ needs ∂ below it too", "write ∂L/∂z_i", slash)
    by = _by(reader)
    if opened:
        reader.expect(")", opened)
    return by


def _by(reader: Reader) -> t.Expr:
    reader.expect("∂")
    token = reader.next
    by = reader.rules.factor(reader)
    name = by.base if isinstance(by, t.At) else by
    if not isinstance(name, t.Name) and not reader.prose:
        raise reader.error("a derivative is taken by a name or one of its entries", "write ∂L/∂z or ∂L/∂z_i", token)
    return by


def fraction(reader: Reader) -> t.Expr:
    r"""Read `\frac{a}{b}`, also as a derivative."""
    reader.take()
    if reader.next.text == "{":
        first = reader.ahead()
        if first.text == "∂" or (first.kind is Kind.WORD and first.text[0] == "d" and _frac_by_d(reader)):
            return _frac_derivative(reader)
    return t.Div(_frac_part(reader), _frac_part(reader))


def _frac_part(reader: Reader) -> t.Expr:
    opened = reader.accept("{")
    if opened:
        return reader.inside(opened, "}")
    token = reader.take()
    if token.kind is Kind.NUMBER:
        return t.Number(Fraction(token.text), token.text)
    if token.kind is Kind.WORD and token.text in reader.words.names:
        return reader.name(reader.words.names[token.text], token)
    if token.kind is Kind.WORD and reader.prose:
        return t.Text(token.text)
    raise reader.error("\\frac needs two groups in braces", "write \\frac{a}{b}", token)


def _frac_by_d(reader: Reader) -> bool:
    r"""Whether the second group of the `\frac` ahead starts with d and is no declared name."""
    depth = 0
    for place in range(reader.at, len(reader.tokens) - 1):
        depth += {"{": 1, "}": -1}.get(reader.tokens[place].text, 0)
        if depth == 0:
            below = reader.tokens[place + 2 : place + 3]
            words = reader.words
            return (
                bool(below)
                and below[0].text[:1] == "d"
                and "d" not in words.names
                and not any(words.known(word) for word in (reader.ahead().text, below[0].text))
            )
    return False


def _frac_derivative(reader: Reader) -> t.Expr:
    opened = reader.take()
    if not reader.sees("∂"):
        _split_d(reader, reader.at)
    reader.take()
    of = None
    if reader.sees("^"):
        raise reader.error("second derivatives are not read", "write one derivative after the other")
    if reader.sees("}"):
        reader.take()
    else:
        of = reader.inside(opened, "}")
    second = reader.expect("{")
    if not reader.sees("∂") and reader.next.text[:1] == "d":
        _split_d(reader, reader.at)
    if not reader.sees("∂"):
        raise reader.error("∂ needs ∂ below it too", "write \\frac{\\partial L}{\\partial z_i}")
    by = _by(reader)
    reader.expect("}", second)
    return t.Derivative(argument(reader) if of is None else of, by)


def gradient(reader: Reader) -> t.Expr:
    """Read `∇_z L`."""
    token = reader.take()
    if not reader.sees("_"):
        raise reader.error("∇ needs the name it is taken by", "write ∇_z L or ∂L/∂z", token)
    reader.take()
    opened = reader.accept("{")
    word = reader.next
    if opened is None and word.kind is Kind.WORD and word.text not in reader.words.names and len(word.text) > 1:
        rest = Token(Kind.WORD, word.text[1:], word.column + 1, False)
        reader.replace(1, [word._replace(text=word.text[0]), rest])
        word = reader.next
    if opened is None:
        if word.text not in reader.words.names:
            raise reader.error("∇ needs the name it is taken by", "write ∇_z L or ∂L/∂z", word)
        reader.take()
        by: t.Expr = reader.name(reader.words.names[word.text], word)
    else:
        by = reader.inside(opened, "}")
    if not isinstance(by.base if isinstance(by, t.At) else by, t.Name):
        raise reader.error("a derivative is taken by a name", "write ∇_z L", word)
    return t.Derivative(argument(reader), by)
