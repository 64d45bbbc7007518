"""Σ, ∂, δ, ∇, fractions, `max_k`: what has letters of its own or a form of its own."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from bptutor.notation.reading import bounds
from bptutor.notation.reading.brackets import delta, holds_relation, parenthesis, square, whole_number
from bptutor.notation.reading.calls import argument, arguments
from bptutor.notation.reading.lexer import Kind, Token
from bptutor.notation.reading.reader import Reader, described
from bptutor.notation.reading.spellings import RELATIONS
from bptutor.notation.reading.subscripts import integer, subscript_items
from bptutor.notation.tree import (
    At,
    Call,
    Compare,
    Delta,
    Derivative,
    Div,
    Expr,
    Juxtapose,
    Letter,
    Mul,
    Name,
    Number,
    Relation,
    Sum,
    Text,
    Whole,
    rebuild,
)

# --- sums -----------------------------------------------------------------------------------------------


def summation(reader: Reader) -> Expr:
    """Read `Σ_k ...`; the body reaches to the next `+` or `-` outside brackets."""
    token = reader.take()
    if not reader.sees("_"):
        raise reader.error("the sum needs its letter", "write Σ_k x_k", token)
    letters, where, low = _range(reader, token)
    high = _upper(reader) if reader.sees("^") else None
    _check_range(reader, low, high, token)
    with reader.nested():
        body = reader.rules.term(reader)
    return Sum(letters, body, where, low, high)


def _range(reader: Reader, token: Token) -> tuple[tuple[str, ...], Expr | None, Expr | None]:
    """Read what stands below Σ: letters, a condition, a lower end."""
    reader.take()
    opened = reader.accept("{", "(")
    letters: list[str] = []
    conditions: list[Expr] = []
    low: Expr | None = None
    while True:
        word = reader.next
        if word.kind is not Kind.WORD:
            raise reader.error(f"the letter of the sum is expected here, not {described(word)}", "write Σ_k x_k")
        bound = _bound_letters(reader, word, opened is not None, letters)
        letters += [letter for letter in bound if letter not in letters]
        sign = reader.next.text if reader.next.kind is Kind.SIGN else ""
        if sign == "=":
            reader.take()
            low = integer(reader)
            if reader.accept("..."):
                integer(reader)
        elif sign in RELATIONS:
            reader.take()
            conditions.append(Compare(Relation(RELATIONS[sign]), Letter(bound[-1]), integer(reader)))
        if opened is None or not (reader.accept(",", ":", "|", ";") or reader.next.kind is Kind.WORD):
            break
    if opened is not None:
        reader.expect("}" if opened.text == "{" else ")", opened)
    where = None if not conditions else conditions[0] if len(conditions) == 1 else Mul(tuple(conditions))
    return tuple(letters), where, low


def _bound_letters(reader: Reader, word: Token, many: bool, known: list[str]) -> list[str]:
    """Take letters of a sum; without braces only one, and the rest of the word is the body."""
    reader.take()
    text = word.text
    if not many and len(text) > 1:
        rest = text[1:]
        reader.tokens.insert(reader.at, Token(Kind.WORD, rest, word.column + 1, True))
        text = text[0]
    for letter in text:
        if letter in reader.words.names:
            raise reader.error(f"{letter} is a name here and cannot be summed over", "use another letter", word)
        if not letter.isalpha():
            raise reader.error(f"a letter is expected here, not {letter}", "write Σ_k x_k", word)
    return [*text]


def _upper(reader: Reader) -> Expr:
    reader.take()
    opened = reader.accept("{", "(")
    if opened is None:
        token = reader.next
        if token.kind is Kind.WORD and len(token.text) > 1 and token.text not in reader.words.names:
            reader.replace(1, [token._replace(text=token.text[0]), token._replace(text=token.text[1:], space=True)])
        if reader.sees("-"):
            raise reader.error("the upper end of the sum is not clear", "write Σ_{k=1}^{K}")
        return _end(reader)
    high = integer(reader)
    reader.expect("}" if opened.text == "{" else ")", opened)
    return high


def _end(reader: Reader) -> Expr:
    token = reader.next
    if token.kind is Kind.NUMBER and token.text.isdigit():
        reader.take()
        return Number(Fraction(token.text), token.text)
    if token.kind is Kind.WORD and token.text in reader.words.positions:
        reader.take()
        return Name(reader.words.names[token.text])
    raise reader.error(f"the upper end of the sum is expected here, not {described(token)}", "write Σ_{k=1}^{K}")


def _check_range(reader: Reader, low: Expr | None, high: Expr | None, token: Token) -> None:
    first, last = (whole_number(end) if end is not None else None for end in (low, high))
    if high is not None and low is None:
        raise reader.error("the sum has an upper end and no lower one", "write Σ_{k=1}^{K}", token)
    if last is not None and last - (first or 0) >= bounds.MAX_RANGE:
        raise reader.error("the sum has too many terms", f"at most {bounds.MAX_RANGE}", token)


def sum_word(reader: Reader) -> Expr:
    """Read `sum_k x_k`, `sum(k, x_k)`, `Sum(x_k, k)`, `sum(x)`."""
    token = reader.next
    if reader.ahead().text == "_":
        return summation(reader)
    if reader.ahead().text != "(":
        raise reader.error("the sum needs its letter", "write Σ_k x_k or sum(x)", token)
    reader.take()
    call = arguments(reader, token)
    if len(call.args) == 2 and not call.options:
        for letter, body in (call.args, call.args[::-1]):
            if isinstance(letter, Letter) and isinstance(body, Expr):
                return Sum((letter.id,), body)
    return call.built("sum")


def largest(reader: Reader) -> Expr:
    """Read `max_k z_k` as the largest entry over the letter's axis."""
    token = reader.take()
    letters, where, low = _range(reader, token)
    if where is not None or low is not None:
        raise reader.error(f"{token.text} takes a letter only", f"write {token.text}_k z_k", token)
    body = argument(reader) if not reader.sees("(") else reader.rules.factor(reader)
    found: set[str] = set()
    whole = _whole_over(body, letters, found)
    if found != set(letters):
        raise reader.error(f"{token.text} over {', '.join(letters)} of something without it", "", token)
    return Call(token.text, (whole,))


def _whole_over(expr: Expr, letters: tuple[str, ...], found: set[str]) -> Expr:
    if isinstance(expr, At):
        subscripts = list(expr.subscripts)
        for place, subscript in enumerate(subscripts):
            if isinstance(subscript, Letter) and subscript.id in letters:
                found.add(subscript.id)
                subscripts[place] = Whole()
        whole = all(isinstance(s, Whole) for s in subscripts)
        return expr.base if whole else At(expr.base, tuple(subscripts))
    return rebuild(expr, lambda part: _whole_over(part, letters, found))


# --- δ, conditions, the identity, ones ------------------------------------------------------------------


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
    """Say whether `(i, j)` with two index letters or positions follows the word ahead."""
    if reader.ahead().text != "(":
        return False
    known = reader.words
    first = reader.ahead(2)
    return first.kind is Kind.NUMBER or (
        len(first.text) == 1 and (first.text not in known.names or first.text in known.positions)
    )


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


def iverson(reader: Reader) -> Expr:
    """Read `[z > 0]` beside another factor."""
    return square(reader)


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


def euler(reader: Reader) -> Expr:
    """Read `e` standing alone."""
    reader.take()
    return Name("e")


def circle(reader: Reader) -> Expr:
    """Read `π`."""
    reader.take()
    return Name("pi")


# --- derivatives ----------------------------------------------------------------------------------------


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


def derivative(reader: Reader) -> Expr:
    """Read `∂L/∂z_i`, `∂/∂z_i (...)`."""
    token = reader.take()
    if reader.sees("^"):
        raise reader.error("second derivatives are not read", "write one derivative after the other", token)
    if reader.sees("/"):
        by = _below(reader)
        return Derivative(argument(reader), by)
    reader.numerators += 1
    of = reader.rules.factor(reader) if reader.sees("(") else argument(reader)
    reader.numerators -= 1
    if not reader.sees("/"):
        if reader.prose:
            return Juxtapose((Text("∂"), of))
        raise reader.error("∂ needs what it is taken by", "write ∂L/∂z_i", token)
    return Derivative(of, _below(reader))


def _below(reader: Reader) -> Expr:
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


def _by(reader: Reader) -> Expr:
    reader.expect("∂")
    token = reader.next
    by = reader.rules.factor(reader)
    name = by.base if isinstance(by, At) else by
    if not isinstance(name, Name) and not reader.prose:
        raise reader.error("a derivative is taken by a name or one of its entries", "write ∂L/∂z or ∂L/∂z_i", token)
    return by


def fraction(reader: Reader) -> Expr:
    """Read `\\frac{a}{b}`, also as a derivative."""
    reader.take()
    above, below = reader.next, None
    if above.text == "{":
        first = reader.ahead()
        if first.text == "∂" or (first.kind is Kind.WORD and first.text[0] == "d" and _frac_by_d(reader)):
            return _frac_derivative(reader)
    num = _frac_part(reader)
    below = _frac_part(reader)
    return Div(num, below)


def _frac_part(reader: Reader) -> Expr:
    opened = reader.accept("{")
    if opened:
        return reader.inside(opened, "}")
    token = reader.take()
    if token.kind is Kind.NUMBER:
        return Number(Fraction(token.text), token.text)
    if token.kind is Kind.WORD and token.text in reader.words.names:
        return reader.name(reader.words.names[token.text], token)
    if token.kind is Kind.WORD and reader.prose:
        return Text(token.text)
    raise reader.error("\\frac needs two groups in braces", "write \\frac{a}{b}", token)


def _frac_by_d(reader: Reader) -> bool:
    """Whether the second group of the `\\frac` ahead starts with d and is no declared name."""
    depth = 0
    for place in range(reader.at, len(reader.tokens) - 1):
        depth += {"{": 1, "}": -1}.get(reader.tokens[place].text, 0)
        if depth == 0:
            below = reader.tokens[place + 2 : place + 3]
            known = reader.words.names
            return bool(below) and below[0].text[:1] == "d" and "d" not in known and below[0].text not in known
    return False


def _frac_derivative(reader: Reader) -> Expr:
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
    return Derivative(argument(reader) if of is None else of, by)


def gradient(reader: Reader) -> Expr:
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
        by: Expr = reader.name(reader.words.names[word.text], word)
    else:
        by = reader.inside(opened, "}")
    if not isinstance(by.base if isinstance(by, At) else by, Name):
        raise reader.error("a derivative is taken by a name", "write ∇_z L", word)
    return Derivative(argument(reader), by)


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
