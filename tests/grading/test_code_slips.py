"""Slips of the interpreter are told and not counted; a wrong result is wrong; shapes and names come first."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bptutor.grading.grade import grade
from bptutor.grading.service.batch import grade_lines
from bptutor.grading.verdict import Mark, ProofMark, Verdict
from bptutor.packs.pasted import unwrapped
from bptutor.packs.question_types.read import question
from bptutor.packs.scene.scene import Scene

pytestmark = pytest.mark.normal

SCENE: dict[str, Any] = {
    "sizes": {"B": 5, "K": 3, "M": 2},
    "given": {"d": {"axes": ["B", "K"]}, "a": {"axes": ["B", "M"]}},
    "define": {"G_km": "Σ_b d_bk a_bm", "h_k": "Σ_b d_bk"},
}
ASKED: dict[str, Any] = {
    "type": "code",
    "entry": "backward",
    "starter": 'def backward(d, a):\n    """Return dW and db."""\n',
    "answer": "def backward(d, a):\n    return d.T @ a, d.sum(axis=0)\n",
    "expect": ["G", "d.sum(axis=0)"],
}


def graded(body: str, **changes: Any) -> Verdict:
    """Grade the body of the function, or a whole program."""
    whole = body.startswith(
        ("def ", "import ", "from ", "class ", "backward", "\ufeff", "```", "~~~", ">>>", "In [", "@", "\n", "x")
    )
    source = body if whole else f"def backward(d, a):\n    {body}\n"
    return grade(question({**ASKED, **changes}), source, Scene.from_mapping(SCENE))


SLIPS: dict[str, tuple[str, int, str]] = {
    # name: program, line, what is said of it
    "an unknown name": ("return d.T @ A, d.sum(axis=0)", 2, "`return d.T @ A, d.sum(axis=0)`: name 'A' is not defined"),
    "another in a loop": ("for i in range(len(D)):\n        pass\n    return d", 2, "'D'"),
    "a helper's": ("def help(x): return y\ndef backward(d, a):\n    return help(d)", 1, "'y'"),
    "an unset variable": ("dW += d.T @ a\n    return dW, d", 2, "local variable 'dW'"),
    "a name as it is loaded": ("def backward(d, a):\n    return d\nprint(backward(D, A))", 3, "'D'"),
    "a deleted name": ("del d\n    return d, a", 3, "local variable 'd'"),
    "a misspelt module": ("import nunpy as np\ndef backward(d, a): return d", 1, "No module named 'nunpy'"),
    "a function that a module has not": ("from numpy import summ\ndef backward(d, a): return d", 1, "'summ'"),
    "the same by its module": ("return np.summ(d), d", 2, "has no attribute 'summ'"),
    "an old alias": ("return np.float(3), d", 2, "has no attribute 'float'"),
    "an open bracket": ("return (d.T @ a", 2, "never closed"),
    "two signs": ("return d.T @* a", 2, "invalid syntax"),
    "a line that is not moved in": ("def backward(d, a):\nreturn d", 2, "expected an indented block"),
    "one that is moved too far": ("x = 1\n      y = 2\nreturn d", 2, "unexpected indent"),
    "no colon": ("def backward(d, a)\n    return d", 1, "expected ':'"),
    "a return outside": ("x = 1\nreturn x", 2, "outside function"),
    "too deep": ("x = " + "-" * 7000 + "1", 1, ""),
    "no function": ("def backwards(d, a):\n    return d", 1, "no function `backward`"),
    "a number for it": ("backward = 3", 1, "no function `backward`"),
    "one parameter": ("def backward(d):\n    return d", 1, "`backward(d, a)`"),
    "three parameters": ("def backward(d, a, W):\n    return d", 1, "`backward(d, a)`"),
    "none": ("def backward():\n    return 1", 1, "`backward(d, a)`"),
    "by name only": ("def backward(d, *, a):\n    return d.T @ a, d.sum(axis=0)", 1, "`backward(d, a)`"),
    "the other order": ("def backward(a, d):\n    return d.T @ a, d.sum(axis=0)", 1, "`backward(d, a)`"),
    "the other order by lambda": ("backward = lambda a, d: (d.T @ a, d.sum(axis=0))", 1, "`backward(d, a)`"),
    "an order that raises": ("def backward(a, d):\n    return d[:, :3] @ a, a.sum(axis=0)", 1, "`backward(d, a)`"),
    "one moved up": ("def backward(x, d):\n    return x @ d", 1, "`backward(d, a)`"),
    "a class called with too much": ("class backward:\n    def __init__(self, d): pass", 1, "`backward(d, a)`"),
    "no return": ("dW = d.T @ a", 1, "no `return`"),
    "nothing": ("pass", 1, "nothing (None)"),
    "dots": ("...", 1, "nothing (None)"),
    "a bare return": ("return", 2, "nothing (None)"),
    "a return that is missed": ("if d[0, 0] > 9:\n        return d.T @ a, d.sum(axis=0)", 3, "nothing (None)"),
    "print for return": ("print(d.T @ a)", 1, "no `return`"),
    "None for a part": ("return d.T @ a, None", 2, "`db` is nothing (None)"),
    "a text": ("return 'd.T @ a'", 2, "a text"),
    "a text for a part": ("return d.T @ a, 'db'", 2, "`db` is a text"),
    "a function": ("return np.sum", 2, "which is no array"),
    "a method that is not called": ("return d.T @ a, d.sum", 2, "`db`"),
    "a generator": ("return (x for x in d)", 2, "a generator"),
    "a generator for the function": ("yield d", 1, "a generator"),
    "a plain object": ("class C: pass\ndef backward(d, a):\n    return C()", 3, "a C"),
    "an iterator": ("return d.T @ a, map(sum, d.T)", 2, "`db` is a map"),
}


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_is_told_and_not_counted(name: str) -> None:
    body, line, part = SLIPS[name]
    verdict = graded(body)
    assert (verdict.mark, verdict.proof, verdict.findings) == (Mark.UNREADABLE, ProofMark.NONE, ()), verdict
    assert verdict.error is not None
    assert verdict.error.line == line and part in verdict.error.message, verdict.error
    assert "not counted" in verdict.error.help


WRONG: dict[str, tuple[str, str]] = {
    "a shape that does not fit": ("return d @ a, d.sum(axis=0)", "raises"),
    "an index": ("return d[99], a", "raises"),
    "a key": ("return {}['dW']", "raises"),
    "a division": ("return 1 // 0, d", "raises"),
    "no end": ("return backward(d, a)", "raises"),
    "a type inside": ("return d + 'x', d", "raises"),
    "a call inside": ("def help(x): return x\ndef backward(d, a):\n    return help(d, a)", "raises"),
    "an attribute of an array": ("return d.summ(), d", "raises"),
    "an attribute of None": ("d = None\n    return d.T @ a, d", "raises"),
    "an assertion": ("assert False", "raises"),
    "a line from the keyboard": ("input('d? ')\n    return d, a", "raises"),
    "an error as it is loaded": ("x = 1 / 0\ndef backward(d, a):\n    return d.T @ a, d.sum(axis=0)", "raises"),
    "one part of two": ("return d.T @ a", "type"),
    "a dict": ("return {'dW': d.T @ a, 'db': d.sum(axis=0)}", "type"),
    "complex numbers": ("return (d.T @ a) * 1j, d.sum(axis=0)", "type"),
    "an array of objects": ("return np.array([None, 1]), d", "type"),
    "a value": ("return 1.7 * d.T @ a, d.sum(axis=0)", "factor"),
    "other names, a wrong value": ("def backward(u, v):\n    return -u.T @ v, u.sum(axis=0)", "sign"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_computed_wrongly_is_no_slip(name: str) -> None:
    body, rule = WRONG[name]
    verdict = graded(body)
    assert (verdict.mark, verdict.proof) == (Mark.WRONG, ProofMark.REFUTED), verdict
    assert rule in verdict.rules and verdict.findings[0].expected is not None


CALLABLE = [
    "def backward(u, v):\n    return u.T @ v, u.sum(axis=0)",
    "def backward(d, a, scale=1.0, *rest, **named):\n    return scale * d.T @ a, d.sum(axis=0)",
    "def backward(*both):\n    return both[0].T @ both[1], both[0].sum(axis=0)",
    "def backward(d, a=None, *, b=3):\n    return d.T @ a, d.sum(axis=0)",
    "from functools import partial\ndef scaled(k, d, a):\n    return k * d.T @ a, d.sum(axis=0)\n"
    "backward = partial(scaled, 1)",
    "def other(a, d):\n    return d.T @ a, d.sum(axis=0)\ndef backward(d, a):\n    return other(a, d)",
    "from numpy import *\ndef backward(d, a):\n    return einsum('bk,bm->km', d, a), sum(d, axis=0)",
    "import threading\nthreading.Thread(target=print).start()\ndef backward(d, a):\n    return d.T @ a, d.sum(axis=0)",
    "import sys\nsys.stdout.close()\ndef backward(d, a):\n    return d.T @ a, d.sum(axis=0)",
    "def backward(a, d):\n    return 0\ndef backward(d, a):\n    return d.T @ a, d.sum(axis=0)",
    "import collections\nPair = collections.namedtuple('Pair', 'dW db')\n"
    "def backward(d, a):\n    return Pair(d.T @ a, d.sum(axis=0))",
]


@pytest.mark.parametrize("source", CALLABLE)
def test_what_can_be_called_as_asked_is_right(source: str) -> None:
    assert graded(source).mark is Mark.RIGHT, graded(source)


def test_a_right_result_is_right_in_any_order_of_parameters() -> None:
    asks = question({"type": "code", "entry": "f", "answer": "def f(p, q):\n    return p * q\n", "cases": [[2, 3]]})
    assert grade(asks, "def f(q, p):\n    return q * p\n", None).mark is Mark.RIGHT
    asks = question({"type": "code", "entry": "f", "answer": "def f(p, q):\n    return p - q\n", "cases": [[2, 3]]})
    assert grade(asks, "def f(q, p):\n    return q - p\n", None).mark is Mark.RIGHT
    assert grade(asks, "def f(q, p):\n    return p - q\n", None).mark is Mark.UNREADABLE


PROGRAM = "def backward(d, a):\n    return d.T @ a, d.sum(axis=0)"
PASTED = {
    "a fence": f"```python\n{PROGRAM}\n```",
    "a fence of another kind": f"\n~~~ py\n{PROGRAM}\n~~~\n",
    "a byte order mark": f"\ufeff{PROGRAM}",
    "an open fence": f"```\n{PROGRAM}",
    "prompts": ">>> def backward(d, a):\n...     return d.T @ a, d.sum(axis=0)\n...",
    "prompts in a fence": "```pycon\n>>> def backward(d, a):\n...     return d.T @ a, d.sum(axis=0)\n...\n```",
    "numbered prompts": "In [3]: def backward(d, a):\n   ...:     return d.T @ a, d.sum(axis=0)\n   ...:",
    "prompts of IDLE": ">>> def backward(d, a):\n    return d.T @ a, d.sum(axis=0)",
}


@pytest.mark.parametrize("name", PASTED)
def test_what_was_pasted_around_a_program_is_taken_off(name: str) -> None:
    assert graded(PASTED[name]).mark is Mark.RIGHT, graded(PASTED[name])
    assert len(unwrapped(PASTED[name]).split("\n")) == len(PASTED[name].split("\n"))


def test_lines_and_columns_are_those_of_the_text_as_it_was_pasted() -> None:
    verdict = graded("```python\n>>> def backward(d, a):\n...     return d @* a\n```")
    assert verdict.error is not None and (verdict.error.line, verdict.error.column) == (3, 19)
    assert "`...     return d @* a`" in verdict.error.help


@pytest.mark.parametrize(
    "text", [PROGRAM, "x = '''\n```\n>>> 1\n'''\n" + PROGRAM, "@staticmethod\n" + PROGRAM, "...\nx = [...,\n...]"]
)
def test_a_program_without_them_is_as_it_was(text: str) -> None:
    assert unwrapped(text) == text


def test_a_name_that_is_close_is_offered() -> None:
    for body, offered in (("deltas = d\n    return delta.T @ a", "`deltas`"), ("return np.zerosx(3), d", "`zeros`"),
                          ("retrun = 1\n    return dd", "`d`")):  # fmt: skip
        error = graded(body).error
        assert error is not None and f"did you mean {offered}" in error.help


def test_the_record_of_a_slip_has_its_line_and_nothing_of_the_answer() -> None:
    line = json.dumps(
        {"id": "s", "question": {**ASKED, "scene": SCENE}, "answer": "def backward(d, a):\n    return dd\n"}
    )
    record = json.loads(next(iter(grade_lines([line]))))
    assert (record["mark"], record["proof"], record["read_as"], record["findings"]) == ("unreadable", "none", None, [])
    assert record["error"]["line"] == 2 and set(record["error"]) == {"column", "message", "help", "line"}


# --- a failure: shapes first, parts by their names --------------------------------------------------------------------


def test_shapes_come_first() -> None:
    first, *others = graded("return a.T @ d, d.sum(axis=0)").findings
    assert first.rule == "shape"
    assert first.message.startswith("Your dW has shape (")
    assert ", with d (" in first.message and ", a (" in first.message
    assert others[0].rule == "transposed"


def test_the_shapes_of_what_was_handed_over_stand_before_the_first_entry_that_differs() -> None:
    (finding,) = [one for one in graded("return np.sin(d.T @ a), d.sum(axis=0)").findings if one.rule == "witness"]
    handed, _, rest = finding.message.partition(", a (")
    assert handed.startswith("In case 1, with d (") and "entries differ; the first is " in rest and "of dW" in rest
    raised = graded("return d @ a, d").findings[0]
    assert raised.rule == "raises" and ", with d (" in raised.message and raised.message.endswith("Look at line 2.")


NAMED = [
    ({}, "`db`"),
    ({"starter": "def backward(d, a):\n    ...\n    return gradient, bias\n"}, "`bias`"),
    ({"starter": "", "answer": "def backward(d, a):\n    W, b = d.T @ a, d.sum(axis=0)\n    return W, b\n"}, "`b`"),
    ({"starter": 'def backward(d, a):\n    """Returns (`dW`, `db_1`)."""\n'}, "`db_1`"),
    ({"starter": "", "expect": ["G", "h"]}, "`h`"),
    ({"starter": "", "expect": ""}, "part 2"),
    ({"starter": 'def backward(d, a):\n    """Return what is asked, and more."""\n'}, "part 2"),
]


@pytest.mark.parametrize(("changes", "name"), NAMED)
def test_a_part_has_the_name_that_the_function_gives_it(changes: dict[str, Any], name: str) -> None:
    error = graded("return d.T @ a, None", **changes).error
    assert error is not None and f": {name} is nothing" in error.message
