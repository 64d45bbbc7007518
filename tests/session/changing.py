"""A pack on disk whose author goes on writing while somebody learns from it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from string import ascii_lowercase

from bptutor.packs.library import Library
from bptutor.packs.model import Question
from bptutor.session import LineState, Session, ShownDerivation, ShownQuestion, View, Wants

PACK = """bptutor: 1
id: lines
version: 0.1.0
title: Lines
lessons: [walk, other]
skills: {line: Lines, slope: Slopes}
rules: {sum-rule: Sum rule, product-rule: Product rule, chain-rule: Chain rule}
"""
WALK = """---
id: walk
title: A walk
skills: [line]
scene:
  given: {w: [], x: {axes: [], draw: {from: 1, to: 9, step: 1}}, b: []}
  define: {z: w x + b}
---
A line.

## Measure

First measure.

```yaml show
arrays: [x]
nudge: {of: z, by: x}
```

## Asked

What does $z$ do when $x = {{ x }}$ rises and $w > 0$?

```yaml question
id: does
type: choice
choices:
  - {text: it rises, right: true}
  - {text: it falls}
  - {text: it stays}
solution: It goes up with $x$.
```

What is $z$?

```yaml question
id: height
type: numeric
answer: z
skills: [slope]
```

Put them in order.

```yaml question
id: sorted
type: order
lines: [first this, then that, last the other]
```

```yaml derivation
id: steps
goal: ∂z/∂w
lines:
  - math: ∂(w x + b)/∂w
  - math: ∂(w x)/∂w + ∂b/∂w
    by: [sum-rule]
    ask: Split the sum.
  - math: x
    by: [product-rule]
    ask: The last line.
```

## Last

Write the function.

```yaml question
id: program
type: code
entry: line
answer: |
  def line(w, x, b):
      return w * x + b
milestone: true
```
"""
OTHER = """---
id: other
title: Another
---
How many?

```yaml question
id: count
type: numeric
answer: "2"
```
"""
BANK = """title: More
skills: [line]
questions:
  - {id: one, type: numeric, prompt: How much is one?, answer: "1"}
  - {id: two, type: choice, prompt: How much is two?, choices: [{text: many, right: true}, {text: few}]}
  - {id: three, type: numeric, prompt: How much is three?, answer: "3"}
"""
QUIZ = """---
id: test
title: A test
kind: quiz
shuffle: false
questions:
  - bank: more
  - {lesson: other}
  - {lesson: walk, ids: [steps.3]}
---
Good luck.
"""
FILES = {"pack.yaml": PACK, "walk.md": WALK, "other.md": OTHER, "banks/more.yaml": BANK, "test.md": QUIZ}

LINES = (
    "  - math: x\n",
    "  - math: 1 ∂(w x + b)/∂w\n    by: [sum-rule]\n    ask: A new line.\n  - math: x\n",
)
"""How a line is put in before the last one."""


@dataclass(frozen=True)
class Wrote:
    """Something that the learner wrote: what it was about, and what it said."""

    about: str
    said: str


class Desk:
    """A pack that can be edited, and a record of one learner."""

    def __init__(self, folder: Path) -> None:
        self.pack = folder / "pack"
        (self.pack / "banks").mkdir(parents=True)
        for name, text in FILES.items():
            (self.pack / name).write_text(text, encoding="utf-8")

    def edit(self, name: str, old: str, new: str) -> None:
        file = self.pack / name
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), encoding="utf-8")

    def library(self) -> Library:
        return Library.open(self.pack)


def right(session: Session, view: View) -> str:
    """Return the right answer to what a view asks, by what it says and not by where it stands."""
    question = view.question
    assert question is not None
    if question.kind == "choice":
        return ",".join(ascii_lowercase[n] for n, choice in enumerate(question.choices) if choice.right)
    if question.kind == "order":
        blocks = session.library.lesson(view.lesson.id).blocks
        lines = next(block.lines for block in blocks if isinstance(block, Question) and block.id == question.id)
        return ",".join(str(question.lines.index(text) + 1) for text in lines)
    return str(question.answer)


async def on(session: Session, view: View) -> View:
    """Do the next right thing."""
    if view.wants is Wants.ANSWER:
        return (await session.submit(right(session, view))).view
    return session.advance()


async def walked(session: Session, id_: str, stops: int = 99, seed: int | None = 5) -> tuple[View, list[str]]:
    """Go through a lesson or a quiz; returns the last view, and what was asked on the way."""
    view, asked = session.open(id_, seed), []
    for _ in range(200):
        if view.wants is Wants.FINISHED or view.stop > stops:
            break
        if view.wants is Wants.ANSWER and view.question is not None:
            asked.append(view.question.id if view.question.kind != "symbolic" else str(view.question.answer))
        elif view.wants is Wants.NUDGE:
            asked.append("nudge")
        view = await on(session, view)
    return view, asked


def written(view: View) -> list[Wrote]:
    """Return what stands on the screen as the learner's own."""
    found: list[Wrote] = []
    for piece in view.shown:
        if isinstance(piece, ShownQuestion) and piece.answer is not None:
            found.append(Wrote(piece.question.prompt.rpartition("\n\n")[2], said(piece)))
        elif isinstance(piece, ShownDerivation):
            found += [Wrote(line.math, line.math) for line, state in piece.lines if state is LineState.RIGHT]
    return found


def said(piece: ShownQuestion) -> str:
    """Return what an answer says, where it points at something that is shown."""
    question, answer = piece.question, piece.answer or ""
    if question.kind == "choice" and question.choices:
        return "; ".join(question.choices[ascii_lowercase.index(one)].text for one in answer.split(","))
    if question.kind == "order" and question.lines:
        return "; ".join(question.lines[int(one) - 1] for one in answer.split(","))
    return answer
