"""What fits: free letters and positional axes of an expression, by axis name.

Names decide, not sizes: with `W2: [C, H]` and `dz2: [C]`, `W2 @ dz2` would sum H with C and is
refused even where both are 3. A letter stands over one axis; which one is inferred from the arrays it
indexes, then from its partners in δ and in conditions, then from what is known (the goal, `indices`).

Two axis names are special: `"1"` is an axis of size one that broadcasts (`a[:, None]`), and `""` is an
axis of unknown name (a literal `[1, 2]`, a slice) that fits anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bptutor.errors import UnreadableAnswer
from bptutor.notation.scope import Role, Scope
from bptutor.notation.tree import (
    Add,
    At,
    Call,
    Cases,
    Compare,
    Delta,
    Derivative,
    Div,
    Einsum,
    Expr,
    Letter,
    MatMul,
    Mul,
    Name,
    Neg,
    Number,
    Outer,
    Pow,
    Slice,
    Span,
    Stack,
    Sum,
    Text,
    Transpose,
    Whole,
)

Axes = tuple[str, ...]


class ShapeMisfit(UnreadableAnswer):
    """Axes do not fit; the message names the axes and both shapes."""

    def __init__(self, message: str, help: str = "") -> None:  # noqa: A002
        """Shapes have no column of their own: the whole text is meant."""
        super().__init__(1, message, help)


@dataclass(frozen=True)
class Kind:
    """Free letters with their axes, and positional axes."""

    letters: Mapping[str, str]
    """In order of first appearance; "" while the axis is unknown."""
    axes: Axes
    row: bool = False
    """A vector that stands as a row in the column reading."""


@dataclass
class _Letters:
    """Which axis each letter stands over; a letter bound by a Σ has a key of its own."""

    axis: dict[str, str] = field(default_factory=dict)
    partners: list[tuple[str, str]] = field(default_factory=list)
    count: int = 0

    def fresh(self, letter: str) -> str:
        self.count += 1
        return f"{letter}#{self.count}"

    def bind(self, key: str, axis: str) -> None:
        if not axis:
            return
        known = self.axis.setdefault(key, axis)
        if known != axis:
            letter = key.partition("#")[0]
            raise ShapeMisfit(
                f"{letter} stands over {known} in one place and over {axis} in another",
                "use one letter for each axis",
            )

    def settle(self) -> None:
        """Carry axes across δ and conditions until nothing changes."""
        changed = True
        while changed:
            changed = False
            for a, b in self.partners:
                for one, other in ((a, b), (b, a)):
                    if one in self.axis and other not in self.axis:
                        self.axis[other] = self.axis[one]
                        changed = True


def shape_text(axes: Axes) -> str:
    """Return axes as a reader sees them: `[C, H]`, or `one number`."""
    return "[" + ", ".join(a or "?" for a in axes) + "]" if axes else "one number"


class Inference:
    """One walk over an expression."""

    def __init__(self, scope: Scope, columns: bool = True, known: Mapping[str, str] | None = None) -> None:
        """Start with what is known of free letters (from the goal)."""
        self.scope = scope
        self.columns = columns
        self.known = known or {}
        self.letters = _Letters()
        self.parameters: dict[str, Axes] = {}

    # --- the walk ---------------------------------------------------------------------------------

    def kind(self, expr: Expr, env: Mapping[str, str]) -> Kind:
        """Return the kind of a node; `env` maps visible bound letters to keys. Letters hold keys here."""
        rule = _RULES.get(type(expr))
        if rule is None:
            return Kind({}, ())
        return rule(self, expr, env)

    def key(self, letter: str, env: Mapping[str, str]) -> str:
        """Return the key of a letter: its binder's, or its own when it is free."""
        return env.get(letter, letter)

    def merge(self, kinds: Sequence[Kind], sign: str) -> Kind:
        """Combine the kinds of operands that pair entry by entry."""
        letters: dict[str, str] = {}
        axes: Axes = ()
        row = any(k.row for k in kinds)
        for k in kinds:
            letters |= {key: "" for key in k.letters if key not in letters}
            axes = self.broadcast(axes, k.axes, sign)
        return Kind(letters, axes, row)

    def broadcast(self, a: Axes, b: Axes, sign: str) -> Axes:
        """Align from the right, as NumPy does, but by name."""
        if not a or not b:
            return a or b
        if self.columns and len(a) != len(b) and "1" not in a + b and not _tail(a, b):
            raise ShapeMisfit(f"`{sign}` pairs entries one to one; {shape_text(a)} and {shape_text(b)} do not pair")
        out: list[str] = []
        for n in range(1, max(len(a), len(b)) + 1):
            x = a[-n] if n <= len(a) else "1"
            y = b[-n] if n <= len(b) else "1"
            if x and y and x != y and "1" not in (x, y):
                raise ShapeMisfit(f"`{sign}` pairs entries one to one; {shape_text(a)} and {shape_text(b)} do not pair")
            out.append(y if x in ("1", "") else x)
        return tuple(reversed(out))

    def product(self, a: Kind, b: Kind) -> Kind:
        """The kind of a matrix product."""
        letters = {**a.letters, **b.letters}
        if not a.axes or not b.axes:
            if self.columns:
                return Kind(letters, a.axes or b.axes, a.row or b.row)
            raise ShapeMisfit("`@` needs arrays on both sides", "multiply by one number with `*`")
        if len(a.axes) == 1 and len(b.axes) == 1:
            return self._vectors(a, b, letters)
        left, right = a.axes[-1], b.axes[-2] if len(b.axes) > 1 else b.axes[0]
        if self.columns and len(a.axes) == 2 and len(b.axes) == 1 and b.row and not same_axis(left, right):
            raise ShapeMisfit(f"{shape_text(a.axes)} times a row over {b.axes[0]} does not fit")
        if not same_axis(left, right):
            raise ShapeMisfit(
                f"the product of {shape_text(a.axes)} and {shape_text(b.axes)} would sum {left} with {right}",
                "a product sums one axis that both sides have",
            )
        if len(b.axes) == 1:
            return Kind(letters, a.axes[:-1])
        if len(a.axes) == 1:
            return Kind(letters, (*b.axes[:-2], b.axes[-1]), len(b.axes) == 2)
        lead = self.broadcast(a.axes[:-2], b.axes[:-2], "@")
        return Kind(letters, (*lead, a.axes[-2], b.axes[-1]))

    def _vectors(self, a: Kind, b: Kind, letters: dict[str, str]) -> Kind:
        if self.columns and b.row and not a.row:
            return Kind(letters, (*a.axes, *b.axes))
        if not same_axis(a.axes[0], b.axes[0]):
            raise ShapeMisfit(
                f"the product of {shape_text(a.axes)} and {shape_text(b.axes)} would sum {a.axes[0]} with {b.axes[0]}",
                "every pair of entries: `outer(u, v)`",
            )
        return Kind(letters, ())

    # --- what remains when the walk is over ---------------------------------------------------------

    def finish(self, kind: Kind) -> Kind:
        """Settle the letters and return the kind with their axes."""
        for letter, axis in self.known.items():
            self.letters.axis.setdefault(letter, axis)
        self.letters.settle()
        return Kind(
            {k: self.letters.axis.get(k) or self.scope.indices.get(k, "") for k in kind.letters}, kind.axes, kind.row
        )


def _tail(a: Axes, b: Axes) -> bool:
    short, long = sorted((a, b), key=len)
    return all(same_axis(x, y) for x, y in zip(short, long[-len(short) :], strict=True))


def same_axis(a: str, b: str) -> bool:
    """Tell whether two axis names fit; an unknown one fits anything."""
    return a == b or not a or not b


# --- one rule a node type -------------------------------------------------------------------------

Env = Mapping[str, str]


def _name(run: Inference, expr: Name, env: Env) -> Kind:
    if expr.id in run.parameters:
        return Kind({}, run.parameters[expr.id])
    declared = run.scope.names.get(expr.id)
    return Kind({}, declared.axes if declared else ())


def _letter(run: Inference, expr: Letter, env: Env) -> Kind:
    return Kind({run.key(expr.id, env): ""}, ())


def _at(run: Inference, expr: At, env: Env) -> Kind:
    base = run.kind(expr.base, env)
    if len(base.axes) != len(expr.subscripts):
        text = expr.base.id if isinstance(expr.base, Name) else "it"
        raise UnreadableAnswer(
            1,
            f"{text} has {len(base.axes)} axes {shape_text(base.axes)}, not {len(expr.subscripts)}"
            if base.axes
            else f"{text} is one number and has no index",
            f"write {len(base.axes)} index letters" if base.axes else "leave the index out",
        )
    letters = dict(base.letters)
    left: list[str] = []
    for subscript, axis in zip(expr.subscripts, base.axes, strict=True):
        if isinstance(subscript, Whole):
            left.append(axis)
        elif isinstance(subscript, Letter):
            key = run.key(subscript.id, env)
            letters[key] = ""
            run.letters.bind(key, axis)
        else:
            letters |= run.kind(subscript, env).letters
    return Kind(letters, tuple(left))


def _nary(sign: str) -> Callable[[Inference, Expr, Env], Kind]:
    def rule(run: Inference, expr: Expr, env: Env) -> Kind:
        parts = expr.terms if isinstance(expr, Add) else expr.factors  # type: ignore[attr-defined]
        return run.merge([run.kind(p, env) for p in parts], sign)

    return rule


def _pair(sign: str, *names: str) -> Callable[[Inference, Expr, Env], Kind]:
    def rule(run: Inference, expr: Expr, env: Env) -> Kind:
        return run.merge([run.kind(getattr(expr, n), env) for n in names], sign)

    return rule


def _integers(run: Inference, expr: Delta | Compare, env: Env) -> Kind:
    if isinstance(expr.left, Letter) and isinstance(expr.right, Letter):
        run.letters.partners.append((run.key(expr.left.id, env), run.key(expr.right.id, env)))
    for one, other in ((expr.left, expr.right), (expr.right, expr.left)):
        if isinstance(one, Letter) and isinstance(other, Name):
            declared = run.scope.names.get(other.id)
            if declared and declared.role is Role.POSITION:
                run.letters.bind(run.key(one.id, env), declared.position_of)
    return run.merge([run.kind(expr.left, env), run.kind(expr.right, env)], "=")


def _transpose(run: Inference, expr: Transpose, env: Env) -> Kind:
    kind = run.kind(expr.arg, env)
    return Kind(kind.letters, kind.axes[::-1], not kind.row and len(kind.axes) == 1)


def _outer(run: Inference, expr: Outer, env: Env) -> Kind:
    a, b = run.kind(expr.left, env), run.kind(expr.right, env)
    if len(a.axes) != 1 or len(b.axes) != 1:
        raise ShapeMisfit(f"outer takes two vectors, not {shape_text(a.axes)} and {shape_text(b.axes)}")
    return Kind({**a.letters, **b.letters}, (*a.axes, *b.axes))


def _matmul(run: Inference, expr: MatMul, env: Env) -> Kind:
    return run.product(run.kind(expr.left, env), run.kind(expr.right, env))


def _sum(run: Inference, expr: Sum, env: Env) -> Kind:
    inner = {**env, **{letter: run.letters.fresh(letter) for letter in expr.letters}}
    letters: dict[str, str] = {}
    for part in (expr.where, expr.low, expr.high):
        if part is not None:
            letters |= run.kind(part, inner).letters
    body = run.kind(expr.body, inner)
    letters = {**body.letters, **letters}
    bound = {inner[letter] for letter in expr.letters}
    return Kind({k: "" for k in letters if k not in bound}, body.axes, body.row)


def _derivative(run: Inference, expr: Derivative, env: Env) -> Kind:
    of, by = run.kind(expr.of, env), run.kind(expr.by, env)
    return Kind({**of.letters, **by.letters}, (*of.axes, *by.axes))


def _cases(run: Inference, expr: Cases, env: Env) -> Kind:
    values = [v for v, _ in expr.branches]
    conditions = [c for _, c in expr.branches]
    return run.merge([run.kind(p, env) for p in (*values, expr.otherwise, *conditions)], "where")


def _stack(run: Inference, expr: Stack, env: Env) -> Kind:
    kinds = [run.kind(item, env) for item in expr.items]
    inner = run.merge(kinds, "[ ]") if kinds else Kind({}, ())
    return Kind(inner.letters, ("", *inner.axes))


def _einsum(run: Inference, expr: Einsum, env: Env) -> Kind:
    inputs, _, out = expr.spec.partition("->")
    axis: dict[str, str] = {}
    letters: dict[str, str] = {}
    for spec, operand in zip(inputs.split(","), expr.operands, strict=False):
        kind = run.kind(operand, env)
        letters |= kind.letters
        if len(spec) != len(kind.axes):
            raise ShapeMisfit(f"`{spec}` names {len(spec)} axes; the array has {shape_text(kind.axes)}")
        for letter, name in zip(spec, kind.axes, strict=True):
            if not same_axis(axis.get(letter, ""), name):
                raise ShapeMisfit(f"{letter} in `{expr.spec}` stands over {axis[letter]} and over {name}")
            axis[letter] = axis.get(letter) or name
    return Kind(letters, tuple(axis.get(letter, "") for letter in out))


def _slice(run: Inference, expr: Slice, env: Env) -> Kind:
    base = run.kind(expr.base, env)
    rest = list(base.axes)
    out: list[str] = []
    for item in expr.items:
        if item is None:
            out.append("1")
        elif not rest:
            raise ShapeMisfit(f"too many indices for {shape_text(base.axes)}")
        elif isinstance(item, Span):
            axis = rest.pop(0)
            out.append(axis if item == Span() or item == Span(None, None, -1) else "")
        else:
            rest.pop(0)
    return Kind(base.letters, (*out, *rest))


def _call(run: Inference, expr: Call, env: Env) -> Kind:
    from bptutor.notation.array_functions import AXES_OF_CALL

    kinds = [run.kind(a, env) for a in expr.args]
    name = expr.function.rstrip("'")
    special = AXES_OF_CALL.get(name)
    if special is not None:
        return special(run, expr, kinds)
    return run.merge(kinds, name)


_RULES: dict[type[Expr], Callable[..., Kind]] = {
    Name: _name,
    Letter: _letter,
    At: _at,
    Add: _nary("+"),
    Mul: _nary("*"),
    Neg: lambda run, expr, env: run.kind(expr.arg, env),
    Div: _pair("/", "num", "den"),
    Pow: _pair("^", "base", "exponent"),
    Compare: _integers,
    Delta: _integers,
    Transpose: _transpose,
    Outer: _outer,
    MatMul: _matmul,
    Sum: _sum,
    Derivative: _derivative,
    Cases: _cases,
    Stack: _stack,
    Einsum: _einsum,
    Slice: _slice,
    Call: _call,
    Number: lambda run, expr, env: Kind({}, ()),
    Text: lambda run, expr, env: Kind({}, ()),
    Whole: lambda run, expr, env: Kind({}, ()),
}


# --- entry points -----------------------------------------------------------------------------------


def of(expr: Expr, scope: Scope, columns: bool = True, known: Mapping[str, str] | None = None) -> Kind:
    """Return the free letters and the axes of an expression.

    Args:
        expr: A finished tree (no `Juxtapose`).
        scope: The names.
        columns: Whether vectors are columns (mathematics), or NumPy's 1-D arrays.
        known: Axes of free letters from the goal.

    Raises:
        ShapeMisfit: Axes do not fit.
        UnreadableAnswer: An array has another number of indices.
    """
    run = Inference(scope, columns, known)
    return run.finish(run.kind(expr, {}))


def letter_axes(
    expr: Expr, letters: Sequence[str], scope: Scope, known: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the axis of letters that are free in an expression ("" where nothing tells)."""
    run = Inference(scope, True, known)
    run.kind(expr, {})
    run.letters.settle()
    return {x: run.letters.axis.get(x) or (known or {}).get(x) or scope.indices.get(x, "") for x in letters}


def resolve(expr: Expr, scope: Scope, columns: bool = True) -> Expr:
    """Decide every `Juxtapose`; see `juxtapose`."""
    from bptutor.notation.juxtapose import resolve as decide

    return decide(expr, scope, columns)
