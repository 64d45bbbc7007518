"""What the faces share: which parts need brackets, and in which order signs and factors stand.

A `Printer` walks a tree and hands its pieces to one way of setting (a line, a box, LaTeX source). Brackets
follow from binding strength alone, so all faces agree on them; a face only says which of its
constructions enclose their parts by themselves (a fraction bar, a radical).
"""

from __future__ import annotations

from bptutor.notation import tree as t
from bptutor.notation.printers.precedence import LEVELS, UNBRACKETED, Level, Path, Style, exact, is_array, needs_sign
from bptutor.notation.printers.scripts import ends_in_script, leading_word, trailing_word
from bptutor.notation.printers.style import Setting, T
from bptutor.notation.scope import Role


class Printer(Setting[T]):
    """Walks a tree; subclasses set the pieces."""

    # --- brackets -----------------------------------------------------------------------------

    def show(self, expr: t.Expr, need: Level = Level.RELATION, path: Path = ()) -> T:
        """Set a node, in brackets when it holds together less tightly than `need`."""
        piece = self.mark(self.way(expr, path), path, expr)
        if self.level(expr) >= need:
            return piece
        if isinstance(expr, t.Call) and self.stands_unbracketed(expr):
            return self.row([self.word(expr.function), self.enclosed(self.show(expr.args[0], path=(*path, 0)))])
        return self.enclosed(piece)

    def word(self, function: str) -> T:
        """Set the name of a function before brackets."""
        return self.text(function)

    def level(self, expr: t.Expr) -> Level:
        """Return how tightly a node holds together in this face."""
        if isinstance(expr, t.Mul | t.Juxtapose):
            return Level.ENTRYWISE if self._is_entrywise(expr) else Level.PRODUCT
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
        if isinstance(expr, t.Mul | t.Juxtapose):
            return self.is_open(expr.factors[-1])
        if isinstance(expr, t.MatMul):
            return self.is_open(expr.right)
        return isinstance(expr, t.Neg) and self.is_open(expr.arg)

    def _number_level(self, number: t.Number) -> Level:
        if number.value < 0 or number.text.startswith(("-", "−")):
            return Level.SIGN
        return Level.QUOTIENT if "/" in self.digits(number) else Level.ATOM

    def _is_entrywise(self, product: t.Mul | t.Juxtapose) -> bool:
        """Whether a product needs signs: it has two arrays, or an array before a scalar."""
        arrays = [is_array(factor, self.scope) for factor in product.factors]
        return any(arrays[:-1])

    def _is_entrywise_quotient(self, quotient: t.Div) -> bool:
        return not self.fractions_enclose and is_array(quotient.num, self.scope) and is_array(quotient.den, self.scope)

    # --- constructions that every face sets alike -----------------------------------------------

    def digits(self, number: t.Number) -> str:
        """Return a number as typed, else as an integer, a finite decimal, or a quotient; with the true minus."""
        return (number.text or exact(number.value)).replace("-", self.minus)

    def set_number(self, expr: t.Number, path: Path) -> T:
        """Set digits."""
        return self.text(self.digits(expr))

    def set_letter(self, expr: t.Letter, path: Path) -> T:
        """Set an index letter."""
        return self.text(expr.id, Style.ITALIC)

    def set_whole(self, expr: t.Whole, path: Path) -> T:
        """Set the `:` of a whole axis."""
        return self.text(":")

    def set_text(self, expr: t.Text, path: Path) -> T:
        """Set words as they are."""
        return self.text(expr.text)

    def set_add(self, expr: t.Add, path: Path) -> T:
        """Set terms with + and − between them."""
        pieces: list[T] = []
        for n, term in enumerate(expr.terms):
            if n and isinstance(term, t.Neg):
                pieces += [self.text(f" {self.minus} "), self._negated(term, (*path, n))]
            else:
                first = not n and isinstance(term, t.Neg | t.Number)
                piece = self.show(term, Level.SIGN if first else Level.ENTRYWISE, (*path, n))
                pieces += [self.text(" + "), piece] if n else [piece]
        return self.row(pieces)

    def _negated(self, term: t.Neg, path: Path) -> T:
        return self.mark(self.show(term.arg, Level.ENTRYWISE, (*path, 0)), path, term)

    def set_neg(self, expr: t.Neg, path: Path) -> T:
        """Set a leading minus."""
        return self.row([self.text(self.minus), self.show(expr.arg, Level.ENTRYWISE, (*path, 0))])

    def set_mul(self, expr: t.Mul, path: Path) -> T:
        """Set a product; ⊙ stands before each array but the first, scalars stand beside what they multiply."""
        groups: list[list[tuple[t.Expr, Path]]] = [[]]
        signs: list[str] = []
        arrays = 0
        for n, factor in enumerate(expr.factors):
            array = is_array(factor, self.scope)
            follows_array = bool(groups[-1]) and is_array(groups[-1][-1][0], self.scope)
            if (array and arrays) or follows_array:
                groups.append([])
                signs.append(self.entrywise if array else self.times)
            arrays += array
            groups[-1].append((factor, (*path, n)))
        if len(groups) == 1:
            return self._juxtaposed(groups[0], last=True)
        pieces = [self._entry_factor(groups[0], last=False)]
        for n, (sign, group) in enumerate(zip(signs, groups[1:], strict=True), start=2):
            pieces += [self.text(sign), self._entry_factor(group, last=n == len(groups), after_sign=True)]
        return self.row(pieces)

    def _entry_factor(self, group: list[tuple[t.Expr, Path]], last: bool, after_sign: bool = False) -> T:
        if len(group) > 1:
            return self._juxtaposed(group, last)
        factor, path = group[0]
        quotient = after_sign and isinstance(factor, t.Div) and not self.fractions_enclose  # a ⊙ b/c is (a ⊙ b)/c
        return self._closed(factor, path, Level.POWER if quotient else Level.PRODUCT, last)

    def _closed(self, expr: t.Expr, path: Path, need: Level, last: bool) -> T:
        return self.show(expr, need if last or not self.is_open(expr) else Level.ATOM, path)

    def set_juxtapose(self, expr: t.Juxtapose, path: Path) -> T:
        """Set factors side by side; finished trees hold none."""
        return self._juxtaposed([(factor, (*path, n)) for n, factor in enumerate(expr.factors)], last=True)

    def _joined(self, pieces: list[T], sign: str) -> T:
        spaced = [pieces[0]]
        for piece in pieces[1:]:
            spaced += [self.text(sign), piece]
        return self.row(spaced)

    def _juxtaposed(self, factors: list[tuple[t.Expr, Path]], last: bool) -> T:
        pieces = [
            self._factor(factor, path, last and n == len(factors) - 1) for n, (factor, path) in enumerate(factors)
        ]
        gaps = [
            self.gap(self.edges(left), self.edges(right), before, after)
            for left, right, (before, _), (after, _) in zip(pieces, pieces[1:], factors, factors[1:], strict=False)
        ]
        dotted = "·" in gaps
        shown = pieces[:1]
        for gap, piece in zip(gaps, pieces[1:], strict=True):
            between = "·" if dotted else gap
            shown += [self.text(between), piece] if between else [piece]
        return self.row(shown)

    def _factor(self, expr: t.Expr, path: Path, final: bool) -> T:
        if (
            final
            and self.is_open(expr)
            and self.level(expr) == Level.PRODUCT
            and not isinstance(expr, t.Mul | t.MatMul)
        ):
            return self.show(expr, Level.PRODUCT, path)
        encloses = self.fractions_enclose or isinstance(expr, t.Derivative)
        return self.show(expr, Level.QUOTIENT if encloses else Level.POWER, path)

    def gap(self, left: str, right: str, before: t.Expr, after: t.Expr) -> str:
        """Return what stands between two factors: nothing, a space, or a dot where they would run together.

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

    def set_matmul(self, expr: t.MatMul, path: Path) -> T:
        """Set a matrix product by its factors side by side, with `@` where that would be misread."""
        if needs_sign(expr, self.scope):
            left = self._closed(expr.left, (*path, 0), Level.ENTRYWISE, last=False)
            return self._joined([left, self.show(expr.right, Level.PRODUCT, (*path, 1))], " @ ")
        factors: list[tuple[t.Expr, Path]] = []
        node: t.Expr = expr
        while isinstance(node, t.MatMul):
            factors.insert(0, (node.right, (*path, 1)))
            node, path = node.left, (*path, 0)
        return self._juxtaposed([(node, path), *factors], last=True)

    def set_outer(self, expr: t.Outer, path: Path) -> T:
        """Set u ⊗ v."""
        left = self._closed(expr.left, (*path, 0), Level.PRODUCT, last=False)
        return self._joined([left, self.show(expr.right, Level.PRODUCT, (*path, 1))], self.outer_sign)

    def set_compare(self, expr: t.Compare, path: Path) -> T:
        """Set a condition used as a number: [z > 0]."""
        return self.enclosed(self.condition(expr, path), "[", "]")

    def condition(self, expr: t.Expr, path: Path) -> T:
        """Set a condition where no brackets are needed: after `if`, under Σ."""
        if isinstance(expr, t.Mul):
            parts = [self.condition(factor, (*path, n)) for n, factor in enumerate(expr.factors)]
            return self._joined(parts, ", ")
        if not isinstance(expr, t.Compare):
            return self.show(expr, path=path)
        left, right = self.show(expr.left, Level.SUM, (*path, 0)), self.show(expr.right, Level.SUM, (*path, 1))
        return self.row([left, self.text(f" {self.relation(expr.relation.value)} "), right])

    def set_chain(self, expr: t.Chain, path: Path) -> T:
        """Set relations between sides."""
        pieces = [self.show(expr.sides[0], Level.SUM, (*path, 0))]
        for n, relation in enumerate(expr.relations, start=1):
            sign = ", " if relation == "," else f" {self.relation(relation)} "
            pieces += [self.text(sign), self.show(expr.sides[n], Level.SUM, (*path, n))]
        return self.row(pieces)

    def relation(self, sign: str) -> str:
        """Return a relation as this face writes it."""
        return sign

    def style_of(self, name: str) -> Style:
        """Return the style of a declared or unknown name: vectors bold, other arrays and scalars slanted."""
        declared = self.scope.names.get(name)
        if declared is None:
            return Style.ITALIC
        if declared.role in (Role.SIZE, Role.POSITION):
            return Style.ITALIC
        return Style.BOLD if len(declared.axes) == 1 else Style.ITALIC
