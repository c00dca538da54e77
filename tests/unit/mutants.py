"""Wrong answers made from right ones, and right ones that are rounded otherwise."""

from collections.abc import Iterator

import numpy as np

from clib.binding import bind
from clib.build import build
from tsvc.domain import arguments
from tsvc.expected import Expected
from tsvc.inputs import Case
from tsvc.judge import compare
from tsvc.reference import run

#: The columns of docs/mutation-score.md, in order.
MUTANTS = (
    "untouched",
    "reversed",
    "rolled",
    "sorted",
    "mean",
    "last missing",
    "tail missing",
    "off by 0.1",
    "off by 1e-3",
    "zeros",
    "NaN",
    "clobbered",
    "result off",
    "result missing",
)
HONEST = ("C itself", "double", "contracted", "fast")


def mutants(case: Case, expected: Expected) -> Iterator[tuple[str, dict, object]]:
    """(name, arrays, result) of each mutant of C's own answer; one that does not differ from it is left out.

    Each changes one array, so that a judge that looks at the others alone lets it through.
    """
    before, right, result = case.arrays(), expected.arrays, expected.result
    for array in case.loop.arrays:
        name = array.name
        if not array.is_written:
            changed = np.zeros_like(right[name])
            if changed.tobytes() != right[name].tobytes():
                yield "clobbered", {**right, name: changed}, result
            continue
        for mutant, values in _of_array(before[name].ravel(), right[name].ravel(), expected.tolerance[name].ravel()):
            if _differs(values, right[name].ravel()):
                yield mutant, {**right, name: values.astype(right[name].dtype).reshape(right[name].shape)}, result
    if result is not None:
        yield "result missing", right, None
        off = result + (1 if case.loop.result == "int" else 0.1 * max(1.0, abs(result)))
        if np.isfinite(result) and np.isfinite(expected.tolerance["result"]).all():
            yield "result off", right, off


def _of_array(before: np.ndarray, right: np.ndarray, tolerance: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    changed = np.flatnonzero(before.view(np.int32) != right.view(np.int32))
    with np.errstate(invalid="ignore", over="ignore"):
        yield "untouched", before
        yield "reversed", right[::-1]
        yield "rolled", np.roll(right, 1)
        yield "sorted", np.sort(right)
        yield "mean", np.full_like(right, right.mean(dtype=np.float64))
        yield "zeros", np.zeros_like(right)
        if right.dtype.kind == "f":
            yield "NaN", np.full_like(right, np.nan)
        for mutant, left in (("last missing", changed[-1:]), ("tail missing", changed[-(len(changed) // 10 + 1) :])):
            values = right.copy()
            values[left] = before[left]
            yield mutant, values
        if len(changed) and right.dtype.kind == "f":
            one = changed[len(changed) // 2]
            for mutant, step in (("off by 0.1", 0.1), ("off by 1e-3", 1e-3 * abs(right[one]))):
                values = right.copy()
                values[one] += step
                if mutant == "off by 0.1" or step > tolerance[one]:
                    yield mutant, values


def _differs(values: np.ndarray, right: np.ndarray) -> bool:
    return bool(np.any((values != right) & ~(np.isnan(values) & np.isnan(right))))


def is_rejected(case: Case, expected: Expected, arrays: dict, result) -> bool:
    return compare(case.loop, expected, 0, case.arrays_cached(), arrays, result) is not None


def honest(case: Case, expected: Expected) -> Iterator[tuple[str, dict, object]]:
    """(name, arrays, result) of answers that a right kernel may give."""
    yield "C itself", expected.arrays, expected.result
    for kind in ("double", "contracted"):
        arrays = {a.name: case.arrays_cached()[a.name].astype(a.numpy_type(kind)) for a in case.loop.arrays}
        result = run(case.loop, arrays, n=case.n, m=case.m, params=case.params, build=kind)
        yield kind, _rounded(case, arrays), result if result is None else _single(case, result)
    arrays = case.arrays()
    yield "fast", arrays, _run_fast(case, arrays)


def _rounded(case: Case, arrays: dict) -> dict:
    with np.errstate(over="ignore"):
        return {array.name: arrays[array.name].astype(array.numpy_type()) for array in case.loop.arrays}


def _single(case: Case, result):
    with np.errstate(over="ignore"):
        return result if case.loop.result == "int" else float(np.float32(result))


def _run_fast(case: Case, arrays: dict):
    """The fast build for any size: compiled once a file, unlike the timed one."""
    loop = case.loop
    kinds = ["int" if kind == "size" else kind for _, kind in loop.signature]
    call = bind(build(loop.path, "fast"), "fast", loop.name, loop.result, kinds)
    values = {"n": case.n, "m": case.m, **arguments(loop, case.n, case.m, case.params)}
    return call(*(arrays[name].ctypes.data if kind == "array" else values[name] for name, kind in loop.signature))
