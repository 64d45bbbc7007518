"""What the printers share: which parts need brackets, and in which order signs and factors come.

A `Printer` walks a tree and hands its pieces to one way of setting: a line, a box, LaTeX source. Brackets follow from
binding strength alone, as in operator precedence parsing (Pratt 1973) read backwards, so all printers agree on them; a
printer only says which of its constructions enclose their parts by themselves (a fraction bar, a radical).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, Generic, TypeVar

from bptutor.notation import tree as t
from bptutor.notation.printers.precedence import (
    LEVELS,
    UNBRACKETED,
    Level,
    Style,
    exact,
    is_array,
    needs_sign,
    slice_text,
)
from bptutor.notation.printers.scripts import ends_in_script, leading_word, trailing_word
from bptutor.notation.scope import Role, Scope

T = TypeVar("T")


class Printer(ABC, Generic[T]):
    """Walks a tree; a subclass sets the pieces, and has a method `set_...` for each type of node."""

    fractions_enclose: ClassVar[bool] = True
    """Whether a quotient is one factor without brackets (a fraction bar encloses it)."""
    minus: ClassVar[str] = "−"
    entrywise: ClassVar[str] = " ⊙ "
    times: ClassVar[str] = " · "
    outer_sign: ClassVar[str] = " ⊗ "

    def __init__(self, scope: Scope) -> None:
        """Remember where the display of a name is found."""
        self.scope = scope

    # --- what a printer must say -----------------------------------------------------------------

    @abstractmethod
    def text(self, text: str, style: Style = Style.PLAIN) -> T:
        """Set characters."""

    @abstractmethod
    def row(self, pieces: Sequence[T]) -> T:
        """Set pieces side by side."""

    @abstractmethod
    def enclosed(self, piece: T, left: str = "(", right: str = ")") -> T:
        """Put brackets around a piece."""

    @abstractmethod
    def edges(self, piece: T) -> str:
        """Return the text on the base line of a piece, to decide on the space between factors."""

    @abstractmethod
    def lowered(self, base: T, subscripts: Sequence[t.Expr]) -> T:
        """Set subscripts at the lower right of a base."""

    # --- brackets -----------------------------------------------------------------------------

    def show(self, expr: t.Expr, need: Level = Level.RELATION) -> T:
        """Set a node, in brackets when it holds together less tightly than `need`."""
        method: Any = getattr(self, "set_" + type(expr).__name__.lower())
        piece: T = method(expr)
        if self.level(expr) >= need:
            return piece
        if isinstance(expr, t.Call) and self.stands_unbracketed(expr):
            return self.row([self.word(expr.function), self.enclosed(self.show(expr.args[0]))])
        return self.enclosed(piece)

    def word(self, function: str) -> T:
        """Set the name of a function before brackets."""
        return self.text(function)

    def level(self, expr: t.Expr) -> Level:
        """Return how tightly a node holds together in this printer."""
        if isinstance(expr, t.Mul):
            signs = any(
                is_array(factor, self.scope) for factor in expr.factors[:-1]
            )  # two arrays, or one before a scalar
            return Level.ENTRYWISE if signs else Level.PRODUCT
        if isinstance(expr, t.MatMul) and needs_sign(expr, self.scope):
            return Level.ENTRYWISE
        if isinstance(expr, t.Div) and self._is_entrywise_quotient(expr):
            return Level.ENTRYWISE
        if isinstance(expr, t.Number):
            return self._number_level(expr)
        if isinstance(expr, t.Call):
            return self.call_level(expr)
        return LEVELS.get(type(expr), Level.ATOM)

    def call_level(self, call: t.Call) -> Level:
        """Return how tightly a function with its arguments holds together."""
        if self.stands_unbracketed(call):
            return Level.PRODUCT
        if call.function == "sqrt":
            return Level.POWER
        return Level.POWER if call.function == "exp" and not self.is_taken("e") else Level.ATOM

    def stands_unbracketed(self, call: t.Call) -> bool:
        """Whether the call is set like `log pₖ`."""
        single = call.function in UNBRACKETED and len(call.args) == 1 and not call.options
        return single and isinstance(call.args[0], t.Name | t.At) and self.level(call.args[0]) is Level.ATOM

    def is_taken(self, name: str) -> bool:
        """Whether a sign such as `e`, `δ`, `σ` is a declared name here."""
        scope = self.scope
        return name in scope.names or name in scope.alias or any(d.show == name for d in scope.names.values())

    def is_open(self, expr: t.Expr) -> bool:
        """Whether what follows on the right would be read as part of the node: after Σ, and after `log x`."""
        if isinstance(expr, t.Sum):
            return True
        if isinstance(expr, t.Call):
            return self.stands_unbracketed(expr)
        if isinstance(expr, t.Mul):
            return self.is_open(expr.factors[-1])
        if isinstance(expr, t.MatMul):
            return self.is_open(expr.right)
        return isinstance(expr, t.Neg) and self.is_open(expr.arg)

    def _number_level(self, number: t.Number) -> Level:
        if number.value < 0 or number.text.startswith(("-", "−")):
            return Level.SIGN
        return Level.QUOTIENT if "/" in self.digits(number) else Level.ATOM

    def _is_entrywise_quotient(self, quotient: t.Div) -> bool:
        return not self.fractions_enclose and is_array(quotient.num, self.scope) and is_array(quotient.den, self.scope)

    # --- constructions that every face sets alike -----------------------------------------------

    def digits(self, number: t.Number) -> str:
        """Return a number as typed, else as an integer, a finite decimal, or a quotient; with the true minus."""
        return (number.text or exact(number.value)).replace("-", self.minus)

    def set_number(self, expr: t.Number) -> T:
        """Set digits."""
        return self.text(self.digits(expr))

    def set_letter(self, expr: t.Letter) -> T:
        """Set an index."""
        return self.text(expr.id, Style.ITALIC)

    def set_whole(self, expr: t.Whole) -> T:
        """Set the `:` of a whole axis."""
        return self.text(":")

    def set_text(self, expr: t.Text) -> T:
        """Set words as they are."""
        return self.text(expr.text)

    def set_add(self, expr: t.Add) -> T:
        """Set terms with + and − between them."""
        pieces: list[T] = []
        for n, term in enumerate(expr.terms):
            if n and isinstance(term, t.Neg):
                pieces += [self.text(f" {self.minus} "), self.show(term.arg, Level.ENTRYWISE)]
            else:
                first = not n and isinstance(term, t.Neg | t.Number)
                piece = self.show(term, Level.SIGN if first else Level.ENTRYWISE)
                pieces += [self.text(" + "), piece] if n else [piece]
        return self.row(pieces)

    def set_neg(self, expr: t.Neg) -> T:
        """Set a leading minus."""
        return self.row([self.text(self.minus), self.show(expr.arg, Level.ENTRYWISE)])

    def set_mul(self, expr: t.Mul) -> T:
        """Set a product; ⊙ comes before each array but the first, scalars are beside what they multiply."""
        groups: list[list[t.Expr]] = [[]]
        signs: list[str] = []
        arrays = 0
        for factor in expr.factors:
            array = is_array(factor, self.scope)
            follows_array = bool(groups[-1]) and is_array(groups[-1][-1], self.scope)
            if (array and arrays) or follows_array:
                groups.append([])
                signs.append(self.entrywise if array else self.times)
            arrays += array
            groups[-1].append(factor)
        if len(groups) == 1:
            return self._juxtaposed(groups[0], last=True)
        pieces = [self._entry_factor(groups[0], last=False)]
        for n, (sign, group) in enumerate(zip(signs, groups[1:], strict=True), start=2):
            pieces += [self.text(sign), self._entry_factor(group, last=n == len(groups), after_sign=True)]
        return self.row(pieces)

    def _entry_factor(self, group: list[t.Expr], last: bool, after_sign: bool = False) -> T:
        if len(group) > 1:
            return self._juxtaposed(group, last)
        (factor,) = group
        quotient = after_sign and isinstance(factor, t.Div) and not self.fractions_enclose  # a ⊙ b/c is (a ⊙ b)/c
        return self._closed(factor, Level.POWER if quotient else Level.PRODUCT, last)

    def _closed(self, expr: t.Expr, need: Level, last: bool = False) -> T:
        return self.show(expr, need if last or not self.is_open(expr) else Level.ATOM)

    def _joined(self, pieces: list[T], sign: str) -> T:
        spaced = [pieces[0]]
        for piece in pieces[1:]:
            spaced += [self.text(sign), piece]
        return self.row(spaced)

    def _juxtaposed(self, factors: Sequence[t.Expr], last: bool) -> T:
        pieces = [self._factor(factor, last and n == len(factors) - 1) for n, factor in enumerate(factors)]
        gaps = [
            self.gap(self.edges(left), self.edges(right), before, after)
            for left, right, before, after in zip(pieces, pieces[1:], factors, factors[1:], strict=False)
        ]
        dotted = "·" in gaps
        shown = pieces[:1]
        for gap, piece in zip(gaps, pieces[1:], strict=True):
            between = "·" if dotted else gap
            shown += [self.text(between), piece] if between else [piece]
        return self.row(shown)

    def _factor(self, expr: t.Expr, final: bool) -> T:
        product = isinstance(expr, t.Mul | t.MatMul)
        if final and self.is_open(expr) and self.level(expr) == Level.PRODUCT and not product:
            return self.show(expr, Level.PRODUCT)
        encloses = self.fractions_enclose or isinstance(expr, t.Derivative)
        return self.show(expr, Level.QUOTIENT if encloses else Level.POWER)

    def gap(self, left: str, right: str, before: t.Expr, after: t.Expr) -> str:
        """Return what comes between two factors: nothing, a space, or a dot where they would run together.

        Args:
            left: The text of the first factor on its base line.
            right: That of the second.
            before: The first factor.
            after: The second.
        """
        if right[:1].isdigit() or right[:1] == ".":
            return "·"
        if any(isinstance(e, t.Compare | t.Delta) and text[:1] == "[" for e, text in ((before, left), (after, right))):
            return " "
        if right[:1] in ("[", "|", "‖", "½") or left[-1:] in ("|", "‖"):
            return "·"
        if isinstance(before, t.Number) and "e" in before.text:
            return "·"
        if any(isinstance(e, t.Derivative | t.Sum) and text[:1] != "(" for e, text in ((before, left), (after, right))):
            return " "
        return self._letter_gap(left, leading_word(right), before)

    def _letter_gap(self, left: str, word: str, before: t.Expr) -> str:
        """Decide between nothing and a space before a word."""
        if not word:
            return ""
        if left[-1:].isdigit() and not isinstance(before, t.Number) and not ends_in_script(left):
            return " "
        run = trailing_word(left)
        if len(word) > 1 or len(run) > 1 or left.endswith(("}", "′")):
            return " "
        return " " if self._runs_together(run + word, before) else ""

    def _runs_together(self, joined: str, before: t.Expr) -> bool:
        if isinstance(before, t.Number):
            return joined in ("e", "E")
        return len(joined) > 1 and (self.is_taken(joined) or joined in self.scope.functions or joined[0] == "d")

    def set_matmul(self, expr: t.MatMul) -> T:
        """Set a matrix product by its factors side by side, with `@` where that would be misread."""
        if needs_sign(expr, self.scope):
            left = self._closed(expr.left, Level.ENTRYWISE)
            return self._joined([left, self.show(expr.right, Level.PRODUCT)], " @ ")
        factors: list[t.Expr] = []
        node: t.Expr = expr
        while isinstance(node, t.MatMul):
            factors.insert(0, node.right)
            node = node.left
        return self._juxtaposed([node, *factors], last=True)

    def set_outer(self, expr: t.Outer) -> T:
        """Set u ⊗ v."""
        left = self._closed(expr.left, Level.PRODUCT)
        return self._joined([left, self.show(expr.right, Level.PRODUCT)], self.outer_sign)

    def set_compare(self, expr: t.Compare) -> T:
        """Set a condition used as a number: [z > 0]."""
        return self.enclosed(self.condition(expr), "[", "]")

    def condition(self, expr: t.Expr) -> T:
        """Set a condition where no brackets are needed: after `if`, under Σ."""
        if isinstance(expr, t.Mul):
            parts = [self.condition(factor) for n, factor in enumerate(expr.factors)]
            return self._joined(parts, ", ")
        if not isinstance(expr, t.Compare):
            return self.show(expr)
        left, right = self.show(expr.left, Level.SUM), self.show(expr.right, Level.SUM)
        return self.row([left, self.text(f" {self.relation(expr.relation.value)} "), right])

    def set_chain(self, expr: t.Chain) -> T:
        """Set relations between sides."""
        pieces = [self.show(expr.sides[0], Level.SUM)]
        for n, relation in enumerate(expr.relations, start=1):
            sign = ", " if relation == "," else f" {self.relation(relation)} "
            pieces += [self.text(sign), self.show(expr.sides[n], Level.SUM)]
        return self.row(pieces)

    def relation(self, sign: str) -> str:
        """Return a relation as this printer writes it."""
        return sign

    def set_delta(self, expr: t.Delta) -> T:
        """Set `δₖᵢ`, or `[k = i]` where δ is a declared name."""
        if self.is_taken("δ") or self.is_taken("delta"):
            return self.set_compare(t.Compare(t.Relation.EQ, expr.left, expr.right))
        return self.lowered(self.text("δ", Style.ITALIC), (expr.left, expr.right))

    def differential(self, expr: t.Expr) -> T:
        """Set what is differentiated, or what by; what is longer than a name is in brackets."""
        plain = isinstance(expr, t.Call) and self.stands_unbracketed(expr)
        return self.show(expr, Level.RELATION if plain else Level.ATOM)

    def set_einsum(self, expr: t.Einsum) -> T:
        """Set `einsum("ij,j->i", W, d)`."""
        operands = [self.show(operand) for operand in expr.operands]
        inside = self._joined([self.text(f'"{expr.spec}"'), *operands], ", ")
        return self.row([self.word("einsum"), self.enclosed(inside)])

    def set_slice(self, expr: t.Slice) -> T:
        """Set `a[:, None]`."""
        return self.row([self.show(expr.base, Level.ATOM), self.text(f"[{slice_text(expr.items)}]")])

    def style_of(self, name: str) -> Style:
        """Return the style of a declared or unknown name: vectors bold, other arrays and scalars slanted."""
        declared = self.scope.names.get(name)
        if declared is None:
            return Style.ITALIC
        if declared.role in (Role.SIZE, Role.POSITION):
            return Style.ITALIC
        return Style.BOLD if len(declared.axes) == 1 else Style.ITALIC
