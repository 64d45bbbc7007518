"""The symbols, rules and words of a course, as lines of text."""

from __future__ import annotations

from bptutor.plain.speech import clean, sentence, spoken, wrapped
from bptutor.plain.text_view import scope_of
from bptutor.session import Session, View
from bptutor.session.view.symbols import symbol


def glossary(view: View, session: Session) -> list[str]:
    """Return the symbols of what is shown, the rules and the words of the pack."""
    scope, pack = scope_of(view), session.library.pack
    lines = ["Symbols"]
    if scope is not None:
        for name in scope.names.values():
            lines += wrapped(clean(f"  {spoken(name.id, scope)}: {symbol(name, scope)}"), hanging=True)
    lines += ["Rules"]
    for rule in pack.rules.values():
        said = f": {spoken(rule.math, None)}" if rule.math else ": in words only, no formula"
        lines += wrapped(clean(f"  {rule.title}{said}"), hanging=True)
    lines += ["Words"] if pack.words else []
    for word, text in pack.words.items():
        lines += wrapped(f"  {word}: {sentence(text, scope)}", hanging=True)
    return lines
