"""The worker's own end: jobs come as lines, answers go as lines; see `worker` for the messages."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from bptutor.errors import BptutorError, PackError, UnreadableAnswer, UsageError
from bptutor.grading import types
from bptutor.grading.answer.submission import make
from bptutor.grading.code.sandbox.seccomp import hide
from bptutor.grading.grade import grade, prove_answer
from bptutor.grading.service import serialize
from bptutor.notation import parse
from bptutor.notation.equality import prove
from bptutor.packs.library import Library
from bptutor.packs.model import Place, Question
from bptutor.packs.question_types.read import question as read_question
from bptutor.packs.scene.scene import Scene

MEMORY = 4 << 30
"""Bytes of address space a child may use."""
LIFETIME = 60
"""Seconds that one job may take before the child ends itself; whoever waits has given up long before."""
COLLECT = (20_000, 20, 50)
"""How seldom the collector runs: an answer makes many small trees, and nearly all of them are freed by count."""
KEPT = 64
"""How many questions with their scenes are kept, most recent last."""
EXAMPLE = {
    "question": {
        "type": "symbolic",
        "answer": "p_i - y_i",
        "scene": {
            "sizes": {"K": 3},
            "given": {"z": {"axes": ["K"]}, "y": {"axes": ["K"], "draw": "one-hot"}},
            "define": {"p": "softmax(z)", "L": "-Σ_k y_k log p_k"},
        },
    },
    "answer": "-(y_i - p_i)",
}
"""What a new child grades before it says that it is ready."""


@dataclass(frozen=True)
class Asked:
    """One answer to grade."""

    question: Question
    scene: Scene | None
    text: str
    seed: int
    earlier: Mapping[str, object] | None


def asked(given: Mapping[str, Any]) -> Asked:
    """Read one object of `bptutor grade`.

    Raises:
        UsageError: Something is missing or of the wrong type.
        PackError: The question or its scene is wrong.
    """
    mapping, text, seed, earlier = (given.get(key) for key in ("question", "answer", "seed", "earlier"))
    pack = given.get("pack")
    if not isinstance(mapping, dict | str):
        raise UsageError("`question` is missing: an object, or the id of a question, such as last-layer/all-six")
    if pack is not None and not isinstance(pack, str):
        raise UsageError("`pack` is not the path of a pack")
    if isinstance(text, int | float) and not isinstance(text, bool):
        text = str(text)
    if not isinstance(text, str):
        raise UsageError("`answer` is missing or not a text")
    if not isinstance(0 if seed is None else seed, int) or isinstance(seed, bool):
        raise UsageError("`seed` is not a whole number")
    if earlier is not None and not isinstance(earlier, dict):
        raise UsageError("`earlier` is not an object")
    if isinstance(mapping, dict):
        question, scene = _written_question(json.dumps(mapping))
    else:
        allowed = given.get("allowed")
        question, scene = _named_question(mapping, pack, None if allowed is None else frozenset(allowed))
    return Asked(question, scene, text, seed or 0, earlier)


@lru_cache(KEPT)
def _written_question(text: str) -> tuple[Question, Scene | None]:
    """Return a question that a line holds, and its scene."""
    mapping = json.loads(text)
    scene = mapping.pop("scene", None)
    found = read_question(mapping, Place()), _scene(scene) if scene else None
    _readable(*found)
    return found


@lru_cache(KEPT)
def _named_question(id_: str, pack: str | None, allowed: frozenset[str] | None) -> tuple[Question, Scene | None]:
    """Return a question of a pack; of the built-in one when no pack is given."""
    from bptutor.packs.asking import named

    return named(_library(pack, allowed), id_)


@lru_cache(KEPT)
def _library(pack: str | None, allowed: frozenset[str] | None) -> Library:
    library = Library.open(Path(pack)) if pack else Library.builtin()
    library.allowed = allowed
    return library


def _readable(question: Question, scene: Scene | None) -> None:
    """Refuse a question whose own texts cannot be read: no answer to it can be at fault.

    Raises:
        UsageError: So it is.
    """
    try:
        types.of(question).check_readable(make(question, "0", scene))
    except UnreadableAnswer as wrong:
        raise UsageError(f"the question cannot be read: {wrong.message}") from wrong


def _scene(mapping: object) -> Scene:
    if not isinstance(mapping, dict):
        raise UsageError("`scene` is missing or not an object")
    return _written_scene(json.dumps(mapping))


@lru_cache(KEPT)
def _written_scene(text: str) -> Scene:
    return Scene.from_mapping(json.loads(text), Place())


def graded(given: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the message with the verdict, then the one with its proof; or one message with an error."""
    start = time.perf_counter()
    try:
        one = asked(given)
        verdict = grade(one.question, one.text, one.scene, one.seed, one.earlier)
        yield {"verdict": serialize.pack(verdict), "ms": _ms(start)}
        proved = prove_answer(one.question, one.text, one.scene, verdict)
        yield {"proof": serialize.pack(proved), "ms": _ms(start)}
    except PackError as wrong:
        yield {"error": "; ".join(problem.what for problem in wrong.problems)}
    except UsageError as wrong:
        yield {"error": wrong.message + (f"; {wrong.help}" if wrong.help else "")}
    except BptutorError as wrong:
        yield {"error": f"the question cannot be computed: {wrong}"}
    except RecursionError:
        yield {"error": "the question is nested too deeply"}


def proved(given: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield one message with what `bptutor prove` prints, without the id; or one with an error."""
    start = time.perf_counter()
    try:
        yield {"record": {**_proof(given), "ms": round(_ms(start), 1)}}
    except PackError as wrong:
        yield {"error": "; ".join(problem.what for problem in wrong.problems)}
    except UsageError as wrong:
        yield {"error": wrong.message}
    except RecursionError:
        yield {"error": "the scene is nested too deeply"}


def _proof(given: Mapping[str, Any]) -> dict[str, Any]:
    scene = _scene(given.get("scene"))
    sides = {}
    for side in ("left", "right", "where"):
        text = given.get(side)
        if text is None and side == "where":
            continue
        if not isinstance(text, str):
            raise UsageError(f"`{side}` is missing or not a text")
        try:
            sides[side] = parse.read(text, scene.scope)
        except UnreadableAnswer as wrong:
            error = {"side": side, "column": wrong.column, "message": wrong.message, "help": wrong.help}
            nothing: dict[str, Any] = {"proof": "undecided", "method": "probes", "witness": None, "conditions": []}
            return nothing | {"error": error}
    proof = prove.prove(sides["left"], sides["right"], scene.scope, sides.get("where"))
    return {
        "proof": proof.outcome.value,
        "method": proof.method,
        "witness": None if proof.witness is None else serialize.plain(proof.witness),
        "conditions": list(proof.conditions),
        **({"provers": list(proof.provers)} if proof.provers else {}),
        **({"reason": proof.rule} if proof.rule == "time-limit" else {}),
    }


def _ms(start: float) -> float:
    return (time.perf_counter() - start) * 1000


JOBS = {"grade": graded, "prove": proved}


def main() -> None:
    """Answer jobs until stdin ends."""
    _bound()
    hide()
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
    sys.stdout = sys.stderr  # nothing but messages may reach the pipe
    next(graded(EXAMPLE))  # not its proof: SymPy is loaded by the first proof, and no verdict waits for it
    gc.freeze()  # what every answer needs is never collected; a full collection would stall a verdict
    gc.set_threshold(*COLLECT)
    _say(out, {"ready": True})
    for line in sys.stdin.buffer:
        job = json.loads(line)
        _alarm(LIFETIME)
        try:
            for message in JOBS[job["job"]](job["object"]):
                _say(out, {"n": job["n"], **message})
        except MemoryError:
            _say(out, {"n": job["n"], "error": "this needs more memory than one answer may use"})
        _alarm(0)


def _say(out: Any, message: Mapping[str, Any]) -> None:
    out.write(serialize.text(message).encode() + b"\n")


def _alarm(seconds: int) -> None:
    """End this process when a job lasts too long and nobody is left to kill it."""
    if hasattr(signal, "alarm"):
        signal.alarm(seconds)


def _bound() -> None:
    """Bound the memory, where the system can."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
