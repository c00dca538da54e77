import ctypes

import numpy as np
import pytest

from clib.binding import bind, load
from clib.build import build

_LOOPS = """
real scaled(int n, real s, real a[n]) { for (int i = 0; i < n; i++) a[i] *= s; return a[0]; }
int count(int n, const int ip[n]) { int k = 0; for (int i = 0; i < n; i++) k += ip[i] > 0; return k; }
void nothing(void) { }
"""


@pytest.mark.parametrize(("kind", "dtype"), [("strict", np.float32), ("double", np.float64)])
def test_reals_follow_the_build_and_arrays_are_not_copied(c_file, kind, dtype):
    function = bind(build(c_file(_LOOPS), kind), kind, "scaled", "real", ["int", "real", "array"])
    a = np.array([1, 2, 3], dtype)
    assert function(3, 0.1, a.ctypes.data) == dtype(0.1)
    assert np.array_equal(a, np.array([1, 2, 3], dtype) * dtype(0.1))


def test_int_results_and_int_arrays(c_file):
    function = bind(build(c_file(_LOOPS), "strict"), "strict", "count", "int", ["int", "array"])
    assert function(4, np.array([1, 0, 5, -1], np.int32).ctypes.data) == 2


def test_a_function_without_result_returns_none(c_file):
    assert bind(build(c_file(_LOOPS), "strict"), "strict", "nothing", None, [])() is None


def test_wrong_arguments_are_refused(c_file):
    function = bind(build(c_file(_LOOPS), "strict"), "strict", "scaled", "real", ["int", "real", "array"])
    with pytest.raises(ctypes.ArgumentError):
        function("3", 1.0, None)
    with pytest.raises(TypeError):
        function(3, 1.0)


def test_an_unknown_function_is_an_attribute_error(c_file):
    with pytest.raises(AttributeError, match="absent"):
        bind(build(c_file(_LOOPS), "strict"), "strict", "absent", None, [])


def test_a_library_is_loaded_once(c_file):
    library = build(c_file(_LOOPS), "strict")
    assert load(library) is load(library)
