"""What factors side by side mean: a product of scalars, an elementwise or a matrix product."""

from __future__ import annotations

from collections.abc import Sequence

from bptutor.notation.scope import Scope
from bptutor.notation.shapes.inference import Inference, Kind, same_axis
from bptutor.notation.shapes.rules import RULES
from bptutor.notation.tree import Expr, Juxtapose, MatMul, Mul, Outer, Transpose, rebuild, walk


def resolve(expr: Expr, scope: Scope, columns: bool = True) -> Expr:
    """Decide every `Juxtapose`: a product of scalars, an elementwise or a matrix product.

    Scalars multiply; a matrix beside a matrix or a vector is the matrix product; a column beside a
    row is the outer product; two columns over the same axis pair entry by entry.
    """
    if any(isinstance(node, Juxtapose) or (columns and _with_a_row(node)) for node in walk(expr)):
        return _resolve(expr, scope, columns)
    return expr


def _resolve(expr: Expr, scope: Scope, columns: bool) -> Expr:
    done = rebuild(expr, lambda part: _resolve(part, scope, columns))
    if columns and _with_a_row(done):
        return _of_rows(done, Inference(RULES, scope, columns))
    if not isinstance(done, Juxtapose):
        return done
    run = Inference(RULES, scope, columns)
    scalars: list[Expr] = []
    product: Expr | None = None
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
    if isinstance(product, Mul):
        return _product([*scalars, *product.factors])
    return _product([*scalars, product])


def _with_a_row(expr: Expr) -> bool:
    return isinstance(expr, MatMul) and isinstance(expr.right, Transpose)


def _of_rows(expr: Expr, run: Inference) -> Expr:
    """Return `(d @ W) @ x.T` as the outer product: d is no column here, so the row d @ W is not meant as one."""
    assert isinstance(expr, MatMul)  # noqa: S101  # the caller has looked
    x, y = run.kind(expr.left, {}), run.kind(expr.right, {})
    return Outer(expr.left, expr.right) if _apart(x, y) else expr


def _apart(x: Kind, y: Kind) -> bool:
    """Tell whether two kinds are rows over different axes, which no product sums."""
    return len(x.axes) == len(y.axes) == 1 and x.row and y.row and not same_axis(x.axes[0], y.axes[0])


def _beside(run: Inference, a: tuple[Expr, Kind], b: tuple[Expr, Kind]) -> tuple[Expr, Kind]:
    (left, x), (right, y) = a, b
    vectors = len(x.axes) == len(y.axes) == 1
    if _apart(x, y):
        return Outer(left, right), Kind({**x.letters, **y.letters}, (*x.axes, *y.axes))
    if vectors and x.row == y.row and same_axis(x.axes[0], y.axes[0]):
        factors = (*(left.factors if isinstance(left, Mul) else (left,)), right)
        return Mul(factors), run.merge([x, y], "⊙")
    return MatMul(left, right), run.product(x, y)


def _product(factors: Sequence[Expr]) -> Expr:
    flat: list[Expr] = []
    for factor in factors:
        flat.extend(factor.factors if isinstance(factor, Mul) else (factor,))
    return flat[0] if len(flat) == 1 else Mul(tuple(flat))
