"""Arithmetic of closed forms."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from analyses.model.interpreter import Memory, evaluate
from analyses.model.polynomial import Polynomial, expression, floored, polynomial, summed

atoms = st.sampled_from(["i", "n"]).map(Polynomial.atom)
polynomials = st.recursive(
    atoms | st.integers(-5, 5).map(Polynomial.constant),
    lambda inner: st.builds(
        lambda a, b, op: op(a, b), inner, inner, st.sampled_from([Polynomial.__add__, Polynomial.__mul__])
    ),
    max_leaves=4,
)


def value(poly, **names):
    return evaluate(expression(poly), names, Memory())


@given(polynomials, polynomials, st.integers(0, 9), st.integers(0, 9))
def test_expression_computes_the_polynomial(one, two, i, n):
    assert value(one - two, i=i, n=n) == value(one, i=i, n=n) - value(two, i=i, n=n)
    assert polynomial(expression(one * two), {"i", "n"}) == one * two


@given(polynomials, st.integers(0, 6), st.integers(0, 6))
def test_summed(step, n, count):
    total = summed(step, "i", Polynomial.constant(count))
    if total is not None:
        assert value(total, n=n) == sum(value(step, i=i, n=n) for i in range(count))


def test_halves_of_products_of_neighbours_are_whole():
    i = Polynomial.atom("i")
    half = (i * (i + Polynomial.constant(1))).scaled(Fraction(1, 2))
    assert half.is_whole() and not i.scaled(Fraction(1, 2)).is_whole()
    assert value(floored(i + i + Polynomial.constant(1), 2), i=4) == 4
