"""The variants of a question: the same mapping with some keys written anew."""

from __future__ import annotations

from collections.abc import Mapping

from bptutor.packs.yaml.reader import Located

FIXED = ("id", "type", "was")
"""What a variant shares with its question."""
MERGED = ("given", "define", "network")
"""Mappings that a variant adds to, name by name."""


def variant_nodes(node: Located) -> list[Located]:
    """Return the variants of a question, each as a whole question."""
    written = node.mapping.get("vary", Located(()))
    base = {key: value for key, value in node.mapping.items() if key != "vary"}
    keys = {key: place for key, place in node.keys.items() if key != "vary"}
    found = []
    for item in written.items:
        if item.mapping:
            fixed = {key: base[key] for key in FIXED if key in base}
            entries = {**base, **item.mapping, **_merged(base, item.mapping), **fixed}
            found.append(Located(entries, item.place, {**keys, **item.keys}))
    return found


def _merged(base: Mapping[str, Located], new: Mapping[str, Located]) -> dict[str, Located]:
    found = {}
    for key in MERGED:
        if key in base and key in new and base[key].mapping and new[key].mapping:
            entries = {**base[key].mapping, **new[key].mapping}
            found[key] = Located(entries, new[key].place, {**base[key].keys, **new[key].keys})
    return found
