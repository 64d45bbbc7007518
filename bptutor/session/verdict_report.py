"""Writing a verdict to a file, as the object that `bptutor grade` takes, so that it can be looked into."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bptutor.packs.model import Question

if TYPE_CHECKING:
    from bptutor.packs.scene.scene import Scene


def write_case(case: tuple[Question, str, int], scene: Scene | None, said: Mapping[str, str] | None) -> str:
    """Write the question, the answer and the seed, with what was said of it.

    Args:
        case: The question, the answer as typed, the seed.
        scene: The scene of the lesson.
        said: Mark and proof of the verdict, kept beside the case.

    Returns:
        One sentence for the screen: where it was written, or why it was not.
    """
    from bptutor.grading.service.worker import request
    from bptutor.progress.home import home

    question, text, seed = case
    record: dict[str, object] = dict(request(question, scene, text, seed))
    if said is not None:
        record["said"] = dict(said)
    moment = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    path = home() / "reports" / f"{moment}-{question.id}.json"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(record, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as problem:
        return f"The case could not be written: {problem.strerror or problem}."
    return f"The case is written to {path}"
