import math
from itertools import combinations, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tsvc.statistics import geometric_mean, mann_whitney, mcnemar, pass_at_k, wilson

VALUES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30)


@pytest.mark.parametrize(
    ("passed", "total", "low", "high"),
    [(113, 151, 0.674, 0.811), (120, 151, 0.723, 0.851), (143, 151, 0.899, 0.973), (150, 151, 0.963, 0.999)],
)
def test_wilson_interval(passed, total, low, high):
    assert wilson(passed, total) == pytest.approx((low, high), abs=6e-4)


def test_wilson_interval_at_its_ends():
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(0, 10)[0] == 0.0
    assert wilson(10, 10)[1] == 1.0


@pytest.mark.parametrize(
    ("first", "second", "p"), [(0, 0, 1), (1, 0, 1), (5, 0, 2 / 32), (0, 6, 2 / 64), (1, 9, 22 / 1024)]
)
def test_mcnemar_is_the_binomial_tail_on_both_sides(first, second, p):
    assert mcnemar(first, second) == mcnemar(second, first) == pytest.approx(p)


def test_mcnemar_of_even_changes_says_nothing():
    assert mcnemar(4, 4) == mcnemar(100, 100) == 1.0


def exact_mann_whitney(first, second) -> float:
    """By counting every split of the values: how often U is at least as far from its mean."""
    joined, middle = first + second, len(first) * len(second) / 2

    def distance(chosen):
        rest = [joined[k] for k in range(len(joined)) if k not in chosen]
        wins = sum((joined[k] > other) + (joined[k] == other) / 2 for k in chosen for other in rest)
        return abs(wins - middle)

    seen = distance(range(len(first)))
    splits = list(combinations(range(len(joined)), len(first)))
    return sum(distance(split) >= seen for split in splits) / len(splits)


@pytest.mark.parametrize("shift", [0, 2.5, 4.5, 6.5])
def test_mann_whitney_is_close_to_the_exact_count(shift):
    first, second = [1.0, 2, 3, 4, 5, 6, 7, 8], [k + shift + 0.25 for k in range(8)]
    assert mann_whitney(first, second) == pytest.approx(exact_mann_whitney(first, second), abs=0.02)


@pytest.mark.parametrize("second", [[1.0, 1, 2, 3, 3, 4], [2.0, 3, 3, 4, 4, 4]])
def test_mann_whitney_with_ties(second):
    first = [1.0, 1, 1, 2, 2, 3, 3]
    assert mann_whitney(first, second) == pytest.approx(exact_mann_whitney(first, second), abs=0.09)


@given(VALUES, VALUES)
def test_mann_whitney_is_symmetric_and_a_probability(first, second):
    p = mann_whitney(first, second)
    assert 0 <= p <= 1
    assert p == pytest.approx(mann_whitney(second, first))
    assert p == pytest.approx(mann_whitney([-v for v in first], [-v for v in second]))


@given(VALUES)
def test_mann_whitney_of_a_sample_with_itself_says_nothing(values):
    assert mann_whitney(values, values) == 1.0


def test_mann_whitney_of_nothing_or_of_constants_says_nothing():
    assert mann_whitney([], [1.0]) == mann_whitney([1.0], []) == mann_whitney([2.0] * 9, [2.0] * 9) == 1.0


def test_mann_whitney_tells_what_differs():
    assert mann_whitney([1.0 + k / 1e4 for k in range(100)], [1.1 + k / 1e4 for k in range(100)]) < 1e-30


def test_geometric_mean():
    assert geometric_mean([1, 4, 16]) == pytest.approx(4)
    assert math.isnan(geometric_mean([]))
    with pytest.raises(ValueError):
        geometric_mean([0.0, 1.0])


@pytest.mark.parametrize(("samples", "passed", "k"), [(5, 2, 1), (5, 2, 3), (5, 0, 2), (5, 5, 2), (4, 1, 4)])
def test_pass_at_k_is_the_share_of_draws_with_a_pass(samples, passed, k):
    draws = list(permutations([True] * passed + [False] * (samples - passed), k))
    assert pass_at_k(samples, passed, k) == pytest.approx(sum(map(any, draws)) / len(draws))


@pytest.mark.parametrize(("samples", "passed", "k"), [(3, 4, 1), (3, -1, 1), (3, 1, 0), (3, 1, 4)])
def test_pass_at_k_of_too_few_samples_is_an_error(samples, passed, k):
    with pytest.raises(ValueError, match="cannot be estimated"):
        pass_at_k(samples, passed, k)
