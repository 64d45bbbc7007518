"""The tables of spellings: signs, LaTeX commands, Greek letters."""

from __future__ import annotations

import unicodedata

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε", "zeta": "ζ",
    "eta": "η", "theta": "θ", "vartheta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν",
    "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "φ", "varphi": "φ",
    "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ",
    "Pi": "Π", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip
"""LaTeX command, which is also the English name -> the letter."""

GREEK_NAMES = {letter: name for name, letter in GREEK.items() if not name.startswith("var")}

SUPERSCRIPTS = dict(
    zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵀᵗⁿⁱʲᵏˡᵐᵃᵇᶜᵈᵉʰᵒᵖʳˢᵘᵛʷˣʸᶻᴸᵝᵞᵟ", "0123456789+-=()TTnijklmabcdehoprsuvwxyzLβγδ", strict=True)
)
SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", "0123456789+-=()aehijklmnoprstuvx", strict=True))
VULGAR = {
    "½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅕": "1/5", "⅖": "2/5", "⅗": "3/5", "⅘": "4/5",
    "⅙": "1/6", "⅚": "5/6", "⅛": "1/8", "⅜": "3/8", "⅝": "5/8", "⅞": "7/8",
}  # fmt: skip

_SAME_SIGNS = {
    "-": "−–—‐‑‒﹣", "·": "⋅∙•", "'": "′’ʹ‘", '"': "“”", "/": "∕⁄÷", "*": "∗", "|": "∣ǀ", "‖": "∥", "Σ": "∑",
    "⊤": "⟙", "∘": "○◦", "⊙": "⨀", "⊗": "⨂", "Δ": "∆", "Ω": "Ω", "μ": "µ", "ε": "ϵ", "φ": "ϕ", "θ": "ϑ", "⋆": "★☆",
    "𝟏": "𝟙", "≤": "⩽", "≥": "⩾", ":": "∶",
    " ": "\t\n\r\f\v\u00a0\u202f\u205f\u2061\u2062\u2063\u3000" + "".join(map(chr, range(0x2000, 0x200B))),
}  # fmt: skip
SAME_SIGN = {ord(other): sign for sign, others in _SAME_SIGNS.items() for other in others}
"""For `str.translate`: each sign that people use for another one, one code point for one."""

ONES = "𝟏"


def plain_letters(text: str) -> str:
    """Replace styled mathematical letters and full-width signs by plain ones, code point for code point.

    `𝐩` becomes `p` and `（` becomes `(`; the bold one stays, it is the vector of ones.
    """
    return "".join(_plain(char) for char in text) if text and max(text) > "\ufeff" else text


def _plain(char: str) -> str:
    if char == ONES or not ("\U0001d400" <= char <= "\U0001d7ff" or "\uff01" <= char <= "\uff5e"):
        return char
    plain = unicodedata.normalize("NFKC", char)
    if plain in ("∂", "∇"):
        return plain
    return plain.translate(SAME_SIGN) if len(plain) == 1 else char


LATEX_SIGNS = {
    "cdot": "·", "times": "×", "odot": "⊙", "circ": "∘", "otimes": "⊗", "oslash": "⊘", "star": "⋆", "ast": "*",
    "div": "/", "partial": "∂", "nabla": "∇", "sum": "Σ", "top": "⊤", "intercal": "⊤", "prime": "'", "colon": ":",
    "le": "≤", "leq": "≤", "leqslant": "≤", "ge": "≥", "geq": "≥", "geqslant": "≥", "ne": "≠", "neq": "≠",
    "lt": "<", "gt": ">", "approx": "≈", "in": "∈", "to": "→", "rightarrow": "→", "leftarrow": "←", "gets": "←",
    "Rightarrow": "⇒", "implies": "⇒", "iff": "⇔", "Leftrightarrow": "⇔", "mapsto": "↦", "equiv": "≡",
    "propto": "∝", "sim": "∼", "wedge": "∧", "land": "∧", "Vert": "‖", "lVert": "‖", "rVert": "‖", "|": "‖",
    "vert": "|", "lvert": "|", "rvert": "|", "mid": "|", "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉",
    "frac": "\\frac", "dfrac": "\\frac", "tfrac": "\\frac", "{": "{", "}": "}", "lbrace": "{", "rbrace": "}",
    "lbrack": "[", "rbrack": "]", "\\": "\\\\", "ldots": "…", "cdots": "…", "dots": "…", "begin": "\\begin",
    "end": "\\end", "text": "\\text", "&": "&", "_": "_",
}  # fmt: skip
LATEX_SPACES = frozenset((*",;:! ", "quad", "qquad", "thinspace", "limits", "nolimits", "displaystyle", "textstyle"))
LATEX_SIZES = frozenset(
    "left right middle big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr".split()  # noqa: SIM905  # one line
)
LATEX_FONTS = frozenset(
    ("mathbf", "mathrm", "boldsymbol", "bm", "mathit", "mathsf", "mathcal", "operatorname", "vec", "mathbb", "bf", "rm")
)
LATEX_ACCENTS = {"hat": "\u0302", "widehat": "\u0302", "tilde": "\u0303", "bar": "\u0304", "dot": "\u0307"}
LATEX_TEXT = frozenset(("text", "textrm", "mbox"))

DOT_PRODUCTS = frozenset("·×⊙∘*")
RELATIONS = {"=": "=", "==": "=", "≠": "≠", "!=": "≠", "<": "<", "<=": "≤", "≤": "≤", ">": ">", ">=": "≥", "≥": "≥"}
KEYWORDS = frozenset(("if", "else", "otherwise", "and", "or", "not", "for", "in", "lambda", "is"))
