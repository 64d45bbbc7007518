"""The proof of an answer that the draws accepted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bptutor.errors import UnreadableAnswer
from bptutor.grading.answer.parse_answer import entire_line, models, read_answer
from bptutor.grading.answer.submission import Case
from bptutor.grading.graders.expression import Read, bring, decide, held_against
from bptutor.grading.verdict import Finding, Mark, ProofMark, Verdict
from bptutor.notation.equality import prove
from bptutor.notation.tree import Expr


def proved(case: Case, verdict: Verdict) -> Verdict:
    """Return a right verdict with its proof mark: proved is what SymPy's polynomials decide, entry by entry.

    What is not decided stays as it is, with the reason where the time was over. A proof that refutes what the
    draws accepted is a disagreement, and then nothing is said of the answer.
    """
    read = _accepted(case)
    if read is None:
        return verdict
    proof = held_against(read, exact=True)
    if proof.outcome is prove.Outcome.PROVED:
        return replace(verdict, proof=ProofMark.PROVED, provers=proof.provers)
    refuted = proof.outcome is prove.Outcome.REFUTED and proof.rule not in {"shape", "free-index"}
    if refuted or proof.rule == "disagreement":
        message = "Two ways of checking disagree, so nothing is said of this answer. Look at a report of this verdict."
        finding = Finding("disagreement", message)
        return replace(verdict, mark=Mark.UNDECIDED, proof=ProofMark.UNDECIDED, findings=(finding,), reached=None)
    return replace(verdict, reason=proof.rule) if proof.rule == "time-limit" else verdict


def _accepted(case: Case) -> Read | None:
    """Return the answer beside the model answer that it equals."""
    for given in _readings(case):
        for expected in models(case):
            read = bring(case, given, expected)
            if isinstance(read, Read) and decide(read).equal:
                return read
    return None


def _readings(case: Case) -> Iterator[Expr]:
    """Yield an answer as it is read: in a hole first as what fills it, then as the whole line."""
    entire = entire_line(case)
    try:
        yield read_answer(case)
    except UnreadableAnswer:
        if entire is None:
            raise
    if entire is not None:
        yield entire
