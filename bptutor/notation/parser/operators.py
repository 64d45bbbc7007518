"""δ, conditions, the identity, ones; and the words with a rule of their own."""

from __future__ import annotations

from collections.abc import Callable

from bptutor.notation.parser.brackets import delta, holds_relation, square
from bptutor.notation.parser.cursor import Reader
from bptutor.notation.parser.lexer import Kind
from bptutor.notation.parser.subscripts import integer, subscript_items
from bptutor.notation.parser.sums import sum_word
from bptutor.notation.tree import (
    Call,
    Delta,
    Expr,
    Name,
)


def sees_two_indices(reader: Reader) -> bool:
    """Say whether `_ij`, `_{i,j}` or `(i,j)` with two indices follows the δ ahead."""
    first, second = reader.ahead(), reader.ahead(2)
    if first.text == "(":
        return sees_letters_in_brackets(reader)
    if first.text != "_":
        return False
    if second.text != "{":
        if second.kind is Kind.NUMBER or len(second.text) < 2:
            return second.text == "" or (reader.ahead(3).kind in (Kind.NUMBER, Kind.WORD) and not reader.ahead(3).space)
        return all(c not in reader.words.names or c in reader.words.positions or c.isdigit() for c in second.text[:2])
    inside, place = [], reader.at + 3
    while reader.tokens[place].text != "}" and reader.tokens[place].kind is not Kind.END:
        inside.append(reader.tokens[place])
        place += 1
    commas = sum(token.text == "," for token in inside)
    signs = any(token.kind is Kind.SIGN and token.text != "," for token in inside)
    return commas == 1 or (not signs and sum(len(token.text) for token in inside) == 2)


def sees_letters_in_brackets(reader: Reader) -> bool:
    """Say whether `(i, j)` with two indices or positions follows the word ahead."""
    if reader.ahead().text != "(":
        return False
    known, commas = reader.words, 0
    for place in range(2, 14):
        token = reader.ahead(place)
        if token.text == ")":
            return commas == 1
        commas += token.text == ","
        word = token.kind is Kind.WORD and (
            len(token.text) > 1 or (token.text in known.names and token.text not in known.positions)
        )
        if word or (token.kind is Kind.SIGN and token.text not in "+-,") or token.kind is Kind.END:
            return False
    return False


def kronecker(reader: Reader) -> Expr:
    """Read `δ_ij`, `delta(i, j)`, `kron(i, j)`."""
    token = reader.take()
    if reader.sees("_"):
        items = subscript_items(reader, 2)
    elif opened := reader.accept("("):
        found = [integer(reader)]
        while reader.accept(","):
            found.append(integer(reader))
        reader.expect(")", opened)
        items = tuple(found)
    else:
        raise reader.error(f"{token.text} is not a name here", "Kronecker's δ has two indices: δ_ij", token)
    if len(items) != 2:
        raise reader.error("Kronecker's δ has two indices", "write δ_ij", token)
    return Delta(*items)


def ones(reader: Reader) -> Expr:
    """Read `𝟏`, `𝟏[z > 0]`, `𝟏_{i=j}`."""
    reader.take()
    if reader.sees("[") and holds_relation(reader):
        return square(reader)
    if reader.sees("_") and reader.ahead().text == "{":
        reader.take()
        opened = reader.take()
        return delta(reader, reader.inside(opened, "}"))
    return Call("ones", ())


def identity(reader: Reader) -> Expr:
    """Read `I`."""
    reader.take()
    return Call("eye", ())


def circle(reader: Reader) -> Expr:
    """Read `π`; `pi` beside an array p is more likely an element of it."""
    token = reader.take()
    if token.text == "pi" and reader.rank(reader.words.names.get("p", "")):
        raise reader.error("pi can be π or an element of p", "write p_i or π", token)
    return Name("pi")


WORDS: dict[str, Callable[[Reader], Expr]] = {
    "δ": kronecker,
    "delta": kronecker,
    "kron": kronecker,
    "sum": sum_word,
    "Sum": sum_word,
    "Σ": sum_word,
    "I": identity,
    "π": circle,
    "pi": circle,
}
"""Words with a rule of their own, where they are no names."""
