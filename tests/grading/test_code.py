"""Functions that learners write: right in many styles, wrong in ways that have names."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from bptutor.grading.grade import grade
from bptutor.grading.service.batch import grade_lines
from bptutor.grading.service.serialize import pack, unpack
from bptutor.grading.verdict import Mark, ProofMark, Verdict
from bptutor.packs.model import Question
from bptutor.packs.question_types.read import question
from bptutor.packs.scene.scene import Scene
from bptutor.plain.text_view import proof_lines
from bptutor.tui.render.verdicts import proof_words

pytestmark = pytest.mark.normal

NETWORK = {
    "sizes": {"B": 5},
    "network": {"layers": [4, 2, 3], "activations": ["sigmoid", "softmax"], "loss": "cross-entropy", "batch": "rows"},
}
VECTOR = {
    "sizes": {"K": 3},
    "given": {"z": {"axes": ["K"]}, "y": {"axes": ["K"], "draw": "one-hot"}, "t": []},
    "define": {"p": "softmax(z)"},
}
ASKED: dict[str, dict[str, Any]] = {
    "layer": {
        "entry": "backward",
        "answer": "def backward(dz, a):\n    return dz.T @ a, dz.sum(axis=0)\n",
        "args": {"dz": "dz2", "a": "a1"},
        "expect": ["dW2", "db2"],
    },
    "error": {
        "entry": "error",
        "answer": "def error(p, y):\n    return (p - y) / len(p)\n",
        "expect": "dz2",
    },
    "hidden": {
        "entry": "hidden",
        "answer": "def hidden(dz2, W2, a1):\n    return (dz2 @ W2) * a1 * (1 - a1)\n",
        "expect": "dz1",
    },
    "model": {
        "entry": "hidden",
        "answer": "def hidden(dz2, W2, a1):\n    return {'dz': (dz2 @ W2) * a1 * (1 - a1)}\n",
    },
    "vector": {"entry": "f", "answer": "def f(p, y):\n    return p - y\n", "expect": "p - y"},
    "number": {"entry": "f", "answer": "def f(t, n):\n    return t * n\n", "expect": "3 t", "args": {"n": 3}},
    "deep": {
        "entry": "backward",
        "network": {"layers": [4, 2, 5, 3], "activations": ["sigmoid", "sigmoid", "softmax"]},
        "answer": (
            "def backward(dz, a, weights):\n    found = []\n    for k in reversed(range(len(weights))):\n"
            "        found.insert(0, dz.T @ a[k])\n        dz = (dz @ weights[k]) * a[k] * (1 - a[k])\n"
            "    return found\n"
        ),
        "args": {"dz": "dz3", "a": ["x", "a1", "a2"], "weights": ["W1", "W2", "W3"]},
        "expect": ["dW1", "dW2", "dW3"],
        "cases": [{}, {"a": ["a1", "a2"], "weights": ["W2", "W3"], "expect": ["dW2", "dW3"]}],
    },
    "softmax": {
        "entry": "softmax",
        "answer": "def softmax(z):\n    e = np.exp(z - z.max())\n    return e / e.sum()\n",
        "expect": "p",
        "cases": [{}, {"z": ["1000", "0", "-1000", "999"]}],
    },
}


@lru_cache
def asked(name: str) -> tuple[Question, Scene]:
    scene = VECTOR if name in {"vector", "softmax", "number"} else NETWORK
    return question({"type": "code", **ASKED[name]}), Scene.from_mapping(scene)


def graded(name: str, body: str) -> Verdict:
    """Grade a function whose head is that of the model answer; a text that begins with `def` or a name stands alone."""
    head = str(ASKED[name]["answer"]).split("\n", 1)[0]
    source = body if body.startswith(("def ", "import ", "class ", "f =", "from ")) else f"{head}\n    {body}\n"
    asks, scene = asked(name)
    return grade(asks, source, scene)


RIGHT = [
    ("layer", "return np.einsum('bi,bj->ij', dz, a), np.ones(len(dz)) @ dz"),
    ("layer", "return [sum(np.outer(d, x) for d, x in zip(dz, a)), sum(dz)]"),
    ("layer", "return (a.T @ dz).T, np.sum(dz, axis=0, keepdims=True)"),
    (
        "layer",
        "def backward(delta, received):\n"
        "    dW = np.zeros((delta.shape[1], received.shape[1]))\n"
        "    db = np.zeros(delta.shape[1])\n"
        "    for s in range(len(delta)):\n"
        "        for i in range(delta.shape[1]):\n"
        "            db[i] += delta[s, i]\n"
        "            for j in range(received.shape[1]):\n"
        "                dW[i, j] += delta[s, i] * received[s, j]\n"
        "    return dW, db\n",
    ),
    ("error", "return -(y - p) / p.shape[0]"),
    ("error", "print(p)\n    return np.float32((p - y) / len(p))"),
    ("hidden", "da = dz2 @ W2\n    return np.where(a1 > 2, 0, da * (a1 - a1**2))"),
    ("model", "return dict(dz=(dz2 @ W2) * (a1 - a1 * a1), other=3)"),
    ("vector", "f = lambda p, y: np.subtract(p, y)"),
    ("vector", "class F:\n    def __call__(self, p, y):\n        return p - y\nf = F()\n"),
    ("vector", "return np.matrix(p - y)"),
    ("vector", "return p - y\r\n"),
    ("number", "return t + t + t"),
    ("number", "return np.array(n * t)"),
    ("number", "return np.array([n * t])"),
    ("softmax", "return np.exp(z - np.log(np.exp(z - z.max()).sum()) - z.max())"),
]


@pytest.mark.parametrize(("name", "body"), RIGHT)
def test_right_in_any_style(name: str, body: str) -> None:
    verdict = graded(name, body)
    assert (verdict.mark, verdict.proof) == (Mark.RIGHT, ProofMark.PROBES), verdict
    assert all(finding.rule == "shape" for finding in verdict.findings)


WRONG = [
    ("layer", "return dz.T @ a * len(dz), dz.sum(axis=0)", ["no-batch-mean"]),
    ("layer", "return a.T @ dz, dz.sum(axis=0)", ["shape", "transposed"]),
    ("layer", "return dz.T @ a, dz", ["shape", "bias-not-summed"]),
    ("layer", "return dz.T @ a, dz.sum()", ["shape", "bias-all-summed"]),
    ("layer", "return dz.T @ a, dz.sum(axis=1)", ["shape", "bias-axis"]),
    ("layer", "return dz.T @ a, dz.mean(axis=0)", ["twice-batch-mean", "bias-mean"]),
    ("layer", "return -dz.T @ a, dz.sum(axis=0)", ["sign"]),
    ("layer", "return dz.T @ a", ["type"]),
    ("error", "return p - y", ["no-batch-mean"]),
    ("error", "return (y - p) / len(p)", ["sign"]),
    ("error", "return (p - y) / p.size", ["class-mean"]),
    ("error", "return p * (1 - p) * (p - y) / len(p)", ["derivative-twice"]),
    ("hidden", "return dz2 @ W2", ["no-activation-derivative"]),
    ("hidden", "return (dz2 @ W2) * a1", ["half-derivative"]),
    ("hidden", "return (dz2 @ W2) * (1 - a1**2)", ["other-activation"]),
    ("hidden", "return (dz2 @ W2.T) * a1 * (1 - a1)", ["raises"]),
    ("hidden", "return (dz2 @ W2) * a1 * (1 - a1) * 1.7", ["factor"]),
    ("hidden", "return (dz2 @ W2) * a1 * np.sin(a1)", ["witness"]),
    ("model", "return {'dz': -(dz2 @ W2) * a1 * (1 - a1)}", ["sign"]),
    ("model", "return {'dW': dz2}", ["type"]),
    ("vector", "p -= y\n    return p", ["changes-input"]),
    ("vector", "return p - y[:, None]", ["shape", "broadcast"]),
    ("vector", "return (p - y) / 0", ["not-finite"]),
    ("number", "return t, n", ["type"]),
    ("softmax", "return np.exp(z) / np.exp(z).sum()", ["not-finite"]),
    ("softmax", "import sys\ndef softmax(z):\n    sys.exit()\n", ["raises"]),
    ("vector", "return f(p, y)", ["raises"]),
    ("vector", "return open('/etc/hostname')", ["reaches-outside"]),
    ("vector", "return np.zeros((10**7, 10**7))", ["memory-limit"]),
    ("vector", "while True: print('x' * 9999)", ["output-limit"]),
]


@pytest.mark.parametrize(("name", "body", "rules"), WRONG)
def test_wrong_by_name_with_the_case_it_failed(name: str, body: str, rules: list[str]) -> None:
    verdict = graded(name, body)
    assert (verdict.mark, verdict.proof) == (Mark.WRONG, ProofMark.REFUTED), verdict
    found = [finding.rule for finding in verdict.findings]
    assert [rule for rule in found if rule in rules] == rules, found
    assert found[0] == rules[0]
    for finding in verdict.findings:
        fact, look, place = finding.message.partition(" Look at ")
        assert fact and look and place.endswith("."), finding.message
    first = verdict.findings[0]
    code = asked(name)[0].code
    assert code is not None and tuple(first.values) == code.parameters
    assert first.expected is not None


def deep(line: str) -> str:
    """Return a backward pass of any depth with another last line of its loop."""
    return str(ASKED["deep"]["answer"]).replace("dz = (dz @ weights[k]) * a[k] * (1 - a[k])", line)


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("dz = dz @ weights[k]", "no-activation-derivative"),  # compounded in dW1, plain in dW2
        ("dz = (dz @ weights[k].T) * a[k] * (1 - a[k])", "no-transpose"),  # its shapes fit on layers of one size only
    ],
)
def test_a_mistake_is_named_where_it_is_plain(line: str, rule: str) -> None:
    verdict = graded("deep", deep(line))
    assert verdict.mark is Mark.WRONG
    assert rule in [finding.rule for finding in verdict.findings]


def test_a_case_may_ask_for_something_of_its_own() -> None:
    two_layers = deep("dz = (dz @ weights[k]) * a[k] * (1 - a[k])").replace("len(weights)", "3")
    verdict = graded("deep", two_layers)
    assert (verdict.mark, verdict.findings[0].rule) == (Mark.WRONG, "raises")
    assert graded("deep", deep("dz = (dz @ weights[k]) * a[k] * (1 - a[k])")).mark is Mark.RIGHT


def test_a_wrong_program_that_the_author_named_is_met_with_its_words() -> None:
    said = "Your slope is half of p. Look at what stands below the bar."
    wrong = [
        {"answer": "def f(p, y):\n    return 1 / 0\n", "say": "Never. Look at nothing."},
        {"answer": "def f(p, y):\n    return p / 2\n", "say": said},
        {"answer": "def f(p, y):\n    return None\n", "say": "Nothing comes back. Look at the last line."},
    ]
    asks = question({"type": "code", **ASKED["vector"], "wrong": wrong})
    _, scene = asked("vector")
    verdict = grade(asks, "def f(p, y):\n    return p * 0.5\n", scene)
    assert (verdict.mark, [finding.message for finding in verdict.findings]) == (Mark.WRONG, [said])
    assert set(verdict.findings[0].values) == {"p", "y"}
    slip = grade(asks, "def f(p, y):\n    return None\n", scene)
    assert slip.mark is Mark.UNREADABLE and slip.error is not None
    assert slip.error.help.startswith("Nothing comes back. Look at the last line.")
    assert grade(asks, "def f(p, y):\n    return y - p\n", scene).rules == ("sign",)


def test_of_a_right_program_it_is_said_on_how_many_cases_it_ran() -> None:
    verdict = graded("softmax", "e = np.exp(z - max(z))\n    return e / sum(e)")
    assert (verdict.mark, verdict.cases) == (Mark.RIGHT, 2)
    assert unpack(pack(verdict)) == verdict
    assert proof_words(verdict) == "run on 2 cases"
    assert proof_lines(verdict) == ["Run on 2 cases: what is asked, each time."]


def test_the_failing_case_is_the_one_that_fails() -> None:
    verdict = graded("softmax", "return np.exp(z) / np.exp(z).sum()")
    assert verdict.findings[0].values == {"z": [1000.0, 0.0, -1000.0, 999.0]}
    assert verdict.findings[0].expected == pytest.approx([0.731059, 0, 0, 0.268941])  # e/(1+e), by hand


def test_what_a_program_prints_is_there_when_it_fails() -> None:
    assert graded("vector", "print('d', p.ndim)\n    print()\n    return p + y").printed == "d 1\n\n"
    stopped = graded("vector", "print('here', end='')\n    return p @ y[:2]")
    assert (stopped.findings[0].rule, stopped.printed) == ("raises", "here")
    assert graded("vector", "print('d')\n    return p - y").printed == ""


def test_of_much_that_is_printed_the_beginning_is_there_and_of_each_case_its_own() -> None:
    assert graded("vector", "print('x' * 9000)\n    return p + y").printed == "x" * 2000
    assert graded("softmax", "print(z.max() < 100)\n    return np.exp(z) / np.exp(z).sum()").printed == "False\n"


def test_a_value_that_differs_has_its_place() -> None:
    verdict = graded("vector", "d = p - y\n    return np.append(d[:1], d[1:] + 1)")
    (finding,) = verdict.findings
    assert (finding.rule, finding.where) == ("witness", (1,))
    assert "entry [1]" in finding.message


def test_a_list_for_an_array_is_another_form() -> None:
    verdict = graded("vector", "return [a - b for a, b in zip(p, y)]")
    assert (verdict.mark, verdict.findings[0].rule) == (Mark.RIGHT_OTHER_FORM, "type")


@pytest.mark.parametrize(
    ("source", "line", "column", "part"),
    [
        ("def f(p, y):\n    return (p -", 2, 12, "never closed"),
        ("def f(p, y):\nreturn p", 2, 1, "indented"),
        ("def g(p, y):\n    return p", 1, 1, "no function `f`"),
        ("x" * 8001, 0, 8001, "8000 characters"),
        ("def f(p, y): return '\x1b'", 0, 22, "cannot be shown"),
        ("\n  \n", 0, 1, "nothing"),
    ],
)
def test_what_is_no_program_is_not_an_attempt(source: str, line: int, column: int, part: str) -> None:
    asks, scene = asked("vector")
    verdict = grade(asks, source, scene)
    assert verdict.mark is Mark.UNREADABLE and verdict.error is not None
    assert (verdict.error.line, verdict.error.column) == (line, column)
    assert part in verdict.error.message


def test_lines_of_the_grade_command() -> None:
    """One endless program takes no more than its limit; the lines around it are graded."""
    programs = {
        "right": "def f(p, y):\n    return p - y\n",
        "loop": "import time\ndef f(p, y):\n    time.sleep(99)\n",
        "syntax": "def f(p, y):\n    return p +* y\n",
        "damage": "def f(p, y):\n    y += 1\n    return p - y + 1\n",
    }
    mapping = {"type": "code", **ASKED["vector"], "scene": VECTOR}
    lines = (json.dumps({"id": key, "question": mapping, "answer": text}) for key, text in programs.items())
    records = {record["id"]: record for record in map(json.loads, grade_lines(lines))}
    assert list(records) == list(programs)
    marks = [record["mark"] for record in records.values()]
    assert marks == ["right", "wrong", "unreadable", "wrong"]
    assert records["loop"]["findings"][0]["rule"] == "time-limit"
    assert records["loop"]["ms"] < 6000
    error = records["syntax"]["error"]
    assert (error["line"], error["column"]) == (2, 15) and error["message"].startswith("line 2, column 15: ")
    (finding,) = records["damage"]["findings"]
    assert finding["rule"] == "changes-input" and "`y`" in finding["message"]
    assert set(finding) == {"rule", "message", "where", "values", "expected", "got"}
    assert finding["expected"] == finding["got"]


BARE = [
    ({"entry": "f", "answer": "f = lambda x: x * x", "cases": [{"x": 2}, {"x": -3}]}, "def f(x):\n    return x ** 2"),
    ({"entry": "f", "answer": "def f(x, y, k=2):\n    return x + k * y", "cases": [[1, 2], [[1, 2], 3]]},
     "def f(x, y):\n    return y + x + y"),
    ({"entry": "f", "answer": "def f(xs, k=2):\n    return [k * x for x in xs]", "args": {"k": 3},
      "cases": [{"xs": [[1, 2], [[3]]]}], "expect": [[3, 6], [[9]]]},
     "def f(xs, k):\n    return tuple(x * k for x in xs)"),
    ({"entry": "f", "answer": "def f(word):\n    return {'n': len(word)}", "args": {"word": "'ReLU'"}},
     "def f(word):\n    return {'n': 4}"),
]  # fmt: skip


@pytest.mark.parametrize(("mapping", "source"), BARE)
def test_a_question_without_a_scene(mapping: dict[str, Any], source: str) -> None:
    asks = question({"type": "code", **mapping})
    assert grade(asks, source, None).mark is Mark.RIGHT
    wrong = source.replace("return ", "return 7, ")
    assert grade(asks, wrong, None).mark is Mark.WRONG


def test_a_question_that_cannot_be_computed_accuses_nobody_and_runs_nothing_here(tmp_path: Path) -> None:
    """Answer, setup and arguments of a question are Python that only the sandbox runs: it may not leave a file."""
    mark = tmp_path / "ran"
    evil = f"open({str(mark)!r}, 'w')"
    broken: list[tuple[dict[str, Any], str]] = [
        ({"args": {"y": "q"}}, "`q`"),
        ({"answer": "def f(p, y):\n    return 1 / 0\n", "expect": ""}, "ZeroDivisionError"),
        ({"answer": "def f(p, w):\n    return p\n"}, "`w`"),
        ({"answer": f"{evil}\ndef f(p, y):\n    return p\n", "expect": ""}, "refused"),
        ({"setup": evil}, "Refused"),
        ({"args": {"y": {"python": evil}}}, "Refused"),
    ]
    lines = [
        json.dumps(
            {"id": n, "question": {"type": "code", **ASKED["vector"], **change, "scene": VECTOR}, "answer": "f = 1"}
        )
        for n, (change, _) in enumerate(broken)
    ]
    for record, (_, part) in zip(map(json.loads, grade_lines(lines)), broken, strict=True):
        assert set(record) == {"id", "error"} and part in record["error"], record
    assert not mark.exists()
