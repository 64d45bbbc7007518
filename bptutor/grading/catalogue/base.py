"""The catalogue: one row a mistake. A mistake is a rewrite of the right tree, or of its value.

A row says what a learner is told: first a fact about what the answer does, then one place to look at.
No row names the repair. Rows stand in the order in which findings are given.
"""

from __future__ import annotations

from bptutor.grading.catalogue import (
    activations,
    bias,
    elementwise,
    gradient_step,
    index_arithmetic,
    loss,
    matrix_products,
    sums_and_indices,
    wrong_array,
)
from bptutor.grading.catalogue import scaling as by_value
from bptutor.grading.catalogue.convolution import kernels, windows
from bptutor.grading.catalogue.convolution.cross_correlations import on_inputs, on_kernels
from bptutor.grading.catalogue.convolution.rows import SLIDE_MISTAKES
from bptutor.grading.catalogue.hypotheses import (
    Mistake,
    any_of,
    nothing,
    on_named_value,
    on_tree,
    on_trees,
    on_value,
    steps,
)
from bptutor.grading.catalogue.layers import LAYER_MISTAKES
from bptutor.grading.catalogue.loss_rows import LOSS_MISTAKES
from bptutor.grading.catalogue.softmax import output_layer as softmax
from bptutor.grading.catalogue.softmax import values
from bptutor.grading.catalogue.softmax.normalisation_rows import SHARE_MISTAKES

CATALOGUE: tuple[Mistake, ...] = (
    *LOSS_MISTAKES,
    *LAYER_MISTAKES,
    *SHARE_MISTAKES,
    Mistake(
        "bias-axis",
        "the sum over the wrong axis",
        "Your sum keeps the examples apart and adds up the units. Look at how many examples share {an entry of b}.",
        bias.on_bias(bias.other_axis),
        says={
            "shape+no batch": "Your shape is what the other axis leaves. Look at the index under Σ.",
            "shape": "Your shape keeps the examples apart. Look at how many examples share {an entry of b}.",
            "numbers+no batch": "These numbers are added up along the other axis. Look at the index under Σ.",
            "numbers": "These numbers add up the units and keep the examples apart. "
            "Look at how many examples share {an entry of b}.",
            "no batch": "Your sum runs over the other axis. Look at the letter under Σ.",
        },
    ),
    Mistake(
        "bias-not-summed",
        "the examples not summed",
        "Your answer keeps one row per example. Look at how many examples share {an entry of b}.",
        bias.on_bias(bias.not_summed),
        says={
            "numbers+no batch": "These numbers are not added up yet. Look at which indices the goal keeps.",
            "no batch": "Your answer sums nothing. Look at which letters the goal keeps.",
        },
    ),
    Mistake(
        "bias-all-summed",
        "everything summed",
        "Your answer is one number for all units. Look at how many numbers {b} holds.",
        bias.on_bias(bias.all_summed),
        says={
            "numbers+no batch": "These numbers are added up along every axis. Look at which indices the goal keeps.",
            "no batch": "Your sum runs over every axis. Look at which letters the goal keeps.",
        },
    ),
    Mistake(
        "bias-mean",
        "the mean over the batch once more",
        "Your answer stays when the batch is copied, and a sum grows. Look at where the mean was taken already.",
        bias.on_bias(bias.mean),
        says={
            "numbers": "These numbers are a mean where all are added up. Look at where the mean was taken already.",
            "no batch": "Your answer is a mean where a sum is asked. Look at what it is divided by.",
        },
    ),
    Mistake(
        "bias-times-input",
        "multiplied by an input",
        "Your answer changes with the layer's input. Look at what {b} meets going forward.",
        bias.on_bias(bias.times_input),
        says={"numbers": "These numbers change with the layer's input. Look at what {b} meets going forward."},
    ),
    Mistake(
        "bias-zero",
        "zeros",
        "Your answer says that {b} moves nothing. Look at what a small nudge of {b} does.",
        bias.zeros,
        says={
            "no batch": "Your answer is zero everywhere. Look at what one small nudge does to {loss}.",
        },
    ),
    Mistake(
        "one-path",
        "one term of the sum in the chain rule",
        "Your answer does not follow every path. Look at how many arrows leave this entry.",
        any_of(
            on_trees(sums_and_indices.one_path),
            on_trees(sums_and_indices.paths(sums_and_indices.each_path), steps),
            on_trees(matrix_products.one_term),
            on_inputs(windows.one_filter),
            kernels.of_slopes(on_kernels(kernels.one_output)),
            loss.one_part,
        ),
        says={
            "numbers+part": "These numbers hold one term of what is added up. "
            "Look at how many arrows leave this entry.",
            "whole": "Your answer is the slope of a part of {loss}. Look at what else {loss} is made of.",
        },
    ),
    Mistake(
        "last-path",
        "the last path overwrites the others",
        "Where arrows meet, your answer keeps what came last. Look at how many arrows meet there.",
        any_of(on_trees(sums_and_indices.paths(sums_and_indices.end_path), steps), on_inputs(windows.last_filter)),
    ),
    Mistake(
        "index-clash",
        "one letter with two meanings",
        "In your answer {part} is summed and also names the entry. Look at each {part} under Σ.",
        nothing,
    ),
    Mistake(
        "free-index",
        "free letters differ between the sides",
        "Your answer has other free letters than the goal. Look at {part}.",
        nothing,
    ),
    Mistake(
        "delta-collapse",
        "δ replaced by the wrong index",
        "Your answer treats two indices alike in both cases. Look at {cases}.",
        any_of(on_tree(sums_and_indices.delta_collapse), *(on_named_value(made) for made in values.COLLAPSED)),
        says={
            "one case": "Your answer holds in one of two cases only. Look at {cases}.",
        },
    ),
    Mistake(
        "broadcast",
        "a vector stood as a column beside another",
        "Your answer pairs every entry with every other. Look at the shape of each part.",
        on_tree(matrix_products.broadcast),
        says={
            "numbers": "These numbers pair every entry with every other. Look at the shape of each part.",
            "no pairing": "",
        },
    ),
    Mistake(
        "first-example",
        "only the first sample of the batch",
        "Only the first example moves your answer. Look at the other rows of the batch.",
        any_of(on_value(by_value.first_example), on_kernels(kernels.first_example)),
    ),
    Mistake(
        "step-mixed-in",
        "the step inside the gradient",
        "Your answer is a step, not a slope. Look at where the learning rate enters.",
        gradient_step.stepped,
    ),
    Mistake(
        "restart-at-output",
        "restarted from the output",
        "Your answer starts again from the output's error. Look at what the layer above passes down.",
        on_trees(wrong_array.exchange(wrong_array.restart), steps),
    ),
    Mistake(
        "max-gradient",
        "a gradient through the max of a stable softmax",
        "In your answer the largest score counts apart. Look at what subtracting it does to {p}.",
        any_of(on_trees(softmax.on_error(softmax.through_max)), on_value(values.with_winner)),
    ),
    *SLIDE_MISTAKES,
    Mistake(
        "log-base",
        "logarithm to base 10, or to base 2",
        "Your logarithm has another base. Look at the log of e.",
        any_of(on_tree(sums_and_indices.other_base), on_tree(sums_and_indices.every_base), on_value(by_value.of_log)),
        says={"numbers": "These numbers come from a logarithm with another base. Look at the log of e."},
    ),
    Mistake(
        "radians",
        "degrees for radians",
        "Your angle is taken in another unit. Look at the unit of the angle.",
        any_of(on_tree(sums_and_indices.other_unit), on_value(by_value.of_degrees)),
    ),
    Mistake(
        "argument-sign",
        "the opposite sign inside a function",
        "Your answer turns the sign of what enters the function. Look at the sign of {part} there.",
        on_tree(activations.other_argument),
        says={"whole": "Your answer turns the sign of what enters the function. Look at each minus inside."},
    ),
    Mistake(
        "off-by-one",
        "a position counted from the other start",
        "Your answer stands at a neighbouring place of {part}. Look at where counting starts.",
        any_of(
            on_trees(sums_and_indices.off_by_one),
            on_tree(index_arithmetic.all_off_by_one),
            on_tree(index_arithmetic.every_number_off),
            on_inputs(windows.next_to),
            on_kernels(kernels.next_to),
            on_value(by_value.next_class),
        ),
        says={"whole": "Your answer stands at a neighbouring place. Look at where counting starts."},
    ),
    Mistake(
        "other-place",
        "a computed place with another sign, or with a part left out",
        "Your answer picks other entries of {part}. Look at what the places of {part} add up to.",
        on_tree(index_arithmetic.other_place),
        says={"whole": "Your answer picks other entries. Look at what each place is added up from."},
        vague=True,
    ),
    Mistake(
        "term-sign",
        "one term with the opposite sign",
        "One term of your answer points the other way. Look at the term with {part}.",
        on_tree(sums_and_indices.term_sign),
        says={"whole": "One term of your answer points the other way. Look at each term."},
        vague=True,
    ),
    Mistake(
        "missing-factor",
        "one factor of the chain left out",
        "Your chain is one factor short. Look at each arrow on the way.",
        any_of(
            on_trees(sums_and_indices.factor_left_out),
            on_trees(wrong_array.exchange(elementwise.scaling_left_out), steps),
            on_trees(kernels.above_left_out),
        ),
        says={
            "numbers": "These numbers leave out something that multiplies or divides. Look at each arrow on the way.",
            "plain": "Your answer leaves out something that multiplies or divides. Look at each part of it.",
        },
        vague=True,
    ),
    Mistake(
        "missing-function",
        "a function left out",
        "Your answer takes {part} as it is where a function acts on it. Look at what happens to {part} first.",
        on_tree(activations.bare_argument),
        says={"whole": "Your answer takes an array as it is where a function acts on it. Look at each function."},
        vague=True,
        within=True,
    ),
    Mistake(
        "other-loss",
        "the slope of the squared error",
        "This would be the slope of a squared difference. Look at how {loss} is made.",
        on_trees(wrong_array.exchange(wrong_array.squared_error), steps),
        vague=True,
    ),
    Mistake(
        "missing-term",
        "one term left out",
        "Your answer is one term short. Look at everything that moves it.",
        on_tree(sums_and_indices.dropped_term),
        vague=True,
    ),
    Mistake(
        "other-quantity",
        "another quantity of the same scene",
        "This is {part}. Look at which quantity is asked for.",
        wrong_array.other_names,
    ),
)
"""Every known mistake, in the order of findings."""
BY_ID = {mistake.id: mistake for mistake in CATALOGUE}
PLACE = {mistake.id: n for n, mistake in enumerate(CATALOGUE)}
"""Where a mistake stands in the order of findings."""
IMPLIED = {
    **dict.fromkeys(("lost-delta", "offdiagonal-sign"), frozenset({"delta-collapse"})),
    "diagonal-softmax": frozenset({"delta-collapse", "hadamard-for-product"}),
    "max-gradient": frozenset({"one-path", "last-path"}),
    "no-batch-mean": frozenset({"broadcast"}),
    **dict.fromkeys(("bias-axis", "bias-all-summed"), frozenset({"bias-mean", "bias-times-input"})),
    "one-axis-flip": frozenset({"no-flip"}),
    "z-for-a": frozenset({"wrong-layer"}),
    "weight-for-activation": frozenset({"wrong-layer"}),
    "a-form-on-z": frozenset({"z-for-a", "wrong-layer"}),
    "derivative-twice": frozenset({"wrong-layer"}),
}
"""Mistake -> mistakes that it always is too, and of which it says more."""
