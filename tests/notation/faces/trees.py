"""Random trees of the shared scene, for round trips: no nested products, as the parser makes them."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from bptutor.notation import tree as t

from .scenes import at, n


def scalars(letters: tuple[str, ...] = ("i", "j")) -> SearchStrategy[t.Expr]:
    """Trees over elements of vectors along K, with sums, quotients, powers, functions and δ."""
    names = st.sampled_from(("z", "p", "y"))
    letter = st.sampled_from(letters)
    leaf: SearchStrategy[t.Expr] = st.one_of(
        st.builds(at, names, letter),
        st.just(t.Name("s")),
        st.integers(1, 12).map(n),
        st.sampled_from(("0.5", "2.25", "0.001")).map(lambda text: t.Number(Fraction(text))),
        st.just(t.At(t.Call("softmax", (t.Name("z"),)), (t.Letter("i"),))),
        st.just(t.At(t.Name("p"), (n(1),))),
        st.just(t.Call("norm", (t.Name("z"),))),
        st.just(t.Call("max", (t.Name("z"),))),
        st.just(t.MatMul(t.Name("p"), t.Name("y"))),
        st.builds(lambda a, b: t.Delta(t.Letter(a), t.Letter(b)), letter, letter),
        st.builds(lambda v, a: t.Derivative(t.Name("L"), at(v, a)), names, letter),
        st.builds(lambda v, a: t.Derivative(t.Call("log", (at("p", a),)), at(v, "i")), names, letter),
    )
    return st.recursive(leaf, _composed, max_leaves=9)


def arrays() -> SearchStrategy[t.Expr]:
    """Trees over whole vectors along C: products of matrices, ⊙, transposes, functions."""
    leaf: SearchStrategy[t.Expr] = st.sampled_from(
        (
            t.Name("d2"),
            t.MatMul(t.Name("W2"), t.Name("a1")),
            t.MatMul(t.MatMul(t.Name("W2"), t.Transpose(t.Name("A"))), t.Name("d2")),
            t.MatMul(t.Transpose(t.Transpose(t.Name("W2"))), t.Name("a1")),
            t.MatMul(t.Name("A"), t.MatMul(t.Transpose(t.Name("W2")), t.Name("d2"))),
        )
    )
    return st.recursive(leaf, _composed_arrays, max_leaves=6)


def written() -> SearchStrategy[t.Expr]:
    """Trees over vectors along C whose every node has a NumPy form of its own: slices, calls with options."""
    vector, matrix = t.Name("d2"), t.Name("W2")
    whole = t.Span()
    leaf: SearchStrategy[t.Expr] = st.sampled_from(
        (
            vector,
            t.MatMul(matrix, t.Name("a1")),
            t.Einsum("ij,j->i", (matrix, t.Name("a1"))),
            t.Call("sum", (matrix,), (("axis", 1),)),
            t.Call("max", (matrix,), (("axis", 1),)),
            t.Call("mean", (t.Outer(vector, t.Name("a1")),), (("axis", 1),)),
            t.Slice(matrix, (whole, 0)),
            t.Slice(t.Transpose(matrix), (0,)),
            t.Slice(vector, (t.Span(None, None, -1),)),
            t.Call("diag", (t.Outer(vector, vector),)),
            t.Call("ones", (t.Name("C"),)),
            t.Call("softmax", (vector,)),
            t.Call("flip", (vector,)),
            t.Call("conv", (vector, t.Name("a1")), (("mode", "same"),)),
        )
    )
    return st.recursive(leaf, _composed_written, max_leaves=6)


def _composed_written(parts: SearchStrategy[t.Expr]) -> SearchStrategy[t.Expr]:
    several = st.lists(parts, min_size=2, max_size=3)
    function = st.sampled_from(("exp", "log", "sqrt", "sigmoid", "relu", "tanh", "abs", "sign", "softmax"))
    relation = st.sampled_from((t.Relation.GT, t.Relation.LE, t.Relation.NE))
    return st.one_of(
        several.map(added),
        several.map(multiplied),
        parts.map(t.Neg),
        st.builds(t.Div, parts, parts),
        st.builds(t.Pow, parts, st.one_of(st.integers(2, 3).map(n), st.just(t.Neg(n(1))))),
        st.builds(lambda f, x: t.Call(f, (x,)), function, parts),
        st.builds(lambda f, a, b: t.Call(f, (a, b)), st.sampled_from(("maximum", "minimum")), parts, parts),
        st.builds(lambda r, a, b, c: t.Cases(((b, t.Compare(r, a, n(0))),), c), relation, parts, parts, parts),
        parts.map(lambda x: t.MatMul(t.Name("W2"), t.MatMul(t.Transpose(t.Name("W2")), x))),
        parts.map(lambda x: t.MatMul(t.MatMul(x, t.Name("W2")), t.Transpose(t.Name("W2")))),
        parts.map(lambda x: multiplied([t.MatMul(x, t.Name("d2")), t.Name("d2")])),
        parts.map(lambda x: t.Call("sum", (t.Outer(x, t.Name("a1")),), (("axis", 1),))),
    )


def _composed(parts: SearchStrategy[t.Expr]) -> SearchStrategy[t.Expr]:
    several = st.lists(parts, min_size=2, max_size=3)
    relation = st.sampled_from([*t.Relation])
    return st.one_of(
        several.map(added),
        several.map(multiplied),
        st.builds(t.Div, parts, parts),
        parts.map(t.Neg),
        st.builds(t.Pow, parts, st.one_of(st.integers(2, 3).map(n), st.just(t.Neg(n(1))), st.just(at("z", "i")))),
        st.builds(
            lambda f, x: t.Call(f, (x,)), st.sampled_from(("exp", "log", "sqrt", "sigmoid", "sigmoid'", "abs")), parts
        ),
        parts.map(lambda x: t.Sum(("k",), multiplied([at("y", "k"), x]))),
        parts.map(lambda x: t.Sum(("k",), multiplied([at("p", "k"), x]), where=_unequal("k", "i"))),
        st.builds(
            lambda a, b: t.Mul((t.Compare(t.Relation.GT, a, n(0)), b)) if not isinstance(b, t.Mul) else b, parts, parts
        ),
        parts.map(lambda x: t.Sum(("k", "m"), multiplied([at("Q", "m", "k"), x]))),
        parts.map(lambda x: t.Sum(("k",), multiplied([at("y", "k"), x]), low=n(1), high=t.Name("K"))),
        st.builds(lambda r, a, b, c: t.Cases(((b, t.Compare(r, a, n(0))),), c), relation, parts, parts, parts),
        st.builds(lambda a, b, c: t.Cases(((a, _equal("i", "j")), (b, _unequal("i", "k"))), c), parts, parts, parts),
        st.builds(lambda f, a, b: t.Call(f, (a, b)), st.sampled_from(("maximum", "minimum")), parts, parts),
    )


def _composed_arrays(parts: SearchStrategy[t.Expr]) -> SearchStrategy[t.Expr]:
    several = st.lists(parts, min_size=2, max_size=3)
    return st.one_of(
        several.map(added),
        several.map(multiplied),
        parts.map(t.Neg),
        parts.map(lambda x: multiplied([t.Name("s"), x])),
        st.builds(t.Div, parts, parts),
        st.builds(lambda f, x: t.Call(f, (x,)), st.sampled_from(("exp", "log", "sigmoid", "sigmoid'")), parts),
        parts.map(lambda x: t.MatMul(t.Name("A"), t.MatMul(t.Transpose(t.Name("W2")), x))),
    )


def _equal(left: str, right: str) -> t.Compare:
    return t.Compare(t.Relation.EQ, t.Letter(left), t.Letter(right))


def _unequal(left: str, right: str) -> t.Compare:
    return t.Compare(t.Relation.NE, t.Letter(left), t.Letter(right))


def added(terms: list[t.Expr]) -> t.Expr:
    """A sum whose terms are not sums; the first is no negative number of its own."""
    flat = [part for term in terms for part in (term.terms if isinstance(term, t.Add) else (term,))]
    return t.Add(tuple(flat))


def multiplied(factors: list[t.Expr]) -> t.Expr:
    """A product whose factors are not products."""
    flat = [part for factor in factors for part in (factor.factors if isinstance(factor, t.Mul) else (factor,))]
    return t.Mul(tuple(flat))


def flattened(expr: t.Expr) -> t.Expr:
    """Sums in sums and products in products taken together: the same value, the same look."""
    done = t.rebuild(expr, flattened)
    if isinstance(done, t.Mul):
        return multiplied(list(done.factors))
    return added(list(done.terms)) if isinstance(done, t.Add) else done
