"""The rows of the catalogue about the products and the activations of a layer."""

from __future__ import annotations

from bptutor.grading.catalogue import activations, elementwise, gradient_step, matrix_products, wrong_array
from bptutor.grading.catalogue import scaling as by_value
from bptutor.grading.catalogue.convolution import windows
from bptutor.grading.catalogue.convolution.cross_correlations import on_inputs
from bptutor.grading.catalogue.hypotheses import Mistake, any_of, every, on_tree, on_trees, on_value, spelled, steps

LAYER_MISTAKES: tuple[Mistake, ...] = (
    Mistake(
        "jacobian-summed",
        "rows of the Jacobian summed",
        "Your answer adds up whole rows or columns of {part}. Look at what multiplies each entry.",
        any_of(on_tree(matrix_products.summed_jacobian), on_inputs(windows.without_errors)),
        says={"whole": "Your answer adds up whole rows or columns. Look at what multiplies each entry."},
        within=True,
    ),
    Mistake(
        "no-transpose",
        "a transpose left out",
        "Your product sums over the other index of {part}. Look at the index of {part} under Σ.",
        on_tree(matrix_products.no_transpose),
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
        any_of(on_value(by_value.transposed), on_tree(matrix_products.transposed)),
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
        on_tree(matrix_products.swapped),
        says={
            "no product": "This comes out with two arrays in the other order. "
            "Look at which axis comes first in the result.",
        },
    ),
    Mistake(
        "hadamard-for-product",
        "entries paired where a product sums or pairs all",
        "Your product pairs entries one to one. Look at how many free indices the goal has.",
        on_tree(matrix_products.hadamard),
        says={
            "whole": "Your answer keeps entries apart that are added up. Look at what stands under Σ.",
            "no product": "This comes out with entries paired one to one. Look at how many free indices the goal has.",
        },
    ),
    Mistake(
        "product-for-hadamard",
        "a product where entries pair one to one",
        "Your product mixes what pairs entry by entry. Look at which entries each one meets.",
        on_trees(matrix_products.product, spelled),
        says={
            "numbers": "These numbers mix entries that pair one to one. Look at which entries each one meets.",
            "no product": "Your answer adds up entries without weights. Look at what each of them goes with.",
        },
    ),
    Mistake(
        "inverse-for-transpose",
        "W⁻¹ for Wᵀ",
        "Your answer undoes {part}. Look at what {part} does with a small change of its input.",
        on_tree(wrong_array.inverse),
        says={"whole": "Your answer undoes a matrix. Look at what it does with a small change of its input."},
        within=True,
    ),
    Mistake(
        "no-activation-derivative",
        "the derivative of the activation left out",
        "Your chain steps over the function at {part}. Look at the arrow that leaves {part}.",
        any_of(
            on_tree(activations.no_slope),
            on_tree(activations.on_forms(activations.form_dropped)),
            on_trees(wrong_array.exchange(elementwise.passed_over), steps),
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
        any_of(on_tree(activations.slope_of_activation), on_tree(activations.on_forms(activations.form_again))),
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
        any_of(on_tree(activations.a_form_on_z), on_trees(wrong_array.form_on_z)),
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
            on_tree(activations.other_slope),
            on_tree(activations.on_forms(activations.form_of_other)),
            on_trees(wrong_array.exchange(elementwise.other_slopes), steps),
            on_value(by_value.slope_added),
        ),
    ),
    Mistake(
        "half-derivative",
        "one factor of the slope only",
        "Your slope holds only a part of the activation's. Look at its value where the curve is flat.",
        any_of(on_tree(activations.half_slope), on_tree(activations.on_forms(activations.form_halved))),
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
        on_trees(wrong_array.exchange(wrong_array.z_for_a), steps),
        says={
            "whole": "Your answer takes an array at the other end of its activation. Look at what the layer receives.",
        },
    ),
    Mistake(
        "wrong-layer",
        "an array of another layer",
        "Your answer has another array in the place of {part}. Look at the arrows of this layer.",
        on_trees(wrong_array.exchange(wrong_array.wrong_layer, alone=False), every),
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
            on_trees(wrong_array.exchange(wrong_array.weight_for_activation), steps),
            on_trees(wrong_array.weight_in_outer),
        ),
        says={
            "whole": "Your answer has a weight where an input flows. Look at what the weight meets going forward.",
        },
    ),
    Mistake(
        "updated-weights",
        "the weights after the step",
        "Your step back used a {part} that the forward pass never saw. Look at the order of the lines.",
        on_trees(gradient_step.updated, steps),
        says={
            "numbers+part": "These numbers used a {part} that the forward pass never saw. "
            "Look at the order of the lines.",
            "whole": "Your step back used weights that the forward pass never saw. Look at the order of the lines.",
        },
    ),
)
"""In the order of findings."""
