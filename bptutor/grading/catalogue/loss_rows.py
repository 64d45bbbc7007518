"""The first rows of the catalogue: mistakes about the loss and the output."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bptutor.grading.catalogue import activations, gradient_step, sums_and_indices, wrong_array
from bptutor.grading.catalogue import scaling as by_value
from bptutor.grading.catalogue.hypotheses import (
    Guess,
    Mistake,
    Target,
    any_of,
    on_named_value,
    on_tree,
    on_trees,
    on_value,
    steps,
)
from bptutor.grading.catalogue.softmax import output_layer as softmax
from bptutor.grading.catalogue.softmax import values
from bptutor.notation.tree import Expr


def _through(change: Callable[[Expr, Expr], Expr]) -> Callable[[Target], Iterator[Guess]]:
    """Return the guesses of a wrong Jacobian of a softmax inside a network."""
    return on_trees(wrong_array.exchange(softmax.through(change)), steps)


LOSS_MISTAKES: tuple[Mistake, ...] = (
    Mistake(
        "sign",
        "the opposite sign",
        "Your step goes up the slope. Look at what a small nudge upwards does.",
        any_of(on_value(by_value.negative), on_trees(gradient_step.climbing, steps)),
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
            "paired": "One of two slips here is about a mean. Look at {averaged}.",
            "numbers": "Your numbers are too large by the number of terms of a mean. Look at {averaged}.",
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
            "paired": "One of two slips here is about a mean. Look at how often the number of its terms enters.",
            "numbers": "Your numbers are too small by the number of terms of a mean. "
            "Look at how often that number enters.",
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
        any_of(on_value(by_value.twice_or_half), on_tree(sums_and_indices.without_two)),
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
            "paired": "One of two slips here is about a mean. Look at what {loss} averages over.",
            "numbers": "Your numbers are too small by the number of outputs. Look at what {loss} averages over.",
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
            on_named_value(values.SCALED["diagonal-softmax"]),
            *(on_named_value(made) for made in values.DIAGONAL),
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
            on_named_value(values.SCALED["lost-delta"]),
            *(on_named_value(made) for made in values.LOST),
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
            on_named_value(values.SCALED["offdiagonal-sign"]),
            *(on_named_value(made) for made in values.PLUS),
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
            on_tree(activations.twice),
            on_tree(activations.on_forms(activations.form_twice)),
            on_named_value(values.SCALED["derivative-twice"]),
            on_trees(wrong_array.exchange(softmax.slope_again), steps),
        ),
    ),
    Mistake(
        "stopped-at-loss",
        "the slope by the output, not by what enters it",
        "Your chain starts from the slope by {p}. Look at the arrow that ends in {p}.",
        any_of(
            on_trees(wrong_array.stopped, steps),
            on_trees(softmax.on_error(softmax.by_output)),
            on_named_value(values.SCALED["stopped-at-loss"]),
            _through(softmax.slope_above),
        ),
        says={
            "top": "This is the slope by {p}. Look at the arrow that ends in {p}.",
            "numbers": "These numbers start from the derivative with respect to {p}. "
            "Look at the arrow that ends in {p}.",
        },
    ),
)
"""In the order of findings."""
