"""What a check found, as text, JSON or SARIF."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from types import MappingProxyType

from bptutor import __version__
from bptutor.errors import Problem, printable
from bptutor.packs.model import Place
from bptutor.packs.yaml.reader import problem


@dataclass
class Checked:
    """What the check of one lesson, or of a whole pack, found and did."""

    problems: list[Problem] = field(default_factory=list)
    lines: int = 0
    """Lines and faces that hold: proved, or only probed."""
    proved: dict[str, int] = field(default_factory=dict)
    """Of these, how many were proved, by whom."""
    questions: int = 0
    """Questions and asked lines graded."""
    grades: int = 0
    """Answers graded."""
    conditions: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Place of a line -> the conditions of the scene that its proof needs."""

    def wrong(self, place: Place, what: str, help_: str = "", rule: str = "invalid") -> None:
        """Add a problem at a place."""
        self.problems.append(problem(place, what, help_, rule))

    def add(self, other: Checked) -> None:
        """Add what another check found."""
        self.problems += other.problems
        self.lines += other.lines
        for name, count in other.proved.items():
            self.proved[name] = self.proved.get(name, 0) + count
        self.questions += other.questions
        self.grades += other.grades
        self.conditions |= other.conditions


@dataclass(frozen=True)
class Report:
    """The check of a pack."""

    problems: tuple[Problem, ...]
    pack: str = ""
    lessons: int = 0
    lines: int = 0
    proved: Mapping[str, int] = field(default_factory=dict)
    questions: int = 0
    grades: int = 0
    conditions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    notes: tuple[Problem, ...] = ()
    """What is only doubtful."""

    @property
    def code(self) -> int:
        """The exit code: 1 when there is a problem."""
        return int(bool(self.problems))

    @property
    def found(self) -> tuple[Problem, ...]:
        """The problems, then the notes."""
        return self.problems + self.notes

    def strictly(self) -> Report:
        """Return the same report with every note as a problem."""
        return replace(self, problems=tuple(replace(p, level="error") for p in self.found), notes=())


def text(report: Report) -> str:
    """Return every problem as `path:line:column: what`, and one line that sums up."""
    shown = [str(problem) for problem in report.found]
    needed = [f"{printable(place)}: holds because {', '.join(said)}" for place, said in report.conditions.items()]
    count, notes = len(report.problems), len(report.notes)
    end = f"{count} problem{'s' * (count != 1)}" if count else "no problems"
    end += f", {notes} note{'s' * (notes != 1)}" if notes else ""
    lessons = f"{report.lessons} lesson{'s' * (report.lessons != 1)}"
    done = f"{_lines(report)}, {report.questions} questions graded with {report.grades} answers"
    return "\n".join([*needed, *shown, f"{report.pack or 'pack'}: {lessons}, {done}: {end}"])


def _lines(report: Report) -> str:
    """Return how many lines and faces hold, proved by whom, and how many are only probed."""
    probed = report.lines - sum(report.proved.values())
    parts = [f"{count} proved by {name}" for name, count in sorted(report.proved.items())]
    parts += [f"{probed} only probed"] if probed else []
    return f"{report.lines} lines and faces" + (f" ({', '.join(parts)})" if parts else "")


def as_json(report: Report) -> str:
    """Return the report as one JSON object."""
    problems = [asdict(p) | {"path": printable(p.path)} for p in report.found]
    for record in problems:
        record["message"] = record.pop("what")
    whole = {
        "pack": report.pack,
        "lessons": report.lessons,
        "lines": report.lines,
        "proved": dict(report.proved),
        "questions": report.questions,
        "grades": report.grades,
        "conditions": {place: list(said) for place, said in report.conditions.items()},
        "problems": problems,
    }
    return json.dumps(whole, ensure_ascii=False)


def sarif(report: Report) -> str:
    """Return the report as SARIF 2.1.0, which code hosts show beside the lines."""
    rules = sorted({problem.rule for problem in report.found})
    driver = {
        "name": "bptutor check",
        "version": __version__,
        "rules": [{"id": rule, "shortDescription": {"text": rule.replace("-", " ")}} for rule in rules],
    }
    run = {"tool": {"driver": driver}, "results": [_result(p) for p in report.found]}
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return json.dumps({"$schema": schema, "version": "2.1.0", "runs": [run]}, ensure_ascii=False)


def _result(problem: Problem) -> dict[str, object]:
    place: dict[str, object] = {"artifactLocation": {"uri": printable(problem.path).replace("\\", "/")}}
    if problem.line:
        place["region"] = {"startLine": problem.line} | ({"startColumn": problem.column} if problem.column else {})
    message = problem.what + (f" ({problem.help})" if problem.help else "")
    return {
        "ruleId": problem.rule,
        "level": problem.level,
        "message": {"text": message},
        "locations": [{"physicalLocation": place}],
    }


STYLES: Mapping[str, Callable[[Report], str]] = MappingProxyType({"text": text, "json": as_json, "sarif": sarif})
"""Name of an output format -> its writer."""
