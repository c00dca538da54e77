"""Run a loop's C reference on numpy arrays."""

import contextlib
import ctypes
import ctypes.util
import platform
from functools import cache, lru_cache

import numpy as np

from clib.binding import bind
from clib.build import build as build_library
from tsvc.domain import arguments, extents
from tsvc.fast import fast_text
from tsvc.loops import LOOPS, Array, Loop

#: Rounding modes of C's fenv.h by machine; elsewhere only "nearest" is known.
_ROUNDING = {
    "x86_64": {"nearest": 0x0, "downward": 0x400, "upward": 0x800, "towardzero": 0xC00},
    "aarch64": {"nearest": 0x0, "upward": 0x400000, "downward": 0x800000, "towardzero": 0xC00000},
}.get(platform.machine(), {"nearest": 0x0})
ROUNDINGS = tuple(_ROUNDING)


def run(
    loop: Loop | str,
    arrays: dict,
    n: int = 1,
    m: int = 1,
    params: dict | None = None,
    build: str = "strict",
    rounding: str = "nearest",
):
    """Run the C reference once, changing the arrays in place.

    arrays: name -> contiguous numpy array, float32 (float64 for build="double") or int32, of at least the loop's
        extent; not copied. Arrays of another dtype or layout are copied, and back where the loop writes. Others than
        the loop's are ignored.
    params: scalar arguments by name; those left out take TSVC's values.
    build: strict, double, contracted, or fast (compiled for these very sizes, as TSVC is).
    rounding: one of ROUNDINGS; only the strict build promises to obey.
    Returns the loop's scalar result (float or int) or None.
    Raises KeyError for an unknown loop, a missing array or an unknown parameter, ValueError for an array that is too
    short, BuildError when the C cannot be compiled.
    """
    loop = LOOPS[loop] if isinstance(loop, str) else loop
    values = arguments(loop, n, m, params)
    passed: dict[str, np.ndarray] = {}
    copies = []
    for array in loop.arrays:
        if array.name not in arrays:
            raise KeyError(f"{loop.name}: array {array.name!r} is missing (needs {_names(loop)})")
        given = arrays[array.name]
        own: np.ndarray = np.ascontiguousarray(given, dtype=array.numpy_type(build))
        _check_extent(loop, array, own, n, m)
        passed[array.name] = own
        if own is not given and array.is_written:
            copies.append((given, own))
    call = _function(loop, build, *((n, m) if build == "fast" else ()))
    given_to_c = [_argument(name, kind, passed, values, n, m) for name, kind in loop.signature]
    with _rounded(rounding):
        result = call(*given_to_c)
    for given, own in copies:
        given[...] = own.reshape(given.shape)
    return result


@cache
def _function(loop: Loop, build: str, n: int = 0, m: int = 0):
    kinds = ["int" if kind == "size" else kind for _, kind in loop.signature]
    extra = fast_text(loop.path, n, m) if build == "fast" else ("", "")
    return bind(build_library(loop.path, build, *extra), build, loop.name, loop.result, kinds)


@contextlib.contextmanager
def _rounded(mode: str):
    if mode == "nearest":
        yield
        return
    libm = _libm()
    libm.fesetround(_ROUNDING[mode])
    try:
        yield
    finally:
        libm.fesetround(_ROUNDING["nearest"])


@lru_cache
def _libm() -> ctypes.CDLL:
    return ctypes.CDLL(ctypes.util.find_library("m") or "libm.so.6")


def _argument(name, kind, passed, values, n, m):
    if kind == "array":
        return passed[name].ctypes.data
    return {"n": n, "m": m}[name] if kind == "size" else values[name]


def _check_extent(loop: Loop, array: Array, given: np.ndarray, n: int, m: int) -> None:
    shape = extents(array, n, m)
    if given.size < int(np.prod(shape)):
        raise ValueError(
            f"{loop.name}: array {array.name!r} has {given.size} elements, needs {'x'.join(map(str, shape))}"
        )


def _names(loop: Loop) -> str:
    return " ".join(array.name for array in loop.arrays) or "no arrays"
