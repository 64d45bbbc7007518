"""What a message calls the parts of a scene, and what kind of scene it is: the words that fit a message to its case."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING

from bptutor.grading.catalogue.base import USUAL
from bptutor.grading.catalogue.softmax import errors
from bptutor.grading.feedback.mentioned_names import asked_about
from bptutor.notation.scope import NetworkRole, Role
from bptutor.notation.transform.definitions import scalars
from bptutor.notation.tree import Call, Delta, Derivative, Expr, Letter, Name, Number, Pow, Sum, walk

if TYPE_CHECKING:
    from bptutor.grading.catalogue.expected_answer import ExpectedAnswer

SQUASHING = frozenset({"sigmoid", "tanh", "softmax"})
Show = Callable[[str], str]
"""What a message calls a name of the scene."""


def words(expected: ExpectedAnswer, show: Show | None = None) -> dict[str, str]:
    """Return names for the loss, the output and a bias; and for what holds of the scene "yes", else nothing.

    `slope`: a gradient of the loss is asked, `square`: of a loss with a square, `classes`: shares are held against
    a target. `error`: what is asked holds p − y. `jacobian`: rows and columns of what is asked are of one axis.
    `top`: the slope by what the output is made of is asked. `squashed`: every activation squashes.
    `no batch`: no examples share a bias. `batch`: a mean over examples is taken. `plain`: no slope is asked.
    """
    scope, made, loss = expected.scope, expected.parts.activations, asked_loss(expected)
    show = show or scope.shown
    softmax = [one.a for one in made if one.function == "softmax"]
    slopes, error = expected.slopes, next(errors(expected), None)
    wanted = [name for name in scope.names if Derivative(Name(loss), Name(name)) in slopes]
    known = [name for name in scope.names if name in expected.parts.biases]
    biases = [name for name in wanted if name in known] or known
    output = output_of(expected)
    asked = wanted[0] if len(wanted) == 1 else ""
    bias = show(biases[0]) if biases else "the bias"
    shown, definition = show(loss) if loss else "the loss", scope.names[loss].definition if loss else None
    y = error[2] if error is not None else None
    return {
        "loss": shown,
        "p": show(output) if output else "the output",
        "y": show(y.id) if isinstance(y, Name) else "the target",
        "denominator": denominator(output, expected, show),
        "cases": cases(expected),
        "b": bias,
        "an entry of b": bias if biases and not scope.names[biases[0]].axes else f"an entry of {bias}",
        "averaged": _averaged(shown, definition),
        "softmax": "yes" if softmax else "",
        "classes": "yes" if slopes and _held_against_classes(expected, softmax) else "",
        "error": "yes" if error is not None and error[1].function == "softmax" else "",
        "jacobian": "yes" if same_axes(expected.comparison.layout.all_axes) else "",
        "no batch": "" if expected.parts.batch and expected.parts.biases else "yes",
        "batch": "yes" if expected.parts.batch else "",
        "slope": "yes" if slopes or not expected.loss else "",
        "plain": "" if slopes or isinstance(expected.comparison.expected, Derivative) else "yes",
        "asked": show(asked) if asked else "",
        "top": "yes" if asked and asked in {one.z for one in made if one.a == output} else "",
        "squashed": "yes" if {one.function for one in made} <= SQUASHING else "",
        "square": "yes" if slopes and definition is not None and any(map(_is_square, walk(definition))) else "",
    }


def asked_loss(expected: ExpectedAnswer) -> str:
    """Return the number whose gradient is asked; else the one that is asked, or the only one; empty for none."""
    of = [slope.of.id for slope in expected.slopes if isinstance(slope, Derivative) and isinstance(slope.of, Name)]
    found = [name for name in scalars(expected.scope) if name in expected.scope.names]
    near = [name for name in found if name in of] or [name for name in found if name in asked_about(expected)]
    return near[0] if near else found[0] if len(found) == 1 else ""


def output_of(expected: ExpectedAnswer) -> str:
    """Return the name of the probabilities that a question is about, or of what the network puts out."""
    near, made = asked_about(expected), expected.parts.activations
    softmax = [one.a for one in made if one.function == "softmax"]
    shares = [name for name in expected.parts.named(NetworkRole.PROBABILITY) if is_computed(name, expected)]
    ends = [one.a for one in reversed(made)]
    known = [*softmax, *shares, *(() if shares else ends)]
    return next((name for name in known if name in near), known[0] if known else "")


def is_computed(name: str, expected: ExpectedAnswer) -> bool:
    """Return whether a scene defines a name."""
    return expected.scope.names[name].role is Role.DEFINED


def denominator(name: str, expected: ExpectedAnswer, show: Show) -> str:
    """Return where all logits enter a probability: its denominator, or the sum where it is a given number."""
    if not name:
        return USUAL["denominator"]
    if expected.parts.roles.get(name) is NetworkRole.PROBABILITY and is_computed(name, expected):
        return f"the denominator of {_entry(name, expected, show)}"
    return f"what all entries of {show(name)} add up to"


def _entry(name: str, expected: ExpectedAnswer, show: Show) -> str:
    """Return a name with the index that the question gives its axis; without one where it has none."""
    declared, layout = expected.scope.names[name], expected.comparison.layout
    letters = [letter for letter, axis in layout.known.items() if axis and axis == declared.axes[-1:][0]]
    if len(declared.axes) != 1 or not letters or show(name) != expected.scope.shown(name):
        return show(name)
    return f"{show(name)}_{letters[0]}"


def same_axes(axes: tuple[str, ...]) -> bool:
    """Return whether two axes are one and the same, as those of a Jacobian of a vector by a vector."""
    return len(set(filter(None, axes))) < len([axis for axis in axes if axis])


def cases(expected: ExpectedAnswer, letter: str = "", pair: tuple[str, ...] = ()) -> str:
    """Return the two cases of a δ in the indices of the question: those of a pair, of its δ, or of the goal.

    Args:
        expected: What is asked.
        letter: The first index of the δ that is meant; empty for any.
        pair: Two indices, where they are known.
    """
    deltas = [part for part in walk(expected.comparison.expected) if isinstance(part, Delta)]
    named = [
        (one.left.id, one.right.id) for one in deltas if isinstance(one.left, Letter) and isinstance(one.right, Letter)
    ]
    meant = [one for one in named if one[0] == letter] or named
    known = expected.comparison.layout.known
    alike = [(a, b) for a in known for b in known if a < b and known[a] == known[b] != ""]
    for one, other in (*([pair] if pair else ()), *meant, *alike):
        return f"the case {one} ≠ {other}, then at {one} = {other}"
    return USUAL["cases"]


def _held_against_classes(expected: ExpectedAnswer, softmax: list[str]) -> bool:
    """Return whether a softmax stands beside a given array over the same axes: what its shares should be."""
    names = expected.scope.names
    given = {names[name].axes for name in expected.parts.named(NetworkRole.TARGET)}
    trees = expected.trees
    speaks = not trees or any(isinstance(part, Name) and part.id in softmax for tree in trees for part in walk(tree))
    return speaks and any(names[a].axes in given for a in softmax)


def _is_square(part: Expr) -> bool:
    return isinstance(part, Pow) and part.exponent == Number(Fraction(2))


def _averaged(loss: str, definition: Expr | None) -> str:
    """Return where a loss is averaged, as it is written: before its Σ, or by a mean."""
    parts = [] if definition is None else list(walk(definition))
    if any(isinstance(part, Call) and part.function in {"mean", "average"} for part in parts):
        return f"what {loss} averages over"
    letter = next((part.letters[0] for part in parts if isinstance(part, Sum)), "s")
    return f"what precedes Σ_{letter} in {loss}"
