import ctypes

import numpy as np
import pytest

from clib.build import build
from tsvc import LOOPS
from tsvc.fast import fast_text
from tsvc.loops import load


def test_sizes_become_numbers_in_a_copy_beside_the_original(c_file):
    path = c_file(
        "void f(int n, int m, real a[n], real aa[m][m]) { for (int i = 0; i < n - m; i++) a[i] = aa[n / m][0]; }"
    )
    before, after = fast_text(path, 100, 7)
    assert before == "#define f f_any_size\n"
    literal = after[after.index("__attribute__") : after.index("int f_timed(")]
    assert "i < (100 - 7)" in literal
    assert "aa[100 / 7][0]" in literal
    assert "real a[100], real aa[7][7]" in literal
    assert "int n_, int m_" in literal


@pytest.mark.parametrize(
    "body",
    [
        "n--; a[n] = 1;",
        "n = n / 2; a[n] = 1;",
        "n -= 1; a[n] = 1;",
        "int *p = &n; a[*p - 1] = 1;",
        "{ int n = 0; a[n] = 1; }",
    ],
)
def test_a_size_that_is_a_variable_stays_one(c_file, body):
    path = c_file(f"void f(int n, real a[n]) {{ {body} }}")
    _, after = fast_text(path, 100, 7)
    assert "100" not in after[after.index("__attribute__") : after.index("int f_timed(")]
    assert build(path, "fast", *fast_text(path, 100, 7)).exists()


def test_a_size_that_is_only_negated_becomes_a_number(c_file):
    _, after = fast_text(c_file("void f(int n, real a[n]) { for (int i = -n; i < 0; i++) a[n + i] = 1; }"), 9, 1)
    assert "int i = -9" in after


def _time(loop, arrays: dict[str, np.ndarray], n: int, calls: int, warmups: int = 2, limit: float = 60.0):
    function = getattr(ctypes.CDLL(str(build(loop.path, "fast", *fast_text(loop.path, n, 1)))), f"{loop.name}_timed")
    saved = {name: array.copy() for name, array in arrays.items()}
    addresses = [(ctypes.c_void_p * len(arrays))(*(a.ctypes.data for a in some.values())) for some in (arrays, saved)]
    lengths = (ctypes.c_int64 * len(arrays))(*(array.nbytes for array in arrays.values()))
    samples = (ctypes.c_int64 * calls)()
    own = [ctypes.c_void_p(array.ctypes.data) for array in arrays.values()]
    count = function(
        n, *own, len(arrays), *addresses, lengths, warmups, calls, ctypes.c_int64(int(limit * 1e9)), samples
    )
    return list(samples[:count])


def test_each_timed_call_starts_from_restored_inputs():
    a = np.ones(64, np.float32)
    samples = _time(LOOPS["vpv"], {"a": a, "b": np.ones(64, np.float32)}, 64, calls=20)
    assert len(samples) == 20
    assert all(sample >= 0 for sample in samples)
    assert np.array_equal(a, np.full(64, 2))


def test_timing_stops_at_the_limit_with_one_sample_at_least():
    arrays = {name: np.ones(2000, np.float32) for name in "abc"}
    assert len(_time(LOOPS["s176"], arrays, 2000, calls=100_000, warmups=0, limit=0.01)) < 100_000
    assert len(_time(LOOPS["s176"], arrays, 2000, calls=10, warmups=0, limit=0.0)) == 1


def test_timing_leaves_denormals_on():
    arrays = {name: np.ones(64, np.float32) for name in "ab"}
    _time(LOOPS["vpv"], arrays, 64, calls=3)
    assert np.float32(1e-40) * np.float32(0.5) != 0


def test_loops_with_a_result_are_timed_too(c_file):
    loop = load(
        c_file("real f(int n, const real a[n]) { real s = 0; for (int i = 0; i < n; i++) s += a[i]; return s; }")
    )["f"]
    assert len(_time(loop, {"a": np.ones(64, np.float32)}, 64, calls=5)) == 5
