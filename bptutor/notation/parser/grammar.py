"""Sums, products, quotients and comparisons: how the pieces of an expression bind.

A hand-written operator precedence parser (Pratt 1973): one function for each level of binding.

From loose to tight: `... if ... else ...`, `and`, comparisons, `+ -`, a leading minus, `* ⊙ @ /`, factors
side by side. A quotient before a factor side by side is read first: `a/b X` is (a/b)X.
"""

from __future__ import annotations

from fractions import Fraction

from bptutor.notation import tree as t
from bptutor.notation.limits import MAX_TREE_DEPTH
from bptutor.notation.parser import brackets
from bptutor.notation.parser import factors as atoms
from bptutor.notation.parser.cursor import Reader, described
from bptutor.notation.parser.lexer import Kind, Token
from bptutor.notation.parser.spellings import DOT_PRODUCTS, RELATIONS

_PYTHON_SIGNS = frozenset(("*", "@", "/", "//"))
_PRODUCT_SIGNS = DOT_PRODUCTS | {".*", "./", "@", "/", "//", "⊘", "⊗", "⋆"}


def whole(reader: Reader) -> t.Expr:
    """Read an expression with all that may be in brackets: comparisons, `and`, `if ... else`."""
    expr = conditions(reader)
    if reader.sees_word("if") and not reader.prose:
        reader.take()
        reader.equals += 1
        condition = conditions(reader)
        reader.equals -= 1
        if not reader.sees_word("else"):
            raise reader.error("`else` is expected here", "write `a if z > 0 else b`")
        reader.take()
        return t.Cases(((expr, condition),), reader.expression())
    return expr


def conditions(reader: Reader) -> t.Expr:
    """Read conditions joined by `and`; 1 where all hold."""
    parts = [comparison(reader)]
    while reader.sees("∧", "&", "&&") or reader.sees_word("and"):
        if not all(isinstance(part, t.Compare) for part in getattr(parts[-1], "factors", parts[-1:])):
            break
        reader.take()
        parts.append(comparison(reader))
    return parts[0] if len(parts) == 1 else t.Mul(tuple(parts))


def comparison(reader: Reader) -> t.Expr:
    """Read one comparison, or a chain `a < b < c`, which is the product of its links."""
    left = additive(reader)
    links: list[t.Expr] = []
    while reader.next.kind is Kind.SIGN and reader.next.text in RELATIONS:
        sign = reader.next.text
        if sign == "=" and not reader.equals:
            break
        if reader.python and (sign in "=≠≤≥" or links):
            raise reader.error(f"“{sign}” does not stand here in Python", "write one comparison, with ==, !=, <=, >=")
        reader.take()
        right = additive(reader)
        links.append(t.Compare(t.Relation(RELATIONS[sign]), left, right))
        left = right
    if not links:
        return left
    return links[0] if len(links) == 1 else t.Mul(tuple(links))


def additive(reader: Reader) -> t.Expr:
    """Read terms joined by `+` and `-`."""
    terms = [term(reader)]
    while reader.sees("+", "-"):
        minus = reader.take().text == "-"
        right = term(reader)
        terms.append(t.Neg(right) if minus else right)
    return terms[0] if len(terms) == 1 else t.Add(tuple(terms))


def term(reader: Reader) -> t.Expr:
    """Read a product with its leading sign."""
    if reader.sees("-", "+", "±"):
        sign = reader.take()
        if sign.text == "±":
            raise reader.error("± means two values", "write one of them", sign)
        with reader.nested():
            right = term(reader)
        return t.Neg(right) if sign.text == "-" else right
    return product(reader)


def product(reader: Reader) -> t.Expr:
    """Read factors joined by signs, from left to right as Python does."""
    operands: list[tuple[str, t.Expr]] = [("*", beside(reader))]
    allowed = _PYTHON_SIGNS if reader.python else _PRODUCT_SIGNS
    while reader.next.kind is Kind.SIGN and reader.next.text in _PRODUCT_SIGNS:
        if reader.numerators and reader.next.text == "/" and reader.ahead().text == "∂":
            break
        sign = reader.take()
        if len(operands) > MAX_TREE_DEPTH:
            raise reader.error("too many factors", f"at most {MAX_TREE_DEPTH}, write the rest in brackets", sign)
        if sign.text not in allowed:
            raise reader.error(f"“{sign.text}” is not Python", "write *, @ or /", sign)
        if sign.text == "/":
            _quotient(reader, sign, operands)
        else:
            dot = sign.text == "·" and reader.vectors
            operands.append(("dot" if dot else sign.text, reader.signed(beside)))
    result = operands[0][1]
    for text, right in operands[1:]:
        result = _joined(text, result, right)
    return result


def _joined(sign: str, left: t.Expr, right: t.Expr) -> t.Expr:
    if sign == "@":
        return t.MatMul(left, right)
    if sign == "dot":
        return t.Call("dot", (left, right))
    if sign in ("/", "./", "⊘"):
        return t.Div(left, right)
    if sign == "//":
        return t.Call("floor", (t.Div(left, right),))
    if sign == "⊗":
        return t.Outer(left, right)
    if sign == "⋆":
        return t.Call("corr", (left, right), (("mode", "valid"),))
    return t.Mul((*left.factors, right) if isinstance(left, t.Mul) else (left, right))


def _quotient(reader: Reader, sign: Token, operands: list[tuple[str, t.Expr]]) -> None:
    """Read a denominator; what follows side by side belongs to the quotient, or is asked about."""
    if reader.sees("-"):
        operands.append(("/", reader.signed(beside)))
        return
    den = atoms.factor(reader)
    if reader.python or not atoms.starts_factor(reader):
        operands.append(("/", den))
        return
    token = reader.next
    if not token.space and not atoms.starts_operator(reader):
        raise reader.error(
            "a quotient with a product below it, or a product with a quotient?",
            "write (a/b) c or a/(b c): put brackets where you mean them",
            sign,
        )
    before, left = operands.pop()
    rest = beside(reader)
    quotient = t.Div(left, den)
    if before in ("/", "./", "⊘", "//"):
        last, first = operands.pop()
        quotient, before = t.Div(_joined(before, first, left), den), last
    factors = rest.factors if isinstance(rest, t.Juxtapose) else (rest,)
    operands.append((before, t.Juxtapose((quotient, *factors))))


def beside(reader: Reader) -> t.Expr:
    """Read factors that are side by side."""
    factors = [atoms.factor(reader)]
    while atoms.starts_factor(reader):
        if reader.python:
            raise reader.error(f"a sign is missing before {described(reader.next)}", "write * or @")
        if reader.next.text == "1" and reader.ahead().text in ("[", "(") and brackets.holds_relation(reader, 1):
            reader.take()  # v_i 1[z_i > 0] is v_i times the condition
        elif reader.next.kind is Kind.NUMBER and not reader.prose:
            raise reader.error(f"a sign is missing before {described(reader.next)}", "write a product with * or ·")
        if reader.sees("[") and factors == [t.Number(Fraction(1))]:
            factors.clear()  # 1[z > 0] is the condition itself
        factors.append(brackets.square(reader) if reader.sees("[") else atoms.factor(reader))
    return factors[0] if len(factors) == 1 else t.Juxtapose(tuple(factors))
