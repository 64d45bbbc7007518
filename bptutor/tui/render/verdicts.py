"""A verdict in words: a glyph and a word, how far it is proved, and what was found."""

from __future__ import annotations

from dataclasses import dataclass

from textual.content import Content

from bptutor.grading.verdict import Finding, Mark, ProofMark, Verdict
from bptutor.notation.printers.scripts import in_type
from bptutor.tui.render.cases import difference, numbers, shapes
from bptutor.tui.render.flow import Lines, wrapped

_WORDS = {
    Mark.RIGHT: ("✔", "right", "bold $text-success"),
    Mark.RIGHT_FROM_EARLIER: ("✔", "right, from your earlier value", "bold $text-success"),
    Mark.RIGHT_OTHER_FORM: ("◐", "right value, another form is asked", "bold $text-warning"),
    Mark.WRONG: ("✗", "wrong", "bold $text-error"),
    Mark.UNDECIDED: ("?", "cannot decide: this counts neither way", "bold $text-warning"),
    Mark.UNREADABLE: ("…", "cannot be read: not counted", "bold $text-warning"),
}
PROOF_WORDS = {
    ProofMark.PROVED: "proved",
    ProofMark.PROBES: "equal on all probes, not proved",
    ProofMark.REFUTED: "refuted",
    ProofMark.UNDECIDED: "not proved",
    ProofMark.NONE: "",
}


def proof_words(verdict: Verdict) -> str:
    """Return how far a verdict is proved; of a program, on how many cases it ran."""
    if verdict.cases and verdict.proof is ProofMark.PROBES:
        return _run_on(verdict.cases)
    return PROOF_WORDS[verdict.proof]


def said_of(verdict: Verdict) -> dict[str, str]:
    """Return mark and proof as a report of a verdict keeps them."""
    return {"mark": verdict.mark.value, "proof": proof_words(verdict) if verdict.cases else verdict.proof.value}


def badge(proof: str, cases: int = 0) -> str:
    """Return what the record says of the proof of an answer, in a word; empty before the proof came."""
    if cases:
        return _run_on(cases)
    return PROOF_WORDS[ProofMark(proof)] if proof else ""


def _run_on(cases: int) -> str:
    return f"run on {cases} case{'s' * (cases > 1)}"


@dataclass(frozen=True)
class Judged:
    """A verdict on its way to being proved."""

    verdict: Verdict
    waiting: bool = False
    """Whether the proof may still come."""


def word(judged: Judged) -> Content:
    """Return glyph, word and proof of a verdict in one row."""
    glyph, text, style = _WORDS[judged.verdict.mark]
    shown = Content.styled(f"{glyph} {text}", style)
    proof = judged.verdict.proof
    if judged.verdict.right and proof is not ProofMark.NONE:
        waiting = judged.waiting and proof is ProofMark.PROBES and not judged.verdict.cases
        said = "proving …" if waiting else proof_words(judged.verdict)
        shown += Content.styled(f"   {said}", "$quiet" if proof is not ProofMark.PROVED else "$text-success")
    return shown


def verdict_rows(judged: Judged, text: str, width: int, *, program: bool = False) -> Lines:
    """Return a verdict with its findings: the word, then a fact, then where to look, then the case in numbers.

    What matters comes first, so that it stands on the screen whatever is scrolled: one entry, yours and asked.

    Args:
        judged: The verdict.
        text: The answer as it was typed, for the caret of an unreadable one.
        width: In cells.
        program: Whether a program is judged: then what it was called with comes first.
    """
    rows = [word(judged)]
    error = judged.verdict.error
    if error is not None:
        return rows + unreadable(text, 0 if error.line else error.column, error.message, error.help, width)
    said = judged.verdict.said
    sentences = _called(said) if program else []
    for finding in said:
        sentences += _sentences(finding)
        sentences += [] if program else [difference(finding), numbers(finding)]
    for sentence in sentences:
        rows += wrapped(Content(sentence), width, "  ", "  ") if sentence else []
    return rows


def _called(said: tuple[Finding, ...]) -> list[str]:
    """Return with which shapes a program was called in the case that is told of, and the first entry that differs."""
    first = said[0] if said else None
    if first is None or not first.values:
        return []
    return [f"when called with {shapes(first.values)}", difference(first, places=True)]


def unreadable(text: str, column: int, message: str, help_text: str, width: int) -> Lines:
    """Return why a text cannot be read: a message at the column, and what would be right."""
    advice = f"column {column}: {message}" if column else message
    rows = wrapped(Content.styled(advice, "$text-warning"), width)
    return rows + (wrapped(Content(help_text), width) if help_text else [])


def _sentences(finding: Finding) -> list[str]:
    """Split at "Look at": the fact is one row, the place the next."""
    fact, look, place = in_type(finding.message).partition("Look at ")
    return [fact.strip(), f"Look at {place.strip()}" if look else ""]
