"""Superscripts: powers, transposes, layers, `e^x`."""

from __future__ import annotations

from fractions import Fraction

from bptutor.notation import limits
from bptutor.notation import tree as t
from bptutor.notation.parser.cursor import Reader, described
from bptutor.notation.parser.lexer import Kind, Token
from bptutor.notation.parser.subscripts import attach, rank, subscript_items
from bptutor.notation.parser.vocabulary import listed

_TRANSPOSES = ("T", "⊤", "'")


def raised(reader: Reader, expr: t.Expr, start: Token) -> t.Expr:
    """Read `^...` or `**...` after an expression."""
    sign = reader.next
    if reader.python and sign.text == "^":
        raise reader.error("^ is not a power in Python", "write **")
    if sign.text == "^" and _accept_transpose(reader, expr):
        if isinstance(expr, t.At):
            raise reader.error("an element has no transpose", "write the transpose first: (W^T)_{ij}", sign)
        return t.Transpose(expr)
    if sign.text == "^" and _ends_in_power(reader, expr, start):
        raise reader.error("two exponents one after the other", "write (x^a)^b or x^(a b)", sign)
    reader.take()
    power = exponent(reader, sign)
    if isinstance(expr, t.Name) and reader.rank(expr.id) == 2 and power == t.Neg(t.Number(Fraction(1))):
        return t.Call("pinv", (expr,))
    return checked(reader, t.Pow(expr, power), sign)


def _ends_in_power(reader: Reader, expr: t.Expr, start: Token) -> bool:
    """Whether an exponent was just read, without brackets around the power."""
    power = isinstance(expr, t.Pow) or (isinstance(expr, t.Call) and expr.function == "exp" and start.text == "e")
    return power and start.text not in ("(", "[", "{")


def _accept_transpose(reader: Reader, expr: t.Expr) -> bool:
    r"""Move over `^T`, `^{T}`, `^\top`, `^⊤`, `^'` if it is ahead and T is no number."""
    first = reader.ahead()
    braces = first.text in ("{", "(")
    token = reader.ahead(2) if braces else first
    if token.text not in _TRANSPOSES or (token.text == "T" and _is_declared(reader, expr, token)):
        return False
    if braces and reader.ahead(3).text not in ("}", ")"):
        return False
    reader.at += 4 if braces else 2
    return True


def _is_declared(reader: Reader, expr: t.Expr, token: Token) -> bool:
    """Say whether the T above an expression is a declared number; above an array `ᵀ`, or the T of a size, is none."""
    array = not isinstance(expr, (t.At, t.Number)) and rank(reader, expr) != 0
    typed = token.column > reader.next.column and "T" not in reader.words.sizes
    return "T" in reader.words.names and (typed or not array)


def checked(reader: Reader, power: t.Pow, token: Token) -> t.Pow:
    """Return a power if its constant exponents are within the bound."""
    if limits.bounded(power):
        return power
    raise reader.error("the power is too large", f"exponents up to {limits.MAX_EXPONENT:,} can be read", token)


def exponent(reader: Reader, sign: Token) -> t.Expr:
    """Read what is after `^` or `**`; without brackets it is one number or name."""
    if sign.text == "**":
        return reader.signed(reader.rules.factor)
    opened = reader.accept("{")
    if opened:
        reader.accept("⊙", "∘")  # each entry to a power, as every power here
        return reader.inside(opened, "}")
    if reader.sees("("):
        return reader.inside(reader.take(), ")")
    negative = reader.accept("-")
    token = reader.next
    if token.kind is Kind.NUMBER:
        reader.take()
        power: t.Expr = t.Number(Fraction(token.text), token.text)
        if token.text == "1" and reader.sees("/") and reader.ahead().kind is Kind.NUMBER:
            raise reader.error("x^1/2 is read in two ways", "write x^(1/2) or (x^1)/2", sign)
    elif (
        token.kind is Kind.WORD
        and reader.rank(reader.words.names.get(token.text, token.text)) == 0
        and token.text in reader.words.names
    ):
        reader.take()
        power = reader.name(reader.words.names[token.text], token)
    elif token.kind is Kind.WORD or reader.sees("√", "Σ"):
        power = reader.rules.factor(reader)
    else:
        raise reader.error(f"an exponent is expected here, not {described(token)}")
    return t.Neg(power) if negative else power


def exponential(reader: Reader) -> t.Expr:
    """Read `e^x` as exp(x)."""
    e = reader.take()
    sign, first = reader.take(), reader.at
    bare = sign.text == "^" and not reader.sees("{", "(")
    power = exponent(reader, sign)
    after = reader.next
    function = after.text == "e" or (after.text in reader.words.functions and after.text not in reader.words.names)
    if bare and not after.space and after.kind in (Kind.WORD, Kind.NUMBER) and not function:
        typed = "".join(token.text for token in reader.tokens[first : reader.at])
        raise reader.error("where does the exponent end?", f"write e^({typed}{after.text}) or put a space after it", e)
    return t.Call("exp", (power,))


# --- layers -----------------------------------------------------------------------------------------


def sees_layer(reader: Reader) -> bool:
    """Say whether an exponent with a layer letter is ahead, perhaps after a subscript."""
    place = reader.at
    if reader.tokens[place].text == "_":
        place = _over(reader, place + 1)
    if reader.tokens[place].text != "^":
        return False
    end = _over(reader, place + 1)
    return any(token.text in reader.scope.layers for token in reader.tokens[place + 1 : end])


def _over(reader: Reader, place: int) -> int:
    """Return the place after the group or token at `place`."""
    closing = {"{": "}", "(": ")", "[": "]"}.get(reader.tokens[place].text)
    if closing is None:
        return min(place + 1, len(reader.tokens) - 1)
    while reader.tokens[place].text != closing and reader.tokens[place].kind is not Kind.END:
        place += 1
    return min(place + 1, len(reader.tokens) - 1)


def layered(reader: Reader, base: Token) -> t.Expr:
    """Read a name whose layer is a superscript (`W^2`, `z^{l-1}_i`, `W_{ij}^{l-1}`) or a subscript (`W_2`)."""
    some = reader.words.bases[base.text]
    if reader.next.text == "_" and (not sees_power_after_subscript(reader) or _sees_transpose_of_layer(reader, base)):
        return _layer_below(reader, base)
    items = None
    if reader.next.text == "_":
        items = subscript_items(reader, reader.rank(some))
    reader.expect("^")
    above, transposed = _above(reader, base)
    id_ = reader.words.layered.get((base.text, above))
    if id_ is None and not above:
        raise reader.error(f"{base.text} is not a name here", reader.words.nearest(base.text), base)
    if id_ is None:
        known = [layer for name, layer in reader.words.layered if name == base.text]
        raise reader.error(f"{base.text} has no layer {above} here", f"there is {listed(known)}", base)
    expr: t.Expr = reader.name(id_, base)
    if transposed:
        expr = t.Transpose(expr)
    return expr if items is None else t.At(expr, items)


def sees_power_after_subscript(reader: Reader) -> bool:
    """Say whether `^` follows the subscript ahead."""
    return reader.tokens[_over(reader, reader.at + 1)].text == "^"


def _sees_transpose_of_layer(reader: Reader, base: Token) -> bool:
    """Say whether `_1^T` is ahead of a base whose layer 1 is declared: only an array has a transpose."""
    place = _over(reader, reader.at + 1)
    above = reader.tokens[place + 2 if reader.tokens[place + 1].text in ("{", "(") else place + 1]
    return above.text in _TRANSPOSES and (base.text, _below(reader)) in reader.words.layered


def _below(reader: Reader) -> str:
    """Return the first token of the subscript ahead."""
    return reader.tokens[reader.at + (2 if reader.ahead().text == "{" else 1)].text


def _layer_below(reader: Reader, base: Token) -> t.Expr:
    id_ = reader.words.layered.get((base.text, _below(reader)))
    if id_ is None:
        raise reader.error(f"{base.text} is not a name here", reader.words.nearest(base.text), base)
    reader.at = _over(reader, reader.at + 1)
    return attach(reader, reader.name(id_, base)) if reader.sees("_") else reader.name(id_, base)


def _above(reader: Reader, base: Token) -> tuple[str, bool]:
    """Read a layer: a number, a layer letter with plus or minus a number, perhaps with a T after it."""
    closing = {"{": "}", "(": ")", "[": "]"}.get(reader.next.text)
    if closing is None:
        parts = [reader.take()]
    else:
        opened, end = reader.take(), reader.at
        while reader.tokens[end].text != closing and reader.tokens[end].kind is not Kind.END:
            end += 1
        parts, reader.at = reader.tokens[reader.at : end], end
        reader.expect(closing, opened)
    parts = [part for part in parts if part.text not in ("(", ")", "[", "]", ",")]
    transposed = bool(parts) and parts[-1].text in _TRANSPOSES
    if transposed:
        parts = parts[:-1]
    return _layer(reader, base, parts), transposed


def _layer(reader: Reader, base: Token, parts: list[Token]) -> str:
    if len(parts) == 1 and (base.text, parts[0].text) in reader.words.layered:
        return parts[0].text
    if not parts:
        return ""
    total, sign = 0, 1
    for part in parts:
        if part.text in "+-":
            sign = 1 if part.text == "+" else -1
        elif part.text in reader.scope.layers:
            total += sign * reader.scope.layers[part.text]
        elif part.kind is Kind.NUMBER and part.text.isdigit() and len(part.text) < 4:
            total += sign * int(part.text)
        else:
            known = listed(layer for name, layer in reader.words.layered if name == base.text)
            raise reader.error(f"{part.text} is not a layer of {base.text}", f"there is {known}", part)
    return str(total)
