"""What is only doubtful: answers that nothing vouches for, wrong choices that say nothing, prompts that ask nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bptutor.authoring.check.report import Checked
from bptutor.errors import Problem
from bptutor.grading import types
from bptutor.notation.scope import NetworkRole
from bptutor.notation.transform.definitions import made_of
from bptutor.notation.transform.roles import parts
from bptutor.packs.model import Lesson, Question
from bptutor.packs.question_types import of
from bptutor.packs.question_types.base import has_letters
from bptutor.packs.scene.scene import Scene
from bptutor.packs.yaml.reader import note

ASKS = re.compile(
    r"(?:^|[.:;,!?)\]\"”$]\s+|\b(?:and|then|now|again|first|next|please|to|or|still|once)\s+)(?:"
    r"what|which|why|how|when|where|who|is|are|does|do|can|"
    r"add|apply|arrange|bring|build|calculate|cancel|change|check|choose|click|code|collect|combine|complete|compute|"
    r"continue|copy|correct|count|decide|define|derive|describe|determine|differentiate|draw|estimate|evaluate|expand|"
    r"explain|express|factor|fill|find|finish|fix|follow|give|go|group|guess|identify|implement|insert|judge|keep|label|let|"
    r"list|look|make|mark|match|mend|move|multiply|name|nudge|number|order|pick|place|point|predict|program|prove|pull|put|"
    r"read|rearrange|recall|remember|remove|repair|replace|return|reverse|rewrite|round|say|select|set|show|simplify|solve|sort|split|start|"
    r"state|step|substitute|sum|swap|take|tell|transpose|try|turn|type|undo|use|verify|work|write)\b",
    re.IGNORECASE | re.MULTILINE,
)
"""The beginning of a question or of something to do."""


def check_notes(lesson: Lesson, checked: Checked) -> None:
    """Add a note for everything doubtful that a lesson asks, and for what its scene leaves open."""
    checked.problems += _roles(lesson.scene) if lesson.scene is not None else ()
    for block in lesson.blocks:
        for question in (block, *block.vary) if isinstance(block, Question) else ():
            checked.problems += _vouched(question, lesson)
            for n, choice in enumerate(question.choices):
                if not choice.right and not choice.say.strip():
                    what = f"the wrong choice `{choice.text.strip()}` has no `say`"
                    help_ = "say why it is wrong, or what it would be right for"
                    checked.problems.append(note(question.at(f"choices.{n}"), what, help_, "no-say"))
            prompt = question.prompt if question is block and not of(question).program else ""
            if prompt.strip() and not asks(prompt):
                help_ = "the paragraph above a question is its prompt: end it with what is asked"
                checked.problems.append(note(question.at("prompt"), "this prompt asks nothing", help_, "asks-nothing"))


def _roles(scene: Scene) -> Iterator[Problem]:
    """Yield a note for each product below a loss of which nothing tells the weight from the input."""
    found, names = parts(scene.scope), scene.scope.names
    compared = set(found.named(NetworkRole.TARGET))
    losses = [made_of(scene.scope, [name]) for name, made in names.items() if not made.axes]
    for one, other, z in found.untold:
        if any(z in loss and compared & loss for loss in losses):
            what = f"nothing tells whether {one} or {other} is the weight in {z}"
            help_ = f"say it: `{one}: {{axes: [{', '.join(names[one].axes)}], role: weight}}`; mistakes then call it so"
            yield note(scene.places.get(z, scene.place), what, help_, "no-role")


def asks(prompt: str) -> bool:
    """Tell whether a prompt asks something, or says what to do."""
    return "?" in prompt or prompt.rstrip().endswith(":") or ASKS.search(re.sub(r"[*_`]", "", prompt)) is not None


def _vouched(question: Question, lesson: Lesson) -> Iterator[Problem]:
    """Yield a note where an answer is only the author's word."""
    if question.goal or question.derived is not None or question.extreme:
        return
    place = question.at("answer")
    if types.of(question).provable and not question.whole:
        help_ = "add what it is equal to, such as `goal: ∂L/∂z_i`"
        yield note(place, "nothing vouches for this answer", help_, "not-vouched")
        return
    scene = (lesson.scene or Scene.from_mapping({})).changed(question.changes)
    if of(question).asks_numbers and scene.is_drawn and not has_letters(question.answer):
        help_ = "write the formula that gives it, such as `answer: p`, or add a `goal`"
        yield note(place, "nothing vouches for this number: the scene draws its numbers", help_, "not-vouched")
