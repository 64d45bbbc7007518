"""What factors side by side mean: a product of scalars, an elementwise or a matrix product."""

from __future__ import annotations

from collections.abc import Sequence

from bptutor.notation import tree as t
from bptutor.notation.scope import Scope
from bptutor.notation.shapes.inference import Inference, Kind, same_axis
from bptutor.notation.shapes.rules import RULES


def resolve(expr: t.Expr, scope: Scope, columns: bool = True) -> t.Expr:
    """Decide every `Juxtapose`: a product of scalars, an elementwise or a matrix product.

    Scalars multiply; a matrix beside a matrix or a vector is the matrix product; a column beside a
    row is the outer product; two columns over the same axis pair entry by entry.
    """
    if any(isinstance(node, t.Juxtapose) or (columns and _with_a_row(node)) for node in t.walk(expr)):
        return _resolve(expr, scope, columns)
    return expr


def _resolve(expr: t.Expr, scope: Scope, columns: bool) -> t.Expr:
    done = t.rebuild(expr, lambda part: _resolve(part, scope, columns))
    if columns and _with_a_row(done):
        return _of_rows(done, Inference(RULES, scope, columns))
    if not isinstance(done, t.Juxtapose):
        return done
    run = Inference(RULES, scope, columns)
    scalars: list[t.Expr] = []
    product: t.Expr | None = None
    kind = Kind({}, ())
    for factor in done.factors:
        own = run.kind(factor, {})
        if not own.axes:
            scalars.append(factor)
        elif product is None:
            product, kind = factor, own
        else:
            product, kind = _beside(run, (product, kind), (factor, own))
    if product is None:
        return _product(scalars)
    if not scalars:
        return product
    if isinstance(product, t.Mul):
        return _product([*scalars, *product.factors])
    return _product([*scalars, product])


def _with_a_row(expr: t.Expr) -> bool:
    return isinstance(expr, t.MatMul) and isinstance(expr.right, t.Transpose)


def _of_rows(expr: t.Expr, run: Inference) -> t.Expr:
    """Return `(d @ W) @ x.T` as the outer product: d is no column here, so the row d @ W is not meant as one."""
    assert isinstance(expr, t.MatMul)  # noqa: S101  # the caller has looked
    x, y = run.kind(expr.left, {}), run.kind(expr.right, {})
    return t.Outer(expr.left, expr.right) if _apart(x, y) else expr


def _apart(x: Kind, y: Kind) -> bool:
    """Tell whether two kinds are rows over different axes, which no product sums."""
    return len(x.axes) == len(y.axes) == 1 and x.row and y.row and not same_axis(x.axes[0], y.axes[0])


def _beside(run: Inference, a: tuple[t.Expr, Kind], b: tuple[t.Expr, Kind]) -> tuple[t.Expr, Kind]:
    (left, x), (right, y) = a, b
    vectors = len(x.axes) == len(y.axes) == 1
    if _apart(x, y):
        return t.Outer(left, right), Kind({**x.letters, **y.letters}, (*x.axes, *y.axes))
    if vectors and x.row == y.row and same_axis(x.axes[0], y.axes[0]):
        factors = (*(left.factors if isinstance(left, t.Mul) else (left,)), right)
        return t.Mul(factors), run.merge([x, y], "⊙")
    return t.MatMul(left, right), run.product(x, y)


def _product(factors: Sequence[t.Expr]) -> t.Expr:
    flat: list[t.Expr] = []
    for factor in factors:
        flat.extend(factor.factors if isinstance(factor, t.Mul) else (factor,))
    return flat[0] if len(flat) == 1 else t.Mul(tuple(flat))
