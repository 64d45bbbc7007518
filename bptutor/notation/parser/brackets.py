"""Brackets of all kinds: `( )`, `[ ]` as a list, a condition or an index, bars, LaTeX environments."""

from __future__ import annotations

from fractions import Fraction

from bptutor.notation import tree as t
from bptutor.notation.limits import whole_number
from bptutor.notation.parser.cursor import Reader
from bptutor.notation.parser.lexer import Kind, Token
from bptutor.notation.parser.spellings import RELATIONS
from bptutor.notation.parser.subscripts import is_index, rank


def holds_relation(reader: Reader, ahead: int = 0) -> bool:
    """Say whether the bracket ahead, or so many tokens further, holds a comparison and nothing else: `[z > 0]`."""
    depth = 0
    for token in reader.tokens[reader.at + ahead :]:
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


def _listed(reader: Reader, closing: str, *separators: str) -> tuple[list[t.Expr], bool]:
    """Read expressions up to a closing bracket; say whether a separator was among them."""
    opened, items, several = reader.take(), [], False
    with reader.fresh():
        while not reader.sees(closing):
            items.append(reader.expression())
            if not reader.accept(*separators):
                break
            several = True
        reader.expect(closing, opened)
    return items, several


def parenthesis(reader: Reader) -> t.Expr:
    """Read `( )`: grouping, or a tuple."""
    items, several = _listed(reader, ")", ",")
    return t.Stack(tuple(items)) if several or not items else delta(reader, items[0])


def delta(reader: Reader, expr: t.Expr) -> t.Expr:
    """Return δ for a condition that two indices are equal, else the expression."""
    if isinstance(expr, t.Compare) and expr.relation is t.Relation.EQ and not reader.python:
        sides = expr.left, expr.right
        if any(is_index(reader, side) for side in sides) and all(
            is_index(reader, side) or isinstance(side, t.Number) for side in sides
        ):
            return t.Delta(*sides)
    return expr


def square(reader: Reader) -> t.Expr:
    """Read `[ ]` where a factor starts: a list, a condition, or grouping."""
    items, _ = _listed(reader, "]", ",", ";")
    if len(items) == 1 and not reader.python:
        (item,) = items
        if all(isinstance(part, t.Compare) for part in getattr(item, "factors", (item,))):
            return delta(reader, item)
        if not isinstance(item, t.Stack) and any(isinstance(node, (t.Name, t.At)) for node in t.walk(item)):
            return item
    return t.Stack(tuple(items))


def bars(reader: Reader) -> t.Expr:
    """Read `|x|` or `‖x‖`."""
    sign = reader.take()
    reader.bars += 1
    arg = reader.expression()
    reader.expect(sign.text, sign)
    reader.bars -= 1
    if sign.text == "|":
        return t.Call("norm" if reader.vectors else "abs", (arg,))
    if reader.sees("_") and reader.ahead().text == "2":
        reader.at += 2
    return t.Call("norm", (arg,))


def floored(reader: Reader) -> t.Expr:
    """Read `⌊x⌋` or `⌈x⌉`."""
    sign = reader.take()
    arg = reader.inside(sign, "⌋" if sign.text == "⌊" else "⌉")
    return t.Call("floor", (arg,)) if sign.text == "⌊" else t.Neg(t.Call("floor", (t.Neg(arg),)))


# --- brackets after an array --------------------------------------------------------------------------


def indexed(reader: Reader, base: t.Expr) -> t.Expr:
    """Read `[...]` after an array; digits count from 0."""
    opened = reader.take()
    reader.places += 1
    items: list[t.Expr | t.Span | int | None] = []
    with reader.fresh(equals=0):
        while not reader.sees("]"):
            rest = reader.accept("...")
            items += [_item(reader)] if rest is None else _all_others(reader, base, items, rest)
            if not reader.accept(","):
                break
        reader.expect("]", opened)
    reader.places -= 1
    if not items:
        raise reader.error("an index is missing in “[ ]”", "write a[0] or W[i,j]", opened)
    return _taken(reader, base, items, opened)


def _all_others(reader: Reader, base: t.Expr, before: list[t.Expr | t.Span | int | None], token: Token) -> list[t.Span]:
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
    return [t.Span()] * max(0, axes - taken)


def _item(reader: Reader) -> t.Expr | t.Span | int | None:
    if reader.sees_word("None") or (reader.sees_word("np") and reader.ahead(2).text == "newaxis"):
        reader.at += 1 if reader.sees_word("None") else 3
        return None
    start = reader.next
    parts: list[t.Expr | None] = [None]
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


def _span(reader: Reader, parts: list[t.Expr | None], start: Token) -> t.Span:
    bounds = [None if part is None else whole_number(part) for part in parts]
    if len(parts) > 3 or any(part is not None and bound is None for part, bound in zip(parts, bounds, strict=True)):
        raise reader.error("a slice is made of whole numbers", "write a[1:3] or a[::2]", start)
    if len(bounds) == 3 and bounds[2] == 0:
        raise reader.error("a step cannot be 0", "write a[::2]", start)
    return t.Span(*bounds)


def _taken(reader: Reader, base: t.Expr, items: list[t.Expr | t.Span | int | None], opened: Token) -> t.Expr:
    axes = rank(reader, base)
    if isinstance(base, t.Slice) and all(isinstance(i, int) for i in (*base.items, *items)):
        return _taken(reader, base.base, [*base.items, *items], opened)
    if isinstance(base, t.At) and any(isinstance(s, t.Whole) for s in base.subscripts):
        return _filled(reader, base, items, opened)
    if axes is None and isinstance(base, t.Call) and base.function in ("eye", "outer", "diag"):
        axes = 2
    letters = [item for item in items if isinstance(item, t.Expr)]
    if not letters:
        if axes is not None and len(items) == axes and all(isinstance(i, int) and i >= 0 for i in items):
            return t.At(base, _places(reader, items, opened))
        plain = [item for item in items if not isinstance(item, t.Expr)]
        return t.Slice(base, tuple(plain))
    for item in letters:
        if not is_index(reader, item) and not (isinstance(item, t.Name) and item.id in reader.words.positions):
            raise reader.error("an index is a letter or a whole number", "write a[0] or W[i,j]", opened)
    if reader.python and any(isinstance(node, t.Letter) for item in letters for node in t.walk(item)):
        raise reader.error("an index letter does not stand in NumPy", "write whole numbers or slices")
    return t.At(base, _places(reader, items, opened) + (t.Whole(),) * ((axes or 0) - len(items)))


def _places(reader: Reader, items: list[t.Expr | t.Span | int | None], opened: Token) -> tuple[t.Expr, ...]:
    places: list[t.Expr] = []
    for item in items:
        if isinstance(item, int) and item >= 0:
            places.append(t.Number(Fraction(item + reader.scope.count_from)))
        elif item == t.Span():
            places.append(t.Whole())
        elif isinstance(item, t.Expr):
            places.append(item)
        else:
            raise reader.error("index letters and slices do not mix", "write letters, positions and “:”", opened)
    return tuple(places)


def _filled(reader: Reader, base: t.At, items: list[t.Expr | t.Span | int | None], opened: Token) -> t.Expr:
    places = list(_places(reader, items, opened))
    subscripts = [places.pop(0) if isinstance(s, t.Whole) and places else s for s in base.subscripts]
    if places:
        raise reader.error("too many indices", "write one for each axis", opened)
    return t.At(base.base, tuple(subscripts))


# --- LaTeX environments -------------------------------------------------------------------------------


def environment(reader: Reader) -> t.Expr:
    r"""Read `\begin{bmatrix}...` as an array, `\begin{cases}...` as cases."""
    opened = reader.take()
    name = opened.text[len("\\begin{") : -1]
    if name != "cases" and not name.endswith("matrix"):
        raise reader.error(f"\\begin{{{name}}} is not read here", "write the expression itself", opened)
    closing = f"\\end{{{name}}}"
    rows: list[list[t.Expr]] = [[]]
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
    if name == "cases":
        return _cases(reader, rows, opened)
    column = all(len(row) == 1 for row in rows)
    return t.Stack(tuple(row[0] if column else t.Stack(tuple(row)) for row in rows))


def _cases(reader: Reader, rows: list[list[t.Expr]], opened: Token) -> t.Expr:
    branches = [(row[0], row[1]) for row in rows if len(row) == 2]
    rest = [row[0] for row in rows if len(row) == 1]
    if not branches or len(rest) > 1 or any(len(row) > 2 for row in rows):
        raise reader.error("each case is a value and its condition", "a & z > 0 \\\\ b & \\text{otherwise}", opened)
    return t.Cases(tuple(branches), rest[0] if rest else t.Number(Fraction(0)))
