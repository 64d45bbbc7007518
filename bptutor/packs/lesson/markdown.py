"""Reading a lesson file: front matter, prose, and the blocks that a learner works through."""

from __future__ import annotations

import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bptutor.errors import PackError, Problem
from bptutor.packs.lesson.blocks import Chunk, Parts, chunks, parts, prompt_of
from bptutor.packs.lesson.fade_fields import check_fading, fade_words
from bptutor.packs.lesson.markdown_limits import too_much
from bptutor.packs.model import Block, Derivation, Lesson, Line, Nudge, Place, Prose, Question, Show
from bptutor.packs.question_types import of
from bptutor.packs.question_types.read import FACES, read_question
from bptutor.packs.question_types.variants import variant_nodes
from bptutor.packs.quiz import QuizFront, quiz_front
from bptutor.packs.renaming import renamed_from
from bptutor.packs.yaml.fields import Fields, check_id
from bptutor.packs.yaml.places import gathered
from bptutor.packs.yaml.reader import MAX_CHARACTERS, Located, control_problems, places, problem, read

if TYPE_CHECKING:
    from bptutor.packs.lesson.formulas import Formulas
    from bptutor.packs.scene.scene import Scene

MAX_BYTES = 4 * MAX_CHARACTERS
"""A character of UTF-8 has at most four bytes: what is larger is not even opened."""
MAX_LINES = 100
"""Lines of one derivation."""
LINE_FACES = ("index", "matrix", "numpy")
LINE_ID = re.compile(r"[a-z][a-z0-9-]{0,60}", re.ASCII)


@dataclass(frozen=True)
class Front:
    """The front matter of a lesson, without its scene read."""

    id: str
    title: str
    minutes: int = 0
    needs: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    path: str = ""
    allow: Mapping[str, str] | None = None
    objective: str = ""
    chapter: str = ""
    scene: Located | None = None
    places: Mapping[str, Place] | None = None
    quiz: QuizFront | None = None
    readable: bool = True
    """Whether it is YAML at all; nothing else can be said of one that is not."""
    likely_id: str = ""
    """Of one that cannot be read: what seems to be its id."""
    was: tuple[str, ...] = ()


ID_LINE = re.compile(r"^\s*id\s*:\s*[\"']?([\w-]+)", re.MULTILINE)


def read_lesson(path: Path, shown: str = "") -> Lesson:
    """Read a lesson file.

    Args:
        path: The file.
        shown: How the file is called in messages; its path when empty.

    Raises:
        PackError: It is wrong; carries every problem found.
    """
    problems: list[Problem] = []
    text = file_text(path, shown or str(path), problems)
    lesson = lesson_from(text, shown or str(path), problems) if text or not problems else None
    if problems or lesson is None:
        raise PackError(*gathered(problems))
    return replace(lesson, file=path)


def file_text(path: Path, shown: str, problems: list[Problem]) -> str:
    """Return the text of a pack's file with plain newlines; what a terminal might obey is a problem."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            problems.append(Problem(shown, 1, 1, "this is no plain file", "put the text itself here", "file"))
            return ""
        if found.st_size > MAX_BYTES:
            problems.append(Problem(shown, 1, 1, f"longer than {MAX_CHARACTERS} characters", rule="too-long"))
            return ""
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        problems.append(Problem(shown, 1, 1, f"cannot be read: {error.strerror or error}", rule="file"))
        return ""
    except UnicodeDecodeError:
        problems.append(Problem(shown, 1, 1, "not UTF-8 text", "save the file as UTF-8", "encoding"))
        return ""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > MAX_CHARACTERS:
        problems.append(Problem(shown, 1, 1, f"longer than {MAX_CHARACTERS} characters", rule="too-long"))
        return ""
    problems += control_problems(text, shown)
    return text


def likely_id(path: Path) -> str:
    """Return what seems to be the id of a lesson whose front matter cannot be read; empty when it can."""
    ignored: list[Problem] = []
    return front_matter(parts(file_text(path, "", ignored), "", ignored), "", ignored).likely_id


def lesson_from(text: str, path: str, problems: list[Problem]) -> Lesson:
    """Read the text of a lesson; every problem found goes into `problems`."""
    from bptutor.packs.lesson.formulas import Formulas
    from bptutor.packs.scene.scene import scene

    halves = parts(text, path, problems)
    before = len(problems)
    front = front_matter(halves, path, problems)
    unknown = front.scene is None and any(found.rule == "unknown-key" for found in problems[before:])
    before = len(problems)
    read_scene: Scene | None = scene(front.scene, problems) if front.scene is not None else None
    blind = not front.readable or unknown or len(problems) > before
    formulas = Formulas(read_scene, problems, blind=blind)
    body = chunks(halves.body, halves.body_line, path, problems)
    for chunk in body:
        line, reason = too_much(chunk.text) if not chunk.word else (0, "")
        if reason:
            help_ = "write less, or in several paragraphs"
            problems.append(Problem(path, chunk.line + line, 1, reason, help_, "too-long"))
    blocks = _Blocks(path, problems, formulas).read(body)
    return Lesson(
        id=front.id,
        title=front.title,
        blocks=tuple(blocks),
        scene=read_scene,
        minutes=front.minutes,
        needs=front.needs,
        skills=front.skills,
        path=front.path,
        allow=front.allow or {},
        objective=front.objective,
        chapter=front.chapter,
        quiz=front.quiz,
        was=front.was,
        places=front.places or {},
    )


def front_matter(halves: Parts, path: str, problems: list[Problem]) -> Front:
    """Read the front matter; the scene is kept as written."""
    before = len(problems)
    node = read(halves.front, path, problems, halves.front_line)
    if not halves.found or any(found.rule == "yaml" for found in problems[before:]):
        likely = ID_LINE.search(halves.front or "\n".join(halves.body))
        return Front("", "", readable=False, likely_id=likely[1] if likely else "")
    fields = Fields(node, "a lesson", problems)
    named = fields.require("id", "output-error")
    check_id(named, fields)
    front = Front(
        id=named.text,
        title=fields.require("title", "The output error").text,
        minutes=fields.integer("minutes", 0, 600, 0),
        needs=fields.texts("needs"),
        skills=fields.texts("skills"),
        path=fields.text("path"),
        allow={rule: node.text for rule, node in fields.mapping("allow").items()},
        objective=fields.text("objective"),
        chapter=fields.text("chapter"),
        scene=fields.get("scene"),
        places=places(fields.node),
        quiz=quiz_front(fields),
        was=renamed_from(fields),
    )
    fields.close()
    return front


class _Blocks:
    """Turns chunks into the blocks of a lesson."""

    def __init__(self, path: str, problems: list[Problem], formulas: Formulas) -> None:
        self.path = path
        self.problems = problems
        self.formulas = formulas

    def read(self, body: list[Chunk]) -> list[Block]:
        found: list[Block] = []
        prose: Chunk | None = None
        for chunk in body:
            if not chunk.word:
                self._keep(prose, found)
                prose = chunk
                continue
            prompt = None
            if chunk.word == "question" and prose is not None:
                prose, prompt = prompt_of(prose)
            self._keep(prose, found)
            prose = None
            block = self.block(chunk, prompt)
            if block is not None:
                found.append(block)
        self._keep(prose, found)
        return found

    def _keep(self, chunk: Chunk | None, found: list[Block]) -> None:
        if chunk is None:
            return
        lines = chunk.text.split("\n")
        blank = next(n for n, line in enumerate(lines) if line.strip())
        prose = Prose("\n".join(lines[blank:]).rstrip(), Place(self.path, chunk.line + blank, 1))
        self.formulas.templates(prose.text, prose.place)
        found.append(prose)

    def block(self, chunk: Chunk, prompt: Chunk | None) -> Block | None:
        """Read one fenced block; None when its kind is unknown or it cannot be made out."""
        before = len(self.problems)
        node = read(chunk.text, self.path, self.problems, chunk.line)
        if any(found.rule == "yaml" for found in self.problems[before:]):
            return None
        if chunk.word == "derivation":
            return self.derivation(node)
        if chunk.word == "question":
            return self.question(node, prompt, Place(self.path, chunk.fence, 1))
        return self.show(node) if chunk.word == "show" else None

    def question(self, node: Located, prompt: Chunk | None, place: Place) -> Question | None:
        """Read a question; the paragraph above it is its prompt."""
        return asked(node, prompt, place, self.formulas, self.problems)

    def show(self, node: Located) -> Show:
        """Read a `show` block."""
        fields = Fields(node, "a show block", self.problems)
        fields.require("arrays", "[z, p, y]")
        arrays = fields.nodes("arrays", math=True)
        for array in arrays:
            self.formulas.expression(array)
        nudge = None
        if "nudge" in node.mapping:
            inner = Fields(node.mapping["nudge"], "a nudge", self.problems)
            of, by = inner.require("of", "L"), inner.require("by", "z")
            for end in (of, by):
                self.formulas.expression(end)
            nudge = Nudge(of.text, by.text)
            inner.close()
        fields.get("nudge")
        fields.close()
        return Show(tuple(array.text for array in arrays), nudge, node.place)

    def derivation(self, node: Located) -> Derivation:
        """Read a derivation."""
        fields = Fields(node, "a derivation", self.problems)
        id_ = fields.require("id", "error-by-z").text
        goal = fields.require("goal", "∂L/∂z_i")
        fields.whole_text(goal, "goal")
        written = fields.require("lines", "[{math: p_i - y_i}]")
        if written.value and not written.items:
            fields.wrong(written.place, f"`lines` is {written.kind}", "write one `- math: ...` for each line")
        if len(written.items) > MAX_LINES:
            fields.wrong(written.place, f"more than {MAX_LINES} lines", "make two derivations of it", "too-long")
        items = written.items[:MAX_LINES]
        lines = tuple(self.line(item) for item in items)
        faces = fields.mapping("faces")
        for name, face in faces.items():
            if name not in LINE_FACES:
                place = fields.key_place("faces", name)
                fields.wrong(place, f"`{name}` is no face", "the faces are index, matrix and numpy", "unknown-key")
            fields.whole_text(face, name)
        blank = fields.flag("blank-page")
        ask, hints, skills = fields.text("ask"), fields.texts("hints"), fields.texts("skills")
        if blank and not ask:
            fields.wrong(fields.place, "a blank page has no `ask`", "add the prompt: `ask: Derive it.`", "missing-key")
        was = renamed_from(fields)
        fields.close()
        self._lines_named(lines, fields)
        self.formulas.derivation(goal, items, faces)
        texts = {name: face.text for name, face in faces.items()}
        return Derivation(id_, goal.text, lines, texts, blank, ask, hints, skills, was, node.place, places(node))

    def _lines_named(self, lines: tuple[Line, ...], fields: Fields) -> None:
        """Refuse ids of lines that stand twice, or that might be the place of a line."""
        for n, line in enumerate(lines):
            place = line.places.get("id", line.place)
            if line.id and not LINE_ID.fullmatch(line.id):
                help_ = "use small letters, digits and hyphens, a letter first, such as one-hot"
                fields.wrong(place, f"`{line.id}` cannot be the id of a line", help_, "id")
            elif line.id and line.id in [other.id for other in lines[:n]]:
                fields.wrong(place, f"the line `{line.id}` stands here a second time", "", "duplicate-id")

    def line(self, node: Located) -> Line:
        """Read one line of a derivation."""
        if isinstance(node.value, str) and node.value:
            node = Located({"math": node}, node.place, {"math": node.place})
        fields = Fields(node, "a line", self.problems)
        math = fields.require("math", "p_i - y_i")
        fields.whole_text(math, "math")
        fades = fade_words(fields)
        where = fields.math("where")
        line = Line(
            math=math.text,
            by=fields.texts("by"),
            ask=fields.text("ask"),
            hints=fields.texts("hints"),
            fade=fades,
            why=fields.texts("why"),
            hole=fields.text("hole"),
            where=where.text if where else "",
            show=fields.one_of("show", FACES),
            skills=fields.texts("skills"),
            names=fields.texts("names"),
            id=fields.text("id"),
            place=node.mapping["math"].at(1) if "math" in node.mapping else node.place,
            places=places(node),
        )
        fields.close()
        check_fading(line, fields)
        return line


def asked(
    node: Located, prompt: Chunk | None, place: Place, formulas: Formulas, problems: list[Problem]
) -> Question | None:
    """Read a question with its formulas; None when its type is unknown.

    Args:
        node: What was written.
        prompt: The paragraph above it, where there is one.
        place: Where a missing prompt is reported.
        formulas: Reads its mathematics.
        problems: Where problems are added.
    """
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
