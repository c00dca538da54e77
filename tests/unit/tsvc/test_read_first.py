import numpy as np
import pytest

from tsvc.cases import make
from tsvc.counted import NotCounted
from tsvc.domain import arguments
from tsvc.loops import LOOPS, load
from tsvc.read_first import read_first
from tsvc.reference import run

TEXT = """
/* index ip in 0..n-1 */
void f(int n, real a[n], real b[n], int ip[n]) {
    for (int i = 0; i < n; i++) {
        if (b[i] > 0) a[i] = a[ip[i]] * 2;
    }
}
"""


def test_what_is_written_before_or_stands_behind_a_branch_is_left_out(c_file):
    loop = load(c_file(TEXT))["f"]
    b, ip = np.array([1, 1, -1, 1], np.float32), np.array([1, 0, 3, 2], np.int32)
    found = read_first(loop, {"n": 4}, {"a": np.ones(4, np.float32), "b": b, "ip": ip})
    # a[0] = a[1], a[1] = a[0] (written by then), a[3] = a[2]
    assert found["a"].tolist() == [False, True, True, False]
    assert found["b"].all() and found["ip"].tolist() == [True, True, False, True]


@pytest.mark.parametrize("name", ["s118", "s161", "s258", "s343", "s4112", "s4115"])
def test_c_does_the_same_whatever_the_others_hold(name):
    case = make(LOOPS[name], 200, 14, "exact", 3)
    scalars = arguments(case.loop, case.n, case.m, case.params)
    is_read = read_first(case.loop, {"n": case.n, "m": case.m, **scalars}, case.arrays())
    reals = [array.name for array in case.loop.arrays if array.dtype == "real"]
    assert not all(is_read[key].all() for key in reals)
    answers = []
    for filling in (7, 9):
        arrays = case.arrays()
        for key in reals:
            arrays[key][~is_read[key]] = filling
        answers.append((run(case.loop, arrays, n=case.n, m=case.m, params=case.params), arrays))
    (result, one), (again, other) = answers
    assert result == again
    for key in reals:
        assert ((one[key] == other[key]) | ((one[key] == 7) & (other[key] == 9))).all()


def test_c_that_cannot_be_translated_is_told(c_file):
    loop = load(c_file("void f(int n, real a[n]) { for (int i = 0; i < n; i++) a[i] += __builtin_popcount(i); }"))["f"]
    with pytest.raises(NotCounted):
        read_first(loop, {"n": 3}, {"a": np.ones(3, np.float32)})
