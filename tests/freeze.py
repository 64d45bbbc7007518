"""What bptutor says today of every answer at hand, in a file, so that a later difference is seen.

    python -m tests.freeze OUT.json [FILE.jsonl ...] [--part quick] [--no-code]
    python -m tests.freeze --compare A.json B.json      what differs, by kind; exit 1 when anything does
    python -m tests.freeze --course                     writes tests/data/proofs/course.jsonl

For each answer of tests/data, of the packs there and of the built-in pack, and of files that `bptutor grade` or
`bptutor prove` reads, the file holds mark, proof word and ids of findings; no messages and no times. An answer is
named by what it is, not by where it stands, so that other answers may come and go. Time limits are lifted: the
grading processes run on a clock of their own, which only computing moves. What uses up its time even so is told.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from bptutor.grading.service.batch import grade_lines, prove_lines
from bptutor.packs.library import Library
from tests.course_lines import COURSE, Row, answers, course, lessons, short, write_course

DATA = Path(__file__).parent / "data"
SLOW = 5
"""How many seconds of computing count as one on the clock of the grading processes."""
QUICK = 40
"""The quick part takes one answer of so many, by its name."""
CLOCK = f"""
import selectors, signal, time
start, select = time.monotonic(), selectors.DefaultSelector.select
time.monotonic = lambda: start + time.process_time() / {SLOW}
time.perf_counter = time.process_time
selectors.DefaultSelector.select = lambda self, timeout=None: select(self, timeout and timeout * 20)
signal.alarm = lambda seconds: 0
"""
"""Run by Python at the start of each grading process: what is computed alone decides, not how busy the machine is."""
SCENES: dict[str, Row] = {
    "scalars": {"given": {key: [] for key in "abnmwxy"}, "define": {"f(u)": "u^2"}},
    "softmax": {
        "given": {"z": ["K"], "y": ["K"], "t": {"position": "K"}},
        "define": {"p": "softmax(z)", "L": "-Σ_k y_k log p_k"},
    },
    "network": {
        "given": {"x": ["N0"], "W1": ["N1", "N0"], "b1": ["N1"], "W2": {"axes": ["N2", "N1"], "show": "W²"},
                  "b2": ["N2"], "delta2": {"axes": ["N2"], "show": "δ²"}, "dW2": ["N2", "N1"], "η": []},
        "define": {"z1": "W1 @ x + b1", "a1": "sigmoid(z1)", "z2": "W2 @ a1 + b2", "L": "Σ_i z2_i^2"},
        "layers": {"l": 2},
    },
    "batch": {"given": {"D": ["B", "C"], "A": ["B", "H"], "Y": ["B", "C"]}},
    "convolution": {"given": {"X": ["R", "S"], "Q": ["M", "N"]}},
}  # fmt: skip
"""The scopes of tests/notation as scenes, for the tables of spellings and refusals."""


def json_lines(file: Path) -> list[Any]:
    """Return the rows of a file."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


# --- the answers ------------------------------------------------------------------------------------------


def name(source: str, row: Row, scene: str = "") -> str:
    """Return the name of an answer: readable, and a digest of all that it is, without the entries of its scene."""
    asks = row.get("question", {})
    if isinstance(asks, dict):
        asks = {key: value for key, value in asks.items() if key != "scene"}
    sides = [row.get(key) for key in ("answer", "left", "right", "where", "seed", "earlier")]
    digest = hashlib.blake2b(json.dumps([source, scene, asks, sides]).encode(), digest_size=5).hexdigest()
    model = asks.get("answer", "") if isinstance(asks, dict) else asks
    shown = [row["left"], row["right"]] if "left" in row else [model, row.get("answer"), row.get("seed", 0)]
    return " | ".join([source, *(short(part) for part in shown), digest])


def graded_data() -> Iterator[tuple[str, Row]]:
    """Yield the answers of the tables."""
    for folder in ("grading", "mistakes"):
        scenes = json.loads((DATA / folder / "scenes.json").read_text(encoding="utf-8"))
        for file in sorted((DATA / folder).glob("*.jsonl")):
            for group in json_lines(file):
                asks, scene = group["question"], group["scene"]
                whole = asks | ({"scene": scenes[scene]} if scene else {})
                for text, mark in _texts(group):
                    row = {"question": whole, "answer": text, "seed": group.get("seed", 0), "expected": mark}
                    yield name(f"{folder}/{file.stem}", row, scene or ""), row


def _texts(group: Row) -> list[tuple[str, str]]:
    """Return the answers of a row with the marks they must get: one, or all of a group with many for each mark."""
    if "answer" in group:
        return [(group["answer"], group.get("mark", "wrong"))]
    return [(text, key) for key, texts in group.items() if key not in {"scene", "question"} for text in texts]


def proved_data() -> Iterator[tuple[str, Row]]:
    """Yield the lines of the proof tables, and of the spellings each against the canonical one."""
    scenes = json.loads((DATA / "proofs" / "scenes.json").read_text(encoding="utf-8"))
    for file in ("true", "false"):
        for row in json_lines(DATA / "proofs" / f"{file}.jsonl"):
            yield name(f"proofs/{file}", row, row["scene"]), {**row, "scene": scenes[row["scene"]]}
    scope = canonical = ""
    for line in (DATA / "notation" / "spellings.txt").read_text(encoding="utf-8").splitlines():
        if line.strip("[]") in SCENES:
            scope = line.strip("[]")
        elif line.startswith(" "):
            row = {"left": canonical, "right": line.strip().removesuffix(" ≠")}
            yield name("notation/spellings", row, scope), {**row, "scene": SCENES[scope]}
        elif line and not line.startswith("#"):
            canonical = line
    for line in (DATA / "notation" / "refusals.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            scope, _, _, text = line.split(" | ", 3)
            row = {"left": "0", "right": text}
            yield name("notation/refusals", row, scope), {**row, "scene": SCENES[scope]}


def rows(files: Iterable[Path] = ()) -> Iterator[tuple[str, Row]]:
    """Yield every answer with its name; one that has `left` is a line to prove."""
    yield from graded_data()
    yield from proved_data()
    packs = [Library.open(file.parent) for file in sorted(DATA.glob("packs/valid/*/pack.yaml"))]
    for library in (Library.builtin(), *packs):
        for asker, row in answers(library):
            yield name(f"{library.pack.id}:{asker}", row), row
        for lesson in lessons(library):
            for row in course(lesson):
                yield name(f"{library.pack.id}:{row['id'].rpartition('.')[0]}", row), row
    for file in files:
        for row in json_lines(file):
            yield name(f"{file.stem}:{row.get('id', '')}", row), row


# --- the verdicts -----------------------------------------------------------------------------------------


def run(work: Callable[..., Iterator[str]], given: Iterable[tuple[str, Row]]) -> dict[str, Row]:
    """Return what is said of each answer, by its name, on two processes with a clock of their own."""
    named = dict(given)
    lines = (json.dumps({**row, "id": name}) for name, row in named.items())
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "sitecustomize.py").write_text(CLOCK, encoding="utf-8")
        before = os.environ.get("PYTHONPATH", "")
        os.environ["PYTHONPATH"] = folder + os.pathsep + before
        try:
            said = [json.loads(line) for line in work(lines, jobs=2, limit=36_000.0)]
        finally:
            os.environ["PYTHONPATH"] = before
    for record in said:
        if record.get("ms", 0) > 3000 * SLOW:
            print(f"{record['ms'] / 1000:5.0f} s computed for  {record['id']}", file=sys.stderr)
    return {record["id"]: _kept(record) for record in said}


def _kept(record: Row) -> Row:
    """Return what is fixed of a record."""
    if set(record) == {"id", "error"}:
        return {"mark": "malformed", "proof": "none", "findings": []}
    mark = record.get("mark") or ("unreadable" if "error" in record else "")
    findings = [finding["rule"] for finding in record.get("findings", ())]
    return {"mark": mark, "proof": record["proof"], "findings": findings}


def freeze(out: Path, files: Iterable[Path], quick: bool, code: bool) -> None:
    """Write what is said of every answer."""
    start = time.perf_counter()
    every = [
        (name, row)
        for name, row in rows(files)
        if (not quick or int(name[-10:], 16) % QUICK == 0) and (code or not _is_code(row))
    ]
    found = run(grade_lines, ((name, row) for name, row in every if "left" not in row))
    found |= run(prove_lines, ((name, row) for name, row in every if "left" in row))
    lines = [f"{json.dumps(key, ensure_ascii=False)}: {json.dumps(found[key])}" for key in sorted(found)]
    out.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    marks = Counter(f"{value['mark']}/{value['proof']}" for value in found.values())
    print(f"{len(found)} answers in {time.perf_counter() - start:.0f} s: {dict(marks.most_common())}")


def _is_code(row: Row) -> bool:
    asks = row.get("question")
    return isinstance(asks, dict) and asks.get("type") == "code"


def compare(old: Row, new: Row) -> int:
    """Print the differences by kind, and return the exit code: new answers are no difference."""
    differences = 0
    for kind in ("mark", "findings", "proof"):
        changed = [key for key in old if key in new and old[key][kind] != new[key][kind]]
        differences += len(changed)
        print(f"{kind} changed: {len(changed)}")
        for key in changed:
            print(f"  {old[key][kind]} -> {new[key][kind]}   {key}")
    for what, keys in (("gone", old.keys() - new.keys()), ("new", new.keys() - old.keys())):
        print(f"{what}: {len(keys)}")
        differences += len(keys) if what == "gone" else 0
        for key in sorted(keys):
            print(f"  {key}")
    return 1 if differences else 0


def main() -> int:
    """Read the arguments."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", nargs="?", type=Path)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--part", choices=("quick", "full"), default="full")
    parser.add_argument("--no-code", action="store_true")
    parser.add_argument("--compare", nargs=2, type=Path)
    parser.add_argument("--course", action="store_true")
    given = parser.parse_args()
    if given.compare:
        old, new = (json.loads(file.read_text(encoding="utf-8")) for file in given.compare)
        return compare(old, new)
    if given.course:
        COURSE.write_text(write_course(), encoding="utf-8")
    elif given.out:
        freeze(given.out, given.files, given.part == "quick", not given.no_code)
    else:
        parser.error("give a file to write, --compare or --course")
    return 0


if __name__ == "__main__":
    sys.exit(main())
