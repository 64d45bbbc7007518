"""The rows of the catalogue about what slides along something: convolution, strides and pooling."""

from __future__ import annotations

from bptutor.grading.catalogue import index_arithmetic, matrix_products
from bptutor.grading.catalogue.convolution import kernels, windows
from bptutor.grading.catalogue.convolution.cross_correlations import on_inputs, on_kernels
from bptutor.grading.catalogue.hypotheses import Mistake, any_of, on_tree, on_trees

SLIDE_MISTAKES: tuple[Mistake, ...] = (
    Mistake(
        "no-flip",
        "the kernel not flipped",
        "Your answer slides {part} as it went forward. Look at which output used the first input.",
        any_of(on_inputs(windows.no_flip), on_tree(index_arithmetic.not_flipped)),
        says={"whole": "Your answer slides the kernel as it went forward. Look at which output used the first input."},
    ),
    Mistake(
        "one-axis-flip",
        "the kernel flipped on one axis",
        "Your answer treats rows and columns of {part} in two ways. Look at both indices of {part}.",
        any_of(on_inputs(windows.one_axis), on_tree(index_arithmetic.one_flipped)),
        says={"whole": "Your answer treats rows and columns in two ways. Look at both indices of the kernel."},
    ),
    Mistake(
        "transposed-kernel",
        "the kernel transposed",
        "Your answer exchanges rows and columns of {part}. Look at an entry off the diagonal.",
        any_of(
            on_inputs(windows.turned_kernel),
            on_tree(matrix_products.kernel_turned),
            on_tree(index_arithmetic.letters_exchanged),
        ),
        says={"whole": "Your answer exchanges rows and columns. Look at an entry off the diagonal."},
    ),
    Mistake(
        "valid-for-full",
        "the kernel kept inside",
        "Your answer has fewer entries than the input. Look at the outputs that the first input reaches.",
        on_inputs(windows.valid),
        says={"whole": "Your answer is zero where the kernel would hang over. Look at what the first input reaches."},
    ),
    Mistake(
        "channels-not-swapped",
        "channels and filters exchanged",
        "Your sum runs over the other channel axis of {part}. Look at what one input channel reaches.",
        any_of(on_inputs(windows.channels_kept), on_kernels(kernels.exchanged)),
        says={
            "numbers+part": "These numbers are added up over the other channel axis of {part}. "
            "Look at what one input channel reaches.",
            "whole": "Your answer exchanges channels and filters. Look at which of them comes first in the kernel.",
        },
    ),
    Mistake(
        "needless-flip",
        "turned where nothing turns",
        "Your answer turns {part} round. Look at which input the first weight met each time.",
        any_of(on_kernels(kernels.needless_flip), on_tree(index_arithmetic.needless_turn)),
        says={
            "whole": "Your answer counts places from the other end. Look at which input the first weight met each time."
        },
    ),
    Mistake(
        "no-stride",
        "the window moved by one place",
        "In your answer the window moves one place at a time. Look at where the second window of {part} begins.",
        on_tree(kernels.no_stride),
        says={
            "whole": "In your answer the window moves one place at a time. Look at where the second window begins.",
        },
    ),
    Mistake(
        "average-for-max",
        "the mean of a window for its largest",
        "In your answer every number counts, not the largest alone. Look at which of them the result is.",
        on_trees(kernels.pooled("max", "mean")),
    ),
    Mistake(
        "whole-window",
        "the slope to every number of a window",
        "In your answer each number of a window moves its output alike. Look at which of them the output is.",
        on_trees(kernels.whole_window),
    ),
    Mistake(
        "max-for-average",
        "the largest of a window for its mean",
        "In your answer one number counts alone. Look at which of them move the result.",
        on_trees(kernels.pooled("mean", "max")),
    ),
)
"""In the order of findings."""
