"""The keys of a line that say how it fades, and what is wrong with them."""

from __future__ import annotations

from bptutor.packs.lesson import fading
from bptutor.packs.model import Line
from bptutor.packs.yaml.fields import Fields


def fade_words(fields: Fields) -> tuple[str, ...]:
    """Take `fade`; a word that is no form is a problem."""
    found = fields.nodes("fade")
    for fade in found:
        if fade.text not in fading.FADES:
            what = f"`{fade.text}` is no way to ask"
            fields.wrong(fade.place, what, "write show, why, hole or write", "unknown-value")
    return tuple(fade.text for fade in found if fade.text in fading.FADES)


def check_fading(line: Line, fields: Fields) -> None:
    """Refuse a line that fades into a form for which something is missing."""
    at = line.places.get("fade", line.place)
    if line.fade and not line.ask:
        fields.wrong(at, "a line with `fade` has no `ask`", "add the prompt for when it is written: `ask: ...`", "fade")
    if "why" in line.fade and not line.by:
        fields.wrong(at, "`fade` asks why, and the line has no `by`", "add the rule: `by: chain-rule`", "fade")
    if "hole" in line.fade and fading.hole(line).count("?") != 1:
        help_ = "add `hole:` with one `?`, or let the last hint be the line with one `?`"
        fields.wrong(line.places.get("hole", at), "`fade` asks for a hole, and there is none", help_, "fade")
    elif line.hole.count("?") != 1 and line.hole:
        fields.wrong(line.places["hole"], f"`hole` has {line.hole.count('?')} gaps", "write one `?`", "fade")
    for n, rule in enumerate(line.why):
        if rule in line.by or rule in line.why[:n]:
            what = f"the false rule `{rule}` is {'right here' if rule in line.by else 'named twice'}"
            fields.wrong(line.places.get(f"why.{n}", at), what, "name rules that do not make this line", "fade")
