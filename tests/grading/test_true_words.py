"""What is said of a wrong answer is true of this answer, and speaks of this question."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import product
from typing import Any

import numpy as np
import pytest

from bptutor.grading.catalogue.base import Mistake
from bptutor.grading.catalogue.table import CATALOGUE
from bptutor.grading.grade import grade
from bptutor.grading.verdict import Mark, Verdict, figures
from bptutor.packs.model import Place
from bptutor.packs.question_types.read import question
from bptutor.packs.scene.scene import Scene

SCENES: dict[str, dict[str, Any]] = {
    "ratio": {
        "sizes": {"K": 3},
        "given": {"u": {"axes": ["K"]}, "r": {"axes": ["K"], "value": [0.1, 0.6, 0.3], "draw": "simplex"}},
        "define": {"E_i": "e^{u_i}", "T": "Σ_k e^{u_k}", "s_i": "E_i / T"},
    },
    "losses": {
        "sizes": {"K": 4, "D": 3},
        "indices": {"i": "K", "k": "K", "m": "K", "n": "K", "j": "D"},
        "given": {
            "x": {"axes": ["D"]},
            "W": {"axes": ["K", "D"]},
            "t": {"axes": ["K"], "draw": "one-hot"},
            "v": {"axes": ["K"], "value": [1, 1, 0, 0]},
        },
        "define": {
            "u": "W @ x",
            "q": "softmax(u)",
            "J": "-Σ_k t_k log q_k",
            "H": "-Σ_k v_k log q_k",
            "half": "x[0] * x[1]",
        },
    },
    "columns": {
        "sizes": {"B": 5, "N0": 4, "N1": 2, "N2": 3},
        "given": {
            "X": {"axes": ["B", "N0"]},
            "W1": {"axes": ["N1", "N0"]},
            "b1": {"axes": ["N1"]},
            "W2": {"axes": ["N2", "N1"]},
            "Y": {"axes": ["B", "N2"], "draw": "one-hot"},
        },
        "define": {
            "A": "tanh(X @ W1.T + b1)",
            "Z": "A @ W2.T",
            "Q": "softmax(Z)",
            "L": "-1/B Σ_{s,k} Y_sk log Q_sk",
            "dZ": "∂L/∂Z",
            "Xc": "X.T",
            "Ac": "A.T",
            "dZc": "dZ.T",
        },
    },
    "row": {
        "sizes": {"N": 6, "M": 3, "P": "N - M + 1"},
        "count-from": 0,
        "indices": {"p": "P", "m": "M", "a": "N"},
        "given": {
            "x": {"axes": ["N"], "value": [1, 0, 2, -1, 3, 1], "outside": 0},
            "k": {"axes": ["M"], "value": [3, -1, 2], "outside": 0},
            "e": {"axes": ["P"], "value": [2, 0, -3, 5], "outside": 0},
        },
        "define": {
            "z_p": "Σ_m x_{p+m} k_m",
            "L": "Σ_p e_p z_p",
            "sample": {"is": "[7, 5, 4]", "show": "another"},
        },
    },
    "unit": {
        "given": {name: {"value": value} for name, value in {"w": 0.3, "x": 1.1, "b": -0.4, "y": 0.2}.items()},
        "define": {"z": "w x + b", "a": "sigmoid(z)", "C": "(a - y)^2/2"},
    },
    "layer": {
        "sizes": {"K": 2, "D": 2},
        "given": {
            "W": {"axes": ["K", "D"], "value": [[1, -2], [0.5, 3]]},
            "x": {"axes": ["D"], "value": [2, 1]},
            "b": {"axes": ["K"], "value": [0.5, -1]},
        },
        "define": {"z": "W @ x + b", "a": "sigmoid(z)"},
    },
    "round": {
        "sizes": {"K": 2, "D": 4},
        "given": {
            "W": {"axes": ["K", "D"], "value": [[0.1, -0.2, 0.3, 0], [0.2, 0.3, -0.1, 0.4]]},
            "x": {"axes": ["D"], "value": [1, 2, 0, -1]},
            "b": {"axes": ["K"], "value": [0.1, 0.5]},
        },
        "define": {"z": "W @ x + b", "a": "sigmoid(z)"},
    },
}
ROWS: list[tuple[str, str, str, str, str, str, str]] = [
    # scene, type, asked, answer, id that is named, what is said, what is not said
    ("ratio", "numpy", "np.diag(s) - np.outer(s, s)", "s * (1 - s)", "diagonal-softmax", "denominator of s", "E"),
    ("ratio", "symbolic", "s_i (δ_ij - s_j)", "δ_ij s_i (1 - s_i)", "diagonal-softmax", "denominator of s_", "E_"),
    ("ratio", "vector", "(diag(r) - outer(r, r))[1]", "[0, 0.24, 0]", "diagonal-softmax", "of r", "product"),
    ("ratio", "vector", "(diag(r) - outer(r, r))[0]", "[0.09, 0, 0]", "diagonal-softmax", "of r", "denominator"),
    ("ratio", "vector", "(diag(r) - outer(r, r))[1]", "[0.06, 0.6, 0.18]", "", "cells differ", "Your rule"),
    ("losses", "symbolic", "q_i - t_i", "-t_i (1 - q_i)", "diagonal-softmax", "change J.", "H"),
    ("losses", "numpy", "q - t", "(q - t) / K", "class-mean", "J averages", "H"),
    ("losses", "symbolic", "∂H/∂u_i", "-v_i (1 - q_i)", "diagonal-softmax", "change H.", "J"),
    ("losses", "numpy", "np.outer(q - t, x)", "np.outer(q, x)", "lost-delta", "where t enters J", "lowers"),
    ("losses", "symbolic", "∂J/∂W_ij", "q_i x_j", "lost-delta", "whichever class", "lowers"),
    ("losses", "symbolic", "δ_ki x_j", "δ_ki", "delta-collapse", "k ≠ i", "i ≠ j"),
    ("losses", "symbolic", "δ_mn q_m", "q_m", "delta-collapse", "m ≠ n", "i ≠ j"),
    ("columns", "numpy", "dZc @ Ac.T", "dZc.T @ Ac.T", "no-transpose", "another index", "Q"),
    ("columns", "numpy", "dZc @ Ac.T", "dZc.T @ Ac", "", "would sum", "mirrored"),
    ("columns", "numpy", "W1 @ Xc + b1[:, None]", "W1 @ Xc + b1", "", "do not pair", "other order"),
    ("columns", "numpy", "W1 @ Xc + b1[:, None]", "W1 @ Xc + b1[None, :]", "", "do not pair", "mirrored"),
    ("columns", "numpy", "dZ.T @ A", "dZ @ A.T", "", "would sum", "mirrored"),
    ("columns", "numpy", "dZ.T @ A", "A.T @ dZ", "transposed", "mirrored place", "one to one"),
    ("columns", "numpy", "dZ.sum(axis=0)", "dZ.sum(axis=0) * 1.0000001", "factor", "1.0000001 times", "is 1 times"),
    ("columns", "numpy", "np.diag(b1 * b1)", "b1 * b1", "", "has shape (2,)", "pairs every entry"),
    ("row", "vector", "∂L/∂x", "[3, -1, 2, 5, 0, 0]", "", "cells differ", "twice"),
    ("row", "vector", "∂L/∂x", "[3, -1, 2, 0, 0, 0]", "", "cells differ", "twice"),
    ("losses", "numpy", "q - t", "q / q", "", "it is", "This is"),
    ("losses", "numeric", "max(x)", "0.02", "", "away", "window"),
    ("row", "vector", "∂L/∂x", "[12, -4, -10, 36, -22, 20]", "factor-two", "twice", "One of two"),
    ("row", "vector", "∂L/∂x", "[6, -2, 4, 0, 0, 0]", "one-path", "These numbers hold one term", "path"),
    ("row", "vector", "∂L/∂k", "[7, 5, 4]", "", "cells differ", "another"),
    ("row", "vector", "∂L/∂k", "[2, 0, -3, 5]", "other-quantity", "This is e.", "another"),
    ("unit", "numeric", "∂C/∂w", "0.0683", "", "away", "one factor short"),
    ("layer", "numeric", "z_2", "-6", "", "away", "neighbouring"),
    ("layer", "numeric", "z_1", "-0.5", "sign", "other sign", "path"),
    ("round", "numeric", "a_1", "0.55", "", "away", "term"),
    ("round", "numeric", "a_1", "1/(1+exp(-0.2))", "", "away", "path"),
    ("round", "numeric", "a_2", "0.289", "argument-sign", "turns the sign", "path"),
]


@lru_cache
def scene(name: str) -> Scene:
    return Scene.from_mapping(SCENES[name], Place())


def graded(name: str, kind: str, asked: str, text: str) -> Verdict:
    return grade(question({"type": kind, "answer": asked}, Place()), text, scene(name))


@pytest.mark.parametrize(("name", "kind", "asked", "text", "rule", "said", "unsaid"), ROWS)
def test_what_is_said_is_true_of_the_answer(
    name: str, kind: str, asked: str, text: str, rule: str, said: str, unsaid: str
) -> None:
    verdict = graded(name, kind, asked, text)
    told = " ".join(finding.message for finding in verdict.findings)
    assert verdict.mark is Mark.WRONG
    assert said in told and unsaid not in told, told
    if rule:
        assert rule in verdict.rules
    else:
        assert set(verdict.rules) <= {"shape", "cells", "witness"}


@pytest.mark.parametrize("mistake", CATALOGUE, ids=lambda mistake: mistake.id)
def test_of_numbers_nothing_is_said_of_a_product_a_sum_or_a_chain(mistake: Mistake) -> None:
    flags = ("no batch", "plain", "everywhere", "error", "jacobian", "square", "classes", "batch", "slope", "softmax")
    for part, paired, set_ in product(("", "W²"), (False, True), (*flags, "")):
        known = dict.fromkeys(flags, "") | {set_: "yes", "numbers": "yes", "no product": "yes", "no sum": "yes"}
        fact = mistake.message(part, known, paired).partition(" Look at ")[0]
        assert not re.search(r"(?i)\b(your|one of your) (product|sum|rule|chain|formula|path|slope|logarithm)\b", fact)
        assert not re.search(r"(?i)\b(in your rule|every path|one factor short)\b", fact)


@pytest.mark.parametrize("mistake", CATALOGUE, ids=lambda mistake: mistake.id)
def test_a_name_that_may_not_be_mentioned_leaves_no_gap(mistake: Mistake) -> None:
    """Only the name of another quantity cannot be left out."""
    if mistake.id not in {"other-quantity", "index-clash", "free-index"}:
        for numbers in ("", "yes"):
            known = {"numbers": numbers, "no product": numbers, "no sum": numbers}
            assert "{part}" not in mistake.text("", known)


def test_fixed_indices_stand_in_no_message() -> None:
    texts = [text for mistake in CATALOGUE for text in (mistake.say, *mistake.says.values())]
    assert [text for text in texts if re.search(r"\bi ≠ j\b|\bi = j\b|\bp_k\b", text)] == []


@pytest.mark.parametrize("power", range(1, 15))
def test_two_numbers_that_differ_are_never_shown_alike(power: int) -> None:
    for base in (1.2, -31.7, 1e-5):
        one, other = figures(base, base * (1 + 10.0**-power))
        assert one != other
        shown = [float(text.replace("−", "-")) for text in (one, other)]
        assert np.allclose(shown, [base, base * (1 + 10.0**-power)], rtol=10.0 ** -min(power, 3), atol=0)


def test_a_program_is_spoken_to_in_its_own_names() -> None:
    """The scene shows dZ as δ and calls the kernel K; the function has parameters of its own."""
    made = Scene.from_mapping(
        {
            "sizes": {"R": 4, "C": 5, "M": 2, "N": 3, "P": "R - M + 1", "Q": "C - N + 1"},
            "count-from": 0,
            "indices": {"i": "P", "j": "Q", "m": "M", "n": "N"},
            "given": {
                "X": {"axes": ["R", "C"], "outside": 0},
                "K": {"axes": ["M", "N"], "outside": 0},
                "dZ": {"axes": ["P", "Q"], "outside": 0, "show": "δ"},
            },
            "define": {"Z_ij": "Σ_{m,n} X_{i+m,j+n} K_mn", "L": "Σ_{i,j} dZ_ij Z_ij"},
        },
        Place(),
    )
    body = "def back(g, X):\n    dK = np.zeros((X.shape[0] - g.shape[0] + 1, X.shape[1] - g.shape[1] + 1))\n"
    loop = "    for m in range(dK.shape[0]):\n        for n in range(dK.shape[1]):\n"
    line = "            dK[m, n] = (X[m:m + g.shape[0], n:n + g.shape[1]] * {g}).sum()\n    return dK\n"
    asks = {"type": "code", "entry": "back", "args": {"g": "dZ"}, "expect": "∂L/∂K"}
    asked = question(asks | {"answer": body + loop + line.format(g="g")}, Place())
    (finding,) = grade(asked, body + loop + line.format(g="g[::-1, ::-1]"), made).findings
    assert finding.rule == "needless-flip" and "turns g round" in finding.message


def test_a_program_without_a_product_is_not_told_of_one() -> None:
    asks = {
        "type": "code",
        "entry": "loss",
        "expect": "J",
        "answer": "def loss(q, t):\n    return -(t * np.log(q)).sum()\n",
    }
    findings = grade(
        question(asks, Place()), "def loss(q, t):\n    return -np.log(q).sum()\n", scene("losses")
    ).findings
    told = " ".join(finding.message for finding in findings)
    assert "without weights" in told and "product" not in told and "every other" not in told


def test_a_guard_in_a_logarithm_is_no_factor() -> None:
    asks = {
        "type": "code",
        "entry": "loss",
        "expect": "J",
        "answer": "def loss(q, t):\n    return -(t * np.log(q)).sum()\n",
    }
    text = "def loss(q, t):\n    return -(t * np.log(q + 1e-8)).sum()\n"
    (finding,) = grade(question(asks, Place()), text, scene("losses")).findings
    assert finding.rule == "witness"
    mine, asked = re.findall(r"(?:is|where) ([−\d.e-]+)", finding.message)[:2]
    assert mine != asked
