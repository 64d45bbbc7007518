"""One case of a verdict in few words: one entry, yours and asked, and the numbers that it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bptutor.grading.verdict import Finding
from bptutor.tui.render.grids import number

SIX = 6
"""Most names whose values are written out in a row, and most entries of one axis."""
Path = tuple[int | str, ...]


def difference(finding: Finding, *, places: bool = False) -> str:
    """Return the first entry that differs, yours beside what is asked; empty where the message says it already.

    Args:
        finding: What was found.
        places: Whether the entry is named by its place as Python counts; else it is called the first that differs.
    """
    found = _first(finding)
    if found is None:
        return ""
    path, got, expected = found
    mine, asked = _apart(got, expected)
    if mine in finding.message and asked in finding.message:
        return ""
    where = f"at {_python(path, finding.got)}: " if path and places else ""
    which = ", in the first entry that differs" if path and not places else ""
    return f"{where}yours {mine}, asked {asked}{which}"


def numbers(finding: Finding) -> str:
    """Return the values that a case was computed from, one row of text; empty when it has none."""
    values = list(finding.values.items())
    shown = ", ".join(f"{name} = {brief(value)}" for name, value in values[:SIX])
    return f"with {shown}" + ", …" * (len(values) > SIX) if values else ""


def shapes(values: Mapping[str, object]) -> str:
    """Return the arguments of a program by name: the shapes of arrays, all else as it is."""
    return ", ".join(
        f"{name} {_shape(value)}" if _shape(value) else f"{name} = {brief(value)}" for name, value in values.items()
    )


def brief(value: object) -> str:
    """Write a value in a row of text; of a long axis its first entries."""
    if isinstance(value, list | tuple):
        return "[" + ", ".join(brief(item) for item in value[:SIX]) + (", …]" if len(value) > SIX else "]")
    if isinstance(value, bool):
        return str(value)
    return number(float(value)) if isinstance(value, int | float) else str(value)


def _shape(value: object) -> str:
    sizes: list[int] = []
    while isinstance(value, list) and value:
        if any(isinstance(item, list) != isinstance(value[0], list) for item in value):
            return f"a list of {len(value)}"
        sizes.append(len(value))
        value = value[0]
    return "(" + ", ".join(map(str, sizes)) + ("," if len(sizes) == 1 else "") + ")" if sizes else ""


def _first(finding: Finding) -> tuple[Path, Any, Any] | None:
    """Return the entry that the finding points at, else the first that differs."""
    got, expected = finding.got, finding.expected
    if got is None or expected is None:
        return None
    where = finding.where or ()
    mine, asked = _at(got, where), _at(expected, where)
    if _is_number(mine) and _is_number(asked) and mine != asked:
        return where, mine, asked
    return _walked(got, expected, ())


def _walked(got: Any, expected: Any, path: Path) -> tuple[Path, Any, Any] | None:
    if isinstance(got, list | tuple) and isinstance(expected, list | tuple):
        pairs: list[tuple[int | str, Any, Any]] = [
            (n, a, b) for n, (a, b) in enumerate(zip(got, expected, strict=False))
        ]
    elif isinstance(got, dict) and isinstance(expected, dict):
        pairs = [(key, got[key], expected[key]) for key in expected if key in got]
    else:
        from bptutor.notation.equality.tolerances import SHOWN, close_numbers  # NumPy, which a start has no time for

        differ = _is_number(got) and _is_number(expected) and not close_numbers(expected, got, SHOWN)
        return (path, got, expected) if differ else None
    return next((found for key, a, b in pairs if (found := _walked(a, b, (*path, key)))), None)


def _at(value: Any, where: tuple[int, ...]) -> Any:
    for n in where:
        if not isinstance(value, list | tuple) or n >= len(value):
            return None
        value = value[n]
    return value


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _apart(got: float, expected: float) -> tuple[str, str]:
    """Write two numbers with as many digits as tell them apart, four at least."""
    mine = asked = ""
    for digits in range(4, 17):
        mine, asked = (f"{float(value):.{digits}g}".replace("-", "−") for value in (got, expected))
        if mine != asked:
            break
    return mine, asked


def _python(path: Path, of: object) -> str:
    """Write the place of an entry as Python does."""
    if isinstance(of, list) and _shape(of).startswith("(") and _shape(of).count(",") >= len(path) - (len(path) > 1):
        return "[" + ", ".join(map(str, path)) + "]"
    return "".join(f"[{key!r}]" for key in path)
