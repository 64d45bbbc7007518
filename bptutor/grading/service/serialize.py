"""A verdict as plain data: what goes through the pipe to and from the worker, and what `grade` prints."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from bptutor.grading.verdict import Finding, Mark, ProofMark, ReadingError, Verdict


def pack(verdict: Verdict) -> dict[str, Any]:
    """Return the whole verdict as JSON data; `unpack` gives it back."""
    error = verdict.error
    return _data(verdict, but=("mark", "proof", "error", "findings")) | {
        "mark": verdict.mark.value,
        "proof": verdict.proof.value,
        "error": error and _data(error, but=() if error.line else ("line",)),
        "findings": [_data(finding) for finding in verdict.findings],
    }


def unpack(packed: Mapping[str, Any]) -> Verdict:
    """Return the verdict that `pack` packed."""
    read: dict[str, Any] = {
        "mark": Mark(packed["mark"]),
        "proof": ProofMark(packed["proof"]),
        "error": ReadingError(**packed["error"]) if packed["error"] else None,
        "findings": tuple(_unpack_finding(finding) for finding in packed["findings"]),
        "provers": tuple(packed.get("provers", ())),
    }
    return Verdict(**{**packed, **read})


def _data(made: Verdict | Finding | ReadingError, but: Sequence[str] = ()) -> dict[str, Any]:
    """Return the fields of a dataclass as JSON data, but for some."""
    return {field.name: plain(getattr(made, field.name)) for field in fields(made) if field.name not in but}


def _unpack_finding(packed: Mapping[str, Any]) -> Finding:
    places: dict[str, Any] = {
        "where": None if packed["where"] is None else tuple(packed["where"]),
        "cells": tuple(tuple(cell) for cell in packed["cells"]),
    }
    return Finding(**{**packed, **places})


def printed(identity: object, packed: Mapping[str, Any], ms: float) -> dict[str, Any]:
    """Return the record that `bptutor grade` prints for a packed verdict.

    Args:
        identity: The `id` of the line as it was given.
        packed: What `pack` returned.
        ms: How long the mark took, in milliseconds.
    """
    record: dict[str, Any] = {
        "id": identity,
        "mark": packed["mark"],
        "proof": packed["proof"],
        "read_as": packed["read_as"],
        "findings": [_printed_finding(finding) for finding in packed["findings"]],
        "ms": round(ms, 1),
    }
    record |= {key: packed[key] for key in ("provers", "reason", "printed") if packed.get(key)}
    if packed["error"]:
        record["error"] = packed["error"]
    return record


def text(record: Mapping[str, Any]) -> str:
    """Return a record as one line of JSON that any UTF-8 stream can carry."""
    line = json.dumps(plain(record), ensure_ascii=False, allow_nan=False)
    if any("\ud800" <= char <= "\udfff" for char in line):
        return json.dumps(plain(record), allow_nan=False)
    return line


def plain(value: object) -> Any:
    """Return nested numbers, arrays and mappings as JSON data; a number that is not finite is null."""
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return str(value)


def _printed_finding(packed: Mapping[str, Any]) -> dict[str, Any]:
    keys = ["rule", "message", "where"]
    if packed["rule"] == "witness" or packed.get("values"):
        keys += ["values", "expected", "got"]
    return {key: packed[key] for key in keys}
