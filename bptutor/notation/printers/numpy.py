"""NumPy source from a tree: arrays written whole as they are, index expressions as broadcasting and einsum.

The value of an index expression is an array whose axes are its free indices, in the order asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from bptutor.notation import tree as t
from bptutor.notation.array_functions.table import ARRAY_FUNCTIONS, ELEMENTWISE
from bptutor.notation.printers.broadcasting import Binds, Code, NoNumpyForm, einsum_spec, identifier, moved, spread
from bptutor.notation.printers.precedence import exact, is_array, slice_text
from bptutor.notation.printers.unicode import option_text
from bptutor.notation.scope import Role, Scope
from bptutor.notation.shapes import axes
from bptutor.notation.values.backends import LEAK

_RELATIONS = {"=": "==", "≠": "!=", "<": "<", "≤": "<=", ">": ">", "≥": ">="}


def source(expr: t.Expr, scope: Scope, order: Sequence[str] | None = None) -> str:
    """Print a tree as NumPy source (`np` is numpy; names are Python identifiers, positions count from 0).

    Args:
        expr: A finished tree.
        scope: Its names.
        order: Free indices in the order of the result's axes; by first appearance when None.

    Raises:
        NoNumpyForm: There is no array form, such as for a derivative or a sum under a condition.
    """
    code = _Writer(scope, axes.of(expr, scope).letters).write(expr)
    wanted = code.letters if order is None else tuple(order)
    if set(wanted) != set(code.letters):
        raise NoNumpyForm(f"the free indices are {', '.join(code.letters) or 'none'}")
    return moved(code, wanted).text


class _Writer:
    """Writes the nodes of a tree."""

    def __init__(self, scope: Scope, free: Mapping[str, str]) -> None:
        self.scope = scope
        self._letter_axes = dict(scope.indices) | dict(free)

    def write(self, expr: t.Expr) -> Code:
        """Write a node."""
        way: Callable[[t.Expr], Code] | None = getattr(self, "_" + type(expr).__name__.lower(), None)
        if way is None:
            raise NoNumpyForm(f"{type(expr).__name__.lower()} has no NumPy form")
        return way(expr)

    def _number(self, expr: t.Number) -> Code:
        text = exact(expr.value)
        if "/" in text:
            return Code(text.replace("/", " / "), Binds.PRODUCT)
        return Code(text, Binds.SIGN if expr.value < 0 else Binds.ATOM)

    def _name(self, expr: t.Name) -> Code:
        if self._is_position(expr) and self.scope.count_from:  # NumPy counts positions from 0
            return Code(f"{identifier(expr.id)} + {self.scope.count_from}", Binds.SUM)
        return Code(identifier(expr.id))

    def _at(self, expr: t.At) -> Code:
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
            text, binds = f"{base.within(Binds.ATOM)}[{', '.join(places)}]", Binds.ATOM
        unique = tuple(dict.fromkeys(letters))
        if len(unique) < len(letters):
            text = f'np.einsum("{einsum_spec([letters], unique)}", {text})'
            binds = Binds.ATOM
        return Code(text, binds, unique)

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

    def _lined(self, *exprs: t.Expr) -> tuple[list[Code], tuple[str, ...]]:
        codes = [self.write(expr) for expr in exprs]
        letters = tuple(dict.fromkeys(letter for code in codes for letter in code.letters))
        for expr, code in zip(exprs, codes, strict=True):
            if letters and not code.letters and is_array(expr, self.scope):
                raise NoNumpyForm("index letters and arrays written whole do not mix in NumPy")
        return [spread(code, letters) for code in codes], letters

    def _add(self, expr: t.Add) -> Code:
        first, *rest = expr.terms
        counted = [t.Neg(t.Number(Fraction(self.scope.count_from)))]
        if isinstance(first, t.Name) and self._is_position(first) and rest == counted:
            return Code(identifier(first.id))
        plain = [term.arg if n and isinstance(term, t.Neg) else term for n, term in enumerate(expr.terms)]
        codes, letters = self._lined(*plain)
        text = codes[0].within(Binds.SUM)
        for term, code in zip(expr.terms[1:], codes[1:], strict=True):
            text += (" - " if isinstance(term, t.Neg) else " + ") + code.within(Binds.PRODUCT)
        return Code(text, Binds.SUM, letters)

    def _neg(self, expr: t.Neg) -> Code:
        code = self.write(expr.arg)
        return Code("-" + code.within(Binds.PRODUCT), Binds.SUM, code.letters)

    def _mul(self, expr: t.Mul) -> Code:
        codes, letters = self._lined(*expr.factors)
        first, *others = codes
        parts = [first.within(Binds.PRODUCT), *(code.within(Binds.SIGN) for code in others)]
        return Code(" * ".join(parts), Binds.PRODUCT, letters)

    def _div(self, expr: t.Div) -> Code:
        (num, den), letters = self._lined(expr.num, expr.den)
        return Code(f"{num.within(Binds.PRODUCT)} / {den.within(Binds.SIGN)}", Binds.PRODUCT, letters)

    def _pow(self, expr: t.Pow) -> Code:
        (base, exponent), letters = self._lined(expr.base, expr.exponent)
        return Code(f"{base.within(Binds.ATOM)}**{exponent.within(Binds.SIGN)}", Binds.POWER, letters)

    # --- products of arrays written whole ---------------------------------------------------------------

    def _kind(self, expr: t.Expr) -> axes.Kind:
        return axes.of(expr, self.scope)

    def _whole(self, *parts: t.Expr) -> list[Code]:
        codes = [self.write(part) for part in parts]
        if any(code.letters for code in codes):
            raise NoNumpyForm("a matrix product of index expressions has no NumPy form")
        return codes

    def _matmul(self, expr: t.MatMul) -> Code:
        left, right = self._whole(expr.left, expr.right)
        kinds = self._kind(expr.left), self._kind(expr.right)
        if len(kinds[0].axes) == 1 and not kinds[0].row and kinds[1].row:
            return Code(f"np.outer({left.text}, {right.text})")
        return Code(f"{left.within(Binds.PRODUCT)} @ {right.within(Binds.SIGN)}", Binds.PRODUCT)

    def _transpose(self, expr: t.Transpose) -> Code:
        (code,) = self._whole(expr.arg)
        if len(self._kind(expr.arg).axes) < 2:
            return code
        return Code(code.within(Binds.ATOM) + ".T")

    def _outer(self, expr: t.Outer) -> Code:
        left, right = self._whole(expr.left, expr.right)
        return Code(f"np.outer({left.text}, {right.text})")

    # --- sums over letters ------------------------------------------------------------------------------

    def _sum(self, expr: t.Sum) -> Code:
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
        factors = [code.within(Binds.SIGN) for code in outside] + [total.within(Binds.SIGN)]
        return Code(" * ".join(factors), Binds.PRODUCT, total.letters)

    def _contracted(self, codes: Sequence[Code], summed: Sequence[str]) -> Code:
        letters = tuple(dict.fromkeys(letter for code in codes for letter in code.letters))
        kept = tuple(letter for letter in letters if letter not in summed)
        if len(codes) == 1:
            places = [str(n) for n, letter in enumerate(codes[0].letters) if letter in summed]
            axis = "" if not kept else f"axis={places[0]}" if len(places) == 1 else f"axis=({', '.join(places)})"
            return Code(f"{codes[0].within(Binds.ATOM)}.sum({axis})", Binds.ATOM, kept)
        spec = einsum_spec([code.letters for code in codes], kept)
        return Code(f'np.einsum("{spec}", {", ".join(code.text for code in codes)})', Binds.ATOM, kept)

    def _delta(self, expr: t.Delta) -> Code:
        sides = expr.left, expr.right
        if not all(isinstance(side, t.Letter) for side in sides):
            raise NoNumpyForm("δ of a position has no NumPy form here")
        letters = tuple(side.id for side in sides if isinstance(side, t.Letter))
        axis = next((self._letter_axes[letter] for letter in letters if letter in self._letter_axes), "")
        if axis not in self.scope.names or len(set(letters)) < 2:
            raise NoNumpyForm("the identity needs the size of its axis as a name")
        return Code(f"np.eye({identifier(axis)})", Binds.ATOM, letters)

    # --- functions ------------------------------------------------------------------------------------

    def _call(self, expr: t.Call) -> Code:
        codes = [self.write(arg) for arg in expr.args]
        name = expr.function
        if name == "sigmoid'" and len(codes) == 1:
            once = f"sigmoid({codes[0].text})"
            return Code(f"{once} * (1 - {once})", Binds.PRODUCT, codes[0].letters)
        if name == "relu'" and len(codes) == 1:
            return Code(f"({codes[0].within(Binds.SUM)} > 0)", Binds.ATOM, codes[0].letters)
        if name.endswith("'"):
            raise NoNumpyForm(f"{name} has no NumPy form")
        letters = codes[0].letters if codes else ()
        if letters and len(codes) == 1 and name not in ELEMENTWISE and name not in self.scope.functions:
            raise NoNumpyForm(f"{name} of an index expression has no NumPy form")
        if len(codes) > 1 and any(code.letters != letters for code in codes):
            raise NoNumpyForm(f"{name} of several index expressions has no NumPy form")
        options = [f"{key}={option_text(value)}" for key, value in expr.options]
        if name == "leaky_relu" and len(codes) == 1:
            x = codes[0].text
            return Code(f"np.where({x} > 0, {x}, {exact(LEAK)} * {codes[0].within(Binds.SIGN)})", letters=letters)
        return Code(f"{self._function(expr)}({', '.join([*(c.text for c in codes), *options])})", Binds.ATOM, letters)

    def _function(self, call: t.Call) -> str:
        row = ARRAY_FUNCTIONS.get(call.function)
        if row and row.source_2d and len(self._kind(call.args[0]).axes) == 2:
            return row.source_2d
        known = row or ELEMENTWISE.get(call.function)
        own = call.function if call.function in self.scope.functions else ""
        return own or (known.source if known else "") or f"np.{call.function}"

    def _compare(self, expr: t.Compare) -> Code:
        if any(isinstance(side, t.Letter) for side in (expr.left, expr.right)):
            raise NoNumpyForm("a condition on index letters has no NumPy form here")
        (left, right), letters = self._lined(expr.left, expr.right)
        sign = _RELATIONS[expr.relation.value]
        return Code(f"({left.within(Binds.SUM)} {sign} {right.within(Binds.SUM)})", Binds.ATOM, letters)

    def _cases(self, expr: t.Cases) -> Code:
        parts = [part for branch in expr.branches for part in branch]
        (*codes, result), letters = self._lined(*parts, expr.otherwise)
        for n in reversed(range(len(expr.branches))):
            chosen, condition = codes[2 * n : 2 * n + 2]
            test = condition.text
            result = Code(f"np.where({test}, {chosen.text}, {result.text})", Binds.ATOM, letters)
        return replace(result, letters=letters)

    # --- arrays -----------------------------------------------------------------------------------------

    def _stack(self, expr: t.Stack) -> Code:
        return Code(f"np.array({self._listed(expr)})")

    def _listed(self, expr: t.Expr) -> str:
        if not isinstance(expr, t.Stack):
            return self._whole(expr)[0].text
        return "[" + ", ".join(self._listed(item) for item in expr.items) + "]"

    def _einsum(self, expr: t.Einsum) -> Code:
        operands = ", ".join(code.text for code in self._whole(*expr.operands))
        return Code(f'np.einsum("{expr.spec}", {operands})')

    def _slice(self, expr: t.Slice) -> Code:
        (base,) = self._whole(expr.base)
        return Code(f"{base.within(Binds.ATOM)}[{slice_text(expr.items)}]")


def _factors(expr: t.Expr) -> list[t.Expr]:
    if isinstance(expr, t.Mul):
        return [factor for part in expr.factors for factor in _factors(part)]
    return [expr]
