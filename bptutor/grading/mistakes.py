"""The catalogue: one row a mistake. A mistake is a rewrite of the right tree, or of its value.

A row says what a learner is told: first a fact about what the answer does, then one place to look at.
No row names the repair. Rows stand in the order in which findings are given.
"""

from __future__ import annotations

from bptutor.grading import index_rules, naming_rules, product_rules, slope_rules
from bptutor.grading import value_mistakes as by_value
from bptutor.grading.guesses import (
    Met,
    Mistake,
    Target,
    any_of,
    is_made,
    on_names,
    on_softmax,
    on_tree,
    on_trees,
    on_value,
)
from bptutor.notation.tree import Call

CATALOGUE: tuple[Mistake, ...] = (
    Mistake(
        "sign",
        "the opposite sign",
        "Your answer has the right size and the opposite direction. Look at what a small nudge upwards does.",
        any_of(on_value(by_value.negative), on_softmax("sign")),
        "Your numbers have the right size and the opposite direction. Look at the nudge of the true class.",
    ),
    Mistake(
        "no-batch-mean",
        "the mean over the batch left out",
        "Copying the batch would double your gradient but not L. Look at what precedes Σ_s in L.",
        on_value(by_value.times_batch),
    ),
    Mistake(
        "twice-batch-mean",
        "the mean over the batch taken twice",
        "Copying the batch would halve your gradient but not change L. Look at how often the batch size enters.",
        on_value(by_value.over_batch),
    ),
    Mistake(
        "factor-two",
        "a factor of two",
        "Your answer is off by a factor of two everywhere. Look at the number in front of the square in L.",
        on_value(by_value.twice_or_half),
    ),
    Mistake(
        "class-mean",
        "averaged over the classes too",
        "Your answer shrinks when classes are added. Look at what L averages over.",
        on_value(by_value.over_last),
    ),
    Mistake(
        "diagonal-softmax",
        "the softmax derivative taken as diagonal",
        "Your rule says wrong classes' scores cannot change L. Look at the denominator of p_k.",
        any_of(on_softmax("diagonal-softmax"), on_value(by_value.jacobian_diagonal)),
    ),
    Mistake(
        "lost-delta",
        "only the products −p_i p_j",
        "In your rule a score lowers its own probability. Look at the case where both indices are equal.",
        any_of(on_softmax("lost-delta"), on_value(by_value.jacobian_without_delta)),
    ),
    Mistake(
        "offdiagonal-sign",
        "the opposite sign off the diagonal",
        "In your rule raising one score raises all probabilities. Look at what they add up to.",
        any_of(on_softmax("offdiagonal-sign"), on_value(by_value.jacobian_plus)),
    ),
    Mistake(
        "derivative-twice",
        "the derivative of the activation applied twice",
        "The derivative of the activation acts twice in your answer. Look at what had cancelled before.",
        any_of(on_softmax("derivative-twice"), on_trees(by_value.slope_again)),
    ),
    Mistake(
        "stopped-at-loss",
        "the slope by the output, not by what enters it",
        "This is the slope by p. Look at the arrow from z to p.",
        on_softmax("stopped-at-loss"),
    ),
    Mistake(
        "jacobian-summed",
        "rows of the Jacobian summed",
        "Your answer adds up a row of the Jacobian without weights. Look at what multiplies each entry.",
        on_value(by_value.jacobian_summed),
    ),
    Mistake(
        "no-transpose",
        "a transpose left out",
        "Your product sums over the other index of {part}. Look at the index of {part} under Σ.",
        on_tree(product_rules.no_transpose),
    ),
    Mistake(
        "transposed",
        "rows and columns exchanged",
        "Your answer has each entry at the mirrored place. Look at which index counts rows.",
        any_of(on_value(by_value.transposed), on_tree(product_rules.transposed)),
    ),
    Mistake(
        "reversed",
        "the factors of a product swapped",
        "Your product takes its factors in the other order. Look at which axis comes first in the result.",
        on_tree(product_rules.swapped),
    ),
    Mistake(
        "hadamard-for-product",
        "entries paired where a product sums or pairs all",
        "Your product pairs entries one to one. Look at how many free indices the goal has.",
        on_tree(product_rules.hadamard),
    ),
    Mistake(
        "product-for-hadamard",
        "a product where entries pair one to one",
        "Your product combines entries of different places. Look at which entries of {part} the one at i meets.",
        on_tree(product_rules.product),
    ),
    Mistake(
        "no-activation-derivative",
        "the derivative of the activation left out",
        "This is the slope by a, not by z. Look at the arrow from z to a.",
        on_tree(slope_rules.no_slope),
    ),
    Mistake(
        "derivative-of-activation",
        "f'(a) for f'(z)",
        "Your σ′ receives a number already squashed. Look at what entered σ going forward.",
        on_tree(slope_rules.slope_of_activation),
    ),
    Mistake(
        "a-form-on-z",
        "the form in a applied to z",
        "Your slope is written for a squashed number and receives {part}. Look at the range of {part}.",
        on_tree(slope_rules.a_form_on_z),
    ),
    Mistake(
        "other-activation",
        "another function's derivative",
        "This is the slope of another activation. Look at the function of this layer.",
        on_tree(slope_rules.other_slope),
    ),
    Mistake(
        "half-derivative",
        "one factor of the slope only",
        "Your slope holds only a part of the activation's. Look at its value where a is close to its limit.",
        on_tree(slope_rules.half_slope),
    ),
    Mistake(
        "z-for-a",
        "z in the place of a",
        "Your answer takes {part} at the other end of its activation. Look at what the layer receives.",
        on_names(naming_rules.z_for_a),
    ),
    Mistake(
        "wrong-layer",
        "an array of another layer",
        "Your answer takes an array of another layer for {part}. Look at the arrows of this layer.",
        on_names(naming_rules.wrong_layer),
    ),
    Mistake(
        "weight-for-activation",
        "W where a belongs",
        "Your answer has a weight where {part} flows. Look at what the weight is multiplied by going forward.",
        on_names(naming_rules.weight_for_activation),
    ),
    Mistake(
        "updated-weights",
        "weights after the step where those before it belong",
        "Your answer uses numbers that the forward pass never saw. Look at what {part} was while z was computed.",
        on_names(naming_rules.updated_weights),
    ),
    Mistake(
        "bias-axis",
        "the sum over the wrong axis",
        "Your db keeps the examples apart and adds up the units. Look at how many examples share b_i.",
        on_trees(lambda _: by_value.bias_changed(lambda dz: Call("sum", (dz,), (("axis", 1),)))),
    ),
    Mistake(
        "bias-not-summed",
        "the examples not summed",
        "Your db keeps one row per example. Look at how many examples share b_i.",
        on_trees(lambda _: by_value.bias_changed(lambda dz: dz)),
    ),
    Mistake(
        "bias-all-summed",
        "everything summed",
        "Your db is one number for all units. Look at how many entries b has.",
        on_trees(lambda _: by_value.bias_changed(lambda dz: Call("sum", (dz,)))),
    ),
    Mistake(
        "bias-mean",
        "the mean over the batch once more",
        "Copying the batch would not change your db, whatever stands in dz. Look at where 1/B entered already.",
        on_trees(lambda _: by_value.bias_changed(lambda dz: Call("mean", (dz,), (("axis", 0),)))),
    ),
    Mistake(
        "bias-times-input",
        "multiplied by an input",
        "Your db changes with the layer's input. Look at what b_i is multiplied by going forward.",
        by_value.times_input,
    ),
    Mistake(
        "bias-zero",
        "zeros",
        "Your answer is zero everywhere. Look at what a small nudge does.",
        on_value(by_value.zeros),
    ),
    Mistake(
        "one-path",
        "one term of the sum in the chain rule",
        "Your answer follows one path of several. Look at how many arrows leave this entry.",
        on_tree(index_rules.one_path),
    ),
    Mistake(
        "delta-collapse",
        "δ replaced by the wrong index",
        "Your answer treats two indices alike in both cases. Look at the case i ≠ j, then at i = j.",
        on_tree(index_rules.delta_collapse),
    ),
    Mistake(
        "first-example",
        "only the first sample of the batch",
        "Only the first example moves your answer. Look at the other rows of the batch.",
        on_value(by_value.first_example),
    ),
    Mistake(
        "step-mixed-in",
        "the step inside the gradient",
        "Your answer changes with the learning rate. Look at where the rate enters.",
        on_value(by_value.stepped),
    ),
    Mistake(
        "log-base",
        "logarithm to base 10",
        "Your logarithm has base 10. Look at the log of e.",
        on_tree(index_rules.other_base),
    ),
    Mistake(
        "radians",
        "degrees for radians",
        "Your angle is taken in degrees. Look at the unit of the angle.",
        on_tree(index_rules.other_unit),
    ),
    Mistake(
        "off-by-one",
        "a position counted from the other start",
        "Your number stands at a neighbouring place of {part}. Look at where counting starts.",
        on_tree(index_rules.off_by_one),
    ),
    Mistake(
        "term-sign",
        "one term with the opposite sign",
        "One term of your sum points the other way. Look at the term with {part}.",
        on_tree(index_rules.term_sign),
        vague=True,
    ),
    Mistake(
        "missing-factor",
        "one factor of the chain left out",
        "Your chain is one factor short. Look at how {part} enters.",
        on_tree(index_rules.dropped_factor),
        vague=True,
    ),
    Mistake(
        "missing-term",
        "one term left out",
        "Your sum is one term short. Look at how {part} enters.",
        on_tree(index_rules.dropped_term),
        vague=True,
    ),
    Mistake(
        "other-quantity",
        "another quantity of the same scene",
        "This is {part}. Look at what stands under the ∂ of the goal.",
        by_value.other_names,
    ),
)
"""Every known mistake, in the order of findings."""


def fits(target: Target, met: Met) -> list[tuple[Mistake, str]]:
    """Return the mistakes that equal the answer on every draw, in catalogue order, each with the name it is about."""
    found: list[tuple[Mistake, str]] = []
    for mistake in CATALOGUE:
        if mistake.vague and found:
            continue
        for guess, part in mistake.guesses(target):
            if is_made(guess, met):
                found.append((mistake, part))
                break
    return found
