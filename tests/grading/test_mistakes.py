from __future__ import annotations

import numpy as np
import pytest

from bptutor.grading.grade import grade
from bptutor.grading.mistakes import CATALOGUE
from bptutor.grading.verdict import Mark
from bptutor.notation.scope import Scope
from bptutor.packs.model import Place
from bptutor.packs.questions import question
from tests.grading.pairs import scene

FIRST = [
    "sign no-batch-mean twice-batch-mean factor-two class-mean diagonal-softmax lost-delta offdiagonal-sign",
    "derivative-twice stopped-at-loss jacobian-summed no-transpose transposed reversed hadamard-for-product",
    "product-for-hadamard no-activation-derivative derivative-of-activation a-form-on-z other-activation",
    "half-derivative",
]


def test_rows_stand_in_the_order_of_the_catalogue_and_other_quantity_is_last() -> None:
    ids = [mistake.id for mistake in CATALOGUE]
    assert len(ids) == len(set(ids))
    promised = " ".join(FIRST).split()
    assert [name for name in ids if name in promised] == promised
    assert ids[-1] == "other-quantity"


@pytest.mark.parametrize("mistake", CATALOGUE, ids=lambda mistake: mistake.id)
def test_a_fact_then_one_place(mistake: object) -> None:
    from bptutor.grading.guesses import Mistake

    assert isinstance(mistake, Mistake)
    for text in (mistake.say, mistake.here or mistake.say):
        fact, look, place = text.partition(". Look at ")
        assert look and place.endswith(".") and fact[0].isupper()
        assert not any(word in text.casefold() for word in ("forgot", "well done", "good", "should", "instead"))
    assert mistake.message("", Scope({})).count(". ") == 1


def test_numbers_made_wrong_by_hand_are_named() -> None:
    """The wrong numbers are computed here in plain NumPy, from the numbers that the learner sees."""
    batch = scene("batch")
    assert batch is not None
    asked = question({"type": "matrix", "answer": "dW2", "decimals": 6}, Place())
    for seed in range(5):
        seen = {name: batch.draw(seed)[name] for name in ("x", "y", "W1", "b1", "W2", "b2")}
        a1 = 1 / (1 + np.exp(-(seen["x"] @ seen["W1"].T + seen["b1"])))
        z2 = a1 @ seen["W2"].T + seen["b2"]
        p = np.exp(z2) / np.exp(z2).sum(axis=1, keepdims=True)
        made = {
            "right": (p - seen["y"]).T @ a1 / len(p),
            "sign": (seen["y"] - p).T @ a1 / len(p),
            "no-batch-mean": (p - seen["y"]).T @ a1,
            "twice-batch-mean": (p - seen["y"]).T @ a1 / len(p) ** 2,
            "class-mean": (p - seen["y"]).T @ a1 / len(p) / p.shape[1],
            "diagonal-softmax": ((p - 1) * seen["y"]).T @ a1 / len(p),
            "transposed": a1.T @ (p - seen["y"]) / len(p),
        }
        for name, numbers in made.items():
            verdict = grade(asked, str(numbers.round(9).tolist()), batch, seed)
            if name == "right":
                assert verdict.mark is Mark.RIGHT
            else:
                assert verdict.mark is Mark.WRONG
                assert name in [finding.rule for finding in verdict.findings]


def test_random_wrong_numbers_accuse_of_nothing() -> None:
    house = scene("house")
    asked = question({"type": "matrix", "answer": "dW2"}, Place())
    rng = np.random.default_rng(5)
    for _ in range(30):
        verdict = grade(asked, str(rng.uniform(-1, 1, (3, 2)).round(3).tolist()), house)
        assert [finding.rule for finding in verdict.findings] == ["cells"]
