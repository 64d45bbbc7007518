"""The body of a lesson file: prose, and the blocks that a learner works through."""

from __future__ import annotations

from dataclasses import replace

from bptutor.errors import Problem
from bptutor.packs.lesson.blocks import Chunk, chunks, parts, prompt_of
from bptutor.packs.lesson.derivation import read_derivation
from bptutor.packs.lesson.formulas import Formulas
from bptutor.packs.lesson.front_matter import front_matter
from bptutor.packs.lesson.markdown_limits import too_much
from bptutor.packs.model import Block, Lesson, Nudge, Place, Prose, Question, Show
from bptutor.packs.question_types import of
from bptutor.packs.question_types.read import read_question, variant_nodes
from bptutor.packs.scene.scene import scene
from bptutor.packs.yaml.fields import Fields
from bptutor.packs.yaml.reader import Located, problem, read


def lesson_from(text: str, path: str, problems: list[Problem]) -> Lesson:
    """Read the text of a lesson; every problem found goes into `problems`."""
    halves = parts(text, path, problems)
    before = len(problems)
    front = front_matter(halves, path, problems)
    unknown = front.scene is None and any(found.rule == "unknown-key" for found in problems[before:])
    before = len(problems)
    own = scene(front.scene, problems) if front.scene is not None else None
    blind = not front.readable or unknown or len(problems) > before
    body = chunks(halves.body, halves.body_line, path, problems)
    for chunk in body:
        line, reason = too_much(chunk.text) if not chunk.word else (0, "")
        if reason:
            help_ = "write less, or in several paragraphs"
            problems.append(Problem(path, chunk.line + line, 1, reason, help_, "too-long"))
    blocks = _blocks(body, path, Formulas(own, problems, blind=blind))
    return replace(front.lesson, blocks=tuple(blocks), scene=own)


def _blocks(body: list[Chunk], path: str, formulas: Formulas) -> list[Block]:
    """Turn chunks into the blocks of a lesson; the paragraph above a question is its prompt."""
    found: list[Block] = []
    prose: Chunk | None = None
    for chunk in body:
        prompt = None
        if chunk.word == "question" and prose is not None:
            prose, prompt = prompt_of(prose)
        if prose is not None:
            found.append(_prose(prose, path, formulas))
        prose = None if chunk.word else chunk
        block = _block(chunk, prompt, path, formulas) if chunk.word else None
        if block is not None:
            found.append(block)
    return [*found, _prose(prose, path, formulas)] if prose is not None else found


def _prose(chunk: Chunk, path: str, formulas: Formulas) -> Prose:
    lines = chunk.text.split("\n")
    blank = next(n for n, line in enumerate(lines) if line.strip())
    prose = Prose("\n".join(lines[blank:]).rstrip(), Place(path, chunk.line + blank, 1))
    formulas.templates(prose.text, prose.place)
    return prose


def _block(chunk: Chunk, prompt: Chunk | None, path: str, formulas: Formulas) -> Block | None:
    """Read one fenced block; None when its kind is unknown or it cannot be made out."""
    problems = formulas.problems
    before = len(problems)
    node = read(chunk.text, path, problems, chunk.line)
    if any(found.rule == "yaml" for found in problems[before:]):
        return None
    if chunk.word == "derivation":
        return read_derivation(node, formulas)
    if chunk.word == "question":
        return asked(node, prompt, Place(path, chunk.fence, 1), formulas)
    return _show(node, formulas) if chunk.word == "show" else None


def _show(node: Located, formulas: Formulas) -> Show:
    nudge = None
    with Fields(node, "a show block", formulas.problems) as fields:
        fields.require("arrays", "[z, p, y]")
        arrays = fields.nodes("arrays", math=True)
        for array in arrays:
            formulas.expression(array)
        if written := fields.get("nudge"):
            with Fields(written, "a nudge", formulas.problems) as inner:
                of_, by = inner.require("of", "L"), inner.require("by", "z")
                formulas.expression(of_)
                formulas.expression(by)
                nudge = Nudge(of_.text, by.text)
    return Show(tuple(array.text for array in arrays), nudge, node.place)


def asked(node: Located, prompt: Chunk | None, place: Place, formulas: Formulas) -> Question | None:
    """Read a question with its formulas; None when its type is unknown.

    Args:
        node: What was written.
        prompt: The paragraph above it, where there is one.
        place: Where a missing prompt is reported.
        formulas: Reads its mathematics, and collects problems.
    """
    problems = formulas.problems
    question = read_question(node, problems)
    if question is None:
        return None
    if not question.id:
        problems.append(problem(node.place, "a question has no `id`", "add `id: short-name`", "missing-key"))
    if not question.prompt and prompt is None and of(question).default_prompt:
        question = replace(question, prompt=of(question).default_prompt)
    elif not question.prompt and prompt is None:
        help_ = "write the question in a paragraph directly above it"
        problems.append(problem(place, "a question has no prompt", help_, "prompt"))
    if prompt is not None and not question.prompt:
        at = Place(place.path, prompt.line, 1)
        formulas.templates(prompt.text, at)
        question = replace(question, prompt=prompt.text, places={**question.places, "prompt": at})
    formulas.question(node, question)
    varied = []
    for variant, written in zip(question.vary, variant_nodes(node), strict=False):
        formulas.question(written, variant)
        varied.append(variant if variant.prompt else replace(variant, prompt=question.prompt))
    return replace(question, vary=tuple(varied))
