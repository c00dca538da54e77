import pytest

from analyses.model.program import Assign, Binary, If, Name, Number
from analyses.updates import Update, updated

S, X = Name("s", "real"), Name("x", "real")


@pytest.mark.parametrize(
    ("value", "operator", "rest"),
    [
        (Binary("+", S, X), "+", X),
        (Binary("+", X, S), "+", X),
        (Binary("*", S, X), "*", X),
        (Binary("+", Binary("+", S, X), X), "+", Binary("+", X, X)),
    ],
)
def test_sums_and_products(value, operator, rest):
    assert updated(Assign(S, value, 1), {"s": operator}) == Update(S, rest, 1, operator)


def test_extrema_by_their_condition():
    larger = If(Binary(">", X, S), (Assign(S, X, 1),), (), 1)
    assert updated(larger, {"s": "max"}) == Update(S, X, 1, "max")
    assert updated(larger, {"s": "min"}) is None
    assert updated(If(Binary("<", X, S), (Assign(S, X, 1),), (), 1), {"s": "min"}) == Update(S, X, 1, "min")


def test_other_forms_are_none():
    assert updated(Assign(S, Binary("-", X, S), 1), {"s": "+"}) is None
    assert updated(Assign(S, Binary("+", S, X), 1), {"s": "*"}) is None


def test_under_a_condition_and_beside_others():
    other = Assign(X, Number(1, "real"), 1)
    node = If(Binary(">", X, Number(0)), (Assign(S, Binary("+", S, X), 1), other), (), 1)
    assert updated(node, {"s": "+"}) == If(node.condition, (Update(S, X, 1, "+"), other), (), 1)
