"""Reading YAML the way a mathematician writes it: every scalar is text, and has its place in the file.

`no`, `1e-3`, `010` and `y` stay what the author wrote. What YAML would quietly turn into something else (anchors,
aliases, tags, duplicate keys, a flow item cut at a comma) is an error whose help says what to write instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from bptutor.errors import Problem
from bptutor.packs.model import Place
from bptutor.packs.yaml.source_map import Run, at, scalar_runs
from bptutor.packs.yaml.text_file import FORBIDDEN, MAX_CHARACTERS

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
NOWHERE = Place()
MAX_DEPTH = 20
MAX_NODES = 20_000
QUOTED = '[ { & * ! % @ # ` | > - ? "'
"""What a text without quotes may not begin with."""
COMMENT = re.compile(r"\s*#")
LEADING_TAB = re.compile(r" *\t")
ODD_SPACE = re.compile(r"[^\S \t\n]|\u200b")
LOOKS_INDENTED = re.compile(r"(?:\s|\u200b)*(?:-(?:\s|\u200b)+)?(?:[\w-]+:(?:\s|\u200b)+)?")


@dataclass(frozen=True)
class Located:
    """A text, a list or a mapping, with its place."""

    value: str | tuple[Located, ...] | Mapping[str, Located]
    place: Place = NOWHERE
    keys: Mapping[str, Place] = field(default_factory=dict)
    """Of a mapping: the place of each key."""
    comment: Place | None = None
    """Of an unquoted text: the comment that ends its line, where YAML cut it."""
    runs: tuple[Run, ...] = ()
    broken: bool = False
    """Whether YAML made something else of this text, which is reported already."""

    @property
    def text(self) -> str:
        """The text; the empty text for a list or a mapping."""
        return self.value if isinstance(self.value, str) else ""

    @property
    def items(self) -> tuple[Located, ...]:
        """The items of a list; none for a text or a mapping."""
        return self.value if isinstance(self.value, tuple) else ()

    @property
    def mapping(self) -> Mapping[str, Located]:
        """The entries of a mapping; none for a text or a list."""
        return self.value if isinstance(self.value, Mapping) else {}

    @property
    def kind(self) -> str:
        """`a text`, `a list` or `a mapping`, for messages."""
        if isinstance(self.value, str):
            return "a text"
        return "a list" if isinstance(self.value, tuple) else "a mapping"

    @property
    def shown(self) -> str:
        """A text between backticks, `a list` or `a mapping`, for messages."""
        return f"`{self.value}`" if isinstance(self.value, str) else self.kind

    def entries(self) -> Iterator[tuple[str, Located, Place]]:
        """Yield each key of a mapping with its value and with where the key stands."""
        return ((key, value, self.keys.get(key, value.place)) for key, value in self.mapping.items())

    def without(self, key: str) -> Located:
        """Return a mapping without one of its keys."""
        entries = {name: value for name, value in self.mapping.items() if name != key}
        return Located(entries, self.place, {name: place for name, place in self.keys.items() if name != key})

    def at(self, column: int) -> Place:
        """Return where the character `column` (1-based) of this text stands in the file."""
        return at(self.runs, self.place, column)


def problem(place: Place, what: str, help_: str = "", rule: str = "invalid") -> Problem:
    """Return a problem at a place."""
    return Problem(place.path, place.line, place.column, what, help_, rule)


def note(place: Place, what: str, help_: str = "", rule: str = "invalid") -> Problem:
    """Return a note at a place: what is only doubtful."""
    return Problem(place.path, place.line, place.column, what, help_, rule, "note")


def plain(node: Located) -> object:
    """Return texts, lists and dictionaries without their places."""
    if isinstance(node.value, str):
        return node.value
    if isinstance(node.value, tuple):
        return [plain(item) for item in node.value]
    return {key: plain(value) for key, value in node.value.items()}


def places(node: Located) -> dict[str, Place]:
    """Return where each entry of a mapping stands, and each item of the lists and mappings in it (`hints.0`)."""
    found: dict[str, Place] = {}
    for key, value in node.mapping.items():
        found[key] = value.place
        found |= {f"{key}.{n}": item.place for n, item in enumerate(value.items)}
        found |= {f"{key}.{name}": item.place for name, item in value.mapping.items()}
    return found


def located(value: object, place: Place | None = None, depth: int = 0) -> Located:
    """Give plain data (also JSON's numbers and booleans) one place for all of it.

    Raises:
        ValueError: when it is nested too deeply, or is not JSON-like.
    """
    place = place or NOWHERE
    if depth > MAX_DEPTH:
        raise ValueError("nested too deeply")
    match value:
        case Located():
            return value
        case None:
            return Located("", place)
        case bool():
            return Located(str(value).lower(), place)
        case int() | float() | str():
            return Located(str(value), place)
        case Mapping():
            entries = {str(k): located(v, place, depth + 1) for k, v in value.items()}
            return Located(entries, place, dict.fromkeys(entries, place))
        case Sequence():
            return Located(tuple(located(item, place, depth + 1) for item in value), place)
    raise ValueError(f"{type(value).__name__} is not a text, a number, a list or a mapping")


def read(text: str, path: str, problems: list[Problem], first_line: int = 1, most: int = MAX_NODES) -> Located:
    r"""Read one YAML document; every problem found goes into `problems`.

    Args:
        text: The document, with `\n` newlines.
        path: The file, for places.
        problems: Where problems are added.
        first_line: The line of the file on which `text` begins.
        most: How many texts, lists and mappings it may hold.

    Returns:
        What could be read; an empty mapping when nothing could.
    """
    nothing = Located({}, Place(path, first_line, 1))
    if len(text) > MAX_CHARACTERS:
        problems.append(problem(nothing.place, f"longer than {MAX_CHARACTERS} characters", rule="too-long"))
        return nothing
    clean = FORBIDDEN.sub(" ", text)
    if odd := list(_odd_spaces(clean, path, first_line)):
        problems += odd
        return nothing  # what YAML would say of the rest follows from them
    reader = _Reader(clean, path, problems, first_line, most)
    try:
        return reader.document() or nothing
    except yaml.MarkedYAMLError as error:
        problems.append(reader.syntax(error))
    except yaml.YAMLError as error:
        problems.append(problem(nothing.place, f"not YAML: {error}", rule="yaml"))
    return nothing


class _Reader:
    """Builds located nodes from the events of one document."""

    def __init__(self, text: str, path: str, problems: list[Problem], first_line: int, most: int) -> None:
        self.lines = text.split("\n")
        self.path = path
        self.problems = problems
        self.first_line = first_line
        self.count, self.most = 0, most
        self.events = yaml.parse(text, Loader=LOADER)

    def place(self, mark: Any) -> Place:
        return Place(self.path, self.first_line + mark.line, mark.column + 1)

    def syntax(self, error: yaml.MarkedYAMLError) -> Problem:
        mark = error.problem_mark or error.context_mark
        place = self.place(mark) if mark else Place(self.path, self.first_line, 1)
        said = error.problem or "cannot be read"
        if error.context_mark and "end of stream" in said and "quoted" in str(error.context):
            return problem(self.place(error.context_mark), "not YAML: this quote is not closed", "close it", "yaml")
        line = mark.line if mark and mark.line < len(self.lines) else 0
        for near in (line, line - 1):
            if near >= 0 and (tab := LEADING_TAB.match(self.lines[near])):
                place = Place(self.path, self.first_line + near, tab.end())
                return problem(place, "not YAML: a tab stands in the indentation", "indent with spaces", "yaml")
        return problem(place, f"not YAML: {said}", _syntax_help(said, self.lines[line]), "yaml")

    def document(self) -> Located | None:
        root: Located | None = None
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent) and root is not None:
                self.problems.append(
                    problem(self.place(event.start_mark), "a second document begins", "write one", "yaml")
                )
            elif isinstance(event, yaml.NodeEvent):
                node = self.node(event, 0)
                root = root or node
        return root

    def node(self, event: Any, depth: int, flow: bool = False) -> Located:
        """Build the node that `event` begins; `flow` tells whether it stands inside brackets."""
        place = self.place(event.start_mark)
        self.count += 1
        if depth > MAX_DEPTH or self.count > self.most:
            said = "nested too deeply" if depth > MAX_DEPTH else f"more than {self.most} entries"
            raise yaml.MarkedYAMLError(problem=said, problem_mark=event.start_mark)
        if isinstance(event, yaml.AliasEvent):
            return self.reserved(place, f"*{event.anchor}", "an alias")
        if event.anchor:
            self.reserved(place, f"&{event.anchor}", "an anchor")
        if event.tag:
            self.reserved(place, event.tag.replace("tag:yaml.org,2002:", "!!"), "a tag", " ...")
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event, place, flow)
        flow = flow or bool(event.flow_style)
        if isinstance(event, yaml.SequenceStartEvent):
            return Located(tuple(self.sequence(depth, flow)), place)
        return self.entries(place, depth, flow)

    def refuse(self, place: Place, what: str, help_: str, rule: str) -> Located:
        self.problems.append(problem(place, what, help_, rule))
        return Located("", place, broken=True)

    def reserved(self, place: Place, sign: str, what: str, more: str = "...") -> Located:
        """Refuse what YAML reads as something else than text."""
        return self.refuse(place, f"`{sign}` would be {what}", f'quote it: "{sign}{more}"', what.split()[1])

    def sequence(self, depth: int, flow: bool) -> Iterator[Located]:
        for event in self.events:
            if isinstance(event, yaml.SequenceEndEvent):
                return
            yield self.node(event, depth + 1, flow)

    def entries(self, place: Place, depth: int, flow: bool) -> Located:
        values: dict[str, Located] = {}
        keys: dict[str, Place] = {}
        for event in self.events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self.node(event, depth + 1, flow)
            value = self.node(next(self.events), depth + 1, flow)
            if not isinstance(key.value, str):
                self.refuse(key.place, f"a key cannot be {key.kind}", "quote the key", "key")
            elif key.value in values:
                first = keys[key.value].line
                self.refuse(
                    key.place, f"the key `{key.value}` stands here a second time", f"see line {first}", "duplicate-key"
                )
            else:
                values[key.value], keys[key.value] = value, key.place
        return Located(values, place, keys)

    def scalar(self, event: Any, place: Place, flow: bool) -> Located:
        text: str = event.value
        for hidden in FORBIDDEN.finditer(text):
            what = f"the escape for U+{ord(hidden[0]):04X} may not stand in a pack"
            self.refuse(place, what, "delete it", "control-character")
        text = FORBIDDEN.sub(" ", text)
        comment, bracket = None, ""
        if not event.style:
            mark = event.end_mark
            found = COMMENT.match(self.lines[mark.line], mark.column) if mark.line < len(self.lines) else None
            comment = Place(self.path, self.first_line + mark.line, found.end()) if found else None
            if flow and (bracket := unbalanced(text)):
                what = f"`{text}` has an unbalanced `{bracket}`: inside brackets YAML splits at every comma"
                self.refuse(place, what, "quote the whole item, or write it on a line of its own", "unbalanced-flow")
        runs = scalar_runs(event, self.lines, self.first_line)
        return Located(text, place, comment=comment, runs=runs, broken=bool(bracket))


def unbalanced(text: str) -> str:
    """Return the first bracket that has no partner; the empty text when all have."""
    partner = {")": "(", "]": "[", "}": "{"}
    opened: list[str] = []
    for character in text:
        if character in "([{":
            opened.append(character)
        elif character in partner and (not opened or opened.pop() != partner[character]):
            return character
    return opened[0] if opened else ""


def _odd_spaces(text: str, path: str, first_line: int) -> Iterator[Problem]:
    """Yield what looks like a space in an indentation, or behind a `:` or `-`, and is none to YAML."""
    for n, line in enumerate(text.split("\n")):
        found = LOOKS_INDENTED.match(line)
        if found and (odd := ODD_SPACE.search(found[0])):
            what = f"the space here is U+{ord(odd[0]):04X}, which is no space to YAML"
            yield problem(Place(path, first_line + n, odd.start() + 1), what, "type a plain space", "yaml")


SYNTAX_HELP = {
    "mapping values": 'put quotes around a text that contains ": "',
    "cannot start any token": "put quotes around a text that begins with @, ` or %",
    "nest": "write it more simply",
    "more than": "write it more simply",
    "tab": "indent with spaces",
    "\\t": "indent with spaces",
    "'-' indicator": (
        "a list begins above: write `- ` before each of its lines, or before none where names stand (`w: [D]`)"
    ),
}
"""Words of YAML's message -> what would be right."""


def _syntax_help(said: str, line: str) -> str:
    if curly := next((c for c in line if c in "“”„‟«»"), ""):
        return f'`{curly}` is no quote of YAML: put straight quotes around the text, "..."'
    otherwise = "look at the indentation here, and put quotes around a text that begins with one of " + QUOTED
    return next((help_ for words, help_ in SYNTAX_HELP.items() if words in said), otherwise)
