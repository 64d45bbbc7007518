"""A verdict in words: a glyph and a word, how far it is proved, and what was found, in two rows."""

from __future__ import annotations

from dataclasses import dataclass

from textual.content import Content

from bptutor.grading.verdict import Finding, Mark, ProofMark, Verdict
from bptutor.notation.faces.scripts import in_type
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
        return f"run on {verdict.cases} case{'s' * (verdict.cases > 1)}"
    return PROOF_WORDS[verdict.proof]


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


def verdict_rows(judged: Judged, text: str, width: int, witness: bool = True) -> Lines:
    """Return a verdict with its findings: the word, then a fact, then where to look.

    Args:
        judged: The verdict.
        text: The answer as it was typed, for the caret of an unreadable one.
        width: In cells.
        witness: Whether a witness's numbers stand in a row of their own; else the caller shows them.
    """
    rows = [word(judged)]
    error = judged.verdict.error
    if error is not None:
        return rows + unreadable(text, 0 if error.line else error.column, error.message, error.help, width)
    for finding in judged.verdict.said:
        for sentence in _sentences(finding, witness):
            rows += wrapped(Content(sentence), width, "  ", "  ")
    return rows


def unreadable(text: str, column: int, message: str, help_text: str, width: int) -> Lines:
    """Return why a text cannot be read: a message at the column, and what would be right."""
    advice = f"column {column}: {message}" if column else message
    rows = wrapped(Content.styled(advice, "$text-warning"), width)
    return rows + (wrapped(Content(help_text), width) if help_text else [])


def _sentences(finding: Finding, witness: bool) -> list[str]:
    """Split at "Look at": the fact is one row, the place the next."""
    fact, look, place = in_type(finding.message).partition("Look at ")
    rows = [fact.strip(), f"Look at {place.strip()}" if look else ""]
    if finding.rule == "witness" and finding.values and witness:
        rows.append(_witness(finding))
    return [row for row in rows if row]


def _witness(finding: Finding) -> str:
    values = ", ".join(f"{name} = {_brief(value)}" for name, value in list(finding.values.items())[:3])
    return f"At {values}: yours {_brief(finding.got)}, asked {_brief(finding.expected)}."


def _brief(value: object) -> str:
    from bptutor.tui.render.grids import number

    if isinstance(value, list | tuple):
        return "[" + ", ".join(_brief(item) for item in value[:6]) + (", …]" if len(value) > 6 else "]")
    return number(float(value)) if isinstance(value, int | float) else str(value)
