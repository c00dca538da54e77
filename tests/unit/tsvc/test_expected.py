import numpy as np
import pytest

from tsvc.cases import fixed, make
from tsvc.expected import CEILING, ReferenceOutOfBounds, expect
from tsvc.inputs import Case
from tsvc.loops import LOOPS, load

C = """
void past(int n, real a[restrict n], const real b[restrict n])
{
    for (int i = 0; i <= n; i++)
        a[i] = b[i % n];
}
void branch(int n, real a[restrict n], const real b[restrict n])
{
    for (int i = 0; i < n; i++)
        a[i] = b[i] > (real)0.25 ? 1 : -1;
}
void hangs_on_rounding(int n, real a[restrict n], const real b[restrict n], const real c[restrict n])
{
    for (int i = 0; i < n; i++)
        a[i] = b[i] * c[i] > (real)0.01 ? 1 : -1;
}
void special(int n, real a[restrict n], const real b[restrict n])
{
    for (int i = 0; i < n; i++)
        a[i] = b[i] / (b[i] * 0);
}
void idle(int n, real a[restrict n], const real b[restrict n])
{
    for (int i = 0; i < n; i++)
        a[i] = a[i] + b[i] * 0;
}
real index_of_last(int n, const real a[restrict n])
{
    int last = -1;
    for (int i = 0; i < n; i++)
        if (a[i] < 0)
            last = i;
    return last;
}
"""


@pytest.fixture
def given(c_file):
    """given(loop, arrays) -> what is expected of a loop of C for these very arrays."""
    loops = load(c_file(C))

    def make(name: str, kind: str = "uniform", **arrays):
        loop = loops[name]
        drawn = {key: np.array(values, np.float32) for key, values in arrays.items()}
        case = Case(loop, len(next(iter(drawn.values()))), kind=kind)
        case._drawn[0] = {**case.arrays(), **drawn}
        return expect(case)

    return make


def test_elementwise_arithmetic_on_exact_data_leaves_no_room():
    for name in ("s000", "vpv", "vtv", "s421", "s4112"):
        expected = expect(make(LOOPS[name], 100, 7, "exact", 3))
        assert expected.is_exact
        assert not any(bound.any() for bound in expected.tolerance.values())


def test_what_rounds_is_not_exact_whatever_the_data():
    expected = expect(make(LOOPS["s451"], 100, 7, "exact", 3))  # sines
    assert not expected.is_exact
    assert (expected.tolerance["a"] > 0).all()


def test_products_of_many_factors_leave_room_even_where_c_rounds_nothing():
    """The inverse of s115's triangle has more digits here than what C computes on the way."""
    expected = expect(Case(LOOPS["s115"], n=513, m=7, kind="vast", seed=25535))
    assert not expected.is_exact
    assert 1e-20 < expected.tolerance["a"][6] < 1e-18  # a unit of rounding is 1.4e-20


def test_no_tolerance_is_wider_than_the_classic_bound():
    for name in ("s222", "s319", "s2275", "vsumr", "s451", "vpvpv", "s3113"):
        for case in fixed(LOOPS[name], [(1000, 37)]):
            expected = expect(case)
            answers = {**expected.arrays, "result": np.array([expected.result or 0.0])}
            for key, bound in expected.tolerance.items():
                largest = np.abs(answers[key][np.isfinite(answers[key])]).max(initial=0)
                assert (bound[np.isfinite(bound)] <= max(CEILING * largest * 1.1, 1.2e-38)).all(), (
                    name,
                    str(case),
                    key,
                )


def test_another_order_of_terms_may_round_where_c_does_not():
    case = make(LOOPS["vpvpv"], 1000, 1, "tsvc", 0)  # a += 1 - 1
    expected, old = expect(case), case.arrays()
    other = (old["a"] + old["b"]) + old["c"]
    assert np.abs(other - expected.arrays["a"]).max() > 0
    assert (np.abs(other - expected.arrays["a"]) <= expected.tolerance["a"]).all()


def test_a_branch_that_a_rounding_of_the_data_would_flip_excuses_nothing(given):
    expected = given("branch", b=[0.25, 0.5, 0.25, -1.0])
    assert expected.arrays["a"].tolist() == [-1, 1, -1, -1]
    assert (expected.tolerance["a"] < 1e-5).all()
    assert expected.is_evidence


def test_a_branch_on_a_rounded_value_is_left_undecided(given):
    b = np.full(100, 0.1)
    b[::2] = 1.0
    expected = given("hangs_on_rounding", b=b, c=np.where(np.arange(100) < 5, 0.1, 1.0))
    undecided = np.isinf(expected.tolerance["a"])
    assert undecided.tolist() == [k in (1, 3) for k in range(100)]
    assert expected.is_evidence
    assert not given("hangs_on_rounding", b=[0.1] * 100, c=[0.1] * 100).is_evidence


def test_places_of_nan_and_infinity_are_decided(given):
    expected = given("special", b=[1.0, -1.0, 0.0, np.inf, np.nan])
    assert expected.arrays["a"].tolist()[:2] == [np.inf, np.inf]
    assert np.isnan(expected.arrays["a"][2:]).all()
    assert np.isfinite(expected.tolerance["a"]).all()


def test_a_call_that_changes_nothing_is_no_evidence(given):
    assert not given("idle", kind="exact", b=[1.0, 2.0, 3.0]).is_evidence


def test_a_result_is_evidence_of_its_own(given):
    expected = given("index_of_last", kind="exact", a=[1.0, -1.0, 2.0])
    assert (expected.result, expected.is_evidence) == (1.0, True)
    assert expected.tolerance["result"].tolist() == [0.0]


def test_a_loop_that_leaves_its_arrays_names_its_line(given):
    with pytest.raises(ReferenceOutOfBounds, match=r"mine\.c:2: past writes outside a at n=4 .*`requires`"):
        given("past", b=[1.0, 2.0, 3.0, 4.0])


def test_other_old_contents_stay_where_c_does_not_write():
    expected = expect(make(LOOPS["s341"], 100, 1, "exact", 1))  # packs what is positive
    old, new = expected.after(0)["a"], expected.after(1)["a"]
    written = expected.case.arrays(0)["a"] != old
    assert 0 < written.sum() < 100
    assert np.array_equal(old[written], new[written])
    assert np.array_equal(new[~written], expected.case.arrays(1)["a"][~written])
    assert expected.after(0) is expected.arrays


def test_expectations_are_reproducible():
    one, two = (expect(make(LOOPS["s319"], 1000, 1, "uniform", 5)) for _ in range(2))
    assert one.result == two.result
    assert all(one.tolerance[key].tobytes() == two.tolerance[key].tobytes() for key in one.tolerance)


def test_sums_need_not_keep_denormals_since_atomic_additions_do_not():
    least = {name: expect(make(LOOPS[name], 33, 3, "denormal", 0)).tolerance["result"] for name in ("vsumr", "s314")}
    assert least["vsumr"] == np.finfo(np.float32).tiny and least["s314"] == 0


def test_only_what_is_no_matrix_product_keeps_denormals():
    least = {name: expect(make(LOOPS[name], 33, 3, "denormal", 0)).tolerance["a"].min() for name in ("vpvtv", "s176")}
    assert least["vpvtv"] < 1e-43 and least["s176"] > 1e-38


def test_what_lies_beyond_float32_is_infinite_in_every_order():
    for name in ("vtv", "vpvtv", "s4114"):
        expected = expect(make(LOOPS[name], 257, 7, "extreme", 1))
        infinite = np.isinf(expected.arrays["a"])
        assert infinite.sum() > 200 and np.isfinite(expected.tolerance["a"][infinite]).all()


def test_where_only_c_overflows_on_the_way_nothing_is_decided():
    case = make(LOOPS["s1251"], 4, 1, "extreme", 1)  # s = b + c; b = a + d; a = s * e
    case._drawn[0] = {**case.arrays(), "e": np.float32([0.25] * 4)}
    expected = expect(case)
    assert np.isinf(expected.arrays["a"]).all() and np.isinf(expected.tolerance["a"]).all()
    assert np.isinf(expected.arrays["b"]).all() and np.isfinite(expected.tolerance["b"]).all()


def test_where_infinities_make_no_number_nothing_is_decided_but_where_there_was_none_it_is():
    infinite, none = (expect(make(LOOPS["vpv"], 5003, 1, "infinite", seed)) for seed in (0, 1))
    for expected, is_decided in ((infinite, False), (none, True)):
        nan = np.isnan(expected.arrays["a"])
        assert nan.any() and np.isfinite(expected.tolerance["a"][nan]).all() == is_decided
    assert np.isinf(infinite.arrays["a"]).any()
    assert np.isfinite(infinite.tolerance["a"][np.isinf(infinite.arrays["a"])]).all()
