"""Help for what has the focus: the keys that work here, and how answers are spelled."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from bptutor.tui import keys
from bptutor.tui.render.flow import Flow, Lines, wrapped
from bptutor.tui.screens.page import CLOSES
from bptutor.tui.screens.ready import ReadyModal

_SPELLINGS = (
    ("element", "p_i   W_ij   p_1   p[0] (NumPy counts from 0)"),
    ("sum over k", "sum_k y_k p_k   Σ_k y_k p_k"),
    ("Kronecker δ", "delta_ki   δ_ki   [k=i]"),
    ("derivative", "dL/dz_i   ∂L/∂z_i"),
    ("matrix product", "W @ a   W a"),
    ("entry by entry", "a * b   a ⊙ b"),
    ("transpose", "W.T   Wᵀ   W^T"),
    ("outer product", "outer(d, a)   d aᵀ   np.outer(d, a)"),
    ("functions", "exp log sqrt tanh sigmoid relu softmax"),
    ("LaTeX too", "\\frac{a}{b}   \\sum_k   \\delta_{ij}"),
    ("numbers", ".5   1/2   -.25*3   (arithmetic is fine)"),
    ("array", "[0.1, 0.2]   [[1, 2], [3, 4]]"),
)


_PROGRAMS = (
    ("np", "NumPy is there as np; what the standard library has can be imported"),
    ("cases", "Your function is called several times, with arrays of several sizes"),
    ("arguments", "They must hold the same numbers after the call as before"),
    ("limits", "About a second of computing, 1 GB of memory; no files, no network, no other programs"),
    ("tab", "Moves in by four blanks; esc leaves the editor, tab comes back to it"),
    ("first case", "When a case fails it stands under the editor: esc, then ↑ and ↓ scroll it"),
)
"""What there is to know of functions that are asked for."""


def key_text(binding: Binding) -> str:
    """Return the keys of a binding as they are printed on a keyboard: `F2`, `m, F9`, `ctrl+q`."""
    names = [_KEYCAPS.get(key, key) for key in binding.key.split(",")]
    return ", ".join(name.upper() if name[0] == "f" and name[1:].isdigit() else name for name in names)


_KEYCAPS = {"slash": "/", "right": "→", "left": "←", "up": "↑", "down": "↓", "escape": "esc"}


class HelpScreen(ReadyModal[None]):
    """A page of help; any of F1, Esc, Enter and q closes it."""

    BINDINGS = keys.CLOSE
    CSS_PATH = "../styles/small.tcss"

    def __init__(self, listed: list[Binding], names: list[str], program: bool = False) -> None:
        """Keep what is to be explained.

        Args:
            listed: The keys that work where the help was called.
            names: The names an answer may use; empty when nothing is asked.
            program: Whether a function is asked for.
        """
        super().__init__(id="help")
        self._listed = listed
        self._names = names
        self._program = program

    def compose(self) -> ComposeResult:
        """Lay out one page that scrolls."""
        with VerticalScroll(id="help-page") as page:
            page.border_subtitle = CLOSES
            yield Static(Flow(self._rows))

    def _rows(self, width: int) -> Lines:
        rows: Lines = []
        if self._names:
            rows += [Content.styled("Spellings that are understood (case matters)", "bold")]
            for what, how in _SPELLINGS:
                rows += wrapped(Content(how), width, Content.styled(f"  {what:<16}", "$quiet"), " " * 18)
            rows += wrapped(Content("  ".join(self._names)), width, f"  {'names here':<16}", " " * 18)
            rows.append(Content())
        if self._program:
            rows += [Content.styled("How a function is written and run", "bold")]
            for what, how in _PROGRAMS:
                rows += wrapped(Content(how), width, Content.styled(f"  {what:<16}", "$quiet"), " " * 18)
            rows.append(Content())
        rows.append(Content.styled("Keys", "bold"))
        for binding in self._listed:
            key = key_text(binding)
            rows += wrapped(
                Content(binding.tooltip or binding.description),
                width,
                Content.styled(f"  {key:<16}", "bold $text-accent"),
                " " * 18,
            )
        return rows
