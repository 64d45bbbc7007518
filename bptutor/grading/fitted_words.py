"""What a message calls the parts of a scene, and what kind of scene it is: the words that fit a message to its case."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING

from bptutor.notation.scope import Role
from bptutor.notation.tree import Call, Derivative, Expr, Name, Number, Pow, Sum, walk

if TYPE_CHECKING:
    from bptutor.grading.guesses import Target

USUAL: Mapping[str, str] = MappingProxyType(
    {"averaged": "what precedes Σ_s in L", "an entry of b": "an entry of the bias"}
)
"""What stands for a word that nobody gave."""
UNKNOWN: Mapping[str, str] = MappingProxyType({"no batch": "yes", "plain": "yes"})
"""What is taken to hold where nothing is known of a scene."""
SQUASHING = frozenset({"sigmoid", "tanh", "softmax"})
TARGETS = frozenset("yYtTqm")
"""What names of targets begin with."""


def words(target: Target) -> dict[str, str]:
    """Return names for the loss, the output and a bias; and for what holds of the scene "yes", else nothing.

    `slope`: a gradient of the loss is asked, `square`: of a loss with a square, `classes`: shares are held against
    a target. `top`: the slope by what the output is made of is asked. `squashed`: every activation squashes.
    `no batch`: no examples share a bias. `plain`: no slope of anything is asked.
    """
    scope, made, loss = target.scope, target.parts.activations, target.loss
    softmax = [one.a for one in made if one.function == "softmax"]
    slopes = target.slopes
    wanted = [name for name in scope.names if Derivative(Name(loss), Name(name)) in slopes]
    biases = [name for name in wanted if name in target.parts.biases] or sorted(target.parts.biases)
    outputs = softmax or [one.a for one in reversed(made)]
    asked = wanted[0] if len(wanted) == 1 else ""
    bias = scope.shown(biases[0]) if biases else "the bias"
    shown, definition = scope.shown(loss) if loss else "L", scope.names[loss].definition if loss else None
    return {
        "loss": shown,
        "p": scope.shown(outputs[0]) if outputs else "the output",
        "b": bias,
        "an entry of b": bias if biases and not scope.names[biases[0]].axes else f"an entry of {bias}",
        "averaged": _averaged(shown, definition),
        "softmax": "yes" if softmax else "",
        "classes": "yes" if slopes and _held_against_classes(target, softmax) else "",
        "no batch": "" if target.parts.batch and target.parts.biases else "yes",
        "slope": "yes" if slopes or not loss else "",
        "plain": "" if slopes or isinstance(target.comparison.expected, Derivative) else "yes",
        "asked": scope.shown(asked),
        "top": "yes" if asked and asked in {one.z for one in made if one.a in outputs[:1]} else "",
        "squashed": "yes" if {one.function for one in made} <= SQUASHING else "",
        "square": "yes" if slopes and definition is not None and any(map(_is_square, walk(definition))) else "",
    }


def _held_against_classes(target: Target, softmax: list[str]) -> bool:
    """Return whether a softmax stands beside a given array over the same axes: what its shares should be."""
    names = target.scope.names
    given = {made.axes for name, made in names.items() if made.role is Role.GIVEN and name[0] in TARGETS}
    trees = target.trees
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
