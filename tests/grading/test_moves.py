from __future__ import annotations

from fractions import Fraction

from bptutor.notation.transform.canonical import bare_name, operators, same_line
from bptutor.notation.tree import Add, At, Delta, Div, Expr, Letter, Mul, Name, Neg, Number, Sum, Transpose


def at(name: str, *letters: str) -> Expr:
    return At(Name(name), tuple(Letter(letter) for letter in letters))


TWO = Number(Fraction(2))


def test_commuting_and_renaming_make_the_same_line() -> None:
    one = Sum(("k",), Mul((at("y", "k"), at("p", "i"))))
    other = Sum(("m",), Mul((at("p", "i"), at("y", "m"))))
    assert same_line(Add((one, TWO)), Add((TWO, other)))
    assert same_line(Delta(Letter("i"), Letter("k")), Delta(Letter("k"), Letter("i")))


def test_a_minus_sign_may_stand_anywhere_in_a_product() -> None:
    inside = Sum(("k",), Neg(Div(at("y", "k"), at("p", "k"))))
    outside = Neg(Sum(("k",), Div(at("y", "k"), at("p", "k"))))
    assert same_line(inside, outside)
    assert not same_line(outside, Sum(("k",), Div(at("y", "k"), at("p", "k"))))


def test_two_sums_commute() -> None:
    body = Mul((at("A", "m", "n"), at("B", "n", "m")))
    assert same_line(Sum(("m",), Sum(("n",), body)), Sum(("n",), Sum(("m",), body)))
    assert same_line(Sum(("m", "n"), body), Sum(("m",), Sum(("n",), body)))


def test_a_free_letter_keeps_its_name() -> None:
    assert not same_line(at("p", "i"), at("p", "j"))
    captured = Sum(("i",), at("p", "i"))
    assert not same_line(captured, Sum(("k",), at("p", "i")))


def test_matrix_factors_do_not_commute() -> None:
    from bptutor.notation.tree import MatMul

    assert not same_line(MatMul(Name("A"), Name("B")), MatMul(Name("B"), Name("A")))


def test_bare_names_and_operators() -> None:
    assert bare_name(Transpose(Name("W"))) == "W"
    assert bare_name(at("W", "i", "j")) == "W"
    assert bare_name(Neg(Name("W"))) is None
    assert operators(Sum(("k",), Delta(Letter("i"), Letter("k")))) == {"Σ", "δ"}
