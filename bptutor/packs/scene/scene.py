"""A scene: the closed list of names that a lesson computes with, and how their numbers are drawn."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from random import Random

from bptutor.errors import Problem, UsageError
from bptutor.notation import parse
from bptutor.notation.scope import Role, Scope
from bptutor.notation.tree import Compare
from bptutor.notation.values.backends import Array
from bptutor.notation.values.evaluate import Values, evaluate
from bptutor.notation.values.sampling import NoDraw, draw
from bptutor.notation.values.sizes import least_sizes
from bptutor.packs.lesson import templates
from bptutor.packs.model import Place
from bptutor.packs.scene.network import network_from
from bptutor.packs.scene.network_scene import scene_of
from bptutor.packs.scene.scope_builder import MAX_NAMES, ScopeBuilder
from bptutor.packs.yaml.fields import Fields
from bptutor.packs.yaml.places import whole
from bptutor.packs.yaml.reader import NOWHERE, Located, located, plain, problem

CONDITIONS = frozenset({"assume", "require", "holds"})
ENTRIES = ("sizes", "given", "define", "indices", "layers", "alias", *sorted(CONDITIONS))
TRIES = 200
"""How often a draw that breaks `require` is repeated."""


@dataclass(frozen=True, eq=False)
class Scene:
    """Names, definitions and draws; immutable."""

    scope: Scope
    source: Mapping[str, object] = field(default_factory=dict)
    """Plain data, as written."""
    require: tuple[Compare, ...] = ()
    """What a drawn set of numbers must meet."""
    place: Place = NOWHERE
    holds: tuple[Located, ...] = ()
    """Equations that say in other words what is defined; `check` proves them, and nobody is shown them."""
    places: Mapping[str, Place] = field(default_factory=dict)
    """Name -> where its definition stands."""

    @staticmethod
    def from_mapping(mapping: Located | Mapping[str, object], place: Place | None = None) -> Scene:
        """Read a scene.

        Args:
            mapping: What was written: located, or plain data (JSON's numbers and booleans too).
            place: Where it stands, for plain data.

        Raises:
            PackError: It is wrong; carries every problem found.
        """
        return whole(scene, mapping, place, "scene")

    def changed(self, changes: Mapping[str, object], place: Place | None = None) -> Scene:
        """Return this scene with what one question changes (`Question.changes`): names given, definitions, a network.

        Raises:
            PackError: They are wrong; carries every problem found.
        """
        return whole(partial(changed, self), changes, place, "scene") if changes else self

    def draw(self, seed: int) -> Values:
        """Return the values that a learner with this seed sees.

        Raises:
            UsageError: No draw meets the conditions.
        """
        rng = _stream(f"draw:{seed}")
        for _ in range(TRIES):
            values = self._values(rng, None, literals=True)
            if all(self._holds(condition, values) for condition in self.require):
                return values
        raise UsageError(f"no draw of {TRIES} meets what the scene requires", "loosen `require`, or widen the draws")

    def fresh(self, seed: int, sizes: Mapping[str, int] | None = None) -> Values:
        """Return values for a probe: literals replaced by draws, sizes pairwise distinct.

        Args:
            seed: Any whole number.
            sizes: Sizes that are wanted.

        Raises:
            UsageError: No draw meets the conditions.
        """
        return self._values(_stream(f"fresh:{seed}"), sizes, literals=False)

    def fill(self, text: str, values: Values) -> str:
        """Replace every `{{ expression }}` and `{{ expression | decimals }}` of a text by its value.

        Raises:
            UnreadableAnswer: An expression cannot be read.
        """

        def value(expr: str) -> Array:
            return evaluate(parse.read(expr, self.scope), values)

        return templates.fill(text, value)

    @property
    def is_drawn(self) -> bool:
        """Whether any of its numbers is drawn from a seed."""
        names = [name for name in self.scope.names.values() if name.role in (Role.GIVEN, Role.POSITION)]
        return any(name.draw.literal is None for name in names)

    @cached_property
    def least(self) -> Mapping[str, int]:
        """The largest position that the definitions use on each axis."""
        return least_sizes(self.scope, ())

    def _values(self, rng: Random, sizes: Mapping[str, int] | None, *, literals: bool) -> Values:
        try:
            given, chosen = draw(self.scope, rng, sizes=sizes, literals=literals, least=self.least)
        except NoDraw as error:
            raise UsageError(str(error), "look at `assume` and the draws of the scene") from error
        return Values(self.scope, given, chosen)

    def _holds(self, condition: Compare, values: Values) -> bool:
        return bool(evaluate(condition, values).all())


def scene(node: Located, problems: list[Problem]) -> Scene:
    """Read a scene; every problem found goes into `problems`, and what could be read is returned."""
    before = len(problems)
    with Fields(node, "a scene", problems) as fields:
        network = fields.get("network")
        sizes, given, define = fields.section("sizes"), fields.section("given"), fields.section("define")
        alias, layers, indices = fields.section("alias"), fields.section("layers"), fields.section("indices")
        builder = ScopeBuilder(problems, fields.integer("count-from", 0, 1, 1))
        assume, required, holds = (fields.nodes(key, math=True) for key in ("assume", "require", "holds"))
    _bounded(node, problems)
    parts: Mapping[str, Located] = {}
    if len(problems) == before:
        builder.sizes(sizes)
        parts = _network(network, builder, problems) if network is not None else {}
    if len(problems) > before:
        return Scene(builder.scope, place=node.place)  # what builds on this would only be said to be unknown
    builder.given(given)
    builder.size_names(sizes, node.place)
    builder.layers(layers)
    builder.indices(indices)
    if parts:
        builder.define(parts["define"])
        builder.alias(parts["alias"])
    builder.define(define)
    builder.alias(alias)
    conditions = builder.conditions(assume)
    require = builder.conditions(required)
    source = plain(node)
    scope = replace(builder.scope, conditions=conditions)
    places = {stem(key): value.place for key, value in define.mapping.items()}
    return Scene(scope, source if isinstance(source, dict) else {}, require, node.place, holds, places)


def _bounded(node: Located, problems: list[Problem]) -> None:
    """Refuse more names than a scene may have, before anything is read of them."""
    written = {key: node.mapping.get(key, Located({}, node.place)) for key in ENTRIES}
    counts = {key: len(part.mapping) + len(part.items) for key, part in written.items()}
    counts["define"] += counts["given"]
    for key, count in counts.items():
        if count > MAX_NAMES:
            what = f"more than {MAX_NAMES} " + ("equations" if key in CONDITIONS else "names")
            problems.append(problem(written[key].place, what, "take fewer", "too-long"))
            return


def changed(base: Scene, changes: Located, problems: list[Problem]) -> Scene:
    """Read what one question changes: `given`, `define` and `network`.

    A name that is given is no longer defined; a definition takes the place of the one with the same name, and a new
    one comes last; the keys of `network` replace those of the scene's network.
    """
    given, define, network = (changes.mapping.get(key, Located({})) for key in ("given", "define", "network"))
    if not (given.mapping or define.mapping or network.mapping):
        return base
    node = located(dict(base.source), base.place)
    before = {key: node.mapping[key].mapping if key in node.mapping else {} for key in ("given", "define", "network")}
    entries, keys = dict(node.mapping), dict(node.keys)
    kept = {key: value for key, value in before["define"].items() if stem(key) not in given.mapping}
    merged = {
        "given": (given, {**before["given"], **given.mapping}),
        "define": (define, _defined(kept, define.mapping)),
        "network": (network, {**before["network"], **network.mapping}),
    }
    for key, (written, together) in merged.items():
        if together or key in entries:
            places = {name: written.keys.get(name, written.place) for name in together}
            entries[key] = Located(together, written.place if written.mapping else base.place, places)
            keys[key] = entries[key].place
    return scene(Located(entries, base.place, keys), problems)


def _defined(before: Mapping[str, Located], new: Mapping[str, Located]) -> dict[str, Located]:
    """Return definitions in order: a new one stands where the old one of its name stood, else at the end."""
    names = {stem(key): key for key in new}
    found: dict[str, Located] = {}
    for old, value in before.items():
        key = names.pop(stem(old), None)
        found[key or old] = new[key] if key else value
    return found | {key: new[key] for key in names.values()}


def stem(key: str) -> str:
    """Return the name that the key of a definition defines: `N` of `N_i`, `f` of `f(u)`."""
    return key.split("_", maxsplit=1)[0].split("(", maxsplit=1)[0].strip()


def _network(node: Located, builder: ScopeBuilder, problems: list[Problem]) -> Mapping[str, Located]:
    """Read `network` and declare its sizes and given names; the definitions are returned for later."""
    rows = builder.scope.sizes.get("B", "")
    network = network_from(node, problems, int(rows) if rows.isdigit() else None)
    if network is None:
        return {}
    parts = {key: located(part, node.place) for key, part in scene_of(network).items()}
    builder.sizes(parts["sizes"])
    builder.given(parts["given"])
    return parts


def _stream(key: str) -> Random:
    """Return the generator of a key, the same on every machine and version: only its `random()` may be used."""
    return Random(int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big"))  # noqa: S311 - no secrets
