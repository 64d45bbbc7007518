"""Σ and `max_k`: what binds indices."""

from __future__ import annotations

from fractions import Fraction

from bptutor.notation import limits
from bptutor.notation import tree as t
from bptutor.notation.array_functions import table
from bptutor.notation.limits import whole_number
from bptutor.notation.parser.cursor import Reader, described
from bptutor.notation.parser.functions import argument, arguments
from bptutor.notation.parser.lexer import Kind, Token
from bptutor.notation.parser.spellings import RELATIONS
from bptutor.notation.parser.subscripts import integer

USUAL = frozenset("ijklmn")
"""Letters that are indices wherever they are no names."""


def summation(reader: Reader) -> t.Expr:
    """Read `Σ_k ...`; the body reaches to the next `+` or `-` outside brackets."""
    token = reader.take()
    if not reader.sees("_"):
        raise reader.error("the sum needs its letter", "write Σ_k x_k", token)
    letters, where, low = _range(reader, token)
    high = _upper(reader) if reader.sees("^") else None
    _check_range(reader, low, high, token)
    with reader.nested():
        body = reader.rules.term(reader)
    return t.Sum(letters, body, where, low, high)


def _range(reader: Reader, token: Token) -> tuple[tuple[str, ...], t.Expr | None, t.Expr | None]:
    """Read what is below Σ: letters, a condition, a lower end."""
    reader.take()
    opened = reader.accept("{", "(")
    letters: list[str] = []
    conditions: list[t.Expr] = []
    low: t.Expr | None = None
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
            conditions.append(t.Compare(t.Relation(RELATIONS[sign]), t.Letter(bound[-1]), integer(reader)))
        if opened is None or not (reader.accept(",", ":", "|", ";") or reader.next.kind is Kind.WORD):
            break
    if opened is not None:
        reader.expect("}" if opened.text == "{" else ")", opened)
    where = None if not conditions else conditions[0] if len(conditions) == 1 else t.Mul(tuple(conditions))
    return tuple(letters), where, low


def _bound_letters(reader: Reader, word: Token, many: bool, known: list[str]) -> list[str]:
    """Take letters of a sum; without braces only one, or several usual ones, and the rest of the word is the body."""
    reader.take()
    text = word.text
    if not many and len(text) > 1 and not _all_bound(text, reader):
        rest = text[1:]
        reader.tokens.insert(reader.at, Token(Kind.WORD, rest, word.column + 1, True))
        text = text[0]
    for letter in text:
        if letter in reader.words.names:
            raise reader.error(f"{letter} is a name here and cannot be summed over", "use another letter", word)
        if not letter.isalpha():
            raise reader.error(f"a letter is expected here, not {letter}", "write Σ_k x_k", word)
    return [*text]


def _all_bound(text: str, reader: Reader) -> bool:
    """Tell whether `ij` in `Σ_ij W_ij` is two letters, and not one letter before the body, as in `Σ_kln p_k`."""
    letters = USUAL | reader.scope.indices.keys()
    return letters.issuperset(text) and not text.endswith("ln") and reader.words.names.keys().isdisjoint(text)


def _upper(reader: Reader) -> t.Expr:
    reader.take()
    opened = reader.accept("{", "(")
    if opened is None:
        token = reader.next
        if token.kind is Kind.WORD and len(token.text) > 1 and token.text not in reader.words.names:
            reader.replace(1, [token._replace(text=token.text[0]), token._replace(text=token.text[1:], space=True)])
        if reader.sees("-"):
            raise reader.error("the upper end of the sum is not clear", "write Σ_{k=1}^{K}")
        token = reader.take()
        if token.kind is Kind.NUMBER and token.text.isdigit():
            return t.Number(Fraction(token.text), token.text)
        if token.kind is Kind.WORD and token.text in reader.words.positions:
            return t.Name(reader.words.names[token.text])
        what = f"the upper end of the sum is expected here, not {described(token)}"
        raise reader.error(what, "write Σ_{k=1}^{K}", token)
    high = integer(reader)
    reader.expect("}" if opened.text == "{" else ")", opened)
    return high


def _check_range(reader: Reader, low: t.Expr | None, high: t.Expr | None, token: Token) -> None:
    first, last = (whole_number(end) if end is not None else None for end in (low, high))
    if high is not None and low is None:
        raise reader.error("the sum has an upper end and no lower one", "write Σ_{k=1}^{K}", token)
    if last is not None and last - (first or 0) >= limits.MAX_RANGE:
        raise reader.error("the sum has too many terms", f"at most {limits.MAX_RANGE}", token)


def sum_word(reader: Reader) -> t.Expr:
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
            if isinstance(letter, t.Letter) and isinstance(body, t.Expr):
                return t.Sum((letter.id,), body)
    return table.meaning(call, "sum")


def largest(reader: Reader) -> t.Expr:
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
    return t.Call(token.text, (whole,))


def _whole_over(expr: t.Expr, letters: tuple[str, ...], found: set[str]) -> t.Expr:
    if isinstance(expr, t.At):
        subscripts = list(expr.subscripts)
        for place, subscript in enumerate(subscripts):
            if isinstance(subscript, t.Letter) and subscript.id in letters:
                found.add(subscript.id)
                subscripts[place] = t.Whole()
        whole = all(isinstance(s, t.Whole) for s in subscripts)
        return expr.base if whole else t.At(expr.base, tuple(subscripts))
    return t.rebuild(expr, lambda part: _whole_over(part, letters, found))
