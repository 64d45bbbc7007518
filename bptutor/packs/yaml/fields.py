"""Taking the keys of a mapping one by one, and saying at the end which keys nobody knows."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping

from bptutor.errors import Problem
from bptutor.packs.lesson.markdown_limits import too_much
from bptutor.packs.model import Place
from bptutor.packs.yaml.other_systems import OTHER_KEYS
from bptutor.packs.yaml.reader import Located, problem

KEY_LIKE = 0.65
"""How like a key another must be to be taken for it."""
NOT_WRITTEN = frozenset({"derived"})
"""Keys of the JSON of `grade` that no author writes."""
MAX_ITEMS = 500
"""Items of one list."""
CURLY = "“”„‟«»‘’‚"
"""Quotes of typography, which YAML takes for letters."""
ID = re.compile(r"[a-z0-9][a-z0-9-]{0,60}", re.ASCII)
OLD_ID = re.compile(r"[^\s/:#.~@]{1,100}")


class Fields:
    """The keys of one mapping; what is wrong with them is collected, not raised."""

    def __init__(self, node: Located, what: str, problems: list[Problem]) -> None:
        """Look at `node` as a mapping.

        Args:
            node: What was written.
            what: What it describes, for messages (`a question`).
            problems: Where problems are added.
        """
        self.node = node
        self.place = node.place
        self.what = what
        self.problems = problems
        self._taken: set[str] = set()
        if not isinstance(node.value, Mapping):
            self.wrong(node.place, f"{what} is {node.kind}", "write it as `key: value` lines")

    def __enter__(self) -> Fields:
        """Begin to take keys."""
        return self

    def __exit__(self, *_: object) -> None:
        """Report every key that was not taken."""
        for key, place in self.node.keys.items():
            if key not in self._taken:
                what = f"{self.what} has no key `{key}`"
                known = sorted(self._taken - NOT_WRITTEN)
                self.wrong(place, what, OTHER_KEYS.get(key) or nearest(key, known, KEY_LIKE), "unknown-key")

    def wrong(self, place: Place, what: str, help_: str = "", rule: str = "invalid") -> None:
        """Add a problem."""
        self.problems.append(problem(place, what, help_, rule))

    def has(self, key: str) -> bool:
        """Tell whether a key is written, even with nothing behind it."""
        return key in self.node.mapping

    def get(self, key: str) -> Located | None:
        """Take a key as it was written."""
        self._taken.add(key)
        return self.node.mapping.get(key)

    def require(self, key: str, example: str) -> Located:
        """Take a key that must be there and must not be empty."""
        found = self.get(key)
        if found is None:
            if not difflib.get_close_matches(key, self.node.keys.keys() - self._taken, 1, 0.75):
                self.wrong(self.place, f"{self.what} has no `{key}`", f"add `{key}: {example}`", "missing-key")
            return Located("", self.place)
        if found.value in ("", (), {}) and not found.broken:
            self.wrong(found.place, f"`{key}` is empty", f"write `{key}: {example}`", "empty")
        return found

    def text(self, key: str, default: str = "") -> str:
        """Take a text."""
        found = self.get(key)
        if found is None:
            return default
        if not isinstance(found.value, str):
            self.wrong(found.place, f"`{key}` is {found.kind}, not a text", _quotes(found))
            return default
        self.whole_sentence(found)
        return found.value

    def whole_sentence(self, node: Located) -> None:
        """Refuse a text of several words that a ` #` cuts (a comment), and one that is too much to lay out."""
        if node.comment and " " in node.text.strip():
            what = f"a comment cuts the text `{node.text[:40]}` here"
            self.wrong(node.comment, what, "put quotes around the whole text", "comment")
        if reason := too_much(node.text)[1]:
            self.wrong(node.place, reason, "write less, or in several paragraphs", "too-long")

    def math(self, key: str, example: str = "") -> str:
        """Take an expression, which must be there where an example is given; a comment that cuts it is a problem."""
        found = self.require(key, example) if example else self.get(key)
        if found is None:
            return ""
        self.whole_text(found, key)
        return found.text

    def was(self) -> tuple[str, ...]:
        """Take what a thing was called before, so that a learner's record goes on: one id, or a list of them."""
        nodes = self.nodes("was")
        for node in nodes:
            if not OLD_ID.fullmatch(node.text):
                self.wrong(node.place, f"{node.shown} cannot have been an id", "write `was: [old-id]`", "was")
        return tuple(dict.fromkeys(node.text for node in nodes if node.text))

    def whole_text(self, node: Located, key: str) -> None:
        """Refuse what is not a text, and an unquoted expression with a comment after it."""
        if not isinstance(node.value, str):
            self.wrong(node.place, f"`{key}` is {node.kind}, not an expression", 'put quotes around it: "..."')
        elif node.comment:
            what = f"a comment cuts the expression `{node.value}` here"
            self.wrong(node.comment, what, "quote the expression, or move the comment to a line of its own", "comment")

    def nodes(self, key: str, math: bool = False) -> tuple[Located, ...]:
        """Take a list; a single text counts as a list of one."""
        found = self.get(key)
        if found is None or found.value == "":
            return ()
        if isinstance(found.value, Mapping):
            self.wrong(found.place, f"`{key}` is a mapping, not a list", f"write `{key}: [..., ...]`")
            return ()
        nodes = (found,) if isinstance(found.value, str) else found.items
        if len(nodes) > MAX_ITEMS:
            self.wrong(found.place, f"more than {MAX_ITEMS} items in `{key}`", "take fewer", "too-long")
            return ()
        for node in nodes:
            if math:
                self.whole_text(node, key)
        return nodes

    def texts(self, key: str, math: bool = False) -> tuple[str, ...]:
        """Take a list of texts; a single text counts as a list of one."""
        texts = []
        for node in self.nodes(key, math):
            if isinstance(node.value, str):
                texts.append(node.value)
                if not math:
                    self.whole_sentence(node)
            elif not math:
                self.wrong(node.place, f"an item of `{key}` is {node.kind}, not a text", _quotes(node))
        return tuple(texts)

    def section(self, key: str) -> Located:
        """Take a mapping with the places of its keys; empty when the key is not there."""
        found = self.get(key)
        if found is None or found.value == "":
            return Located({}, self.place)
        if not isinstance(found.value, Mapping):
            self.wrong(found.place, f"`{key}` is {found.kind}, not a mapping", f"write `{key}: {{name: ...}}`")
        return found

    def mapping(self, key: str) -> Mapping[str, Located]:
        """Take a mapping; empty when the key is not there."""
        return self.section(key).mapping

    def key_place(self, key: str, name: str) -> Place:
        """Return where `name` stands inside the mapping `key`."""
        found = self.node.mapping.get(key)
        return found.keys.get(name, found.place) if found else self.place

    def integer(self, key: str, low: int, high: int, default: int) -> int:
        """Take a whole number between two bounds, inclusive."""
        found = self.get(key)
        if found is None:
            return default
        number = whole_number(found)
        if number is None or not low <= number <= high:
            self.wrong(found.place, f"`{key}` is {found.shown}", f"write a whole number from {low} to {high}", "range")
            return default
        return number

    def flag(self, key: str) -> bool:
        """Take `true` or `false`; false when the key is not there."""
        found = self.get(key)
        if found is None or found.text.lower() in {"false", "no", "off"}:
            return False
        if found.text.lower() not in {"true", "yes", "on"}:
            self.wrong(found.place, f"`{key}` is neither true nor false", f"write `{key}: true` or leave it out")
        return True

    def one_of(self, key: str, words: Iterable[str], default: str = "") -> str:
        """Take a text that must be one of a few."""
        found = self.get(key)
        if found is None:
            return default
        known = list(words)
        if found.value not in known:
            self.wrong(found.place, f"`{key}` is {found.shown}", nearest(found.text, known), "unknown-value")
            return default
        return found.text


def check_id(node: Located, fields: Fields) -> None:
    """Refuse an id that is not made of small letters, digits and hyphens."""
    if node.text and not ID.fullmatch(node.text):
        help_ = "use small letters, digits and hyphens, such as output-error"
        fields.wrong(node.place, f"`{node.text}` cannot be an id", help_, "id")


def whole_number(node: Located) -> int | None:
    """Read a text of at most nine digits as a whole number; None when it is none."""
    text = node.text.strip()
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdigit() and len(digits) < 10 else None


def _quotes(node: Located) -> str:
    """Return the help for a list or a mapping where a text belongs."""
    curly = next((key[0] for key in node.mapping if key[:1] in CURLY), "")
    return f'`{curly}` is no quote of YAML: put straight quotes around it, "..."' if curly else "put quotes around it"


def nearest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """Return the help for an unknown word: the nearest known one, else all of them."""
    words = list(known)
    lowered = {w.lower(): w for w in words}
    close = difflib.get_close_matches(word.lower(), list(lowered), 1, cutoff)
    if close:
        return f"did you mean `{lowered[close[0]]}`?"
    return "known are " + ", ".join(f"`{w}`" for w in words) if words else ""
