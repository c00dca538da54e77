import numpy as np
import pytest

from tsvc import LOOPS
from tsvc.domain import ExpressionError, arguments, bounds, defaults, evaluate, extents, is_legal


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("n", 7),
        ("-n + 2*m - 1", -2),
        ("n//2", 3),
        ("n/2", 3.5),
        ("n % 4", 3),
        ("m**2", 9),
        ("1/2", 0.5),
        ("min(n, m)", 3),
        ("min(n, m, 2)", 2),
        ("max(n, m, 9)", 9),
        ("max(n)", 7),
        ("max(1, m//2)", 1),
        ("abs(m - n)", 4),
        ("n > m", True),
        ("1 < m < n", True),
        ("m < n < 5", False),
        ("not n > m", False),
        ("n == 7 and m != 3", False),
        ("n == 1 or m == 3", True),
        ("2 if n > m else 5", 2),
    ],
)
def test_arithmetic(text, value):
    assert evaluate(text, n=7, m=3) == value


def test_expressions_over_arrays_choose_by_element():
    k = np.arange(6)
    assert evaluate("-1 if k < n//2 else 1", k=k, n=6).tolist() == [-1, -1, -1, 1, 1, 1]
    assert evaluate("k % 2 == 0 and k > 0", k=k).tolist() == [False, False, True, False, True, False]
    assert evaluate("k == 0 or k == 5", k=k).tolist() == [True, False, False, False, False, True]
    assert evaluate("max(k, 3)", k=k).tolist() == [3, 3, 3, 3, 4, 5]
    assert evaluate("1 < k < 4", k=k).tolist() == [False, False, True, True, False, False]


def test_the_left_side_guards_the_right():
    assert evaluate("n == 0 or 6 % n == 0", n=0)
    assert not evaluate("n != 0 and 6 % n == 0", n=0)
    with pytest.raises(ZeroDivisionError):
        evaluate("6 % n == 0 or n == 0", n=0)


@pytest.mark.parametrize(
    "text", ["q + 1", "n.real", "open('x')", "[n]", "n[0]", "lambda: 1", "'n'", "n & 1", "min(n, key=m)"]
)
def test_other_python_is_refused_with_its_text(text):
    with pytest.raises(ExpressionError, match=r"is not understood here \(known names: m, n\)"):
        evaluate(text, n=1, m=1)


def test_no_loop_is_legal_below_one_element():
    for loop in LOOPS.values():
        assert not is_legal(loop, 0, 5, defaults(loop, 8, 5))
        assert not is_legal(loop, 5, 0, defaults(loop, 8, 5))


@pytest.mark.parametrize(
    ("name", "n", "params", "legal"),
    [
        ("s171", 10, {"inc": 1}, True),
        ("s171", 10, {"inc": 0}, True),
        ("s171", 10, {"inc": 2}, False),
        ("s171", 1, {"inc": 5}, True),
        ("s171", 10, {"inc": -1}, False),
        ("s175", 9, {"inc": 2}, True),
        ("s175", 10, {"inc": 2}, False),
        ("s174", 10, {"M": 5}, True),
        ("s174", 10, {"M": 6}, False),
        ("s122", 10, {"n1": 0, "n3": 1}, False),
        ("s122", 10, {"n1": 1, "n3": 2**31 - 10}, True),
        ("s122", 10, {"n1": 1, "n3": 2**31 - 9}, False),
        ("s162", 10, {"k": 2}, False),
        ("s162", 10, {"k": -5}, True),
    ],
)
def test_legal_parameters(name, n, params, legal):
    assert is_legal(LOOPS[name], n, 1, params) is legal


def test_defaults_and_bounds_follow_the_sizes():
    s174, s4116 = LOOPS["s174"], LOOPS["s4116"]
    assert defaults(s174, 11, 1) == {"M": 5}
    assert bounds(s174.params[0], 11, 1) == (0, 5)
    assert defaults(s4116, 100, 9) == {"j": 4, "inc": 1}
    assert [bounds(one, 100, 9) for one in s4116.params] == [(1, 9), (0, 92)]


def test_arguments_take_the_parameters_kind():
    got = arguments(LOOPS["s242"], 8, 1, {"s2": np.float32(3)})
    assert got == {"s1": 1.0, "s2": 3.0}
    assert [type(value) for value in got.values()] == [float, float]
    assert type(arguments(LOOPS["s175"], 8, 1, {"inc": np.int64(2)})["inc"]) is int
    assert arguments(LOOPS["s175"], 8, 1, None) == {"inc": 1}


def test_arguments_refuse_unknown_names():
    with pytest.raises(KeyError, match="s000 has no parameter k \\(has none\\)"):
        arguments(LOOPS["s000"], 8, 1, {"k": 1})


def test_extents_are_whole_numbers():
    flat, aa = LOOPS["s421"].arrays[1], LOOPS["s2102"].arrays[0]
    assert (extents(flat, 8, 3), extents(aa, 8, 3)) == ((9,), (3, 3))
