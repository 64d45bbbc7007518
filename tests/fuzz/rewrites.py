"""Right answers rewritten so that they stay right, by rules of algebra; and ones changed by one place.

A rewriting is a function of a random generator, a node and its scope; it returns another node of the same value,
or None where the rule does not apply.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from random import Random
from typing import NamedTuple

from bptutor.errors import UnreadableAnswer
from bptutor.grading.answer.parse_answer import read_answer
from bptutor.grading.answer.submission import make
from bptutor.notation import tree as t
from bptutor.notation.printers import latex, numpy, unicode
from bptutor.notation.printers.broadcasting import NoNumpyForm
from bptutor.notation.scope import Scope
from bptutor.notation.shapes import axes
from bptutor.packs.model import Question
from bptutor.packs.scene.scene import Scene
from tests.grading.pairs import asked, groups

ONE, TWO, ZERO = (t.Number(Fraction(value)) for value in (1, 2, 0))
Rewriting = Callable[[Random, t.Expr, Scope], t.Expr | None]


class Answer(NamedTuple):
    """A right answer of the data, read."""

    question: Question
    scene: Scene
    text: str
    tree: t.Expr


def answers() -> list[Answer]:
    """Every right answer that is one expression over a scene."""
    found = []
    for group in groups():
        question, scene = asked(group)
        if question.kind not in {"symbolic", "matrix-expression", "numpy"} or scene is None:
            continue
        if not question.form and not question.names:
            for text in group.get("right", []):
                found.append(Answer(question, scene, text, read_answer(make(question, text, scene))))
    return found


def _commuted(rng: Random, node: t.Expr, scope: Scope) -> t.Expr | None:
    if isinstance(node, t.Add):
        return t.Add(tuple(rng.sample(node.terms, len(node.terms))))
    return t.Mul(tuple(rng.sample(node.factors, len(node.factors)))) if isinstance(node, t.Mul) else None


def _turned(rng: Random, node: t.Expr, scope: Scope) -> t.Expr | None:
    """a − b is −(b − a)."""
    if not isinstance(node, t.Add):
        return None
    return t.Neg(t.Add(tuple(term.arg if isinstance(term, t.Neg) else t.Neg(term) for term in node.terms)))


def _distributed(rng: Random, node: t.Expr, scope: Scope) -> t.Expr | None:
    """(a + b) c is a c + b c."""
    if isinstance(node, t.Mul):
        for n, factor in enumerate(node.factors):
            if isinstance(factor, t.Add):
                before, after = node.factors[:n], node.factors[n + 1 :]
                return t.Add(tuple(t.Mul((*before, term, *after)) for term in factor.terms))
    return None


def _transposed(rng: Random, node: t.Expr, scope: Scope) -> t.Expr | None:
    """A B is (Bᵀ Aᵀ)ᵀ."""
    if not isinstance(node, t.MatMul):
        return None
    if any(len(axes.of(side, scope).axes) != 2 for side in (node.left, node.right)):
        return None
    return t.Transpose(t.MatMul(t.Transpose(node.right), t.Transpose(node.left)))


def _sigmoid_written(rng: Random, node: t.Expr, scope: Scope) -> t.Expr | None:
    if isinstance(node, t.Call) and node.function == "sigmoid":
        return t.Div(ONE, t.Add((ONE, t.Call("exp", (t.Neg(node.args[0]),)))))
    return None


RULES: tuple[Rewriting, ...] = (
    _commuted,
    _turned,
    _distributed,
    _transposed,
    _sigmoid_written,
    lambda rng, node, scope: t.Neg(t.Neg(node)),
    lambda rng, node, scope: t.Mul((ONE, node)),
    lambda rng, node, scope: t.Add((node, ZERO)),
    lambda rng, node, scope: t.Div(t.Mul((TWO, node)), TWO),
    lambda rng, node, scope: t.Add((t.Add((node, node)), t.Neg(node))),
    lambda rng, node, scope: t.Mul((t.Neg(ONE), node.arg)) if isinstance(node, t.Neg) else None,
    lambda rng, node, scope: t.Mul((node.num, t.Div(ONE, node.den))) if isinstance(node, t.Div) else None,
)


def rewritten(rng: Random, tree: t.Expr, scope: Scope) -> t.Expr:
    """Apply up to three rules at random places."""
    for _ in range(rng.randint(1, 3)):
        place, rule = rng.choice(_places(tree)), rng.choice(RULES)
        new = rule(rng, place, scope)
        if new is not None:
            tree = _put(tree, place, new)
    return tree


def nudged(rng: Random, tree: t.Expr) -> t.Expr:
    """Change a value by a part in 10^3 to 10^14, or by as little: no longer equal, and hard to see."""
    tiny = Fraction(rng.choice((1, -1)), 10 ** rng.choice((3, 6, 8, 10, 12, 14)))
    return t.Mul((t.Number(1 + tiny), tree)) if rng.random() < 0.5 else t.Add((tree, t.Number(tiny)))


def printed(rng: Random, answer: Answer, tree: t.Expr) -> str | None:
    """Print a tree in a spelling that the question reads; None where there is none, or it is too long."""
    try:
        if answer.question.kind == "numpy":
            text = numpy.source(tree, answer.scene.scope)
        else:
            text = rng.choice((unicode.line, latex.source))(tree, answer.scene.scope)
    except (NoNumpyForm, UnreadableAnswer):
        return None
    return text if len(text) < 900 else None


def _places(tree: t.Expr) -> list[t.Expr]:
    """Return the nodes that stand for a value: no subscripts, conditions, exponents, sizes or letters."""
    return [node for node in _values(tree) if not isinstance(node, t.Letter | t.Whole | t.Compare | t.Name)] or [tree]


def _values(node: t.Expr) -> Iterator[t.Expr]:
    yield node
    if isinstance(node, t.At | t.Delta | t.Compare | t.Derivative | t.Slice | t.Stack | t.Transpose):
        return
    parts: tuple[t.Expr, ...] = tuple(t.children(node))
    if isinstance(node, t.Call) and (node.function in _OF_SIZES or len(node.args) != 1):
        parts = ()
    elif isinstance(node, t.Cases):
        parts = (*(value for value, _ in node.branches), node.otherwise)
    elif isinstance(node, t.Sum):
        parts = (node.body,)
    elif isinstance(node, t.Pow):
        parts = (node.base,)
    for part in parts:
        yield from _values(part)


_OF_SIZES = frozenset({"eye", "ones", "zeros", "reshape", "arange", "sliding_window_view"})


def _put(tree: t.Expr, place: t.Expr, new: t.Expr) -> t.Expr:
    """Put a node in the place of another, once, by identity."""
    done = False

    def walk(node: t.Expr) -> t.Expr:
        nonlocal done
        if node is place and not done:
            done = True
            return new
        return t.rebuild(node, walk)

    return walk(tree)
