"""A session in its own process that answers without end and prints each answer whose verdict was shown.

Run as `python -m tests.session.answering HOME RUN`; it never ends by itself.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
from pathlib import Path

from bptutor.progress.event_log import Log
from bptutor.session import Session, Wants
from tests.session.fakes import FakeGrader, FakeLibrary


async def answer(home: Path, run: str) -> None:
    """Answer wrongly and rightly, go on, begin again; each answer has its own text."""
    session = Session(FakeLibrary(), Log.open(home), FakeGrader())
    print("saving" if session.log.saving else session.log.saving_problem, flush=True)
    view = session.open("output-error")
    for n in itertools.count():
        question = view.question
        if question is None:
            view = session.another() if view.wants is Wants.FINISHED else session.advance()
            continue
        if question.id == "sort":
            view = session.skip()
            continue
        blanks = f"{n:b}".replace("0", " ").replace("1", "\t")  # so that each right answer is another text
        text = f"{question.answer}{blanks}" if n % 3 else f"wrong {run} {n}"
        session.keep_draft(text)
        outcome = await session.submit(text)
        print(f"shown {outcome.verdict.mark.value} {text!r}", flush=True)
        view = outcome.view


if __name__ == "__main__":
    asyncio.run(answer(Path(sys.argv[1]), sys.argv[2]))
