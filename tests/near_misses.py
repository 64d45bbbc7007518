"""Equations that no prover may prove, and equations that it should, as lines that `bptutor prove` reads.

    python -m tests.near_misses WRONG.jsonl RIGHT.jsonl

RIGHT holds the right expressions of tests/data against their model answers. WRONG holds the wrong ones, and near
misses: right ones changed by a rule (a sign, a factor, an index, a transpose, a term, an exponent ...), of which only
those are kept that have other numbers than the model answer at some point. A wrong answer that is equal outside its
question, where nothing says which index comes first, is left out.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from bptutor.grading.service import serialize
from bptutor.grading.service.batch import prove_lines
from bptutor.packs.scene.scene import Scene
from tests.course_lines import Row, condition
from tests.freeze import graded_data, name

KINDS = {"symbolic", "matrix-expression", "numpy"}
RIGHT = {"right", "right-other-form"}
RULES: dict[str, tuple[tuple[str, str], ...]] = {
    "sign": ((r" ?[+] ?", " - "), (r"(?<=[\w)}\]]) ?[-−] ?(?=[\w(])", " + "), (r"^[-−] ?", ""), (r"^(?![-−])", "-")),
    "one-minus": ((r"\(1 ?[-−] ?", "(1 + "), (r"\(1 ?[-−] ?([^()]+)\)", r"(\1)")),
    "factor": ((r"\b2 ?\*? ?(?=[a-zA-Z(])", ""), (r"(?:1/2|0\.5|½) ?\*? ?", ""), (r"^(?=[\w(Σ∂])", "2 * ")),
    "index": ((r"_i", "_j"), (r"_j", "_i"), (r"_k", "_i"), (r"_([ijks])([ijks])\b", r"_\2\1"), (r"_1", "_2")),
    "transpose": ((r"\.T\b", ""), (r"ᵀ", ""), (r"(?<=\w)(?= @)", ".T"), (r"(?<=@ )(\w+)", r"\1.T")),
    "term": ((r" [+-] [^+\-()\[\]]+$", ""), (r"^[^+\-()\[\]]+ ([+-]) ", r"\1 "), (r"(?<=\() ?\w+ ?[+-] ", "")),
    "exponent": ((r"(?:\^|\*\*)2", "^3"), (r"(?:\^|\*\*)2", ""), (r"²", ""), (r"\^3", "^2")),
    "mean": ((r"\.sum\(", ".mean("), (r"np\.sum\(", "np.mean("), (r"\.mean\(", ".sum("), (r"/ ?(?:B|len\(\w+\))", "")),
    "delta": ((r"δ_ij", "1"), (r"δ_(\w)(\w)", r"(1 - δ_\1\2)"), (r"Σ_k ", ""), (r"Σ_i ", ""), (r"Σ_\w ", "")),
    "axis": ((r"axis=0", "axis=1"), (r"axis=1", "axis=0"), (r"axis=-1", "axis=0")),
    "product": ((r" ?@ ?", " * "), (r" ?\* ?", " + "), (r" ?/ ?", " * "), (r"⊙", "+")),
    "function": ((r"log", "exp"), (r"exp", "log"), (r"sigmoid", "tanh"), (r"tanh", "sigmoid"), (r"σ'", "σ")),
    "name": ((r"\bz", "a"), (r"\ba", "z"), (r"\bp(?![a-z.])", "y"), (r"\by", "p"), (r"2", "1"), (r"1", "2")),
}  # fmt: skip
"""Rule -> what is replaced, and by what; each place where it fits gives an answer."""
PLACES = 2
"""At how many places of one text a replacement is made, one at a time."""


def changed(text: str) -> Iterator[tuple[str, str]]:
    """Yield a text changed by each rule, at one place each time."""
    for rule, pairs in RULES.items():
        for pattern, other in pairs:
            for match in list(re.finditer(pattern, text))[:PLACES]:
                new = text[: match.start()] + match.expand(other) + text[match.end() :]
                if new.strip() and new != text:
                    yield rule, new


def changed_few(text: str, most: int = 3) -> Iterator[tuple[str, str]]:
    """Yield a few of the changes of a text, no rule twice; which ones hangs on the text alone."""
    every = sorted(changed(text), key=lambda pair: hashlib.blake2b("".join((text, *pair)).encode()).digest())
    yield from list(dict(every).items())[:most]


def pairs() -> Iterator[tuple[str, str, Row]]:
    """Yield every written expression of the tables beside its model answer, with its name and the mark it must get."""
    for key, row in graded_data():
        asks = row["question"]
        if asks["type"] in KINDS and row["expected"] in {"wrong", *RIGHT}:
            changes = {part: asks[part] for part in ("given", "define", "network") if part in asks}
            scene = Scene.from_mapping(asks.get("scene") or {}).changed(changes)
            line = {"scene": scene.source, "left": asks["answer"], "right": row["answer"]}
            line |= {"where": condition(asks["where"])} if asks.get("where") else {}
            yield key, row["expected"], serialize.plain(line)


def lines(found: dict[str, Row]) -> list[str]:
    """Return lines of JSON."""
    return [json.dumps({"id": key, **row}, ensure_ascii=False) for key, row in found.items()]


def main(wrong: Path, right: Path) -> None:
    """Write both files."""
    true = {key: row for key, mark, row in pairs() if mark in RIGHT}
    false = {key: row for key, mark, row in pairs() if mark not in RIGHT}
    texts: dict[str, Row] = {}
    for row in true.values():
        for rule, text in changed_few(row["right"]):
            texts.setdefault(name(f"near/{rule}", made := {**row, "right": text}, json.dumps(row["scene"])), made)
    kept, seen = [], Counter[str]()
    for line, said in zip(lines(false | texts), prove_lines(lines(false | texts), jobs=2), strict=True):
        record = json.loads(said)
        near, proof = record["id"].startswith("near/"), "unreadable" if "error" in record else record["proof"]
        good = record.get("witness") is not None if near else proof in {"refuted", "undecided"}
        seen[f"{'near miss' if near else 'wrong answer'} {proof}{'' if good else ', left out'}"] += 1
        if good:
            kept.append(line)
        elif not near:
            print(proof, record["id"])
    wrong.write_text("\n".join(kept) + "\n", encoding="utf-8")
    right.write_text("\n".join(lines(true)) + "\n", encoding="utf-8")
    print(f"{len(true)} right; {dict(seen)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
