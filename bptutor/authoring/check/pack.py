"""What a pack promises as a whole: ids, files, prerequisites, skills and rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

from bptutor.authoring.check.lesson.markdown import check_images
from bptutor.authoring.check.renaming import check_renaming
from bptutor.authoring.check.rules import check_turns
from bptutor.errors import Problem
from bptutor.packs.asking import asks
from bptutor.packs.folder import PACK_FILE, front_of, lesson_files
from bptutor.packs.lesson import fading
from bptutor.packs.library import Library
from bptutor.packs.model import Derivation, Lesson, Line, Place, Question
from bptutor.packs.quiz import BANK
from bptutor.packs.yaml.fields import ID, nearest
from bptutor.packs.yaml.places import problems_at
from bptutor.packs.yaml.reader import Located, problem, read
from bptutor.packs.yaml.text_file import file_text


class PackCheck:
    """The check of a pack beside that of its lessons."""

    def __init__(self, library: Library) -> None:
        """Read `pack.yaml` once more, for its places, and the front matter of every lesson file."""
        self.pack = library.pack
        self.problems: list[Problem] = []
        self.file = str(self.pack.root / PACK_FILE)
        self.node = read(file_text(Path(self.file), self.file, []), self.file, [])
        self.fronts: dict[str, Lesson] = {}
        """Id -> what the front matter of its file says."""
        self.unread: list[str] = []
        """Of the files whose front matter is wrong, and reported: what seems to be their id, or nothing."""
        for file in lesson_files(self.pack.root):
            front = front_of(file)
            lesson = replace(front.lesson, file=file)
            if not front.readable or not ID.fullmatch(lesson.id):
                self.unread.append(front.likely_id)
            elif lesson.id in self.fronts:
                other = self.fronts[lesson.id].file.name
                self._wrong(lesson.at("id"), f"the id `{lesson.id}` is also that of {other}", "", "duplicate-id")
            else:
                self.fronts[lesson.id] = lesson

    def _wrong(self, place: Place, what: str, help_: str, rule: str) -> None:
        self.problems.append(problem(place, what, help_, rule))

    def may_be_unread(self, id_: str) -> bool:
        """Tell whether a lesson may be there, in a file that cannot be read."""
        return id_ in self.unread or "" in self.unread

    def run(self, lessons: list[Lesson], flawed: Collection[Path] = ()) -> list[Problem]:
        """Return every problem; `flawed` are the files that could not be read without one."""
        self._files()
        self._needs()
        self._names(lessons, flawed)
        self._milestones(lessons)
        self.problems += check_renaming(self.pack, self.node, self.fronts, lessons)
        for lesson in lessons:
            self.problems += check_images(lesson, self.pack.root)
            for block in lesson.blocks:
                if isinstance(block, Derivation):
                    with problems_at(block.place, self.problems):
                        self._menus(block)
                        self.problems += check_turns(block, lesson, self.pack.rules)
        if not flawed:
            self._unused(lessons)
        return self.problems

    def _files(self) -> None:
        listed = self.node.mapping.get("lessons", Located(()))
        unlisted = [id_ for id_ in self.fronts if id_ not in self.pack.lessons]
        meant: set[str] = set()
        for node in listed.items:
            if node.text not in self.fronts and not self.may_be_unread(node.text):
                what = f"no lesson file has the id `{node.text}`"
                meant |= set(get_close_matches(node.text, unlisted, 1))  # one of the two is misspelled
                self._wrong(node.place, what, nearest(node.text, self.fronts), "missing-lesson")
        for id_, front in self.fronts.items():
            if id_ in unlisted and id_ not in meant:
                help_ = f"add it to `lessons` in {PACK_FILE}"
                self._wrong(front.at("id"), f"the lesson `{id_}` is not listed", help_, "not-listed")

    def _needs(self) -> None:
        """Check prerequisites: known, earlier in the course, and not in a circle."""
        order = {id_: n for n, id_ in enumerate(self.pack.lessons)}
        for id_, front in self.fronts.items():
            for n, need in enumerate(front.needs):
                place = front.at(f"needs.{n}", "needs")
                if need not in self.fronts and self.may_be_unread(need):
                    continue
                if need not in self.fronts:
                    self._wrong(place, f"there is no lesson `{need}`", nearest(need, self.fronts), "unknown-lesson")
                elif circle := self._circle(need, id_):
                    what = "the lessons need each other in a circle: " + " → ".join((id_, *circle))
                    self._wrong(place, what, "leave one of them out", "cycle")
                elif order.get(need, -1) > order.get(id_, len(order)):
                    what = f"`{id_}` needs `{need}`, which comes later"
                    self._wrong(place, what, "change the order of `lessons`", "order")

    def _circle(self, start: str, goal: str) -> tuple[str, ...]:
        """Return a way by `needs` from one lesson to another, both included; empty when there is none."""
        ways: list[tuple[str, ...]] = [(start,)]
        seen = {start}
        while ways:
            way = ways.pop()
            if way[-1] == goal:
                return way
            for need in self.fronts[way[-1]].needs if way[-1] in self.fronts else ():
                if need not in seen:
                    seen.add(need)
                    ways.append((*way, need))
        return ()

    def _names(self, lessons: list[Lesson], flawed: Collection[Path]) -> None:
        """Check skills, rules, chapters, and ids within each lesson."""
        for lesson in lessons:
            for n, skill in enumerate(lesson.skills):
                self._known("skill", skill, lesson.at(f"skills.{n}", "skills"))
            whole = lesson.quiz is None and not lesson.id.startswith(BANK) and lesson.file not in flawed
            if self.pack.chapters and lesson.chapter not in self.pack.chapters and (whole or lesson.chapter):
                what = f"there is no chapter `{lesson.chapter}`" if lesson.chapter else "the lesson has no chapter"
                help_ = nearest(lesson.chapter, self.pack.chapters)
                self._wrong(lesson.at("chapter"), what, help_, "unknown-chapter")
            counted: Counter[str] = Counter()
            for block in lesson.blocks:
                if isinstance(block, Question | Derivation):
                    counted[block.id] += 1
                    if block.id and counted[block.id] == 2:
                        what = f"the id `{block.id}` stands in this lesson a second time"
                        self._wrong(block.at("id"), what, "give one of the two another id", "duplicate-id")
                    self._block_names(block)

    def _block_names(self, block: Question | Derivation) -> None:
        """Check the skills and the rules that a block names."""
        named: list[tuple[Question | Derivation | Line, str, tuple[str, ...]]] = [(block, "skills", block.skills)]
        if isinstance(block, Derivation):
            for line in block.lines:
                named += [(line, "skills", line.skills), (line, "by", line.by), (line, "why", line.why)]
        else:
            named.append((block, "options", block.options))
            named += [(block, f"lines.{n}.by", by) for n, by in enumerate(block.by)]
        for owner, key, ids in named:
            for n, id_ in enumerate(ids):
                self._known("skill" if key == "skills" else "rule", id_, owner.at(f"{key}.{n}", key))

    def _known(self, what: str, id_: str, place: Place) -> None:
        """Report a skill or a rule that the pack does not have."""
        known = self.pack.skills if what == "skill" else self.pack.rules
        if id_ not in known:
            self._wrong(place, f"the pack has no {what} `{id_}`", nearest(id_, known), f"unknown-{what}")

    def _menus(self, derivation: Derivation) -> None:
        """Report a menu of rules with nothing false on it, or with two titles that cannot be told apart."""
        for n, line in enumerate(derivation.lines):
            if fading.Form.WHY not in fading.forms(line):
                continue
            menu = fading.question(derivation, n, fading.Form.WHY, self.pack.rules)
            named = zip(menu.options, menu.choices, strict=True)
            titles = list({rule: choice.text.casefold() for rule, choice in named}.values())
            place = line.at("why", "fade")
            if len(titles) < 2:
                self._wrong(place, "no false rule stands beside the right one", "add `why: [other-rule]`", "fade")
            elif len(set(titles)) < len(titles):
                twice = next(title for title in titles if titles.count(title) > 1)
                self._wrong(place, f"two rules of the menu are both called `{twice}`", "give one another title", "fade")

    def _milestones(self, lessons: list[Lesson]) -> None:
        """Report a second milestone of one name: one file cannot hold both."""
        seen: set[str] = set()
        for block in (block for lesson in lessons for block in lesson.blocks):
            if isinstance(block, Question) and block.code is not None and block.code.milestone:
                if block.code.entry in seen:
                    what = f"the function `{block.code.entry}` is a milestone already"
                    help_ = "call it something else, or leave `milestone` out"
                    self._wrong(block.at("entry"), what, help_, "duplicate-milestone")
                seen.add(block.code.entry)

    def _unused(self, lessons: list[Lesson]) -> None:
        """Report a skill that is never asked."""
        asked = {skill for lesson in lessons for _, one in asks(lesson) for skill in one.skills or lesson.skills}
        skills = self.node.mapping.get("skills", Located({}))
        for skill in self.pack.skills:
            if skill not in asked:
                place = skills.keys.get(skill, skills.place)
                help_ = "ask it in a question (`skills: [...]`), or delete it"
                self._wrong(place, f"the skill `{skill}` is never asked", help_, "skill-never-asked")
