"""Comparison with C: what counts as a difference, and how it is told."""

import numpy as np
import pytest

from tsvc.child import GUARD, guarded
from tsvc.comparison import check_guards, compare, describe_difference
from tsvc.expected import expect
from tsvc.gates import ALL
from tsvc.inputs import Case
from tsvc.kernel import Answer
from tsvc.loops import load
from tsvc.verdicts import OutOfBounds

C = """
real total(int n, const real a[restrict n])
{
    real sum = 0;
    for (int i = 0; i < n; i++)
        sum += a[i];
    return sum;
}
void both(int n, real a[restrict n], real b[restrict n], const real c[restrict n])
{
    for (int i = 0; i < n; i++) {
        a[i] = c[i] + 1;
        b[i] = c[i] - 1;
    }
}
"""


@pytest.mark.parametrize(("index", "words"), [(GUARD - 1, r"a\[-1\]"), (0, r"a\[-4096\]"), (GUARD + 10, r"a\[10\]")])
def test_guards(index, words):
    sent = {"b": np.zeros(10, np.float32), "a": np.zeros(10, np.float32)}
    buffers = {name: guarded(array, 5 + k) for k, (name, array) in enumerate(sent.items())}
    answer = Answer({}, buffers, None, {})
    check_guards(sent, answer, 5)
    buffers["a"].view(np.int32)[index] ^= 1
    with pytest.raises(OutOfBounds, match=rf"writes {words}, of 10 elements \(1 found outside\)"):
        check_guards(sent, answer, 5)


def test_guards_are_other_noise_for_each_seed_and_no_nan():
    one, two = guarded(np.zeros(0, np.float32), 1), guarded(np.zeros(0, np.float32), 2)
    assert np.isfinite(one).all()
    assert (one != two).mean() > 0.99
    assert guarded(np.zeros(3, np.int32), 1).dtype == np.int32


NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("want", "got", "tolerance", "words"),
    [
        ([1, 2], [1, 2], 0, ""),
        ([0.0], [-0.0], 0, ""),
        ([1, 2], [1, 2.5], 0.5, ""),
        ([1, 2], [1, 2.5], 0.25, "a[1]: got 2.5, want 2 (tolerance 0.25)"),
        ([NAN, 1], [NAN, 1], 0, ""),
        ([NAN, 1], [1, NAN], 0, "2 of 2 elements"),
        ([INF], [INF], 1, ""),
        ([INF], [-INF], 1, "got -inf, want inf"),
        ([INF], [3e38], 1, "got 3.00000001e+38, want inf"),
        ([1.0], [NAN], 1e3, "got nan, want 1"),
        ([1.0], [NAN], INF, ""),
    ],
)
def test_describe_difference(want, got, tolerance, words):
    bound = np.full(len(want), float(tolerance))
    text = describe_difference("a", np.array(want, np.float32), np.array(got, np.float32), bound)
    assert words in text
    assert bool(text) == bool(words)


def test_differences_of_rows_and_results_name_their_place():
    want = np.zeros((3, 4), np.float32)
    got = want.copy()
    got[2, 1] = 5
    assert "aa[2, 1]: got 5, want 0" in describe_difference("aa", want, got, np.zeros((3, 4)))
    assert describe_difference("result", np.array([1]), np.array([2]), np.zeros(1)) == "result: got 2, want 1"
    assert describe_difference("a", want[:0], got[:0], np.zeros((0, 4))) == ""


@pytest.mark.parametrize("result", [np.float64(6.0), np.int64(6), np.float32(6.0)])
def test_a_result_may_come_in_any_kind(c_file, result):
    loop = load(c_file(C))["total"]
    case = Case(loop, 3, kind="exact")
    case._drawn[0] = {"a": np.array([1, 2, 3], np.float32)}
    expected = expect(case)
    same = case.arrays_cached()
    assert compare(loop, expected, 0, same, same, result) is None
    assert "result: got 7, want 6" in str(compare(loop, expected, 0, same, same, result + 1))
    assert "no one-element tensor" in str(compare(loop, expected, 0, same, same, None))


def test_each_gate_switched_off_lets_its_difference_through(c_file):
    loop = load(c_file(C))["both"]
    case = Case(loop, 8, kind="exact")
    expected, sent = expect(case), case.arrays()

    def answer(**changes):
        arrays = {name: value.copy() for name, value in expected.arrays.items()}
        for name, change in changes.items():
            change(arrays[name])
        return arrays

    differences = {
        "elementwise": answer(a=lambda a: a.__setitem__(slice(None), a[::-1].copy())),
        "every_array": answer(b=lambda b: b.fill(7)),
        "inputs": answer(c=lambda c: c.fill(0)),
        "nonfinite": answer(a=lambda a: a.fill(NAN)),
        "tolerance": answer(a=lambda a: a.__iadd__(1e-3)),
    }
    for gate, got in differences.items():
        assert compare(loop, expected, 0, sent, got, None), gate
        assert compare(loop, expected, 0, sent, got, None, ALL - {gate}) is None, gate
    summing = load(c_file(C, "total.c"))["total"]
    case = Case(summing, 3, kind="exact")
    assert compare(summing, expect(case), 0, case.arrays(), case.arrays(), np.float64(99.0))
    assert compare(summing, expect(case), 0, case.arrays(), case.arrays(), np.float64(99.0), ALL - {"result"}) is None
