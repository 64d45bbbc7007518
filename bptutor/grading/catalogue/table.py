"""The catalogue: the mistakes of every topic, in the order of findings."""

from __future__ import annotations

from bptutor.grading.catalogue import (
    activations,
    bias,
    chain_rule,
    code_habits,
    gradient_step,
    index_arithmetic,
    loss,
    matrix_products,
    scaling,
    softmax,
    sums_and_indices,
    wrong_array,
)
from bptutor.grading.catalogue.base import Mistake
from bptutor.grading.catalogue.convolution import input_gradient, kernel_gradient, pooling
from bptutor.grading.catalogue.order import place

CATALOGUE: tuple[Mistake, ...] = tuple(
    sorted(
        (
            *activations.MISTAKES,
            *bias.MISTAKES,
            *chain_rule.MISTAKES,
            *code_habits.MISTAKES,
            *gradient_step.MISTAKES,
            *index_arithmetic.MISTAKES,
            *input_gradient.MISTAKES,
            *kernel_gradient.MISTAKES,
            *loss.MISTAKES,
            *matrix_products.MISTAKES,
            *pooling.MISTAKES,
            *scaling.MISTAKES,
            *softmax.MISTAKES,
            *sums_and_indices.MISTAKES,
            *wrong_array.MISTAKES,
        ),
        key=lambda mistake: place(mistake.id),
    )
)
"""Every known mistake, in the order of findings."""
BY_ID = {mistake.id: mistake for mistake in CATALOGUE}
