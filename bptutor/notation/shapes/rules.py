"""The axes of each node of a tree, from those of its parts: one rule for each type of node."""

from __future__ import annotations

from collections.abc import Mapping

from bptutor.errors import UnreadableAnswer
from bptutor.notation import tree as t
from bptutor.notation.array_functions.table import ARRAY_FUNCTIONS
from bptutor.notation.scope import Role, counted
from bptutor.notation.shapes.inference import Axes, Inference, Kind, ShapeMisfit, ShapeRule, same_axis, shape_text

Env = Mapping[str, str]


def _name(run: Inference, expr: t.Name, env: Env) -> Kind:
    if expr.id in run.parameters:
        return Kind({}, run.parameters[expr.id])
    declared = run.scope.names.get(expr.id)
    return Kind({}, declared.axes if declared else ())


def _at(run: Inference, expr: t.At, env: Env) -> Kind:
    base = run.kind(expr.base, env)
    if len(base.axes) != len(expr.subscripts):
        text = expr.base.id if isinstance(expr.base, t.Name) else "it"
        raise UnreadableAnswer(
            1,
            f"{text} has {counted(len(base.axes))} {shape_text(base.axes)}, not {len(expr.subscripts)}"
            if base.axes
            else f"{text} is one number and has no index",
            f"write {len(base.axes)} index letter{'s' * (len(base.axes) > 1)}" if base.axes else "leave the index out",
        )
    letters = dict(base.letters)
    left: list[str] = []
    for subscript, axis in zip(expr.subscripts, base.axes, strict=True):
        if isinstance(subscript, t.Whole):
            left.append(axis)
        elif isinstance(subscript, t.Letter):
            key = run.key(subscript.id, env)
            letters[key] = ""
            run.letters.bind(key, axis)
        else:
            letters |= run.kind(subscript, env).letters
    return Kind(letters, tuple(left))


_SIGNS: dict[type[t.Expr], str] = {t.Add: "+", t.Mul: "*", t.Div: "/", t.Pow: "^"}


def _pairwise(run: Inference, expr: t.Expr, env: Env) -> Kind:
    parts = [*t.children(expr)]
    minus = isinstance(expr, t.Add) and any(isinstance(part, t.Neg) for part in parts)
    return run.merge([run.kind(part, env) for part in parts], "-" if minus else _SIGNS[type(expr)])


def _integers(run: Inference, expr: t.Delta | t.Compare, env: Env) -> Kind:
    if isinstance(expr.left, t.Letter) and isinstance(expr.right, t.Letter):
        run.letters.partners.append((run.key(expr.left.id, env), run.key(expr.right.id, env)))
    for one, other in ((expr.left, expr.right), (expr.right, expr.left)):
        if isinstance(one, t.Letter) and isinstance(other, t.Name):
            declared = run.scope.names.get(other.id)
            if declared and declared.role is Role.POSITION:
                run.letters.bind(run.key(one.id, env), declared.position_of)
    return run.merge([run.kind(expr.left, env), run.kind(expr.right, env)], "=")


def _transpose(run: Inference, expr: t.Transpose, env: Env) -> Kind:
    kind = run.kind(expr.arg, env)
    turned = not kind.row and len(kind.axes) == 1
    return Kind(kind.letters, kind.axes[::-1], turned, turned)


def _outer(run: Inference, expr: t.Outer, env: Env) -> Kind:
    a, b = run.kind(expr.left, env), run.kind(expr.right, env)
    one, other = (_flat(run, kind) for kind in (a, b))
    if len(one) != 1 or len(other) != 1:
        raise ShapeMisfit(f"outer takes two vectors, not {shape_text(a.axes)} and {shape_text(b.axes)}")
    return Kind({**a.letters, **b.letters}, (*one, *other))


def _flat(run: Inference, kind: Kind) -> Axes:
    """Return the axes of a factor of `outer`, which NumPy flattens first."""
    if run.columns or len(kind.axes) < 2:
        return kind.axes
    left = tuple(axis for axis in kind.axes if axis != "1")
    return left if len(left) == 1 else ("",)


def _sum(run: Inference, expr: t.Sum, env: Env) -> Kind:
    inner = {**env, **{letter: run.letters.fresh(letter) for letter in expr.letters}}
    letters: dict[str, str] = {}
    for part in (expr.where, expr.low, expr.high):
        if part is not None:
            letters |= run.kind(part, inner).letters
    body = run.kind(expr.body, inner)
    letters = {**body.letters, **letters}
    bound = {inner[letter] for letter in expr.letters}
    return Kind({k: "" for k in letters if k not in bound}, body.axes, body.row, body.turned)


def _derivative(run: Inference, expr: t.Derivative, env: Env) -> Kind:
    of, by = run.kind(expr.of, env), run.kind(expr.by, env)
    return Kind({**of.letters, **by.letters}, (*of.axes, *by.axes))


def _cases(run: Inference, expr: t.Cases, env: Env) -> Kind:
    values = [v for v, _ in expr.branches]
    conditions = [c for _, c in expr.branches]
    return run.merge([run.kind(p, env) for p in (*values, expr.otherwise, *conditions)], "where")


def _stack(run: Inference, expr: t.Stack, env: Env) -> Kind:
    kinds = [run.kind(item, env) for item in expr.items]
    inner = run.merge(kinds, "[ ]") if kinds else Kind({}, ())
    return Kind(inner.letters, ("", *inner.axes))


def _einsum(run: Inference, expr: t.Einsum, env: Env) -> Kind:
    inputs, _, out = expr.spec.partition("->")
    axis: dict[str, str] = {}
    letters: dict[str, str] = {}
    for spec, operand in zip(inputs.split(","), expr.operands, strict=False):
        kind = run.kind(operand, env)
        letters |= kind.letters
        if len(spec) != len(kind.axes):
            raise ShapeMisfit(f"`{spec}` names {counted(len(spec))}; the array has {shape_text(kind.axes)}")
        for letter, name in zip(spec, kind.axes, strict=True):
            if not same_axis(axis.get(letter, ""), name):
                raise ShapeMisfit(f"the letter {letter} in `{expr.spec}` stands over {axis[letter]} and over {name}")
            axis[letter] = axis.get(letter) or name
    return Kind(letters, tuple(axis.get(letter, "") for letter in out))


def _slice(run: Inference, expr: t.Slice, env: Env) -> Kind:
    base = run.kind(expr.base, env)
    rest = list(base.axes)
    out: list[str] = []
    for item in expr.items:
        if item is None:
            out.append("1")
        elif not rest:
            raise ShapeMisfit(f"too many indices for {shape_text(base.axes)}")
        elif isinstance(item, t.Span):
            axis = rest.pop(0)
            out.append(axis if item == t.Span() or item == t.Span(None, None, -1) else "")
        else:
            rest.pop(0)
    return Kind(base.letters, (*out, *rest))


def _call(run: Inference, expr: t.Call, env: Env) -> Kind:
    kinds = [run.kind(a, env) for a in expr.args]
    name = expr.function.rstrip("'")
    if name in ARRAY_FUNCTIONS:
        return ARRAY_FUNCTIONS[name].axes(run, expr, kinds)
    return run.merge(kinds, name)


RULES: dict[type[t.Expr], ShapeRule] = {
    t.Name: _name,
    t.Letter: lambda run, expr, env: Kind({run.key(expr.id, env): ""}, ()),
    t.At: _at,
    t.Add: _pairwise,
    t.Mul: _pairwise,
    t.Neg: lambda run, expr, env: run.kind(expr.arg, env),
    t.Div: _pairwise,
    t.Pow: _pairwise,
    t.Compare: _integers,
    t.Delta: _integers,
    t.Transpose: _transpose,
    t.Outer: _outer,
    t.MatMul: lambda run, expr, env: run.product(run.kind(expr.left, env), run.kind(expr.right, env)),
    t.Sum: _sum,
    t.Derivative: _derivative,
    t.Cases: _cases,
    t.Stack: _stack,
    t.Einsum: _einsum,
    t.Slice: _slice,
    t.Call: _call,
    t.Number: lambda run, expr, env: Kind({}, ()),
    t.Text: lambda run, expr, env: Kind({}, ()),
    t.Whole: lambda run, expr, env: Kind({}, ()),
}
