"""Functions and their arguments: `exp(x)`, `log x`, `σ'(z)`, `tanh^2(z)`; after a dot: `x.sum()`, `np.exp(x)`."""

from __future__ import annotations

from fractions import Fraction
from functools import partial

from bptutor.notation import tree as t
from bptutor.notation.array_functions import table
from bptutor.notation.array_functions.call import Called, Value
from bptutor.notation.array_functions.construction import product_of_sizes, shape_of
from bptutor.notation.limits import whole_number
from bptutor.notation.parser.cursor import Reader, described
from bptutor.notation.parser.lexer import Kind, Token
from bptutor.notation.parser.spellings import KEYWORDS
from bptutor.notation.parser.subscripts import attach, axes_of, known_axes, rank

_TYPES = frozenset(("float64", "float32", "float16", "float_", "double", "int64", "int32", "int_"))
"""Types of entries that change nothing here."""


def arguments(reader: Reader, token: Token, first: t.Expr | None = None, dotted: bool = False) -> Called:
    """Read `( ... )` with keyword arguments.

    Args:
        reader: It is at the bracket.
        token: The function.
        first: The array before a method's dot.
        dotted: Whether the function was written after a dot.
    """
    opened = reader.expect("(")
    args: list[Value] = [] if first is None else [first]
    options: dict[str, Value] = {}
    with reader.fresh():
        while not reader.sees(")"):
            named = reader.next.kind is Kind.WORD and reader.ahead().text == "="
            if named and (reader.python or reader.next.text in table.OPTIONS):
                key = reader.take().text
                reader.take()
                options[key] = _value(reader)
            else:
                args.append(_value(reader))
            if not reader.accept(","):
                break
        reader.expect(")", opened)
    return called(reader, token, tuple(args), options, dotted)


def called(
    reader: Reader, token: Token, args: tuple[Value, ...], options: dict[str, Value], dotted: bool = False
) -> Called:
    """Return a call with what the reader knows of shapes."""
    axes, rank_of = partial(axes_of, reader), partial(rank, reader)
    return Called(token.text, token.column, args, options, reader.python, dotted, axes, rank_of)


def _value(reader: Reader) -> Value:
    token = reader.next
    if token.kind is Kind.STRING:
        return reader.take().text
    if token.kind is Kind.WORD and token.text in ("True", "False", "None") and reader.ahead().text in (",", ")"):
        reader.take()
        return {"True": True, "False": False, "None": None}[token.text]
    if token.text in ("float", "int") and reader.ahead().text in (",", ")"):
        return reader.take().text
    if token.text == "np" and reader.ahead(2).text in _TYPES and reader.ahead(3).text in (",", ")"):
        reader.at += 3
        return "float"
    with reader.nested():
        return reader.expression()


def is_bracketed(reader: Reader) -> bool:
    """Say whether a function that needs brackets is ahead: `outer(`."""
    token = reader.next
    return reader.ahead().text == "(" and token.text in table.TABLE and token.text not in reader.words.names


def apply(reader: Reader) -> t.Expr:
    """Read a function with its argument."""
    token = reader.take()
    function = reader.words.functions.get(token.text, token.text)
    primes = 0
    while not reader.python and (prime := _prime_ahead(reader)):
        reader.at += prime
        primes += 1
    if primes:
        function = _primed(reader, function, primes, token)
    power = _power_before_argument(reader, token)
    if reader.sees("_") and function == "softmax":
        return _softmax_element(reader, token)
    if reader.sees("("):
        found = _bracketed(reader, token, function)
    elif reader.python:
        raise reader.error(f"{token.text} needs its argument in brackets", f"write {token.text}(...)", token)
    elif opened := reader.accept("{"):
        found = _of_one(reader, token, function, reader.inside(opened, "}"))
    else:
        found = _of_one(reader, token, function, argument(reader, token))
    return found if power is None else t.Pow(found, power)


def _prime_ahead(reader: Reader) -> int:
    """Return how many tokens the prime ahead has: `'`, `^'` or `^{'}`; 0 without one."""
    ahead = [reader.ahead(n).text for n in range(3)]
    return 1 if ahead[0] == "'" else 0 if ahead[0] != "^" else 2 if ahead[1] == "'" else 4 * (ahead[1:] == ["{", "'"])


def _primed(reader: Reader, function: str, primes: int, token: Token) -> str:
    declared = reader.scope.functions.get(function)
    if primes > 1 or (
        not (function in table.ELEMENTWISE and table.ELEMENTWISE[function].has_prime) and declared is None
    ):
        raise reader.error(f"{token.text} has no prime here", "write the derivative as ∂p_i/∂z_j", token)
    if declared is not None and len(declared.parameters) != 1:
        raise reader.error(f"{token.text} has several arguments, so its prime is not clear", "", token)
    return function + "'"


def _power_before_argument(reader: Reader, token: Token) -> t.Expr | None:
    """Read the 2 of `tanh^2(z)`."""
    if not reader.sees("^") or reader.python:
        return None
    start = reader.at
    reader.take()
    opened = reader.accept("{")
    number = reader.next
    if number.kind is Kind.NUMBER and number.text.isdigit():
        reader.take()
        if opened:
            reader.expect("}", opened)
        return t.Number(Fraction(int(number.text[:6])), number.text)
    reader.at = start
    raise reader.error(f"{token.text} needs its argument before the exponent", f"write ({token.text}(x))^a", token)


def _softmax_element(reader: Reader, token: Token) -> t.Expr:
    """Read `softmax_i(z)`, the same as `softmax(z)_i`."""
    start = reader.at
    reader.take()
    if reader.accept("{"):
        while not reader.sees("}") and reader.next.kind is not Kind.END:
            reader.take()
    reader.take()
    subscript = reader.tokens[start : reader.at]
    if not reader.sees("("):
        raise reader.error("softmax needs its argument", "write softmax(z)_i", token)
    found = _bracketed(reader, token, "softmax")
    reader.tokens[reader.at : reader.at] = subscript
    return attach(reader, found)


def _bracketed(reader: Reader, token: Token, function: str) -> t.Expr:
    call = arguments(reader, token)
    if function.rstrip("'") in reader.scope.functions or function.endswith("'"):
        declared = reader.scope.functions.get(function.rstrip("'"))
        count = len(declared.parameters) if declared else 1
        args = tuple(arg for arg in call.args if isinstance(arg, t.Expr))
        if len(args) != count or len(args) != len(call.args) or call.options:
            wanted = "one argument" if count == 1 else f"{count} arguments"
            raise reader.error(f"{token.text} takes {wanted}, not {len(call.args)}", "", token)
        return t.Call(function, args)
    return table.meaning(call, function)


def _of_one(reader: Reader, token: Token, function: str, arg: t.Expr) -> t.Expr:
    if function in reader.scope.functions or function.endswith("'"):
        return t.Call(function, (arg,))
    return table.meaning(called(reader, token, (arg,), {}), function)


def argument(reader: Reader, function: Token | None = None) -> t.Expr:
    """Read an argument without brackets: one juxtaposed product, up to a sign, Σ, ∂ or a function."""
    token = reader.next
    if token.kind is Kind.END or (token.kind is Kind.SIGN and token.text not in _STARTS):
        if token.text == "-" and function is not None:
            reader.take()
            return t.Neg(argument(reader))
        name = function.text if function else "this"
        raise reader.error(f"{name} needs its argument, here is {described(token)}", f"write {name}(...)", function)
    factors = [reader.rules.factor(reader)]
    while _goes_on(reader):
        factors.append(reader.rules.factor(reader))
    return factors[0] if len(factors) == 1 else t.Juxtapose(tuple(factors))


_STARTS = frozenset(("(", "{", "[", "Σ", "∂", "√", "𝟏", "\\frac", "|", "‖", "⌊", "⌈", "∇"))


def _goes_on(reader: Reader) -> bool:
    """Say whether the next factor belongs to the argument."""
    token = reader.next
    if token.kind is Kind.WORD:
        words = reader.words
        text = token.text
        if text in words.names or text in words.bases:
            return True
        stops = text in words.functions or text in table.TABLE or text in ("δ", "delta", "e", "sum", "Sum", "I")
        return not stops and text not in KEYWORDS
    return token.kind is Kind.SIGN and token.text in ("(", "{", "\\frac")


# --- after a dot ------------------------------------------------------------


_OF_UFUNCS = frozenset((("multiply", "outer"), ("add", "reduce")))
"""Methods of NumPy's functions that are read: `np.multiply.outer`, `np.add.reduce`."""
_PAIRED = ("add", "subtract", "divide", "maximum", "minimum", "power", "greater", "less", "equal")
"""Functions whose `.outer` pairs every entry of one vector with every entry of another."""
_MODULES = ("linalg", "lib", "stride_tricks", "signal", "special")


def attribute(reader: Reader, base: t.Expr) -> t.Expr:
    """Read `.T`, `.sum(...)` and the like after an array."""
    dot = reader.take()
    word = reader.take()
    if word.text == "T":
        if isinstance(base, t.Number):
            raise reader.error("a number has no transpose", "", word)
        return t.Transpose(base)
    if word.text == "shape":
        return _shape(reader, base)
    if word.text == "size":
        axes = known_axes(reader, base)
        if not axes:
            raise reader.error("this has no size that is known", "write W.size", word)
        return product_of_sizes(axes)
    if word.text in table.METHODS:
        if not reader.sees("("):
            raise reader.error(f".{word.text} needs brackets", f"write .{word.text}()", word)
        return table.meaning(arguments(reader, word, base, dotted=True), table.METHODS[word.text])
    raise reader.error(f".{word.text} is not read here", "write .T, .sum(...), .dot(...), .reshape(...)", dot)


def _shape(reader: Reader, base: t.Expr) -> t.Expr:
    """Read `W.shape[0]` as the size of an axis."""
    token = reader.next
    axes = known_axes(reader, base)
    if not axes:
        raise reader.error("this has no shape that is known", "write W.shape[0]", token)
    opened = reader.accept("[")
    if opened is None:
        return shape_of(axes)
    place = reader.expression()
    reader.expect("]", opened)
    number = whole_number(place)
    if number is None or not -len(axes) <= number < len(axes):
        raise reader.error("there is no such axis", f"the axes are {', '.join(axes)}", token)
    return product_of_sizes([axes[number]])


def numpy(reader: Reader) -> t.Expr:
    """Read `np.exp(x)`, `np.linalg.norm(x)`, `np.pi`."""
    first = reader.take()
    word = first
    while reader.accept("."):
        word = reader.next
        if word.kind is not Kind.WORD:
            raise reader.error(f"a NumPy function is expected here, not {described(word)}", "write np.exp(...)")
        reader.take()
        if reader.sees(".") and (word.text, reader.ahead().text) in _OF_UFUNCS:
            reader.take()
            word = reader.take()
        elif reader.sees(".") and reader.ahead().text == "outer" and word.text in _PAIRED:
            return _every_pair(reader, word)
        if word.text not in _MODULES:
            break
    if word.text in ("pi", "e"):
        return t.Name(word.text)
    if not reader.sees("("):
        raise reader.error(f"np.{word.text} is not read here", f"write np.{word.text}(...)", word)
    function = table.NUMPY_NAMES.get(word.text)
    if function is None:
        raise reader.error(f"np.{word.text} is not read here", table.nearest(word.text), word)
    return table.meaning(arguments(reader, word, dotted=True), function)


def _every_pair(reader: Reader, function: Token) -> t.Expr:
    """Read `np.subtract.outer(u, v)` as u[:, None] - v."""
    reader.take()
    word = reader.take()
    call = arguments(reader, word, dotted=True)
    trees = [arg for arg in call.args if isinstance(arg, t.Expr)]
    if not trees or trees[0] is not call.args[0] or any(len(axes_of(reader, tree) or ()) > 1 for tree in trees):
        raise reader.error(f"np.{function.text}.outer is read for two vectors", "write u[:, None] - v", function)
    column = t.Slice(trees[0], (t.Span(), None))
    return table.meaning(
        call._replace(word=function.text, column=function.column, args=(column, *call.args[1:])), function.text
    )
