import itertools

import numpy as np
import pytest

from tsvc import LOOPS
from tsvc.cases import make
from tsvc.domain import arguments, evaluate
from tsvc.expected import expect
from tsvc.inputs import KINDS, SPARSE, STYLES, Case
from tsvc.loops import load
from tsvc.reference import run

every_loop = pytest.mark.parametrize("loop", LOOPS.values(), ids=list(LOOPS))
every_kind = pytest.mark.parametrize("kind", KINDS)

_SEEDS = 600


def _values(name: str, array: str, seed: int, kind: str = "awkward", n: int = 64, **params) -> np.ndarray:
    return Case(LOOPS[name], n, 8, kind, seed, params).arrays()[array]


def _same(left: dict, right: dict) -> bool:
    return all(left[name].tobytes() == right[name].tobytes() for name in left)


@every_loop
def test_arrays_are_reproducible_and_of_the_right_shape(loop):
    for kind in KINDS:
        case = make(loop, 100, 13, kind, 5)
        arrays, again = case.arrays(), make(loop, 100, 13, kind, 5).arrays()
        assert list(arrays) == [array.name for array in loop.arrays]
        assert _same(arrays, again)
        for array in loop.arrays:
            got = arrays[array.name]
            assert got.dtype == array.numpy_type()
            assert got.flags.c_contiguous and got.flags.writeable
            assert np.isfinite(got).all() or kind in ("infinite", "unread")
            assert got.shape == tuple(evaluate(text, n=case.n, m=case.m) for text in array.extents)


@every_loop
def test_another_seed_draws_other_data(loop):
    for kind in KINDS[1:]:
        drawn = [make(loop, 100, 13, kind, seed).arrays() for seed in range(3)]
        nothing_is_read = kind == "unread" and not loop.read_arrays
        assert not loop.arrays or nothing_is_read or not (_same(drawn[0], drawn[1]) and _same(drawn[0], drawn[2]))


def test_arrays_of_one_case_differ_from_each_other():
    arrays = Case(LOOPS["s271"], 64, kind="uniform").arrays()
    assert not np.array_equal(arrays["b"], arrays["c"])


@every_loop
def test_exact_data_are_multiples_of_an_eighth_of_a_power_of_two(loop):
    case = make(loop, 100, 13, "exact", 2)
    scalars = {"n": case.n, "m": case.m, **arguments(loop, case.n, case.m, case.params)}
    for array in loop.arrays:
        values = case.arrays()[array.name].astype(np.float64)
        if array.dtype == "real" and array.role != "out":
            low, high = (evaluate(text, **scalars) for text in (array.low or "-1", array.high or "1"))
            unit = 2.0 ** np.floor(np.log2((high - low) / 2)) / 8
            steps = (values - (low + high) / 2) / unit
            # s481 and s482 compare against a bound that is no such multiple: one float32 rounding.
            assert np.abs(steps - np.round(steps)).max() <= (0 if loop.name not in ("s481", "s482") else 1e-5)
            assert np.abs(steps).max() <= 8.001
            if array.low is None:
                assert np.array_equal(values * 8, np.round(values * 8))


@every_loop
def test_data_stay_in_their_range(loop):
    for kind, seed in itertools.product(sorted({*KINDS} - {"tsvc", "fresh", "begun"}), range(3)):
        case = make(loop, 100, 13, kind, seed)
        scalars = {"n": case.n, "m": case.m, **arguments(loop, case.n, case.m, case.params)}
        for array in loop.arrays:
            if array.role != "out":
                low, high = (evaluate(text, **scalars) for text in (array.low or "-1", array.high or "1"))
                styled = kind in ("awkward", "single", "positive", "large", "vast") and array.dtype == "real"
                margin = 0.125 * (high - low) if styled else 1e-6
                scale = {"large": loop.scale, "vast": loop.vast_scale, "extreme": 2.0**128}.get(kind, 1)
                reach = 1 if array.low else scale
                values = case.arrays()[array.name]
                values = values[np.isfinite(values)].astype(float)
                assert reach * (low - margin) <= float(values.min(initial=np.inf))
                assert float(values.max(initial=-np.inf)) <= reach * (high + margin)


# What "awkward" promises: each must turn up among the seeds.
_STYLES = {
    "ties": lambda v: len(set(v.tolist())) <= 3 and len(v) > 3,
    "zeros of both signs": lambda v: (v[v == 0].size > 5) and len(set(np.signbit(v[v == 0]).tolist())) == 2,
    "all positive": lambda v: (v > 0).all(),
    "all negative": lambda v: (v < 0).all(),
    "largest is zero, of both signs": lambda v: v.max() == 0 and len(set(np.signbit(v[v == 0]).tolist())) == 2,
    "rising": lambda v: (np.diff(v) >= 0).all() and v[0] < v[-1],
    "falling": lambda v: (np.diff(v) <= 0).all() and v[0] > v[-1],
    "one hit at the start": lambda v: (v[1:] > 0).all() and v[0] < 0,
    "one hit at the end": lambda v: (v[:-1] > 0).all() and v[-1] < 0,
    "one hit between": lambda v: (v < 0).sum() == 1 and v[0] > 0 and v[-1] > 0,
    "all but one": lambda v: (v > 0).sum() == 1,
    "alternating": lambda v: (v[::2] >= 0).all() and (v[1::2] <= 0).all() and (v != 0).sum() > 40,
}


@pytest.mark.parametrize("style", _STYLES)
def test_awkward_data_take_every_style(style):
    assert any(_STYLES[style](_values("s331", "a", seed)) for seed in range(_SEEDS))


def test_a_range_that_is_not_even_has_zeros_too():
    assert any((make(LOOPS["s481"], 257, 1, "awkward", seed).arrays()["d"] == 0).sum() > 50 for seed in range(9))


def test_awkward_styles_take_turns():
    """So the fixed cases, whose seeds follow one another, have them all."""
    loop = LOOPS["s331"]
    assert {Case(loop, 9, 1, "awkward", seed).style(loop.arrays[0]) for seed in range(7, 16)} == set(STYLES)


@pytest.mark.parametrize("size", [1, 2, 3])
def test_awkward_data_of_few_elements(size):
    for seed in range(50):
        assert _values("s331", "a", seed, n=size).shape == (size,)


_INDEX_STYLES = {
    "identity": lambda v: np.array_equal(v, np.arange(v.size)),
    "reversed": lambda v: np.array_equal(v, np.arange(v.size)[::-1]),
    "a permutation": lambda v: len(set(v.tolist())) == v.size and (np.diff(v) < 0).any() and (np.diff(v) > 0).any(),
    "one element only": lambda v: len(set(v.tolist())) == 1,
    "few elements": lambda v: 1 < len(set(v.tolist())) <= 3,
    "both ends": lambda v: set(v.tolist()) == {0, v.size - 1},
    "some duplicates": lambda v: v.size // 2 < len(set(v.tolist())) < v.size,
}


@pytest.mark.parametrize("kind", ["exact", "uniform", "awkward"])
@pytest.mark.parametrize("style", _INDEX_STYLES)
def test_index_arrays_take_every_style(style, kind):
    assert any(_INDEX_STYLES[style](_values("vas", "ip", seed, kind)) for seed in range(_SEEDS))


@every_kind
@pytest.mark.parametrize("name", [loop.name for loop in LOOPS.values() if any(a.dtype == "int" for a in loop.arrays)])
def test_index_arrays_stay_within_bounds(name, kind):
    loop = LOOPS[name]
    for seed, (n, m) in enumerate([(1, 1), (2, 2), (5, 2), (33, 6), (100, 10)] * 6):
        case = make(loop, n, m, kind, seed)
        scalars = {"n": case.n, "m": case.m, **arguments(loop, case.n, case.m, case.params)}
        for array in (one for one in loop.arrays if one.dtype == "int"):
            low, high = (evaluate(text, **scalars) for text in (array.low, array.high))
            values = case.arrays()[array.name]
            assert low <= values.min() and values.max() <= high


def test_tsvcs_own_index_array_is_blocks_of_five():
    assert _values("vag", "ip", 0, "tsvc", n=10).tolist() == [4, 2, 0, 3, 1, 9, 7, 5, 8, 6]
    assert _values("s442", "indx", 0, "tsvc", n=6).tolist() == [2, 3, 4, 1, 2, 3]


@every_kind
def test_a_permutation_has_no_duplicates(c_file, kind):
    text = "/* index ip in 0..n-1 permutation */\nvoid f(int n, real a[n], int ip[n]) { a[ip[0]] = a[0]; }"
    loop = load(c_file(text))["f"]
    for seed in range(30):
        for n in (1, 2, 10, 35):
            assert sorted(Case(loop, n, 1, kind, seed).arrays()["ip"]) == list(range(n))


@every_kind
def test_fill_changes_write_only_arrays_and_no_others(kind):
    for loop in LOOPS.values():
        case = make(loop, 40, 10, kind, 1)
        one, other = case.arrays(1), case.arrays(2)
        for array in loop.arrays:
            same = one[array.name].tobytes() == other[array.name].tobytes()
            assert same == (array.role != "out" or kind == "unread"), (loop.name, array.name)


def test_cached_arrays_are_drawn_once_for_each_fill():
    case = Case(LOOPS["s000"], 16, kind="uniform")
    assert case.arrays_cached() is case.arrays_cached()
    assert case.arrays_cached(1) is not case.arrays_cached()
    assert _same(case.arrays_cached(), case.arrays())
    assert case.arrays()["a"] is not case.arrays_cached()["a"]


def test_a_case_says_what_it_is():
    assert str(Case(LOOPS["s175"], 9, 3, "exact", 4, {"inc": 2})) == "n=9 kind=exact seed=4 inc=2"
    assert str(Case(LOOPS["s2102"], 9, 3, "tsvc")) == "m=3 kind=tsvc seed=0"


def test_index_bounds_follow_the_parameters():
    highest = {j: max(_values("s4116", "ip", seed, j=j, inc=0).max() for seed in range(40)) for j in (1, 8)}
    assert highest == {1: 63, 8: 7}  # from the start of row j to the end of aa


def test_fine_data_are_spoilt_by_half_precision_and_tiny_ones_vanish_there():
    fine, tiny = (make(LOOPS["s000"], 257, 1, kind, 3).arrays()["b"] for kind in ("fine", "tiny"))
    assert np.array_equal(fine * 2**13, np.round(fine * 2**13))
    assert np.mean(fine.astype(np.float16) != fine) > 0.5
    vanished = (tiny.astype(np.float16) == 0) & (tiny != 0)
    assert 0.4 < np.mean(vanished) < 0.8


def test_large_data_are_large_where_nothing_states_a_range_or_could_overflow():
    def largest(name: str, array: str) -> float:
        return max(float(np.abs(make(LOOPS[name], 257, 9, "large", k).arrays()[array]).max()) for k in range(3))

    assert largest("s314", "a") > 1e6  # a maximum
    assert largest("s321", "a") < 2  # a recurrence
    assert 20 < largest("s451", "b") < 80  # a sine's argument
    assert largest("s481", "d") < 2  # a range of its own
    assert {np.sign(make(LOOPS["s314"], 257, 9, "large", k).arrays()["a"]).min() for k in range(2)} == {-1, 1}


def test_vast_data_reach_to_both_ends_of_what_float32_holds():
    def largest(name: str, array: str, seed: int = 0) -> float:
        return float(np.abs(make(LOOPS[name], 257, 9, "vast", seed).arrays()[array]).max())

    assert largest("s314", "a") > 1e26  # a maximum
    assert 1e14 < largest("vtv", "a") < 1e19  # a product does not overflow
    assert largest("s271", "b") > 1e20  # but one that a condition guards
    assert largest("s321", "a") < 2  # a recurrence of products
    assert largest("s2111", "aa") > 1e29  # one of sums
    assert largest("s314", "a", 3) < 1e-11


def test_close_data_differ_by_units_of_rounding():
    values = make(LOOPS["s315"], 257, 9, "close", 1).arrays()["a"]
    assert len({value for value in values.view(np.uint32).tolist() if value >> 8 == 0x3F7FFF}) == 8


def test_units_have_one_magnitude_and_one_sign_or_two():
    of_one, of_two = (make(LOOPS["s321"], 257, 9, "units", seed).arrays()["b"] for seed in (0, 1))
    assert len(set(of_one.tolist())) == 1 and len(set(of_two.tolist())) == 2
    assert set(np.abs(of_two).tolist()) == set(of_one.tolist())


def test_an_index_array_that_is_nearly_a_permutation_keeps_its_sum():
    found = (make(LOOPS["vas"], 257, 9, "exact", seed).arrays()["ip"] for seed in range(_SEEDS))
    assert any(257 - 9 < len(set(ip.tolist())) < 257 and ip.sum() == 257 * 128 for ip in found)


def test_the_extremes_come_last():
    for name, array in (("s000", "b"), ("s1119", "bb"), ("s321", "b")):
        values = make(LOOPS[name], 1000, 32, "last", 1).arrays()[array].reshape(-1)
        assert values.argmin() == values.size - 1 and values.argmax() == values.size - 2
        assert np.abs(values[:-2]).max() < values[-2] < -values[-1]
        assert not np.array_equal(values, values.astype(np.float16))
    assert make(LOOPS["s000"], 1, 1, "last", 1).arrays()["b"].tolist() == [-1.0]


def test_late_data_reach_their_extremes_in_the_last_quarter_alone():
    for seed in range(9):
        values = make(LOOPS["s000"], 1000, 1, "late", seed).arrays()["b"]
        assert np.argmax(values) >= 749
        assert values.max() == 1 and (values.min() == -1 or np.argmax(values) > 995)
        early = make(LOOPS["s000"], 1000, 1, "early", seed).arrays()["b"]
        assert np.flatnonzero(early == early.max()).max() < 250 and early.max() == 1


@pytest.mark.parametrize("name", ["s311", "s313", "s352", "s3111", "s319"])
def test_half_precision_is_seen_in_long_sums(name):
    """Not only what it does to each number: the sum of 70001 is missed by more than the tolerance."""
    case = make(LOOPS[name], 70001, 1, "last", 1)
    expected = expect(case)
    halved = {key: array.astype(np.float16).astype(np.float64) for key, array in case.arrays().items()}
    result = run(LOOPS[name], halved, n=case.n, build="double")
    assert abs(result - expected.result) > 3 * expected.tolerance["result"]


def test_sparse_data_differ_in_few_places_that_arrays_share():
    firsts = set()
    for seed in range(2 * SPARSE):
        arrays = make(LOOPS["s161"], 5003, 1, "sparse", seed).arrays()
        b, c = (np.sign(arrays[name]) for name in ("b", "c"))
        assert np.array_equal(b, -c)
        rare = np.flatnonzero(b == (1 if (b > 0).sum() < 2500 else -1))
        assert 1 <= rare.size <= 5
        firsts.add(int(rare[0]))
    assert {31, 32, 255, 256, 1023, 1024, 5002 - 31, 5002 - 1024} <= firsts


def test_sparse_data_are_what_a_search_of_a_stated_range_finds():
    found = make(LOOPS["s481"], 5003, 1, "sparse", 2 * 8 + 1).arrays()["d"]
    assert np.flatnonzero(found < 0).tolist() == [1023]
    arrays = make(LOOPS["s482"], 5003, 1, "sparse", 2 * 8 + 1).arrays()
    assert np.flatnonzero(arrays["c"] > arrays["b"]).tolist() == [1023]


def test_a_gap_is_zero_and_extremes_are_all_there_is():
    gap = make(LOOPS["s3112"], 5003, 1, "gap", 0).arrays()["a"]
    assert not gap[1251:3752].any() and gap[:1250].any() and gap[3753:].any()
    for seed, sign in ((0, -1), (1, 1)):
        extreme = make(LOOPS["s314"], 257, 1, "extreme", seed).arrays()["a"] * sign
        assert extreme.min() > 3.4e38 and len(set(extreme.tolist())) > 5


def test_denormal_data_have_every_length():
    data = make(LOOPS["vpv"], 257, 1, "denormal", 0).arrays()["a"]
    steps = np.abs(data.view(np.int32) & 0x7FFFFFFF)
    assert steps.max() < 2**23 and steps.min() < 8 and steps.max() > 2**18


def test_of_constant_data_one_array_is():
    for seed in range(6):
        arrays = make(LOOPS["s271"], 257, 1, "constant", seed).arrays()
        equal = [name for name, values in arrays.items() if len(set(values.tolist())) == 1]
        assert equal == ["abc"[seed % 3]]
        assert arrays[equal[0]][0] == (1 if seed < 3 else -1)


def test_every_other_draw_of_infinities_has_numbers_that_are_none():
    for seed, has_nan in ((0, False), (1, True)):
        data = make(LOOPS["vpv"], 257, 1, "infinite", seed).arrays()["a"]
        assert np.isposinf(data).any() == np.isneginf(data).any() == (not has_nan)
        assert np.isnan(data).any() == has_nan
        assert np.isfinite(data).mean() > 0.8
    assert np.isfinite(make(LOOPS["s481"], 257, 1, "infinite", 0).arrays()["d"]).all()  # its range is stated


def test_the_same_data_are_so_in_all_arrays():
    arrays = make(LOOPS["s271"], 257, 1, "same", 0).arrays()
    assert arrays["a"].tobytes() == arrays["b"].tobytes() == arrays["c"].tobytes()
    assert len(set(arrays["a"].tolist())) > 10


def test_near_indices_are_the_identity_but_for_a_few_pairs_within():
    for n in (1, 2, 3, 5, 257, 1000):
        index = make(LOOPS["vag"], n, 1, "near", 0).arrays()["ip"]
        moved = np.flatnonzero(index != np.arange(n))
        assert sorted(index) == list(range(n))
        assert not {0, n // 2, n - 1} & set(moved.tolist())
        assert moved.size <= max(2, n // 64) and (moved.size or n < 5)


def test_what_a_loop_does_not_read_is_no_number():
    copied = make(LOOPS["s2102"], 100, 9, "unread", 0).arrays()["aa"]
    assert np.isnan(copied).all()
    case = make(LOOPS["s4115"], 1000, 1, "unread", 0)
    arrays = case.arrays()
    read = np.isin(np.arange(1000), arrays["ip"])
    assert (np.isnan(arrays["b"]) == ~read).all() and 0 < read.sum() < 1000
    assert not np.isnan(arrays["a"]).any()
    branch = make(LOOPS["s271"], 1000, 1, "unread", 0).arrays()
    exact = make(LOOPS["s271"], 1000, 1, "unread", 0)
    assert (np.isnan(branch["c"]) == (branch["b"] <= 0)).all()
    assert all((branch[name] == values)[~np.isnan(branch[name])].all() for name, values in exact.arrays().items())


def test_data_begin_as_tsvcs_own_and_go_on_otherwise():
    own = make(LOOPS["s000"], 1000, 1, "tsvc", 0).arrays()["b"]
    cases = [make(LOOPS["s000"], 1000, 1, "begun", seed) for seed in range(4)]
    first, last, both, all_over = (case.arrays()["b"] == own for case in cases)
    assert first[:250].all() and not first[250:].any()
    assert last[750:].all() and not last[:750].any()
    assert both[:250].all() and both[750:].all() and not both[250:750].any()
    assert all_over[[0, 500, 999]].all() and (~all_over).sum() == 998 // 64
    index = make(LOOPS["vag"], 1000, 1, "begun", 0).arrays()["ip"]
    assert sorted(index) == list(range(1000))
