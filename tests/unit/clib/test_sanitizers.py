"""Legal calls of every loop give no report of the sanitizers, and illegal ones do."""

import pytest
import sanitized
from draws import parameters, sizes

from tsvc import LOOPS
from tsvc.inputs import Case
from tsvc.loops import load


@pytest.fixture(autouse=True)
def _sanitizers():
    if reason := sanitized.missing():
        pytest.skip(reason)


def _legal(loop):
    for number, (n, m) in enumerate(sizes(loop, [(257, 20), (1000, 37)])):
        for seed, params in enumerate(parameters(loop, n, m)):
            yield Case(loop, n, m, "uniform", seed, params)
            yield Case(loop, n, m, "awkward", 100 * number + seed, params)


def test_legal_calls_of_all_loops_give_no_report(tmp_path):
    loops = list(LOOPS.values())
    cases = [case for loop in loops for case in _legal(loop)]
    made, said = sanitized.report(sanitized.program(loops, tmp_path), loops, cases)
    assert said == ""
    assert made == len(cases) > 20 * len(loops)


@pytest.mark.parametrize(
    ("statement", "word"),
    [
        ("a[i + 1] = b[i];", "heap-buffer-overflow"),
        ("a[i] = b[i - 1];", "heap-buffer-overflow"),
        ("a[i] = b[0] + (2147483647 + n);", "signed integer overflow"),
        ("a[i] = 1 << (n + 31);", "shift exponent"),
    ],
)
def test_a_loop_that_goes_wrong_is_reported(c_file, tmp_path, statement, word):
    path = c_file(f"void bad(int n, real a[n], const real b[n]) {{ for (int i = 0; i < n; i++) {statement} }}")
    loops = list(load(path).values())
    made, said = sanitized.report(sanitized.program(loops, tmp_path), loops, [Case(loops[0], 10)])
    assert word in said
    assert "bad" in said
    assert made == 0
