"""The proof of an answer that the draws accepted."""

from __future__ import annotations

from dataclasses import replace

from bptutor.grading.case import Case
from bptutor.grading.comparison import Outcome
from bptutor.grading.expressions import Read, bring, decide, held_against
from bptutor.grading.reads import models, read_answer
from bptutor.grading.verdict import Finding, Mark, ProofMark, Verdict
from bptutor.notation import prove


def proved(case: Case, verdict: Verdict) -> Verdict:
    """Return a right verdict with the proof mark that SymPy earns it."""
    met = _accepted(case)
    if met is None:
        return verdict
    proof = held_against(met, exact=True)
    if proof.outcome is prove.Outcome.PROVED:
        return replace(verdict, proof=ProofMark.PROVED)
    refuted = proof.outcome is prove.Outcome.REFUTED and proof.rule not in {"shape", "free-index"}
    if refuted or proof.rule == "disagreement":
        message = "Two ways of checking disagree, so nothing is said of this answer. Look at a report of this verdict."
        finding = Finding("disagreement", message)
        return replace(verdict, mark=Mark.UNDECIDED, proof=ProofMark.UNDECIDED, findings=(finding,), reached=None)
    return verdict


def _accepted(case: Case) -> Read | None:
    """Return the answer beside the model answer that it equals."""
    given = read_answer(case)
    for expected in models(case):
        met = bring(case, given, expected)
        if isinstance(met, Read) and decide(met).outcome is Outcome.EQUAL:
            return met
    return None
