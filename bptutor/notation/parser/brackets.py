"""Brackets of all kinds: `( )`, `[ ]` as a list, a condition or an index, bars, LaTeX environments."""

from __future__ import annotations

from fractions import Fraction

from bptutor.notation.limits import whole_number
from bptutor.notation.parser.cursor import Reader
from bptutor.notation.parser.lexer import Kind, Token
from bptutor.notation.parser.spellings import RELATIONS
from bptutor.notation.parser.subscripts import is_index, rank
from bptutor.notation.tree import (
    At,
    Call,
    Cases,
    Compare,
    Delta,
    Expr,
    Letter,
    Name,
    Neg,
    Number,
    Relation,
    Slice,
    Span,
    Stack,
    Whole,
    walk,
)


def holds_relation(reader: Reader) -> bool:
    """Say whether the square bracket ahead holds a comparison and nothing else: `[z > 0]`."""
    depth = 0
    for token in reader.tokens[reader.at :]:
        if token.kind is Kind.SIGN:
            if token.text in "([{":
                depth += 1
            elif token.text in ")]}":
                depth -= 1
                if depth == 0:
                    return False
            elif depth == 1 and token.text in RELATIONS:
                return True
            elif depth == 1 and token.text == ",":
                return False
    return False


def parenthesis(reader: Reader) -> Expr:
    """Read `( )`: grouping, or a tuple."""
    opened = reader.take()
    if reader.accept(")"):
        return Stack(())
    before = reader.bars, reader.equals, reader.numerators
    reader.bars, reader.equals, reader.numerators = 0, 1, 0
    items = [reader.expression()]
    tuple_ = False
    while reader.accept(","):
        tuple_ = True
        if not reader.sees(")"):
            items.append(reader.expression())
    reader.expect(")", opened)
    reader.bars, reader.equals, reader.numerators = before
    if not tuple_:
        return delta(reader, items[0])
    return Stack(tuple(items))


def delta(reader: Reader, expr: Expr) -> Expr:
    """Return δ for a condition that two indices are equal, else the expression."""
    if isinstance(expr, Compare) and expr.relation is Relation.EQ and not reader.python:
        sides = expr.left, expr.right
        if any(is_index(reader, side) for side in sides) and all(
            is_index(reader, side) or isinstance(side, Number) for side in sides
        ):
            return Delta(*sides)
    return expr


def square(reader: Reader) -> Expr:
    """Read `[ ]` where a factor starts: a list, a condition, or grouping."""
    opened = reader.take()
    before = reader.bars, reader.equals, reader.numerators
    reader.bars, reader.equals, reader.numerators = 0, 1, 0
    items: list[Expr] = []
    while not reader.sees("]"):
        items.append(reader.expression())
        if not reader.accept(",", ";"):
            break
    reader.expect("]", opened)
    reader.bars, reader.equals, reader.numerators = before
    if len(items) == 1 and not reader.python:
        if isinstance(items[0], Compare) or (isinstance(items[0], Expr) and _condition(items[0])):
            return delta(reader, items[0])
        if not isinstance(items[0], Stack) and any(isinstance(node, (Name, At)) for node in walk(items[0])):
            return items[0]
    return Stack(tuple(items))


def _condition(expr: Expr) -> bool:
    return all(isinstance(part, Compare) for part in getattr(expr, "factors", (expr,)))


def bars(reader: Reader) -> Expr:
    """Read `|x|` or `‖x‖`."""
    sign = reader.take()
    reader.bars += 1
    arg = reader.expression()
    reader.expect(sign.text, sign)
    reader.bars -= 1
    if sign.text == "|":
        return Call("norm" if reader.vectors else "abs", (arg,))
    if reader.sees("_") and reader.ahead().text == "2":
        reader.at += 2
    return Call("norm", (arg,))


def floored(reader: Reader) -> Expr:
    """Read `⌊x⌋` or `⌈x⌉`."""
    sign = reader.take()
    arg = reader.inside(sign, "⌋" if sign.text == "⌊" else "⌉")
    return Call("floor", (arg,)) if sign.text == "⌊" else Neg(Call("floor", (Neg(arg),)))


# --- brackets after an array --------------------------------------------------------------------------


def indexed(reader: Reader, base: Expr, start: Token) -> Expr:
    """Read `[...]` after an array; digits count from 0."""
    opened = reader.take()
    before = reader.bars, reader.equals
    reader.bars, reader.equals = 0, 0
    reader.places += 1
    items: list[Expr | Span | int | None] = []
    while not reader.sees("]"):
        rest = reader.accept("...")
        if rest is None:
            items.append(_item(reader))
        else:
            items += _all_others(reader, base, items, rest)
        if not reader.accept(","):
            break
    reader.expect("]", opened)
    reader.bars, reader.equals = before
    reader.places -= 1
    if not items:
        raise reader.error("an index is missing in “[ ]”", "write a[0] or W[i,j]", opened)
    return _taken(reader, base, items, opened)


def _all_others(reader: Reader, base: Expr, before: list[Expr | Span | int | None], token: Token) -> list[Span]:
    """Read `...` as one “:” for each axis that no other index takes."""
    axes = rank(reader, base)
    if axes is None:
        raise reader.error("“...” is not read here", "write one “:” for each axis", token)
    depth, behind = 0, 0
    for ahead in reader.tokens[reader.at :]:
        depth += (ahead.text in "([{") - (ahead.text in ")]}") if ahead.text else 0
        if depth < 0:
            break
        behind += depth == 0 and ahead.text == ","
        behind -= depth == 0 and ahead.text in ("None", "newaxis")
    taken = sum(item is not None for item in before) + behind
    return [Span()] * max(0, axes - taken)


def _item(reader: Reader) -> Expr | Span | int | None:
    if reader.sees_word("None") or (reader.sees_word("np") and reader.ahead(2).text == "newaxis"):
        reader.at += 1 if reader.sees_word("None") else 3
        return None
    start = reader.next
    parts: list[Expr | None] = [None]
    while not reader.sees(",", "]") and reader.next.kind is not Kind.END:
        if reader.accept(":"):
            parts.append(None)
        else:
            parts[-1] = reader.expression()
    if len(parts) == 1:
        if parts[0] is None:
            raise reader.error("an index is expected here")
        number = whole_number(parts[0])
        return parts[0] if number is None else number
    return _span(reader, parts, start)


def _span(reader: Reader, parts: list[Expr | None], start: Token) -> Span:
    bounds = [None if part is None else whole_number(part) for part in parts]
    if len(parts) > 3 or any(part is not None and bound is None for part, bound in zip(parts, bounds, strict=True)):
        raise reader.error("a slice is made of whole numbers", "write a[1:3] or a[::2]", start)
    if len(bounds) == 3 and bounds[2] == 0:
        raise reader.error("a step cannot be 0", "write a[::2]", start)
    return Span(*bounds)


def _taken(reader: Reader, base: Expr, items: list[Expr | Span | int | None], opened: Token) -> Expr:
    axes = rank(reader, base)
    if isinstance(base, Slice) and all(isinstance(i, int) for i in (*base.items, *items)):
        return _taken(reader, base.base, [*base.items, *items], opened)
    if isinstance(base, At) and any(isinstance(s, Whole) for s in base.subscripts):
        return _filled(reader, base, items, opened)
    if axes is None and isinstance(base, Call) and base.function in ("eye", "outer", "diag"):
        axes = 2
    letters = [item for item in items if isinstance(item, Expr)]
    if not letters:
        if axes is not None and len(items) == axes and all(isinstance(i, int) and i >= 0 for i in items):
            return At(base, tuple(_position(reader, i) for i in items if isinstance(i, int)))
        plain = [item for item in items if not isinstance(item, Expr)]
        return Slice(base, tuple(plain))
    for item in letters:
        if not is_index(reader, item) and not (isinstance(item, Name) and item.id in reader.words.positions):
            raise reader.error("an index is a letter or a whole number", "write a[0] or W[i,j]", opened)
    _forget_loose(reader, letters)
    return At(base, _places(reader, items, opened) + (Whole(),) * ((axes or 0) - len(items)))


def _forget_loose(reader: Reader, items: list[Expr]) -> None:
    """Letters inside index brackets stand where they may."""
    if reader.python and any(isinstance(node, Letter) for item in items for node in walk(item)):
        raise reader.error("an index letter does not stand in NumPy", "write whole numbers or slices")


def _places(reader: Reader, items: list[Expr | Span | int | None], opened: Token) -> tuple[Expr, ...]:
    places: list[Expr] = []
    for item in items:
        if isinstance(item, int) and item >= 0:
            places.append(_position(reader, item))
        elif item == Span():
            places.append(Whole())
        elif isinstance(item, Expr):
            places.append(item)
        else:
            raise reader.error("index letters and slices do not mix", "write letters, positions and “:”", opened)
    return tuple(places)


def _position(reader: Reader, number: int) -> Number:
    return Number(Fraction(number + reader.scope.count_from))


def _filled(reader: Reader, base: At, items: list[Expr | Span | int | None], opened: Token) -> Expr:
    places = list(_places(reader, items, opened))
    subscripts = [places.pop(0) if isinstance(s, Whole) and places else s for s in base.subscripts]
    if places:
        raise reader.error("too many indices", "write one for each axis", opened)
    return At(base.base, tuple(subscripts))


# --- LaTeX environments -------------------------------------------------------------------------------


def environment(reader: Reader) -> Expr:
    r"""Read `\begin{bmatrix}...` as an array, `\begin{cases}...` as cases."""
    opened = reader.take()
    name = opened.text[len("\\begin{") : -1]
    if name != "cases" and not name.endswith("matrix"):
        raise reader.error(f"\\begin{{{name}}} is not read here", "write the expression itself", opened)
    closing = f"\\end{{{name}}}"
    rows: list[list[Expr]] = [[]]
    otherwise = False
    reader.equals += 1
    while not reader.sees(closing):
        if reader.accept("\\\\"):
            rows.append([])
        elif reader.accept("&", ","):
            continue
        elif reader.next.kind is Kind.TEXT or reader.sees_word("if", "otherwise", "else", "for"):
            otherwise = otherwise or reader.take().text.strip() in ("otherwise", "else", "sonst")
        else:
            rows[-1].append(reader.expression())
    reader.expect(closing, opened)
    reader.equals -= 1
    rows = [row for row in rows if row]
    return _cases(reader, rows, opened) if name == "cases" else _matrix(rows)


def _cases(reader: Reader, rows: list[list[Expr]], opened: Token) -> Expr:
    branches = [(row[0], row[1]) for row in rows if len(row) == 2]
    rest = [row[0] for row in rows if len(row) == 1]
    if not branches or len(rest) > 1 or any(len(row) > 2 for row in rows):
        raise reader.error("each case is a value and its condition", "a & z > 0 \\\\ b & \\text{otherwise}", opened)
    return Cases(tuple(branches), rest[0] if rest else Number(Fraction(0)))


def _matrix(rows: list[list[Expr]]) -> Expr:
    if all(len(row) == 1 for row in rows):
        return Stack(tuple(row[0] for row in rows))
    return Stack(tuple(Stack(tuple(row)) for row in rows))
