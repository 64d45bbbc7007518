"""NumPy source from a tree: arrays written whole as they are, index expressions as broadcasting and einsum.

The value of an index expression is an array whose axes are its free letters, in the order asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from keyword import iskeyword

from bptutor.errors import BptutorError
from bptutor.notation import axes
from bptutor.notation import tree as t
from bptutor.notation.faces.binding import exact, slice_text
from bptutor.notation.faces.unicode import option_text
from bptutor.notation.scope import Role, Scope

_RELATIONS = {"=": "==", "≠": "!=", "<": "<", "≤": "<=", ">": ">", "≥": ">="}
_ELSEWHERE = {
    "norm": "np.linalg.norm",
    "pinv": "np.linalg.pinv",
    "sliding_window_view": "np.lib.stride_tricks.sliding_window_view",
}
_OWN = frozenset(("sigmoid", "softmax", "relu", "softplus"))
"""Functions that NumPy has not; they stand under their own names."""
_ENTRYWISE = frozenset(
    ["exp", "log", "log2", "log10", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "abs", "sign", "floor", "ceil"]
) | (_OWN - {"softmax"})


class NoNumpyForm(BptutorError):
    """An expression that no array expression of this kind says."""


class _Binds(IntEnum):
    """How tightly Python reads a construction."""

    COMPARISON = 0
    SUM = 1
    PRODUCT = 2
    SIGN = 3
    POWER = 4
    ATOM = 5


@dataclass(frozen=True)
class _Code:
    """Source of an array whose axes are first `letters`, then positional ones."""

    text: str
    binds: _Binds = _Binds.ATOM
    letters: tuple[str, ...] = ()

    def within(self, need: _Binds) -> str:
        """Return the text, in brackets where Python would read it otherwise."""
        return self.text if self.binds >= need else f"({self.text})"


def source(expr: t.Expr, scope: Scope, order: Sequence[str] | None = None) -> str:
    """Print a tree as NumPy source (`np` is numpy; names are Python identifiers, positions count from 0).

    Args:
        expr: A finished tree.
        scope: Its names.
        order: Free letters in the order of the result's axes; by first appearance when None.

    Raises:
        NoNumpyForm: There is no array form, such as for a derivative or a sum under a condition.
    """
    code = _Writer(scope, axes.of(expr, scope).letters).write(expr)
    wanted = code.letters if order is None else tuple(order)
    if set(wanted) != set(code.letters):
        raise NoNumpyForm(f"the free indices are {', '.join(code.letters) or 'none'}")
    return _moved(code, wanted).text


class _Writer:
    """Writes the nodes of a tree."""

    def __init__(self, scope: Scope, free: Mapping[str, str]) -> None:
        self.scope = scope
        self._letter_axes = dict(scope.indices) | dict(free)

    def write(self, expr: t.Expr) -> _Code:
        """Write a node."""
        way: Callable[[t.Expr], _Code] | None = getattr(self, "_" + type(expr).__name__.lower(), None)
        if way is None:
            raise NoNumpyForm(f"{type(expr).__name__.lower()} has no NumPy form")
        return way(expr)

    def _number(self, expr: t.Number) -> _Code:
        text = exact(expr.value)
        if "/" in text:
            return _Code(text.replace("/", " / "), _Binds.PRODUCT)
        return _Code(text, _Binds.SIGN if expr.value < 0 else _Binds.ATOM)

    def _name(self, expr: t.Name) -> _Code:
        return _Code(identifier(expr.id))

    def _at(self, expr: t.At) -> _Code:
        base = self.write(expr.base)
        if base.letters:
            raise NoNumpyForm("an element of an index expression has no NumPy form")
        places = [self._place(subscript) for subscript in expr.subscripts]
        binds = base.binds
        letters = tuple(s.id for s in expr.subscripts if isinstance(s, t.Letter))
        if letters and any(isinstance(s, t.Whole) for s in expr.subscripts):
            raise NoNumpyForm("letters and whole axes do not mix in NumPy")
        text = base.text
        while places and places[-1] == ":":
            places.pop()
        if places:
            text, binds = f"{base.within(_Binds.ATOM)}[{', '.join(places)}]", _Binds.ATOM
        unique = tuple(dict.fromkeys(letters))
        if len(unique) < len(letters):
            text = f'np.einsum("{_spec([letters], unique)}", {text})'
            binds = _Binds.ATOM
        return _Code(text, binds, unique)

    def _place(self, subscript: t.Expr) -> str:
        if isinstance(subscript, t.Letter | t.Whole):
            return ":"
        if isinstance(subscript, t.Number):
            return str(int(subscript.value) - self.scope.count_from)
        if isinstance(subscript, t.Name) and self._is_position(subscript):
            return identifier(subscript.id)
        raise NoNumpyForm("arithmetic on index letters has no NumPy form")

    def _is_position(self, name: t.Name) -> bool:
        declared = self.scope.names.get(name.id)
        return declared is not None and declared.role is Role.POSITION

    # --- arithmetic: letters are lined up by broadcasting ---------------------------------------------

    def _lined(self, codes: Sequence[_Code]) -> tuple[list[_Code], tuple[str, ...]]:
        letters = tuple(dict.fromkeys(letter for code in codes for letter in code.letters))
        return [_spread(code, letters) for code in codes], letters

    def _add(self, expr: t.Add) -> _Code:
        plain = [term.arg if n and isinstance(term, t.Neg) else term for n, term in enumerate(expr.terms)]
        codes, letters = self._lined([self.write(term) for term in plain])
        text = codes[0].within(_Binds.SUM)
        for term, code in zip(expr.terms[1:], codes[1:], strict=True):
            text += (" - " if isinstance(term, t.Neg) else " + ") + code.within(_Binds.PRODUCT)
        return _Code(text, _Binds.SUM, letters)

    def _neg(self, expr: t.Neg) -> _Code:
        code = self.write(expr.arg)
        return _Code("-" + code.within(_Binds.PRODUCT), _Binds.SUM, code.letters)

    def _mul(self, expr: t.Mul) -> _Code:
        codes, letters = self._lined([self.write(factor) for factor in expr.factors])
        first, *others = codes
        parts = [first.within(_Binds.PRODUCT), *(code.within(_Binds.SIGN) for code in others)]
        return _Code(" * ".join(parts), _Binds.PRODUCT, letters)

    def _div(self, expr: t.Div) -> _Code:
        (num, den), letters = self._lined([self.write(expr.num), self.write(expr.den)])
        return _Code(f"{num.within(_Binds.PRODUCT)} / {den.within(_Binds.SIGN)}", _Binds.PRODUCT, letters)

    def _pow(self, expr: t.Pow) -> _Code:
        (base, exponent), letters = self._lined([self.write(expr.base), self.write(expr.exponent)])
        return _Code(f"{base.within(_Binds.ATOM)}**{exponent.within(_Binds.SIGN)}", _Binds.POWER, letters)

    # --- products of arrays written whole ---------------------------------------------------------------

    def _kind(self, expr: t.Expr) -> axes.Kind:
        return axes.of(expr, self.scope)

    def _whole(self, *parts: t.Expr) -> list[_Code]:
        codes = [self.write(part) for part in parts]
        if any(code.letters for code in codes):
            raise NoNumpyForm("a matrix product of index expressions has no NumPy form")
        return codes

    def _matmul(self, expr: t.MatMul) -> _Code:
        left, right = self._whole(expr.left, expr.right)
        if self._is_column(expr.left) and self._kind(expr.right).row:
            return _Code(f"np.outer({left.text}, {right.text})")
        return _Code(f"{left.within(_Binds.PRODUCT)} @ {right.within(_Binds.SIGN)}", _Binds.PRODUCT)

    def _is_column(self, expr: t.Expr) -> bool:
        kind = self._kind(expr)
        return len(kind.axes) == 1 and not kind.row

    def _transpose(self, expr: t.Transpose) -> _Code:
        (code,) = self._whole(expr.arg)
        if len(self._kind(expr.arg).axes) < 2:
            return code
        return _Code(code.within(_Binds.ATOM) + ".T")

    def _outer(self, expr: t.Outer) -> _Code:
        left, right = self._whole(expr.left, expr.right)
        return _Code(f"np.outer({left.text}, {right.text})")

    # --- sums over letters ------------------------------------------------------------------------------

    def _sum(self, expr: t.Sum) -> _Code:
        if expr.where is not None or expr.low is not None or expr.high is not None:
            raise NoNumpyForm("a sum over a part of an axis has no array form")
        if isinstance(expr.body, t.Neg):
            return self._neg(t.Neg(t.Sum(expr.letters, expr.body.arg)))
        codes = [self.write(factor) for factor in _factors(expr.body)]
        outside = [code for code in codes if not code.letters]
        inside = [code for code in codes if code.letters]
        if any(not any(letter in code.letters for code in inside) for letter in expr.letters):
            raise NoNumpyForm("a sum over a letter that its body has not needs the size of the axis")
        total = self._contracted(inside, expr.letters)
        if not outside:
            return total
        factors = [code.within(_Binds.SIGN) for code in outside] + [total.within(_Binds.SIGN)]
        return _Code(" * ".join(factors), _Binds.PRODUCT, total.letters)

    def _contracted(self, codes: Sequence[_Code], summed: Sequence[str]) -> _Code:
        letters = tuple(dict.fromkeys(letter for code in codes for letter in code.letters))
        kept = tuple(letter for letter in letters if letter not in summed)
        if len(codes) == 1:
            places = [str(n) for n, letter in enumerate(codes[0].letters) if letter in summed]
            axis = "" if not kept else f"axis={places[0]}" if len(places) == 1 else f"axis=({', '.join(places)})"
            return _Code(f"{codes[0].within(_Binds.ATOM)}.sum({axis})", _Binds.ATOM, kept)
        spec = _spec([code.letters for code in codes], kept)
        return _Code(f'np.einsum("{spec}", {", ".join(code.text for code in codes)})', _Binds.ATOM, kept)

    def _delta(self, expr: t.Delta) -> _Code:
        sides = expr.left, expr.right
        if not all(isinstance(side, t.Letter) for side in sides):
            raise NoNumpyForm("δ of a position has no NumPy form here")
        letters = tuple(side.id for side in sides if isinstance(side, t.Letter))
        axis = next((self._letter_axes[letter] for letter in letters if letter in self._letter_axes), "")
        if axis not in self.scope.names or len(set(letters)) < 2:
            raise NoNumpyForm("the identity needs the size of its axis as a name")
        return _Code(f"np.eye({identifier(axis)})", _Binds.ATOM, letters)

    # --- functions ------------------------------------------------------------------------------------

    def _call(self, expr: t.Call) -> _Code:
        codes = [self.write(arg) for arg in expr.args]
        name = expr.function
        if name == "sigmoid'" and len(codes) == 1:
            once = f"sigmoid({codes[0].text})"
            return _Code(f"{once} * (1 - {once})", _Binds.PRODUCT, codes[0].letters)
        if name == "relu'" and len(codes) == 1:
            return _Code(f"({codes[0].within(_Binds.SUM)} > 0)", _Binds.ATOM, codes[0].letters)
        if name.endswith("'"):
            raise NoNumpyForm(f"{name} has no NumPy form")
        letters = codes[0].letters if codes else ()
        if letters and len(codes) == 1 and name not in _ENTRYWISE and name not in self.scope.functions:
            raise NoNumpyForm(f"{name} of an index expression has no NumPy form")
        if len(codes) > 1 and any(code.letters != letters for code in codes):
            raise NoNumpyForm(f"{name} of several index expressions has no NumPy form")
        options = [f"{key}={option_text(value)}" for key, value in expr.options]
        return _Code(f"{self._function(name)}({', '.join([*(c.text for c in codes), *options])})", _Binds.ATOM, letters)

    def _function(self, name: str) -> str:
        if name in self.scope.functions or name in _OWN:
            return name
        return _ELSEWHERE.get(name, f"np.{name}")

    def _compare(self, expr: t.Compare) -> _Code:
        if any(isinstance(side, t.Letter) for side in (expr.left, expr.right)):
            raise NoNumpyForm("a condition on index letters has no NumPy form here")
        (left, right), letters = self._lined([self.write(expr.left), self.write(expr.right)])
        sign = _RELATIONS[expr.relation.value]
        return _Code(f"({left.within(_Binds.SUM)} {sign} {right.within(_Binds.SUM)})", _Binds.ATOM, letters)

    def _cases(self, expr: t.Cases) -> _Code:
        result = self.write(expr.otherwise)
        for value, holds in reversed(expr.branches):
            (condition, chosen, rest), letters = self._lined([self.write(holds), self.write(value), result])
            test = condition.text[1:-1] if isinstance(holds, t.Compare) else condition.text
            result = _Code(f"np.where({test}, {chosen.text}, {rest.text})", _Binds.ATOM, letters)
        return result

    # --- arrays -----------------------------------------------------------------------------------------

    def _stack(self, expr: t.Stack) -> _Code:
        return _Code(f"np.array({self._listed(expr)})")

    def _listed(self, expr: t.Expr) -> str:
        if not isinstance(expr, t.Stack):
            return self._whole(expr)[0].text
        return "[" + ", ".join(self._listed(item) for item in expr.items) + "]"

    def _einsum(self, expr: t.Einsum) -> _Code:
        operands = ", ".join(code.text for code in self._whole(*expr.operands))
        return _Code(f'np.einsum("{expr.spec}", {operands})')

    def _slice(self, expr: t.Slice) -> _Code:
        (base,) = self._whole(expr.base)
        return _Code(f"{base.within(_Binds.ATOM)}[{slice_text(expr.items)}]")


def _factors(expr: t.Expr) -> list[t.Expr]:
    if isinstance(expr, t.Mul):
        return [factor for part in expr.factors for factor in _factors(part)]
    return [expr]


def _spec(operands: Sequence[Sequence[str]], out: Sequence[str]) -> str:
    """Return an einsum specification with one ASCII letter for each index letter."""
    used = dict.fromkeys(letter for operand in operands for letter in operand)
    free = iter(c for c in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" if c not in used)
    names = {letter: letter if len(letter) == 1 and letter.isascii() else next(free) for letter in used}
    return ",".join("".join(names[c] for c in o) for o in operands) + "->" + "".join(names[c] for c in out)


def _moved(code: _Code, wanted: tuple[str, ...]) -> _Code:
    """Put the axes in another order."""
    if code.letters == wanted:
        return code
    if len(wanted) == 2:
        return replace(code, text=code.within(_Binds.ATOM) + ".T", binds=_Binds.ATOM, letters=wanted)
    order = ", ".join(str(code.letters.index(letter)) for letter in wanted)
    return _Code(f"np.transpose({code.text}, ({order}))", _Binds.ATOM, wanted)


def _spread(code: _Code, letters: tuple[str, ...]) -> _Code:
    """Give an array an axis of length 1 for each letter it has not, as far as broadcasting does not by itself."""
    if not code.letters or code.letters == letters:
        return code
    moved = _moved(code, tuple(letter for letter in letters if letter in code.letters))
    places = [":" if letter in code.letters else "None" for letter in letters]
    while places[0] == "None":
        places.pop(0)
    if "None" not in places:
        return moved
    return _Code(f"{moved.within(_Binds.ATOM)}[{', '.join(places)}]", _Binds.ATOM, code.letters)


def identifier(name: str) -> str:
    """Return a name as a Python identifier."""
    text = "".join(c if c.isalnum() or c == "_" else "_" for c in name)
    text = text if text.isidentifier() else f"_{text}"
    return f"{text}_" if iskeyword(text) else text
