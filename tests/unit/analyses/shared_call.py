"""Calls a compiled function of a loop's own signature, for the tests of generated C."""

from functools import cache
from pathlib import Path

from clib.binding import bind
from clib.build import BuildError, build_text
from tsvc.inputs import Case


@cache
def openmp_works() -> bool:
    """Whether the C compiler builds a program with OpenMP."""
    try:
        return build_text(
            "#include <omp.h>\nint f(void) { return omp_get_max_threads(); }", "openmp", "threads"
        ).exists()
    except BuildError:
        return False


def called(library: Path, case: Case, params: dict):
    """(arrays before, arrays after, result) of one call."""
    loop, sizes = case.loop, {"n": case.n, "m": case.m}
    before, after = case.arrays(), case.arrays()
    function = bind(library, "fast", loop.name, loop.result, ["int" if k == "size" else k for _, k in loop.signature])
    given = [after[name].ctypes.data if kind == "array" else {**sizes, **params}[name] for name, kind in loop.signature]
    return before, after, function(*given)
