"""What became of the wrong texts: the table by kind, and the survivors with their reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

REASONS = Path(__file__).parent.parent / "survivors.yaml"


@dataclass(frozen=True)
class Outcome:
    """What became of one changed text."""

    file: str
    """Below the folder of the course."""
    line: int
    kind: str
    name: str
    """What was done."""
    old: str
    new: str
    refused: str = ""
    """The first problem that the check has with it; empty when it has none."""
    same: bool = False
    """Whether it means the same, so that nothing has to be refused."""

    @property
    def key(self) -> str:
        """What tells it from others when lines of the file move."""
        return f"{self.file}: {self.kind}: {self.old} -> {self.new}"

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.kind}, {self.name}: {self.old} -> {self.new}"


@lru_cache(maxsize=1)
def reasons() -> Mapping[str, str]:
    """Return the known survivors, each with the reason why nothing can refute it."""
    found = yaml.safe_load(REASONS.read_text(encoding="utf-8")) if REASONS.exists() else None
    return {key: reason for entry in found or [] for reason in [entry["reason"]] for key in entry["survivors"]}


def unexplained(survived: Iterable[Outcome]) -> list[Outcome]:
    """Return the survivors for which no reason is given."""
    return [one for one in survived if one.key not in reasons()]


def table(outcomes: Iterable[Outcome]) -> str:
    """Return the counts by kind as text."""
    every = list(outcomes)
    counted = {
        "wrong": Counter(one.kind for one in every if not one.same),
        "found": Counter(one.kind for one in every if one.refused and not one.same),
        "survived": Counter(one.kind for one in every if not one.refused and not one.same),
        "same value": Counter(one.kind for one in every if one.same),
    }
    rows = [f"{'kind':30}" + "".join(f"{head:>12}" for head in counted)]
    for kind in sorted({one.kind for one in every}):
        rows.append(f"{kind:30}" + "".join(f"{counts[kind]:12}" for counts in counted.values()))
    rows.append(f"{'all':30}" + "".join(f"{sum(counts.values()):12}" for counts in counted.values()))
    return "\n".join(rows) + "\n"
