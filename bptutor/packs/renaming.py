"""What a thing of a pack was called before: `was`, so that a learner's record goes on under the new id."""

from __future__ import annotations

import re

from bptutor.packs.yaml.fields import Fields

OLD_ID = re.compile(r"[^\s/:#.~@]{1,100}")


def renamed_from(fields: Fields) -> tuple[str, ...]:
    """Take `was`: one id, or a list of them; each could have been an id."""
    nodes = fields.nodes("was")
    for node in nodes:
        if not OLD_ID.fullmatch(node.text):
            shown = f"`{node.text}`" if node.text else node.kind
            fields.wrong(node.place, f"{shown} cannot have been an id", "write `was: [old-id]`", "was")
    return tuple(dict.fromkeys(node.text for node in nodes if node.text))
