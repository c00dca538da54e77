import numpy as np
import pytest

from tsvc.cases import make
from tsvc.loops import LOOPS, load
from tsvc.plain import Plain
from tsvc.reference import run


def answered(name: str, n: int = 4000, m: int = 64, kind: str = "uniform"):
    """(what C leaves of a case, its arrays as C leaves them, its result)."""
    case = make(LOOPS[name], n, m, kind, 1)
    sent, got = case.arrays(), case.arrays()
    result = run(case.loop, got, n=case.n, m=case.m, params=case.params, build="contracted")
    return Plain.of(case, sent), got, result


@pytest.mark.parametrize("name", ["s000", "s211", "s231", "s321", "s311", "s343", "vag", "s176"])
def test_another_build_of_c_is_right(name):
    plain, got, result = answered(name, 1000)
    assert plain.difference(got, result) == ""


def test_a_tenth_of_an_array_left_undone_is_not():
    plain, got, _ = answered("s000")
    got["a"][:400] = plain.sent["a"][:400]
    assert plain.difference(got, None).startswith("a: 400 of 4000 differ; element 0: got ")


def test_one_element_in_a_thousand_may_have_gone_another_way():
    plain, got, _ = answered("s000")
    got["a"][:4] += 9
    assert plain.difference(got, None) == ""
    got["a"][4] += 9
    assert "5 of 4000 differ" in plain.difference(got, None)


def test_inputs_must_be_unchanged():
    plain, got, _ = answered("s000")
    got["b"][7] += 1
    assert plain.difference(got, None) == "b is an input, and was changed"


def test_results_count():
    plain, got, result = answered("s311")
    assert "result: got " in plain.difference(got, result + 100)
    assert "no one-element tensor" in plain.difference(got, None)


def test_a_sum_may_be_as_exact_as_float64(c_file):
    text = "real f(int n, const real a[n]) { real s = 0; for (int i = 0; i < n; i++) s += a[i]; return s; }"
    case = make(load(c_file(text))["f"], 1 << 25, 1, "tsvc", 0)
    sent = {"a": np.ones(1 << 25, np.float32)}  # float32 counts to 2**24 and no further
    plain = Plain.of(case, sent)
    assert (plain.strict["result"][0], plain.double["result"][0]) == (2.0**24, 2.0**25)
    assert plain.difference(sent, 2.0**25) == plain.difference(sent, 2.0**24) == ""
    assert plain.difference(sent, 2.0**23) != ""


def test_infinities_and_nan_stand_where_c_has_them():
    plain, got, _ = answered("s000", kind="exact")
    got["a"][0] = np.nan
    got["a"][1:5] = np.inf
    assert "differ" in plain.difference(got, None)
