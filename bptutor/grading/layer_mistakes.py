"""The first rows of the catalogue: mistakes about the loss, the output, and the products of a layer."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bptutor.grading import (
    index_rules,
    naming_rules,
    passing,
    product_rules,
    slope_rules,
    softmax_values,
    step_rules,
    window_rules,
)
from bptutor.grading import softmax_rules as softmax
from bptutor.grading import value_mistakes as by_value
from bptutor.grading.guesses import (
    Guess,
    Mistake,
    Target,
    any_of,
    every,
    on_named_value,
    on_tree,
    on_trees,
    on_value,
    spelled,
    steps,
)
from bptutor.grading.sliding import on_inputs
from bptutor.notation.tree import Expr


def _through(change: Callable[[Expr, Expr], Expr]) -> Callable[[Target], Iterator[Guess]]:
    """Return the guesses of a wrong Jacobian of a softmax inside a network."""
    return on_trees(naming_rules.exchange(softmax.through(change)), steps)


LAYER_MISTAKES: tuple[Mistake, ...] = (
    Mistake(
        "sign",
        "the opposite sign",
        "Your step goes up the slope. Look at what a small nudge upwards does.",
        any_of(on_value(by_value.negative), on_trees(step_rules.climbing, steps)),
        says={
            "everywhere+plain": "Your answer has the right size and the other sign. Look at each minus.",
            "everywhere+classes": "Your numbers have the right size and the opposite direction. "
            "Look at the nudge of the true class.",
            "everywhere": "Your answer has the right size and the opposite direction. "
            "Look at what a small nudge upwards does.",
            "paired": "Your answer points the opposite way. Look at what a small nudge upwards does.",
            "part": "Your step goes up the slope. Look at what a small nudge of {part} upwards does.",
        },
        change=by_value.negative,
    ),
    Mistake(
        "no-batch-mean",
        "the mean over the batch left out",
        "Your answer is too large by the number of terms of a mean. Look at {averaged}.",
        on_value(by_value.times_batch),
        says={
            "numbers": "Your numbers are too large by the number of terms of a mean. Look at {averaged}.",
            "paired": "One of two slips here is about a mean. Look at {averaged}.",
            "batch+slope": "Copying the batch would double your gradient but not {loss}. Look at {averaged}.",
            "batch": "Copying the batch would double your answer, and what is asked stays. Look at {averaged}.",
        },
        change=by_value.times_batch,
    ),
    Mistake(
        "twice-batch-mean",
        "the mean over the batch taken twice",
        "Your answer is too small by the number of terms of a mean. Look at how often that number enters.",
        on_value(by_value.over_batch),
        says={
            "numbers": "Your numbers are too small by the number of terms of a mean. "
            "Look at how often that number enters.",
            "paired": "One of two slips here is about a mean. Look at how often the number of its terms enters.",
            "batch+slope": "Copying the batch would halve your gradient but not change {loss}. "
            "Look at how often the batch size enters.",
            "batch": "Copying the batch would halve your answer, and what is asked stays. "
            "Look at how often the batch size enters.",
        },
        change=by_value.over_batch,
    ),
    Mistake(
        "factor-two",
        "a factor of two",
        "A part of your answer is off by a factor of two. Look at its terms one by one.",
        any_of(on_value(by_value.twice_or_half), on_tree(index_rules.without_two)),
        says={
            "everywhere+square": "Your answer is off by a factor of two everywhere. Look at the square in the loss.",
            "everywhere": "Your answer is twice what is asked, or half of it. Look at each factor.",
            "paired": "One of two slips here is a factor of two. Look at each factor.",
        },
        change=by_value.twice_or_half,
    ),
    Mistake(
        "class-mean",
        "averaged over the classes too",
        "Your answer shrinks when outputs are added. Look at what {loss} averages over.",
        on_value(by_value.over_last),
        says={
            "numbers": "Your numbers are too small by the number of outputs. Look at what {loss} averages over.",
            "paired": "One of two slips here is about a mean. Look at what {loss} averages over.",
            "softmax": "Your answer shrinks when classes are added. Look at what {loss} averages over.",
        },
        change=by_value.over_last,
    ),
    Mistake(
        "diagonal-softmax",
        "the softmax derivative taken as diagonal",
        "Your rule says a score moves its own share alone. Look at {denominator}.",
        any_of(
            on_trees(softmax.on_error(softmax.diagonal)),
            _through(softmax.diagonal_of),
            on_named_value(softmax_values.SCALED["diagonal-softmax"]),
            *(on_named_value(made) for made in softmax_values.DIAGONAL),
        ),
        says={
            "numbers": "These numbers leave out how one logit moves the other probabilities. Look at {denominator}.",
            "classes": "Your rule says wrong classes' scores cannot change {loss}. Look at {denominator}.",
        },
    ),
    Mistake(
        "lost-delta",
        "only the products −p_i p_j",
        "In your rule a score lowers its own probability. Look at the case where both indices are equal.",
        any_of(
            on_trees(softmax.on_error(softmax.without_delta)),
            _through(softmax.products_of),
            on_named_value(softmax_values.SCALED["lost-delta"]),
            *(on_named_value(made) for made in softmax_values.LOST),
        ),
        says={
            "numbers+jacobian": "In these numbers a logit lowers its own probability. "
            "Look at the case where both indices are equal.",
            "jacobian": "In your rule a score lowers its own probability. "
            "Look at the case where both indices are equal.",
            "error": "Your answer is the same whichever class is the true one. Look at where {y} enters {loss}.",
            "numbers": "In these numbers a logit lowers its own probability. "
            "Look at the case where both indices are equal.",
        },
    ),
    Mistake(
        "offdiagonal-sign",
        "the opposite sign off the diagonal",
        "In your rule raising one score raises all probabilities. Look at what they add up to.",
        any_of(
            on_trees(softmax.on_error(softmax.plus_off_diagonal)),
            _through(softmax.all_raised),
            on_named_value(softmax_values.SCALED["offdiagonal-sign"]),
            *(on_named_value(made) for made in softmax_values.PLUS),
        ),
        says={
            "numbers": "These are the numbers of a logit that raises all probabilities. Look at what they add up to.",
        },
    ),
    Mistake(
        "derivative-twice",
        "the derivative of the activation applied twice",
        "The derivative of the activation acts twice in your answer. Look at what had cancelled before.",
        any_of(
            on_trees(softmax.on_error(softmax.slope_kept, softmax=False)),
            on_tree(slope_rules.twice),
            on_tree(slope_rules.on_forms(slope_rules.form_twice)),
            on_named_value(softmax_values.SCALED["derivative-twice"]),
            on_trees(naming_rules.exchange(softmax.slope_again), steps),
        ),
    ),
    Mistake(
        "stopped-at-loss",
        "the slope by the output, not by what enters it",
        "Your chain starts from the slope by {p}. Look at the arrow that ends in {p}.",
        any_of(
            on_trees(naming_rules.stopped, steps),
            on_trees(softmax.on_error(softmax.by_output)),
            on_named_value(softmax_values.SCALED["stopped-at-loss"]),
            _through(softmax.slope_above),
        ),
        says={
            "top": "This is the slope by {p}. Look at the arrow that ends in {p}.",
            "numbers": "These numbers start from the derivative with respect to {p}. "
            "Look at the arrow that ends in {p}.",
        },
    ),
    Mistake(
        "jacobian-summed",
        "rows of the Jacobian summed",
        "Your answer adds up whole rows or columns of {part}. Look at what multiplies each entry.",
        any_of(on_tree(product_rules.summed_jacobian), on_inputs(window_rules.without_errors)),
        says={"whole": "Your answer adds up whole rows or columns. Look at what multiplies each entry."},
        within=True,
    ),
    Mistake(
        "no-transpose",
        "a transpose left out",
        "Your product sums over the other index of {part}. Look at the index of {part} under Σ.",
        on_tree(product_rules.no_transpose),
        says={
            "no product+part": "This comes out with the other index of {part} summed. "
            "Look at the index of {part} under Σ.",
            "no product": "This comes out with another index summed. Look at the index under Σ.",
            "whole": "Your product sums over another index. Look at the index under Σ.",
        },
        within=True,
    ),
    Mistake(
        "transposed",
        "rows and columns exchanged",
        "Your answer takes the rows of {part} for its columns. Look at which index of {part} counts rows.",
        any_of(on_value(by_value.transposed), on_tree(product_rules.transposed)),
        says={
            "shape": "Your sizes stand in the other order. Look at which index counts rows.",
            "everywhere": "Your answer has each entry at the mirrored place. Look at which index counts rows.",
            "paired": "One of two slips here exchanges rows and columns. Look at which index counts rows.",
            "whole": "Your answer takes rows for columns. Look at which index counts rows.",
        },
        change=by_value.transposed,
        within=True,
    ),
    Mistake(
        "reversed",
        "the factors of a product swapped",
        "Your product takes its factors in the other order. Look at which axis comes first in the result.",
        on_tree(product_rules.swapped),
        says={
            "no product": "This comes out with two arrays in the other order. "
            "Look at which axis comes first in the result.",
        },
    ),
    Mistake(
        "hadamard-for-product",
        "entries paired where a product sums or pairs all",
        "Your product pairs entries one to one. Look at how many free indices the goal has.",
        on_tree(product_rules.hadamard),
        says={
            "whole": "Your answer keeps entries apart that are added up. Look at what stands under Σ.",
            "no product": "This comes out with entries paired one to one. Look at how many free indices the goal has.",
        },
    ),
    Mistake(
        "product-for-hadamard",
        "a product where entries pair one to one",
        "Your product mixes what pairs entry by entry. Look at which entries each one meets.",
        on_trees(product_rules.product, spelled),
        says={
            "numbers": "These numbers mix entries that pair one to one. Look at which entries each one meets.",
            "no product": "Your answer adds up entries without weights. Look at what each of them goes with.",
        },
    ),
    Mistake(
        "inverse-for-transpose",
        "W⁻¹ for Wᵀ",
        "Your answer undoes {part}. Look at what {part} does with a small change of its input.",
        on_tree(naming_rules.inverse),
        says={"whole": "Your answer undoes a matrix. Look at what it does with a small change of its input."},
        within=True,
    ),
    Mistake(
        "no-activation-derivative",
        "the derivative of the activation left out",
        "Your chain steps over the function at {part}. Look at the arrow that leaves {part}.",
        any_of(
            on_tree(slope_rules.no_slope),
            on_tree(slope_rules.on_forms(slope_rules.form_dropped)),
            on_trees(naming_rules.exchange(passing.passed_over), steps),
        ),
        says={
            "itself": "This is the slope by what {part} becomes, not by {part}. Look at the arrow that leaves {part}.",
            "numbers+part": "These numbers leave out the function at {part}. Look at the arrow that leaves {part}.",
            "numbers": "These numbers leave out one function. Look at each function on the way.",
            "whole": "Your chain steps over one function. Look at each function on the way.",
        },
    ),
    Mistake(
        "derivative-of-activation",
        "f'(a) for f'(z)",
        "Your slope receives what comes out of the activation. Look at what entered it going forward.",
        any_of(on_tree(slope_rules.slope_of_activation), on_tree(slope_rules.on_forms(slope_rules.form_again))),
        says={
            "numbers": "These numbers hold a derivative at what comes out of the activation. "
            "Look at what entered it going forward.",
            "squashed": "Your slope receives a number already squashed. "
            "Look at what entered the activation going forward.",
        },
    ),
    Mistake(
        "a-form-on-z",
        "the form in a applied to z",
        "Your slope is written for a squashed number and receives {part}. Look at the range of {part}.",
        any_of(on_tree(slope_rules.a_form_on_z), on_trees(naming_rules.form_on_z)),
        says={
            "numbers+part": "These numbers use the form for squashed numbers at {part}. Look at the range of {part}.",
            "numbers": "These numbers use the form for squashed numbers at others. Look at the range of each.",
            "whole": "Your slope is written for a squashed number and receives another. Look at its range.",
        },
    ),
    Mistake(
        "other-activation",
        "another function's derivative",
        "Your answer holds the slope of another activation. Look at the function of this layer.",
        any_of(
            on_tree(slope_rules.other_slope),
            on_tree(slope_rules.on_forms(slope_rules.form_of_other)),
            on_trees(naming_rules.exchange(passing.other_slopes), steps),
            on_value(by_value.slope_added),
        ),
    ),
    Mistake(
        "half-derivative",
        "one factor of the slope only",
        "Your slope holds only a part of the activation's. Look at its value where the curve is flat.",
        any_of(on_tree(slope_rules.half_slope), on_tree(slope_rules.on_forms(slope_rules.form_halved))),
        says={
            "numbers+part": "These numbers hold a part of the activation's derivative only. "
            "Look at its value where the curve is flat.",
            "whole": "Your answer has the activation where its slope acts. Look at its value where the curve is flat.",
        },
    ),
    Mistake(
        "z-for-a",
        "z in the place of a",
        "Your answer takes {part} at the other end of its activation. Look at what the layer receives.",
        on_trees(naming_rules.exchange(naming_rules.z_for_a), steps),
        says={
            "whole": "Your answer takes an array at the other end of its activation. Look at what the layer receives.",
        },
    ),
    Mistake(
        "wrong-layer",
        "an array of another layer",
        "Your answer has another array in the place of {part}. Look at the arrows of this layer.",
        on_trees(naming_rules.exchange(naming_rules.wrong_layer, alone=False), every),
        says={
            "numbers+part": "These are the numbers of another array in the place of {part}. "
            "Look at the arrows of this layer.",
            "whole": "Your answer has an array of another layer. Look at the arrows of this layer.",
        },
    ),
    Mistake(
        "weight-for-activation",
        "W where a belongs",
        "Your answer has a weight where {part} flows. Look at what the weight meets going forward.",
        any_of(
            on_trees(naming_rules.exchange(naming_rules.weight_for_activation), steps),
            on_trees(naming_rules.weight_in_outer),
        ),
        says={
            "whole": "Your answer has a weight where an input flows. Look at what the weight meets going forward.",
        },
    ),
    Mistake(
        "updated-weights",
        "the weights after the step",
        "Your step back used a {part} that the forward pass never saw. Look at the order of the lines.",
        on_trees(step_rules.updated, steps),
        says={
            "numbers+part": "These numbers used a {part} that the forward pass never saw. "
            "Look at the order of the lines.",
            "whole": "Your step back used weights that the forward pass never saw. Look at the order of the lines.",
        },
    ),
)
"""In the order of findings."""
