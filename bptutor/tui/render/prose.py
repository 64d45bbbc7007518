"""Prose of a lesson as rows of text: Markdown with mathematics between dollar signs.

Textual's own Markdown makes one widget of every block and grows slower with each; a step here is one text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from textual.content import Content

from bptutor.notation.printers.scripts import in_type
from bptutor.tui.render.flow import Lines, columns, indented, wrapped
from bptutor.tui.render.formulas import Typesetter

CODE = "$text-accent"
_INLINE_STYLES = {"strong": "bold", "em": "italic", "s": "strike", "link": "underline"}
_FACTOR_ENDS, _FACTOR_BEGINS = re.compile(r"[\w)\]'?]"), re.compile(r"[\w(\[.?−-]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    parser.use(dollarmath_plugin, allow_space=False, allow_digits=True, double_inline=True)
    parser.inline.ruler.before("emphasis", "product", _product)
    return parser.use(amsmath_plugin)


def _product(state: StateInline, silent: bool) -> bool:
    """Keep a `*` between two factors, as in `1*4 + 2*5`, which CommonMark would take for emphasis."""
    at, text = state.pos, state.src
    if text[at] != "*" or not (_FACTOR_ENDS.match(text[at - 1 : at]) and _FACTOR_BEGINS.match(text[at + 1 : at + 2])):
        return False
    if not silent:
        state.pending += "*"
    state.pos += 1
    return True


def prose(text: str, setter: Typesetter, width: int) -> Lines:
    """Lay out Markdown for a width, with a blank row between blocks.

    Args:
        text: Markdown; `$...$` is mathematics in a line, `$$...$$` on rows of its own.
        setter: Sets the mathematics.
        width: In cells.
    """
    tree = SyntaxTreeNode(_parser().parse(_CONTROL.sub("", text)))
    return _stacked(tree.children, setter, width)


def one_line(text: str, setter: Typesetter) -> Content:
    """Lay out Markdown that has one paragraph, unbroken (a choice, a hint, a prompt)."""
    nodes = SyntaxTreeNode(_parser().parse(_CONTROL.sub("", text))).children
    parts = [_inline(child, setter) for node in nodes for child in node.children if child.type == "inline"]
    return Content(" ").join(parts) if parts else Content(text)


def _stacked(nodes: list[SyntaxTreeNode], setter: Typesetter, width: int, tight: bool = False) -> Lines:
    rows: Lines = []
    for node in nodes:
        block = _BLOCKS.get(node.type, _source)(node, setter, width)
        if rows and block and not tight:
            rows.append(Content())
        rows += block
    return rows


def _inline(node: SyntaxTreeNode, setter: Typesetter) -> Content:
    if node.type in {"text", "html_inline"}:
        return Content(in_type(node.content))
    if node.type in {"softbreak", "hardbreak"}:
        return Content("\n" if node.type == "hardbreak" else " ")
    if node.type == "code_inline":
        return Content.styled(node.content, CODE)
    if node.type in {"math_inline", "math_inline_double"}:
        return setter.inline(node.content.strip())
    inner = Content().join(_inline(child, setter) for child in node.children)
    if not node.children:
        inner = Content(node.content)
    style = _INLINE_STYLES.get(node.type)
    return inner.stylize(style) if style else inner


def _paragraph(node: SyntaxTreeNode, setter: Typesetter, width: int) -> Lines:
    rows: Lines = []
    for child in node.children:
        parts = child.children
        if len(parts) == 1 and parts[0].type == "math_inline_double":
            rows += _displayed(parts[0].content, setter, width)
        else:
            rows += wrapped(_inline(child, setter), width)
    return rows


def _heading(node: SyntaxTreeNode, setter: Typesetter, width: int) -> Lines:
    text = Content().join(_inline(child, setter) for child in node.children)
    return wrapped(text.stylize("bold $text-primary"), width)


def _list(node: SyntaxTreeNode, setter: Typesetter, width: int) -> Lines:
    rows: Lines = []
    start = int(node.attrs.get("start", 1) or 1)
    for n, item in enumerate(node.children):
        mark = f"{start + n}. " if node.type == "ordered_list" else "• "
        inner = _stacked(item.children, setter, width - len(mark) - 1, tight=True)
        for place, row in enumerate(inner):
            rows.append(Content(f" {mark}" if place == 0 else " " * (len(mark) + 1)) + row)
    return rows


def _quote(node: SyntaxTreeNode, setter: Typesetter, width: int) -> Lines:
    bar = Content.styled("│ ", "$quiet")
    return [bar + row for row in _stacked(node.children, setter, width - 2)]


def _source(node: SyntaxTreeNode, setter: Typesetter, width: int) -> Lines:
    text = node.content if not node.is_root else ""
    rows = [Content.styled(line.expandtabs(4), CODE) for line in text.rstrip("\n").split("\n")]
    return [piece for row in indented(rows, 2) for piece in (row.fold(width) if row.cell_length > width else [row])]


def _displayed(text: str, setter: Typesetter, width: int) -> Lines:
    return indented(setter.display(text.strip(), width - 2), 2)


def _math(node: SyntaxTreeNode, setter: Typesetter, width: int) -> Lines:
    return _displayed(node.content, setter, width)


def _line(node: SyntaxTreeNode, setter: Typesetter, width: int) -> Lines:
    return [Content.styled("─" * width, "$quiet")]


def _table(node: SyntaxTreeNode, setter: Typesetter, width: int) -> Lines:
    table = [
        [Content().join(_inline(part, setter) for part in cell.children) for cell in row.children]
        for section in node.children
        for row in section.children
    ]
    count = max(len(row) for row in table)
    widths = [max((row[n].cell_length for row in table if n < len(row)), default=0) + 3 for n in range(count)]
    while sum(widths) > width and max(widths) > 8:
        widths[widths.index(max(widths))] -= 1
    rows = [columns(list(zip(row, widths, strict=False))) for row in table]
    rule = Content.styled("─" * min(sum(widths), width), "$quiet")
    return [rows[0].stylize("bold"), rule, *rows[1:]]


_BLOCKS: dict[str, Callable[[SyntaxTreeNode, Typesetter, int], Lines]] = {
    "paragraph": _paragraph,
    "heading": _heading,
    "bullet_list": _list,
    "ordered_list": _list,
    "blockquote": _quote,
    "fence": _source,
    "code_block": _source,
    "math_block": _math,
    "math_block_label": _math,
    "amsmath": _math,
    "hr": _line,
    "table": _table,
}
