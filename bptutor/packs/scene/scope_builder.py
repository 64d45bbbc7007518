"""Building the closed list of names of a scene, key by key, each formula read with the names before it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from math import prod
from typing import TypeVar

from bptutor.errors import Problem
from bptutor.notation import parse
from bptutor.notation.scope import Declared, FunctionDef, NetworkRole, Role, Scope
from bptutor.notation.shapes import axes as axes_of
from bptutor.notation.tree import Compare, Expr, children
from bptutor.packs.model import Place
from bptutor.packs.scene.given_fields import MAX_ENTRIES, MAX_SIZE, NAME, declared, network_role, shape
from bptutor.packs.yaml.fields import Fields, nearest, whole_number
from bptutor.packs.yaml.places import problems_at
from bptutor.packs.yaml.reader import Located, located, problem

FUNCTION = re.compile(r"([^\W\d_]\w*)\(([^()]*)\)")
SUBSCRIPTED = re.compile(r"([^\W\d_][^\W_]*)_(?:\{([^{}]+)\}|([^\W\d_]+))")
MAX_NAMES = 200
RESERVED = frozenset({"np", "numpy", "Σ", "∂"})

T = TypeVar("T")


class ScopeBuilder:
    """A scope while it is built, section by section of a scene; what is wrong is collected."""

    def __init__(self, problems: list[Problem], count_from: int) -> None:
        """Begin with nothing; letters count from 0 or 1."""
        self.problems = problems
        self.scope = Scope({}, count_from=count_from)
        self.failed: set[str] = set()
        """Names whose definition could not be read; what uses them says nothing new."""
        self.axis_roles: dict[str, NetworkRole] = {}

    # --- reading ------------------------------------------------------------------------------------

    def reads(self, node: Located, how: Callable[[str], T]) -> T | None:
        """Read a formula; a problem points at its column of the file."""
        with problems_at(node, self.problems):
            return how(node.text)
        return None

    def wrong(self, place: Place, what: str, help_: str = "", rule: str = "invalid") -> None:
        """Add a problem."""
        self.problems.append(problem(place, what, help_, rule))

    def add(self, name: Declared) -> None:
        """Add a name after those so far."""
        self.scope = replace(self.scope, names={**self.scope.names, name.id: name})

    def free(self, name: str, place: Place) -> bool:
        """Tell whether a name can be declared here; report why not."""
        if not NAME.fullmatch(name) or name in RESERVED:
            self.wrong(place, f"`{name}` cannot be a name", "use letters and digits, such as dW2", "name")
        elif name in self.scope.names or name in self.scope.functions:
            self.wrong(place, f"`{name}` is declared twice", "give one of the two another name", "duplicate-name")
        elif len(self.scope.names) >= MAX_NAMES:
            self.wrong(place, f"more than {MAX_NAMES} names", rule="too-long")
        else:
            return True
        return False

    # --- the keys of a scene --------------------------------------------------------------------------

    def sizes(self, section: Located) -> None:
        """Read `sizes`: a whole number, an expression of other axes, or nothing (drawn); or these under `is`."""
        found = dict(self.scope.sizes)
        for axis, written, place in section.entries():
            node = self.size(axis, written) if isinstance(written.value, Mapping) else written
            if not axis.isidentifier():
                self.wrong(place, f"`{axis}` is no axis name", "use letters and digits, such as K or N1", "axes")
                continue
            number = whole_number(node)
            if number is not None and not 1 <= number <= MAX_SIZE:
                self.wrong(node.place, f"the size of {axis} is {number}", f"write 1 to {MAX_SIZE}", "range")
                number = 1
            found[axis] = str(number) if number is not None else node.text.strip()
            if not isinstance(node.value, str):
                self.wrong(node.place, f"the size of {axis} is {node.kind}", "write a whole number", "sizes")
        self.scope = replace(self.scope, sizes=found)

    def size(self, axis: str, node: Located) -> Located:
        """Read `{is: 5, role: batch}`; without `is` the size is drawn, or was said before."""
        with Fields(node, f"the size `{axis}`", self.problems) as fields:
            role = network_role(fields, [NetworkRole.BATCH])
            if role is not None:
                self.axis_roles[axis] = role
            return fields.get("is") or Located(self.scope.sizes.get(axis, ""), node.place)

    def given(self, section: Located) -> None:
        """Read `given`; axes that are new here get a drawn size, or that of a literal."""
        for name, node, place in section.entries():
            before = len(self.problems)
            entry = declared(name, node, self.problems)
            if not self.free(name, place) or len(self.problems) > before:
                self.failed.add(name)
                continue
            for axis in (*entry.axes, *filter(None, [entry.position_of])):
                self.scope = replace(self.scope, sizes={**self.scope.sizes, axis: self.scope.sizes.get(axis, "")})
            self.literal_sizes(entry, node)
            self.add(entry)

    def literal_sizes(self, entry: Declared, node: Located) -> None:
        """Let a literal fix the sizes of its axes; refuse one that does not fit."""
        literal = entry.draw.literal
        if literal is None or entry.role is Role.POSITION:
            return
        sizes = dict(self.scope.sizes)
        place = node.mapping["value"].place if "value" in node.mapping else node.place
        for axis, size in zip(entry.axes, shape(literal), strict=False):
            fixed = sizes[axis]
            if fixed.isdigit() and int(fixed) != size:
                what = f"the value of {entry.id} has {size} entries along {axis}, whose size is {fixed}"
                self.wrong(place, what, f"give {fixed} entries, or change the size", "shape")
            elif not fixed:
                sizes[axis] = str(size)
        self.scope = replace(self.scope, sizes=sizes)

    def size_names(self, section: Located, place: Place) -> None:
        """Make every axis a scalar name, and read the sizes that are expressions."""
        for axis in self.scope.sizes:
            if axis in self.scope.names:
                at, help_ = section.keys.get(axis, place), "give one of the two another name"
                self.wrong(at, f"`{axis}` is an axis and an array", help_, "duplicate-name")
            else:
                self.add(Declared(axis, (), Role.SIZE, network_role=self.axis_roles.get(axis)))
        for axis, text in self.scope.sizes.items():
            if text and not text.isdigit():
                node = located(text, section.keys.get(axis, place))
                self.reads(node, lambda t: parse.read_integer(t, self.scope))
        sizes = {axis: int(text) if text.isdigit() else 3 for axis, text in self.scope.sizes.items()}
        if any(prod(sizes.get(axis, 3) for axis in name.axes) > MAX_ENTRIES for name in self.scope.names.values()):
            self.wrong(place, f"an array has more than {MAX_ENTRIES} entries", "take smaller sizes", "too-long")

    def indices(self, section: Located) -> None:
        """Read `indices`: the axis of letters that no array fixes."""
        found = dict(self.scope.indices)
        for letter, node, place in section.entries():
            if letter in self.scope.names:
                what = f"the letter `{letter}` is also a name"
                self.wrong(place, what, "use another letter", "duplicate-name")
            if node.text not in self.scope.sizes:
                what = f"`{node.text}` is no axis of this scene"
                self.wrong(node.place, what, nearest(node.text, self.scope.sizes), "unknown-axis")
            else:
                found[letter] = node.text
        self.scope = replace(self.scope, indices=found)

    def layers(self, section: Located) -> None:
        """Read `layers`: `{l: 2}`."""
        found = dict(self.scope.layers)
        for letter, node in section.mapping.items():
            number = whole_number(node)
            if number is None or not 0 <= number <= 99:
                self.wrong(node.place, f"layer {letter} is `{node.text}`", "write a number from 0 to 99", "range")
            else:
                found[letter] = number
        self.scope = replace(self.scope, layers=found)

    def alias(self, section: Located) -> None:
        """Read `alias`: other spellings of names."""
        found = dict(self.scope.alias)
        for other, node, place in section.entries():
            if node.text not in self.scope.names:
                what = f"`{node.text}` is not declared"
                self.wrong(node.place, what, nearest(node.text, self.scope.names), "unknown-name")
            elif other in self.scope.names:
                what = f"`{other}` is a name of its own"
                self.wrong(place, what, "use another spelling", "duplicate-name")
            else:
                found[other] = node.text
        self.scope = replace(self.scope, alias=found)

    def define(self, section: Located) -> None:
        """Read `define`, in order: names, subscripted names and functions."""
        for key, node, place in section.entries():
            show, formula, role = "", node, None
            if isinstance(node.value, Mapping):
                with Fields(node, f"the definition of `{key}`", self.problems) as fields:
                    formula, show = fields.require("is", "softmax(z)"), fields.text("show")
                    role = network_role(fields)
            if not isinstance(formula.value, str):
                self.wrong(formula.place, f"`{key}` is {formula.kind}, not a formula", "put quotes around it", "define")
                continue
            if formula.comment:
                what = f"a comment cuts the expression `{formula.text}` here"
                self.wrong(formula.comment, what, "quote the expression", "comment")
            if function := FUNCTION.fullmatch(key.strip()):
                self.function(function, formula, place)
            else:
                self.defined(key.strip(), formula, place, show, role)

    def defined(self, key: str, node: Located, place: Place, show: str, role: NetworkRole | None) -> None:
        """Read one definition; a subscripted key names the order of its letters."""
        name = key
        letters: tuple[str, ...] = ()
        if (subscripted := SUBSCRIPTED.fullmatch(key)) and not self.scope.names.get(key):
            name = subscripted[1]
            letters = tuple(re.sub("[, ]", "", subscripted[2] or subscripted[3]))
        if any(re.search(rf"(?<![^\W_]){re.escape(bad)}(?![^\W_])", node.text) for bad in self.failed):
            self.failed.add(name)
            return
        tree = self.reads(node, lambda text: parse.read(text, self.scope))
        axes = self.axes(tree, letters, node, name) if self.free(name, place) and tree is not None else None
        if tree is None or axes is None:
            self.failed.add(name)
        else:
            made = Declared(name, axes, Role.DEFINED, show, definition=tree, letters=letters, network_role=role)
            self.add(made)

    def axes(self, tree: Expr, letters: tuple[str, ...], node: Located, name: str) -> tuple[str, ...] | None:
        """Return the axes of a definition; report letters that do not match its key."""
        kind = self.reads(node, lambda _: axes_of.of(tree, self.scope))
        if kind is None:
            return None
        missing = [x for x in letters if x not in kind.letters and x not in self.scope.indices]
        if stray := [x for x in kind.letters if x not in letters]:
            key = f"{name}_{''.join([*letters, *stray])}"
            self.wrong(
                node.place, f"`{stray[0]}` is free in the definition of {name}", f"write the key `{key}`", "define"
            )
        elif missing:
            what = f"`{missing[0]}` stands in the key {name}_{''.join(letters)} and not in its formula"
            self.wrong(node.place, what, f"add `indices: {{{missing[0]}: ...}}`, or leave it out of the key", "define")
        elif letters and kind.axes:
            what = f"the definition of {name} has more axes than its key has letters"
            self.wrong(node.place, what, "write every axis as a letter", "define")
        else:
            ends = [kind.letters.get(x) or self.scope.indices.get(x, "") for x in letters]
            if "" not in ends:
                return tuple(ends) if letters else kind.axes
            what = f"nothing says which axis `{letters[ends.index('')]}` ranges over"
            self.wrong(node.place, what, "add `indices: {i: K}` with its axis", "define")
        return None

    def function(self, match: re.Match[str], node: Located, place: Place) -> None:
        """Read one declared function, `f(u): u^2`."""
        name, parameters = match[1], tuple(p.strip() for p in match[2].split(","))
        if not self.free(name, place):
            return
        bad = next((p for p in parameters if not NAME.fullmatch(p) or p in self.scope.names), None)
        if bad is not None or len(set(parameters)) < len(parameters):
            what = f"`{bad or parameters[0]}` cannot be a parameter of {name}"
            self.wrong(place, what, "name each parameter by a word that is no name of the scene", "define")
            return
        outer = self.scope
        self.scope = replace(outer, names={**outer.names, **{p: Declared(p) for p in parameters}})
        body = self.reads(node, lambda text: parse.read(text, self.scope))
        self.scope = outer
        if body is not None:
            self.scope = replace(outer, functions={**outer.functions, name: FunctionDef(name, parameters, body)})

    def conditions(self, nodes: tuple[Located, ...]) -> tuple[Compare, ...]:
        """Read `assume` or `require`: equations and inequalities."""
        found: list[Compare] = []
        for node in nodes:
            tree = self.reads(node, lambda text: parse.read_condition(text, self.scope))
            if isinstance(tree, Compare):
                found.append(tree)
            elif tree is not None:
                found += [part for part in children(tree) if isinstance(part, Compare)]
        return tuple(found)
