"""In which order findings are given, and which of them say more than others. Ids alone: no rule is loaded for this."""

from __future__ import annotations

from typing import NamedTuple


class Precedence(NamedTuple):
    """The place of a mistake among the findings of an answer."""

    id: str
    implies: tuple[str, ...] = ()
    """Mistakes that every such answer is too, as far as values tell: they are not listed beside it."""
    silences: tuple[str, ...] = ()
    """Mistakes that would only say the same again: they are listed beside it, and not said."""


LAST = "other-quantity"
"""It says which array an answer is, and only where no mistake is named."""
ORDER: tuple[Precedence, ...] = (
    Precedence("sign"),
    Precedence("no-batch-mean", implies=("broadcast",)),
    Precedence("twice-batch-mean"),
    Precedence("factor-two"),
    Precedence("class-mean"),
    Precedence("diagonal-softmax", implies=("hadamard-for-product",)),
    Precedence("lost-delta", implies=("delta-collapse",)),
    Precedence("offdiagonal-sign"),
    Precedence("derivative-twice"),
    Precedence("stopped-at-loss"),
    Precedence("jacobian-summed"),
    Precedence("no-transpose", silences=("transposed", "reversed", "product-for-hadamard")),
    Precedence("transposed", silences=("reversed",)),
    Precedence("reversed"),
    Precedence("hadamard-for-product"),
    Precedence("product-for-hadamard"),
    Precedence("inverse-for-transpose"),
    Precedence(
        "no-activation-derivative", silences=("other-activation", "derivative-twice", "derivative-of-activation")
    ),
    Precedence("derivative-of-activation"),
    Precedence("a-form-on-z", implies=("z-for-a", "wrong-layer")),
    Precedence("other-activation"),
    Precedence("half-derivative"),
    Precedence("z-for-a", implies=("wrong-layer",)),
    Precedence("wrong-layer"),
    Precedence("weight-for-activation"),
    Precedence("updated-weights"),
    Precedence("softmax-axis"),
    Precedence("no-keepdims"),
    Precedence("not-normalised"),
    Precedence("no-exponential"),
    Precedence("falling-shares"),
    Precedence("bias-axis", silences=("product-for-hadamard",)),
    Precedence("bias-not-summed"),
    Precedence("bias-all-summed", implies=("bias-mean", "bias-times-input"), silences=("product-for-hadamard",)),
    Precedence("bias-mean"),
    Precedence("bias-times-input"),
    Precedence("bias-zero"),
    Precedence("one-path", silences=("last-path",)),
    Precedence("last-path"),
    Precedence("index-clash", silences=("product-for-hadamard",)),
    Precedence("free-index"),
    Precedence("delta-collapse"),
    Precedence("broadcast"),
    Precedence("first-example"),
    Precedence("step-mixed-in"),
    Precedence("restart-at-output"),
    Precedence("max-gradient", implies=("one-path", "last-path")),
    Precedence("no-flip"),
    Precedence("one-axis-flip", implies=("no-flip",)),
    Precedence("transposed-kernel"),
    Precedence("valid-for-full"),
    Precedence("channels-not-swapped"),
    Precedence("needless-flip"),
    Precedence("no-stride"),
    Precedence("average-for-max"),
    Precedence("whole-window"),
    Precedence("max-for-average"),
    Precedence("log-base"),
    Precedence("radians"),
    Precedence("argument-sign"),
    Precedence("off-by-one"),
    Precedence("other-place"),
    Precedence("term-sign"),
    Precedence("missing-factor"),
    Precedence("missing-function"),
    Precedence("other-loss"),
    Precedence("missing-term"),
    Precedence(LAST),
)
"""Every mistake, the first finding first. One that the table lacks stands before the last."""
_PLACES = {row.id: n for n, row in enumerate(ORDER)}
_ROWS = {row.id: row for row in ORDER}


def place(id_: str) -> float:
    """Return where a mistake stands among the findings of an answer."""
    return _PLACES.get(id_, _PLACES[LAST] - 0.5)


def implied(ids: set[str]) -> set[str]:
    """Return the mistakes that are not listed beside these."""
    return {less for row in ORDER if row.id in ids for less in row.implies}


def silenced(ids: set[str]) -> set[str]:
    """Return the mistakes that are not said beside these."""
    return {less for row in ORDER if row.id in ids for less in row.silences}
