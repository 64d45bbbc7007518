"""The one reader of a question, for packs and for the JSON of `bptutor grade`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from bptutor.errors import PackError, Problem
from bptutor.packs.model import Choice, Derived, Kind, Place, Question
from bptutor.packs.question_types.code import code_keys
from bptutor.packs.question_types.order import stands_after
from bptutor.packs.question_types.variants import FIXED, variant_nodes
from bptutor.packs.renaming import renamed_from
from bptutor.packs.scene.extremes import extremes
from bptutor.packs.yaml.fields import Fields, nearest
from bptutor.packs.yaml.other_systems import OTHER_TYPES
from bptutor.packs.yaml.reader import Located, located, places, plain, problem

FACES = ("index", "matrix", "numpy", "numbers")
FORMS = ("index", "matrix", "numpy", "no-sum", "no-delta")
MAX_DECIMALS = 12
MAX_ITEMS = 26


def question(mapping: Located | Mapping[str, object], place: Place | None = None) -> Question:
    """Read a question.

    Args:
        mapping: What was written: located, or plain data (JSON's numbers, lists and booleans too).
        place: Where it stands, for plain data.

    Raises:
        PackError: It is wrong; carries every problem found.
    """
    problems: list[Problem] = []
    try:
        node = located(mapping, place)
    except ValueError as error:
        raise PackError(problem(place or Place(), f"the question is {error}")) from error
    result = read_question(node, problems)
    if problems or result is None:
        raise PackError(*problems)
    return result


def read_question(node: Located, problems: list[Problem]) -> Question | None:
    """Read a question; every problem found goes into `problems`. None when its type is unknown."""
    fields = Fields(node, "a question", problems)
    fields.require("type", "symbolic")
    kinds = {kind.value: kind for kind in Kind}
    said = fields.text("type")
    if help_ := OTHER_TYPES.get(said):
        fields.wrong(node.mapping["type"].place, f"`type` is `{said}`", help_, "unknown-value")
        return None
    word = fields.one_of("type", kinds) if said else ""
    if word not in kinds:
        return None
    kind = kinds[word]
    fields.what = f"a {word} question"
    own = _READERS[kind](fields)
    written = plain(node)
    result = Question(
        id=fields.text("id"),
        kind=kind,
        prompt=fields.text("prompt"),
        hints=fields.texts("hints"),
        skills=fields.texts("skills"),
        solution=fields.text("solution"),
        show=fields.one_of("show", FACES),
        given=_changed(fields, "given"),
        define=_changed(fields, "define"),
        network=_changed(fields, "network"),
        vary=_vary(node, fields),
        wrong=_wrong(fields),
        derived=_derived(fields),
        was=renamed_from(fields),
        place=node.place,
        places=places(node),
        source=written if isinstance(written, dict) else {},
        **own,
    )
    fields.close()
    return result


def _changed(fields: Fields, key: str) -> Mapping[str, object]:
    return {name: plain(value) for name, value in fields.mapping(key).items()}


def _vary(node: Located, fields: Fields) -> tuple[Question, ...]:
    """Read the variants: each is this question with some keys written anew."""
    for item in fields.nodes("vary"):
        if not item.mapping:
            fields.wrong(item.place, f"a variant is {item.kind}", "write what is different: `- define: {...}`")
        for key in ("vary", *FIXED):
            if key in item.mapping:
                fields.wrong(item.keys[key], f"a variant has no `{key}` of its own", "leave it out", "unknown-key")
    found = [read_question(variant, fields.problems) for variant in variant_nodes(node)]
    return tuple(variant for variant in found if variant is not None)


def _wrong(fields: Fields) -> tuple[tuple[str, str], ...]:
    found = []
    for node in fields.nodes("wrong"):
        one = Fields(node, "a wrong answer", fields.problems)
        answer = one.require("answer", "y - p")
        one.whole_text(answer, "answer")
        found.append((answer.text, one.text("say")))
        one.close()
    return tuple(found)


def _derived(fields: Fields) -> Derived | None:
    node = fields.get("derived")
    if node is None or node.value == "":
        return None
    one = Fields(node, "`derived`", fields.problems)
    goal = one.require("goal", "∂L/∂z_i").text
    above, below = one.texts("above", math=True), one.texts("below", math=True)
    result = Derived(goal, above, below, one.flag("route"))
    one.close()
    return result


# --- what each type has of its own ----------------------------------------------------------------------


def _numbers(fields: Fields) -> dict[str, Any]:
    return {
        "answer": _answer(fields, "dW2, or 0.302"),
        "accept": fields.texts("accept", math=True),
        "decimals": fields.integer("decimals", 0, MAX_DECIMALS, 3),
        "goal": _goal(fields),
    }


def _shape(fields: Fields) -> dict[str, Any]:
    accept = fields.texts("accept", math=True)
    return {"answer": _answer(fields, "W2, or (3, 4)"), "accept": accept, "goal": _goal(fields)}


def _goal(fields: Fields) -> str:
    goal = fields.math("goal")
    return goal.text if goal else ""


def _expression(fields: Fields) -> dict[str, Any]:
    answer = fields.require("answer", "p_i - y_i")
    fields.whole_text(answer, "answer")
    where = fields.math("where")
    return {
        "answer": answer.text,
        "accept": fields.texts("accept", math=True),
        "form": _forms(fields),
        "names": fields.texts("names"),
        "where": where.text if where else "",
        "goal": _goal(fields),
        "extreme": extremes(fields),
    }


def _einsum(fields: Fields) -> dict[str, Any]:
    answer = fields.require("answer", "ij,j->i")
    fields.require("operands", "[W, x]")
    return {
        "answer": answer.text,
        "accept": fields.texts("accept"),
        "operands": fields.texts("operands", math=True),
        "goal": _goal(fields),
    }


def _choice(fields: Fields) -> dict[str, Any]:
    node = fields.require("choices", "[{text: it rises, right: true}, {text: it falls}]")
    many = fields.flag("many")
    choices = tuple(_one_choice(item, fields.problems) for item in node.items[: MAX_ITEMS + 1])
    right = sum(choice.right for choice in choices)
    if node.value and not node.items:
        fields.wrong(node.place, f"`choices` is {node.kind}", "write one `- text: ...` line for each", "choices")
    elif choices and not right:
        fields.wrong(node.place, "no choice is right", "add `right: true` to one of them", "choices")
    elif right > 1 and not many:
        fields.wrong(node.place, f"{right} choices are right", "add `many: true`, or leave one right", "choices")
    elif len(choices) == 1 or len(choices) > MAX_ITEMS:
        fields.wrong(node.place, f"{len(node.items)} choices", f"write 2 to {MAX_ITEMS}", "choices")
    texts = [choice.text.strip() for choice in choices]
    for n, text in enumerate(texts):
        if text in texts[:n]:
            fields.wrong(node.items[n].place, f"the choice `{text}` stands here a second time", "", "choices")
    means = _changed(fields, "means")
    return {"choices": choices, "many": many, "answer": fields.text("answer"), "means": means}


def _one_choice(node: Located, problems: list[Problem]) -> Choice:
    if isinstance(node.value, str) and node.value:
        node = Located({"text": node}, node.place, {"text": node.place})
    fields = Fields(node, "a choice", problems)
    fields.require("text", "it rises")
    result = Choice(fields.text("text"), fields.flag("right"), fields.text("say"))
    fields.close()
    return result


def _order(fields: Fields) -> dict[str, Any]:
    node = fields.require("lines", "[first, then, last]")
    lines, extra = fields.texts("lines"), fields.texts("extra")
    if node.value and not 2 <= len(lines) + len(extra) <= MAX_ITEMS:
        fields.wrong(node.place, f"{len(lines)} lines to put in order", f"write 2 to {MAX_ITEMS}", "order")
    answer = fields.get("answer")
    given = [d.strip() for d in answer.text.split(",")] if answer and answer.text else []
    given = [item.text for item in answer.items] if answer and answer.items else given
    if answer is not None and lines and sorted(given) != sorted(str(n + 1) for n in range(len(lines))):
        what = f"`answer` is `{','.join(given)}`, which does not name each of the {len(lines)} lines once"
        fields.wrong(answer.place, what, f"write 1 to {len(lines)} in the right order, such as 2,1,3", "order")
    after = stands_after(fields, len(lines))
    return {"lines": lines, "extra": extra, "after": after, "answer": ",".join(given)}


def _rule(fields: Fields) -> dict[str, Any]:
    answer = fields.require("answer", "chain-rule")
    options = fields.texts("options")
    accept = fields.texts("accept")
    if options and answer.text not in options:
        fields.wrong(answer.place, f"`{answer.text}` is not among the options", "add it to `options`", "options")
    return {"answer": answer.text, "options": options, "accept": accept}


def _fill(fields: Fields) -> dict[str, Any]:
    line = fields.require("line", "p_i (? - p_j)")
    fields.whole_text(line, "line")
    if line.text and line.text.count("?") != 1:
        fields.wrong(line.place, f"`{line.text}` has {line.text.count('?')} gaps", "write one `?`", "fill")
    whole, where = fields.math("whole"), fields.math("where")
    answer = fields.get("answer") if whole is not None else fields.require("answer", "δ_ij")
    if answer is not None:
        fields.whole_text(answer, "answer")
    accept, names = fields.texts("accept", math=True), fields.texts("names")
    return {
        "line": line.text,
        "answer": answer.text if answer else "",
        "whole": whole.text if whole else "",
        "where": where.text if where else "",
        "accept": accept,
        "names": names,
        "goal": _goal(fields),
    }


def _answer(fields: Fields, example: str) -> object:
    """Take an answer that may be a number, a formula, or nested lists of numbers."""
    node = fields.require("answer", example)
    if isinstance(node.value, str):
        fields.whole_text(node, "answer")
        return node.value
    if isinstance(node.value, Mapping):
        fields.wrong(node.place, "`answer` is a mapping", f"write `answer: {example}`", "answer")
        return ""
    return _nested(node, fields)


def _nested(node: Located, fields: Fields) -> object:
    if isinstance(node.value, str):
        return node.value
    if isinstance(node.value, Mapping):
        fields.wrong(node.place, "a mapping where a number stands", "write a list of numbers", "answer")
        return ""
    return tuple(_nested(item, fields) for item in node.items)


def _forms(fields: Fields) -> tuple[str, ...]:
    found = []
    for node in fields.nodes("form"):
        if isinstance(node.value, Mapping) and set(node.mapping) == {"only"}:
            only = node.mapping["only"]
            found.append("only:" + ",".join(item.text for item in (only.items or (only,))))
        elif node.text in FORMS or node.text.startswith("only:"):
            found.append(node.text)
        else:
            shown = f"`{node.text}`" if node.text else node.kind
            help_ = nearest(node.text, (*FORMS, "{only: [p, y]}"))
            fields.wrong(node.place, f"{shown} is no form", help_, "unknown-value")
    return tuple(found)


_READERS: Mapping[Kind, Callable[[Fields], dict[str, Any]]] = MappingProxyType(
    {
        Kind.NUMERIC: _numbers,
        Kind.VECTOR: _numbers,
        Kind.MATRIX: _numbers,
        Kind.SHAPE: _shape,
        Kind.SYMBOLIC: _expression,
        Kind.MATRIX_EXPRESSION: _expression,
        Kind.NUMPY: _expression,
        Kind.EINSUM: _einsum,
        Kind.CHOICE: _choice,
        Kind.ORDER: _order,
        Kind.RULE: _rule,
        Kind.FILL: _fill,
        Kind.CODE: code_keys,
    }
)
"""How each type reads the keys that the others do not have."""
