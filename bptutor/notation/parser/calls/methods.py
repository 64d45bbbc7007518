"""What stands after a dot: `A.T`, `x.sum(axis=0)`, `W.shape[0]`, `np.exp`."""

from __future__ import annotations

from bptutor.notation.parser.brackets import whole_number
from bptutor.notation.parser.calls import signatures
from bptutor.notation.parser.calls.apply import Arguments, arguments
from bptutor.notation.parser.cursor import Reader, described
from bptutor.notation.parser.lexer import Kind, Token
from bptutor.notation.parser.partial_shapes import axes_of, count, known_axes, shape
from bptutor.notation.tree import Expr, Name, Number, Slice, Span, Transpose

_OF_UFUNCS = frozenset((("multiply", "outer"), ("add", "reduce")))
"""Methods of NumPy's functions that are read: `np.multiply.outer`, `np.add.reduce`."""
_PAIRED = ("add", "subtract", "divide", "maximum", "minimum", "power", "greater", "less", "equal")
"""Functions whose `.outer` pairs every entry of one vector with every entry of another."""
_MODULES = ("linalg", "lib", "stride_tricks", "signal", "special")


def attribute(reader: Reader, base: Expr) -> Expr:
    """Read `.T`, `.sum(...)` and the like after an array."""
    dot = reader.take()
    word = reader.take()
    if word.text == "T":
        if isinstance(base, Number):
            raise reader.error("a number has no transpose", "", word)
        return Transpose(base)
    if word.text == "shape":
        return _shape(reader, base)
    if word.text == "size":
        return _size(reader, base, word)
    if word.text in signatures.METHODS:
        if not reader.sees("("):
            raise reader.error(f".{word.text} needs brackets", f"write .{word.text}()", word)
        return arguments(reader, word, base).built(signatures.METHODS[word.text])
    raise reader.error(f".{word.text} is not read here", "write .T, .sum(...), .dot(...), .reshape(...)", dot)


def _shape(reader: Reader, base: Expr) -> Expr:
    """Read `W.shape[0]` as the size of an axis."""
    token = reader.next
    axes = known_axes(reader, base)
    if not axes:
        raise reader.error("this has no shape that is known", "write W.shape[0]", token)
    opened = reader.accept("[")
    if opened is None:
        return shape(axes)
    place = reader.expression()
    reader.expect("]", opened)
    number = whole_number(place)
    if number is None or not -len(axes) <= number < len(axes):
        raise reader.error("there is no such axis", f"the axes are {', '.join(axes)}", token)
    return count(axes[number : number + 1 or None])


def _size(reader: Reader, base: Expr, token: Token) -> Expr:
    """Read `X.size` as the product of the sizes of the axes."""
    axes = known_axes(reader, base)
    if not axes:
        raise reader.error("this has no size that is known", "write W.size", token)
    return count(axes)


def numpy(reader: Reader) -> Expr:
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
        return Name(word.text)
    if not reader.sees("("):
        raise reader.error(f"np.{word.text} is not read here", f"write np.{word.text}(...)", word)
    function = signatures.NUMPY_NAMES.get(word.text)
    if function is None:
        raise reader.error(f"np.{word.text} is not read here", signatures.nearest(word.text), word)
    call: Arguments = arguments(reader, word)
    return call.built(function)


def _every_pair(reader: Reader, function: Token) -> Expr:
    """Read `np.subtract.outer(u, v)` as u[:, None] - v."""
    reader.take()
    word = reader.take()
    call = arguments(reader, word)
    trees = [arg for arg in call.args if isinstance(arg, Expr)]
    if not trees or trees[0] is not call.args[0] or any(len(axes_of(reader, tree) or ()) > 1 for tree in trees):
        raise reader.error(f"np.{function.text}.outer is read for two vectors", "write u[:, None] - v", function)
    column = Slice(trees[0], (Span(), None))
    return call._replace(token=function, args=(column, *call.args[1:])).built(function.text)
