import numpy as np
import pytest

from clib.build import BuildError
from tsvc import LOOPS
from tsvc.loops import load
from tsvc.reference import ROUNDINGS, run

_DENORMAL = np.array([1e-40], np.float32)


def _ab(n: int = 8, dtype=np.float32) -> dict[str, np.ndarray]:
    return {"a": np.zeros(n, dtype), "b": np.arange(n).astype(dtype)}


def test_arrays_are_changed_in_place_without_copying(monkeypatch):
    arrays = _ab()
    kept = arrays["a"]
    run("s000", arrays, n=8)
    assert arrays["a"] is kept
    assert np.array_equal(kept, np.arange(8) + 1)


def test_a_view_is_changed_where_it_lies():
    frame = np.full(12, 7, np.float32)
    run("s000", {"a": frame[2:10], "b": np.zeros(8, np.float32)}, n=8)
    assert frame.tolist() == [7, 7, *[1] * 8, 7, 7]


def test_only_the_first_n_elements_of_a_longer_array_are_changed():
    arrays = _ab(10)
    run("s000", arrays, n=8)
    assert arrays["a"].tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 0, 0]


@pytest.mark.parametrize("build", ["strict", "double", "contracted", "fast"])
def test_every_build_runs(build):
    arrays = _ab(8, np.float64 if build == "double" else np.float32)
    assert run("vdotr", arrays, n=8, build=build) == 0
    run("s000", arrays, n=8, build=build)
    assert np.array_equal(arrays["a"], np.arange(8) + 1)


def test_double_build_copies_float32_in_and_out():
    arrays = {"a": np.array([1], np.float32), "b": np.array([2**-30], np.float32)}
    run("vpv", arrays, n=1, build="double")
    assert (arrays["a"].dtype, arrays["a"][0]) == (np.float32, 1)
    wide = {name: array.astype(np.float64) for name, array in arrays.items()}
    run("vpv", wide, n=1, build="double")
    assert wide["a"][0] == 1 + 2**-30


def test_strict_build_takes_float64_arrays_by_copy():
    arrays = _ab(8, np.float64)
    run("s000", arrays, n=8)
    assert np.array_equal(arrays["a"], np.arange(8) + 1)


def test_strided_arrays_are_copied_in_and_out():
    frame = np.zeros(16, np.float32)
    run("s000", {"a": frame[::2], "b": np.ones(8, np.float32)}, n=8)
    assert frame.tolist() == [2, 0] * 8


def test_inputs_of_another_type_may_be_read_only():
    arrays = _ab(8)
    arrays["b"] = arrays["b"].astype(np.float64)
    arrays["b"].flags.writeable = False
    run("s000", arrays, n=8)
    assert arrays["a"][7] == 8


def test_real_and_int_results():
    assert run("vsumr", {"a": np.full(5, 0.5, np.float32)}, n=5) == 2.5
    d = np.array([1, 1, -1, 1], np.float32)
    stopped = run("s481", {"a": d.copy(), "b": d, "c": d, "d": d}, n=4)
    assert (stopped, type(stopped)) == (2, int)
    assert run("s000", _ab(), n=8) is None


def test_parameters_left_out_take_tsvcs_values():
    b = np.ones(3, np.float32)
    own, given = {"a": b.copy(), "b": b}, {"a": b.copy(), "b": b}
    run("vpvts", own, n=3)
    run("vpvts", given, n=3, params={"s": -0.5})
    assert (own["a"][0], given["a"][0]) == (2, 0.5)


def test_arrays_that_the_loop_does_not_have_are_ignored():
    arrays = {**_ab(), "zz": None}
    run("s000", arrays, n=8)
    assert arrays["zz"] is None


def test_a_missing_array_is_named():
    with pytest.raises(KeyError, match=r"s000: array 'b' is missing \(needs a b\)"):
        run("s000", {"a": np.zeros(8, np.float32)}, n=8)


def test_a_short_array_is_refused_before_anything_is_changed():
    arrays = {"a": np.zeros(8, np.float32), "b": np.ones(7, np.float32)}
    with pytest.raises(ValueError, match="s000: array 'b' has 7 elements, needs 8"):
        run("s000", arrays, n=8)
    assert not arrays["a"].any()
    with pytest.raises(ValueError, match="needs 3x3"):
        run("s2102", {"aa": np.zeros((2, 4), np.float32)}, m=3)


def test_an_unknown_parameter_is_named():
    with pytest.raises(KeyError, match=r"s242 has no parameter s3 \(has s1, s2\)"):
        run("s242", {}, n=8, params={"s3": 1})


def test_an_unknown_loop_is_a_key_error():
    with pytest.raises(KeyError, match="s9999"):
        run("s9999", {}, n=8)


def test_a_loop_whose_c_does_not_compile_is_a_build_error(c_file):
    loop = load(c_file("void mine(int n, real a[n]) { a[0] = nowhere; }"))["mine"]
    with pytest.raises(BuildError, match="nowhere"):
        run(loop, {"a": np.zeros(4, np.float32)}, n=4)


def test_rounding_modes_round_as_they_say_and_are_restored():
    got = {}
    for rounding in ROUNDINGS:
        arrays = {"a": np.ones(64, np.float32), "b": np.full(64, 2**-30, np.float32)}
        run("vpv", arrays, n=64, rounding=rounding)
        assert len(set(arrays["a"].tolist())) == 1
        got[rounding] = float(arrays["a"][0])
        assert np.float32(1) + np.float32(2**-30) == 1, "the mode stayed on"
    assert got.pop("nearest") == 1
    assert not got or got == {"downward": 1, "upward": 1 + 2**-23, "towardzero": 1}


def test_rounding_is_restored_after_an_error():
    with pytest.raises(KeyError):
        run("vpv", _ab(), n=8, rounding="sideways")
    arrays = {"a": np.ones(1, np.float32), "b": np.full(1, 2**-30, np.float32)}
    run("vpv", arrays, n=1)
    assert arrays["a"][0] == 1


def test_the_fast_build_leaves_denormals_on_in_this_process():
    # gcc's start-up code for -ffast-math would turn them off for the arbiter too.
    run("s000", _ab(), n=8, build="fast")
    assert _DENORMAL[0] * np.float32(0.5) != 0
    assert run("s317", {}, n=32000) == np.float32(7.0064923216240854e-44)


def test_the_fast_build_is_compiled_for_each_size():
    for n in (5, 9):
        arrays = _ab(n)
        run("s000", arrays, n=n, build="fast")
        assert np.array_equal(arrays["a"], np.arange(n) + 1)


def test_a_loop_may_be_given_instead_of_its_name():
    arrays = _ab()
    run(LOOPS["s000"], arrays, n=8)
    assert arrays["a"][7] == 8
