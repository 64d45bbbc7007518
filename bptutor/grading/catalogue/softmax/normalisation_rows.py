"""The rows of the catalogue about making shares of scores."""

from __future__ import annotations

from bptutor.grading.catalogue.hypotheses import Mistake, on_trees
from bptutor.grading.catalogue.softmax.normalisation import shares

SHARE_MISTAKES: tuple[Mistake, ...] = (
    Mistake(
        "softmax-axis",
        "shares made along another axis",
        "Your shares add up to 1 over other scores. Look at which scores belong to one example.",
        on_trees(shares("softmax-axis")),
    ),
    Mistake(
        "no-keepdims",
        "the totals of rows meet columns",
        "Your totals of the rows meet the columns. Look at the shape of each total.",
        on_trees(shares("no-keepdims")),
    ),
    Mistake(
        "not-normalised",
        "powers that are not divided by their sum",
        "Your entries do not add up to 1. Look at what each of them is a share of.",
        on_trees(shares("not-normalised")),
    ),
    Mistake(
        "no-exponential",
        "shares of the scores themselves",
        "Some of your shares can be negative. Look at what happens to a score first.",
        on_trees(shares("no-exponential")),
    ),
    Mistake(
        "falling-shares",
        "powers of the negative scores",
        "In your answer a larger score gets a smaller share. Look at the exponent.",
        on_trees(shares("falling-shares")),
    ),
)
"""In the order of findings."""
