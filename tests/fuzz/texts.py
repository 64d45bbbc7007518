"""Texts that no reader may stumble over: real answers changed, soups of signs, deep, huge and hostile ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

from tests.grading.pairs import answers, groups, pairs

SPELLINGS = Path(__file__).parents[1] / "data" / "notation" / "spellings.txt"
PIECES = (
    *"pyzWabxLijkt0123456789",
    *"+-*/@^_'()[]{}<>=,;:.|!?%~&#\\$`\"",
    *"·×⊙∘⊗⊘⋆√∂∇Σ⊤𝟏‖≠≤≥≈∈→δσΔ½ᵀ²₁ᵢ−",
    " ",
    "  ",
    "\n",
    "**",
    "->",
    "==",
    "//",
    "...",
    "exp",
    "log",
    "softmax",
    "sum",
    "Σ_k",
    "Σ_{k≠i}",
    "δ_ij",
    "∂L/∂z_i",
    "p_i",
    "y_k",
    "np.",
    "np.exp(",
    ".T",
    ".sum(axis=0)",
    ".reshape(",
    "[:, None]",
    'np.einsum("ij,j->i",',
    "where(",
    "cases(",
    "\\frac{",
    "\\sum_{",
    "\\left(",
    "\\right)",
    "\\begin{cases}",
    "\\end{cases}",
    "\\begin{bmatrix}",
    "&",
    "\\\\",
    "\\mathbf{",
    "\\text{",
    "\\operatorname{",
    "if",
    "else",
    "and",
    "for",
    "lambda",
    "in",
    "1e308",
    "9" * 40,
    "e^",
    "d",
)
STRANGE = (
    "\x00",
    "\x1b[31m",
    "\x7f",
    "\u202e",
    "\u2066",
    "\u200b",
    "\u200d",
    "\ufeff",
    "\u0301",
    "\u0338",
    "\u20d7",
    "\ud800",
    "\udfff",
    "\U0001f600",
    "\U000e0041",
    "\u05d0",
    "\u0627",
    "ß",
    "ſ",
    "İ",
    "ﬁ",
    "Ⅷ",
    "٣",
    "𝟘",
    "𝓛",
    "㎡",
    "\u2028",
    "\xa0",
)
HOSTILE = (
    "__import__('os').system('true')",
    "p.__class__.__bases__[0].__subclasses__()",
    "(lambda: 0)()",
    "9**9**9**9",
    "[x for x in p]",
    "'%s' % p",
    "f'{p}'",
    "'{0.__class__}'.format(p)",
    "exec('1')",
    "eval('p')",
    "open('/etc/passwd')",
    "globals()",
    "p if p else exit()",
    "*p",
    "**p",
    "p := y",
    "print(p)",
    "np.load('x')",
    "np.fromfile('x')",
    "np.ctypeslib",
    "p.tofile('x')",
    "np.lib.format",
    "np.ones(10**9)",
    "np.zeros((9999, 9999, 9999))",
    "170!!!!!",
    "2^10000^10000",
    "10^(10^10)",
    "Σ_{k=1}^{60} " * 4 + "p_k",
    "np.eye(99999)",
    "np.arange(10**8)",
    "yield p",
    "assert p",
    "import os",
    "p;import os",
    "np.einsum('" + "a" * 60 + "', p)",
    "np.tensordot(p, y, axes=99)",
    "np.pad(p, 10**9)",
    "p.reshape(-1,-1)",
    "p[10**30]",
    "p[::0]",
    "p[" * 40,
    "sliding_window_view(z, 10**6)",
)


def seeds() -> list[str]:
    """Real answers, right and wrong, in every spelling."""
    rows = [line.strip() for line in SPELLINGS.read_text(encoding="utf-8").splitlines()]
    found = [row for row in rows if row and row[0] not in "#["]
    found += [text for group in groups() for text, _ in answers(group)] + [pair["answer"] for pair in pairs()]
    return [*dict.fromkeys(found)]


def texts(seed: int) -> Iterator[str]:
    """Yield texts without end; the same for the same seed."""
    rng, real = Random(seed), seeds()
    kinds: tuple[tuple[float, Callable[[Random, list[str]], str]], ...] = (
        (0.45, _changed),
        (0.25, _soup),
        (0.08, _joined),
        (0.08, _nested),
        (0.05, _huge),
        (0.09, _hostile),
    )
    weights = [weight for weight, _ in kinds]
    makers = [make for _, make in kinds]
    while True:
        (make,) = rng.choices(makers, weights)
        yield make(rng, real)


def _changed(rng: Random, real: list[str]) -> str:
    text = rng.choice(real)
    for _ in range(rng.randint(1, 4)):
        at = rng.randint(0, len(text))
        end = min(len(text), at + rng.randint(0, 3))
        piece = rng.choice(("", "", rng.choice(PIECES), rng.choice(STRANGE), text[at:end] * 2, rng.choice(real)[:5]))
        text = text[:at] + piece + text[end:]
    return text


def _soup(rng: Random, real: list[str]) -> str:
    return rng.choice(("", " ")).join(rng.choices(PIECES, k=rng.randint(1, 24)))


def _joined(rng: Random, real: list[str]) -> str:
    return rng.choice((" ", "+", "*", "=", "^", "", " @ ", "/", ",")).join(rng.choices(real, k=rng.randint(2, 12)))


def _nested(rng: Random, real: list[str]) -> str:
    opening, closing = rng.choice(
        (
            ("(", ")"),
            ("[", "]"),
            ("{", "}"),
            ("|", "|"),
            ("-", ""),
            ("√", ""),
            ("exp(", ")"),
            ("\\frac{", "}{2}"),
            ("2^", ""),
            ("Σ_k ", ""),
            ("p_{", "}"),
            ("[[", "],1]"),
            ("∂(", ")/∂z_i"),
            ("1/", ""),
            ("e^{", "}"),
            ("where(z_1>0,", ",1)"),
            ("p[", "]"),
            ("\\left(", "\\right)"),
            ("np.exp(", ")"),
            ("1 if z_1>0 else ", ""),
            ("-(", ")"),
            ("W^", ""),
            ("'", "'"),
            ("\\begin{bmatrix}", "\\end{bmatrix}"),
            ("a(", ")"),
            ("_", "_"),
        )
    )
    depth = rng.choice((3, 10, 30, 49, 51, 60, 200, 900))
    inside = rng.choice(real)[:20]
    return opening * depth + inside + closing * rng.choice((depth, depth, depth - 1, 0))


def _huge(rng: Random, real: list[str]) -> str:
    base = "".join(rng.choices("0123456789.eE-+", k=rng.randint(5, 400)))
    return rng.choice((base, f"p_i*{base}", f"{base}^{base}", f"e^({base})", f"p[{base}]", rng.choice(real) * 60))


def _hostile(rng: Random, real: list[str]) -> str:
    text = rng.choice(HOSTILE)
    if rng.random() < 0.5:
        text = rng.choice(real) + rng.choice((" ", "+", ".", "(", ";", "\n")) + text
    return _changed(rng, [text]) if rng.random() < 0.5 else text
