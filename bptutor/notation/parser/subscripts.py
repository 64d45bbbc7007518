"""Subscripts: indices, positions, whole axes, and arithmetic on them."""

from __future__ import annotations

from fractions import Fraction

from bptutor.errors import UnreadableAnswer
from bptutor.notation import tree as t
from bptutor.notation.parser.cursor import Reader, described
from bptutor.notation.parser.lexer import Kind, Token
from bptutor.notation.scope import Role, counted
from bptutor.notation.shapes import axes as shapes

_KEEPS_RANK = ("exp", "log", "sqrt", "sigmoid", "relu", "softmax", "tanh", "abs")


def attach(reader: Reader, base: t.Expr) -> t.Expr:
    """Read `_...` after an array."""
    sign = reader.next
    if isinstance(base, t.Call) and base.function == "eye" and not base.args:
        items = subscript_items(reader, 2)
        if len(items) == 2:
            return t.Delta(*items)
        raise reader.error("I has two indices", "write I_ij", sign)
    axes = rank(reader, base)
    if axes == 0 and isinstance(base, t.Name) and reader.prose:
        base, axes = t.Text(reader.scope.shown(base.id)), None
    if axes == 0 and isinstance(base, t.Name):
        raise reader.error(f"{reader.scope.shown(base.id)} is one number and has no index", "leave the index out", sign)
    if isinstance(base, (t.Number, t.At)):
        raise reader.error("an index does not stand here", "an index belongs to an array", sign)
    items = subscript_items(reader, axes)
    if axes is not None and len(items) > axes:
        raise reader.error(
            f"{_called(reader, base)} has {counted(axes)}, not {len(items)}", "write one letter for each axis", sign
        )
    return t.At(base, items + (t.Whole(),) * ((axes or 0) - len(items)))


def _called(reader: Reader, base: t.Expr) -> str:
    if isinstance(base, t.Name):
        axes = reader.scope.names[base.id].axes if base.id in reader.scope.names else ()
        return f"{reader.scope.shown(base.id)} [{', '.join(axes)}]"
    return "this"


def axes_of(reader: Reader, expr: t.Expr) -> tuple[str, ...] | None:
    """Return the axes of an expression; None where they do not fit, or cannot be seen yet."""
    if any(isinstance(node, t.Juxtapose) for node in t.walk(expr)):
        return None
    try:
        return shapes.of(expr, reader.scope, columns=not reader.python).axes
    except UnreadableAnswer:
        return None


def known_axes(reader: Reader, expr: t.Expr) -> tuple[str, ...]:
    """Return the axes of an array; empty for one number and where they have no names."""
    found = axes_of(reader, expr) or ()
    return found if all(found) else ()


def rank(reader: Reader, expr: t.Expr) -> int | None:
    """Return how many axes an expression has, as far as that can be seen without its factors decided."""
    if reader.python:
        found = axes_of(reader, expr)
        return None if found is None else len(found)
    if isinstance(expr, t.Name):
        return reader.rank(expr.id)
    if isinstance(expr, (t.Transpose, t.Neg)):
        return rank(reader, expr.arg)
    if isinstance(expr, t.Call) and expr.function.rstrip("'") in _KEEPS_RANK:
        return rank(reader, expr.args[0])
    if isinstance(expr, t.Add):
        ranks = [rank(reader, part) for part in expr.terms]
        return None if None in ranks else max(r for r in ranks if r is not None)
    return None


def subscript_items(reader: Reader, axes: int | None) -> tuple[t.Expr, ...]:
    """Read a subscript: `_ij`, `_{ij}`, `_{i,j}`, `_21`, `_{i+m,j+n}`, `_{i,:}`.

    Args:
        reader: Is at `_`.
        axes: How many axes the array has; None when that is not known.
    """
    sign = reader.take()
    opened = reader.accept("{")
    items = _listed(reader, axes, opened) if opened else _bare(reader, axes)
    if not items:
        raise reader.error("an index is expected after “_”", "write x_i or W_{ij}", sign)
    return tuple(items)


def _bare(reader: Reader, axes: int | None) -> list[t.Expr]:
    """Read letters and digits right after `_`, as many as there are axes; the rest of the word is left."""
    items: list[t.Expr] = []
    while axes is None or len(items) < axes:
        token = reader.next
        if token.kind is Kind.NUMBER and token.text.isdigit() and not (items and token.space):
            reader.take()
            items += _digits(reader, token, None if axes is None else axes - len(items))
        elif token.kind is Kind.WORD and not (items and token.space):
            if items and axes is None and len(token.text) == 1 and reader.ahead().text in ("_", "^"):
                break  # of `s_iu_i`, u starts anew
            if token.text in reader.words.positions:
                reader.take()
                items.append(t.Name(reader.words.names[token.text]))
            else:
                items.append(_letter(reader, token))
        else:
            break
    return items


def _digits(reader: Reader, token: Token, axes: int | None) -> list[t.Expr]:
    """Return one position, or one for each digit where there are as many axes as digits."""
    text = token.text
    if axes is not None and axes > 1 and len(text) > 1:
        if len(text) != axes:
            raise reader.error(f"the positions in {text} can be read in several ways", "write {1,12}", token)
        return [t.Number(Fraction(digit), digit) for digit in text]
    return [t.Number(Fraction(text), text)]


def _letter(reader: Reader, token: Token) -> t.Expr:
    """Take the first letter of a word as an index; what is left of the word stays."""
    letter = token.text[0]
    rest = token.text[1:]
    if rest:
        reader.replace(1, [Token(Kind.NUMBER if rest.isdigit() else Kind.WORD, rest, token.column + 1, False)])
    else:
        reader.take()
    if letter in reader.words.positions:
        return t.Name(reader.words.names[letter])
    if letter in reader.words.names:
        what = "a number" if reader.rank(reader.words.names[letter]) == 0 else "an array"
        raise reader.error(f"{letter} is {what} here and cannot be an index", "use another letter", token)
    if not letter.isalpha():
        raise reader.error(f"an index letter is expected here, not {described(token)}", "", token)
    return t.Letter(letter)


def _listed(reader: Reader, axes: int | None, opened: Token) -> list[t.Expr]:
    """Read what is in braces: items with commas, or side by side."""
    items: list[t.Expr] = []
    commas = False
    single = axes == 1 or _has_comma(reader)
    while not reader.sees("}"):
        if reader.accept(","):
            commas = True
            continue
        if reader.next.kind is Kind.END:
            reader.expect("}", opened)
        token = reader.next
        if reader.accept(":"):
            items.append(t.Whole())
        elif (
            token.kind is Kind.NUMBER
            and token.text.isdigit()
            and not commas
            and (reader.tokens[reader.at - 1] is opened and reader.ahead().text == "}")
        ):
            reader.take()
            items += _digits(reader, token, axes)
        else:
            items.append(integer(reader, times=single))
    reader.take()
    return items


def _has_comma(reader: Reader) -> bool:
    """Tell whether commas part the items up to the closing brace, so that `2p` is one of them."""
    for token in reader.tokens[reader.at :]:
        if token.text in {",", "}"}:
            return token.text == ","
    return False


def integer(reader: Reader, *, times: bool = False) -> t.Expr:
    """Read integer arithmetic on letters, positions and sizes: `i+m`, `2*i-1`, `K`.

    Args:
        reader: Is at it.
        times: Whether a number right before a letter multiplies it, as in `2p+m`.
    """
    terms: list[t.Expr] = []
    sign = reader.accept("-", "+")
    while True:
        term = _integer_product(reader, times)
        terms.append(t.Neg(term) if sign is not None and sign.text == "-" else term)
        sign = reader.accept("-", "+")
        if sign is None:
            return terms[0] if len(terms) == 1 else t.Add(tuple(terms))


def _integer_product(reader: Reader, times: bool) -> t.Expr:
    factors = [_integer_atom(reader)]
    while reader.accept("*", "·") or (
        times and isinstance(factors[-1], t.Number) and (reader.next.kind is Kind.WORD or reader.sees("("))
    ):
        factors.append(_integer_atom(reader))
    return factors[0] if len(factors) == 1 else t.Mul(tuple(factors))


def _integer_atom(reader: Reader) -> t.Expr:
    token = reader.next
    if token.kind is Kind.NUMBER and token.text.isdigit():
        reader.take()
        return t.Number(Fraction(token.text), token.text)
    if token.kind is Kind.WORD:
        id_ = reader.words.names.get(token.text)
        if id_ is not None and id_ in reader.words.positions:
            reader.take()
            return t.Name(id_)
        letter = _letter(reader, token)
        if reader.sees("'") and isinstance(letter, t.Letter):
            reader.take()
            return t.Letter(letter.id + "'")
        return letter
    opened = reader.accept("(")
    if opened:
        with reader.nested():
            inner = integer(reader)
        reader.expect(")", opened)
        return inner
    raise reader.error(f"an index is expected here, not {described(token)}", "write a letter or a position")


def is_index(reader: Reader, expr: t.Expr) -> bool:
    """Say whether an expression is integer arithmetic with at least one letter or position in it."""
    if isinstance(expr, t.Letter):
        return True
    if isinstance(expr, t.Name):
        declared = reader.scope.names.get(expr.id)
        return declared is not None and declared.role is Role.POSITION
    if isinstance(expr, t.Add):
        return any(is_index(reader, part) for part in expr.terms)
    return isinstance(expr, t.Neg) and is_index(reader, expr.arg)
