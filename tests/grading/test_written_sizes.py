"""Answers with every term written out hold at the sizes that the learner sees, and are proved at these."""

from __future__ import annotations

import pytest

from bptutor.grading.grade import grade
from bptutor.grading.verdict import Mark, ProofMark
from bptutor.packs.model import Place
from bptutor.packs.question_types.read import question
from bptutor.packs.scene.scene import Scene

SCENE = Scene.from_mapping(
    {"sizes": {"M": "2", "K": "3", "N": "4"}, "given": {"A": ["M", "K"], "B": ["K", "N"], "u": ["K"]}}
)


@pytest.mark.parametrize(
    ("kind", "model", "answer"),
    [
        ("symbolic", "Σ_j A_ij B_jk", "A_i1 B_1k + A_i2 B_2k + A_i3 B_3k"),
        ("symbolic", "Σ_j A_1j u_j", "A_11 u_1 + A_12 u_2 + A_13 u_3"),
        ("numpy", "A.sum(axis=1)", "A @ np.ones(3)"),
        ("numpy", "u.sum()", "u[0] + u[1] + u[2]"),
    ],
)
def test_terms_written_out_are_right_and_proved(kind: str, model: str, answer: str) -> None:
    asked = question({"type": kind, "answer": model}, Place())
    verdict = grade(asked, answer, SCENE, exact=True)
    assert (verdict.mark, verdict.proof) == (Mark.RIGHT, ProofMark.PROVED), verdict


def test_a_term_too_few_is_wrong() -> None:
    asked = question({"type": "symbolic", "answer": "Σ_j A_ij B_jk"}, Place())
    assert grade(asked, "A_i1 B_1k + A_i2 B_2k", SCENE, exact=True).mark is Mark.WRONG
