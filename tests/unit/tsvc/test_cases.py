import numpy as np
import pytest

from tsvc.cases import TIMED, _is_told_by_extremes, fit, fixed, make, sizes
from tsvc.domain import bounds, is_legal
from tsvc.inputs import KINDS, STYLES
from tsvc.loops import LOOPS

SIZES = [
    (1000, 37),
    (1, 1),
    (2, 2),
    (33, 3),
    (257, 9),
    (2049, 17),
    (5003, 34),
    (1026, 33),
    (259, 18),
    (12345, 211),
    (65536, 255),
    (32000, 256),
    (70001, 300),
]


@pytest.mark.parametrize("name", LOOPS)
def test_fixed_cases_are_legal_and_near(name):
    loop = LOOPS[name]
    found = fixed(loop, SIZES)
    assert len({str(case) for case in found}) == len(found) >= 7
    left_out = set() if loop.has_conditional else {"single", "positive"}
    left_out |= set() if loop.is_chained else {"gap"}
    left_out |= set() if loop.searches else {"sparse"}
    left_out |= set() if _is_told_by_extremes(loop) else {"extreme"}
    left_out |= set() if loop.read_arrays else {"constant"}
    left_out |= {"infinite"} if loop.hands_on_elements else set()
    left_out |= set() if len(loop.read_arrays) > 1 else {"same"}
    left_out |= set() if loop.arrays else {"unread", "begun"}
    assert {case.kind for case in found} == set(KINDS) - {"fresh", "named", "aged"} - left_out
    for case in found:
        assert is_legal(loop, case.n, case.m, case.params), case
    assert any(case.n > 25000 or (loop.is_2d and case.m > 100) for case in found)


def test_another_seed_draws_other_data_at_the_same_sizes():
    ours, others = (fixed(LOOPS["s000"], SIZES, seed) for seed in (0, 1))
    assert [(case.n, case.kind) for case in ours] == [(case.n, case.kind) for case in others]
    for one, other in zip(ours, others, strict=True):
        if one.kind == "begun" and one.seed % 4 < 3:  # nothing is drawn
            continue
        same = one.arrays()["b"].tobytes() == other.arrays()["b"].tobytes() and one.kind not in ("units", "constant")
        assert same == (one.kind == "tsvc") or one.n < 3


def test_parameters_go_beyond_what_they_are_drawn_from():
    found = {case.params["k"] for case in fixed(LOOPS["s162"], SIZES)}
    assert min(found) < -1000 and -5 in found and max(found) == 1  # k <= 1 is the loop's own rule
    found = {case.params["n1"] for case in fixed(LOOPS["s122"], SIZES) if case.n == 1000}
    assert {1006, 2001} <= found
    assert not any(case.params["inc"] > 1 for case in fixed(LOOPS["s171"], SIZES))  # a longer stride leaves the array


def test_a_line_of_a_large_matrix_is_judged_where_it_costs_little():
    assert {case.m for case in fixed(LOOPS["s258"], sizes(LOOPS["s258"], False))} >= {1100, 300}
    assert max(case.m for case in fixed(LOOPS["s231"], sizes(LOOPS["s231"], False))) == 300


def test_rounded_data_also_come_in_several_blocks():
    assert [case.n for case in fixed(LOOPS["s000"], SIZES) if case.kind == "uniform"] == [1000, 2049]


@pytest.mark.parametrize("name", LOOPS)
def test_the_timed_case_has_the_size_asked_for_or_just_below(name):
    case = make(LOOPS[name], 32000, 256, "tsvc", 0)
    assert 32000 - 8 < case.n <= 32000
    assert case.m == 256


@pytest.mark.parametrize("name", [loop.name for loop in LOOPS.values() if loop.params])
def test_wanted_parameters_are_kept_or_brought_into_their_range(name):
    loop = LOOPS[name]
    low = {p.name: bounds(p, 100, 11)[0] for p in loop.params}
    high = {p.name: bounds(p, 100, 11)[1] for p in loop.params}
    for wanted in (low, high, {key: value * 1000 + 1000 for key, value in high.items()}):
        n, m, params = fit(loop, 100, 11, wanted)
        assert is_legal(loop, n, m, params)
        for parameter in loop.params:
            least, most = bounds(parameter, n, m)
            assert least <= params[parameter.name] <= most


def test_nothing_near_is_legal():
    from dataclasses import replace

    impossible = replace(LOOPS["s000"], requires=("n < 0",))
    assert fit(impossible, 10, 10) is None
    assert make(impossible, 10, 10, "exact", 0) is None
    assert fixed(impossible, SIZES) == []


@pytest.mark.parametrize("on_gpu", [False, True])
def test_kernels_are_judged_above_two_to_the_sixteenth(on_gpu):
    """Where they may take another way; the interpreter takes minutes there over a superlinear loop."""
    short = {name for name, loop in LOOPS.items() if (70001, 300) not in sizes(loop, on_gpu)}
    assert short == (set() if on_gpu else {name for name, loop in LOOPS.items() if loop.is_superlinear})
    assert len(short) < 20
    assert [case.kind for case in fixed(LOOPS["s000"], SIZES) if case.n == 70001] == ["last"]
    assert [case.kind for case in fixed(LOOPS["s314"], SIZES) if case.n == 70001] == [
        "last",
        "positive",
        "units",
        "late",
        "tiny",
    ]
    assert [case.kind for case in fixed(LOOPS["s221"], SIZES) if case.n == 70001] == ["late"]
    assert [case.kind for case in fixed(LOOPS["s221"], sizes(LOOPS["s221"], True)) if case.n > 70001] == ["late"]
    largest = [case.kind for case in fixed(LOOPS["s314"], sizes(LOOPS["s314"], True)) if case.n > 70001]
    assert largest == ["late", "early", "last"]
    largest = [case for case in fixed(LOOPS["s242"], sizes(LOOPS["s242"], True)) if case.n > 70001]
    assert [(case.kind, case.params) for case in largest] == [("late", {"s1": 0.125, "s2": -0.125})]
    assert all((32000, 256) in sizes(loop, on_gpu) for loop in LOOPS.values())


def test_long_arrays_come_with_whole_numbered_parameters_at_their_lower_ends():
    assert [case.params["inc"] for case in fixed(LOOPS["s171"], SIZES) if case.n == 70001] == [0, 1, 0, 1]


def test_and_at_their_upper_ends_and_half_way():
    found = [case.params["n3"] for case in fixed(LOOPS["s172"], SIZES) if case.n == 70001]
    assert found == [1, 70002, 35001]


def test_and_as_wide_strides_of_many_steps():
    found = [case.params["inc"] for case in fixed(LOOPS["s175"], [*SIZES, TIMED])]
    assert any(32 <= stride <= 64 for stride in found)


def test_sizes_two_and_three_above_a_block():
    """A loop to n - 1, or n - 2, begins its next block there."""
    assert {1026, 259} < {case.n for case in fixed(LOOPS["s211"], sizes(LOOPS["s211"], False))}


def test_real_parameters_below_zero_meet_data_of_each_style():
    """A lane that a mask leaves out often holds 0, which is above them when no element is."""
    loop = LOOPS["s332"]
    below = [case for case in fixed(loop, SIZES) if case.params.get("t") == -0.125]
    assert {case.style(loop.arrays[0]) for case in below} == set(STYLES)
    assert any((case.arrays()["a"] <= -0.125).all() for case in below)
    assert not any(case.params.get("t") == -0.125 for case in fixed(LOOPS["s000"], SIZES))


def test_other_parameters_than_tsvcs_at_several_blocks():
    for name, parameter in (("s172", "n3"), ("s175", "inc"), ("s4114", "n1"), ("s122", "n1")):
        assert any(case.n > 12000 and case.params[parameter] > 1 for case in fixed(LOOPS[name], SIZES)), name


def test_a_condition_meets_one_element_alone_at_each_place_and_elements_of_one_sign():
    found = [case.arrays()["a"] for case in fixed(LOOPS["s331"], SIZES) if case.kind == "single"]
    places = {(int((a < 0).argmax()), int((a < 0).sum())) for a in found if (a < 0).sum() == 1}
    assert {(0, 1), (12344, 1)} < places and len(places) == 3
    assert any((case.arrays()["a"] > 0).all() for case in fixed(LOOPS["s331"], SIZES) if case.n == 65536)


def test_a_long_search_hits_at_its_end_alone():
    found = [case for case in fixed(LOOPS["s332"], SIZES) if case.kind == "last" and case.params["t"] == 0.8746 * 1]
    assert [case.n for case in found] == [32000, 70001]
    assert all(np.flatnonzero(case.arrays()["a"] > case.params["t"]).tolist() == [case.n - 2] for case in found)


def test_parameters_are_zeros_of_both_signs_where_data_are():
    found = [case for case in fixed(LOOPS["s272"], SIZES) if case.params["t"] == 0 and case.n == 33]
    assert {np.signbit(case.params["t"]).item() for case in found} == {False, True}
    assert {case.style(case.loop.arrays[0]) for case in found} == set(STYLES)
