"""The C sources against the facts about TSVC: what they compute, on which sizes, and that they stay in bounds."""

import itertools

import numpy as np
import pytest
from definition import SPEC, execute
from draws import hostile, parameters, sizes

from tsvc import LOOPS
from tsvc.inputs import Case
from tsvc.reference import run

BUNDLED = {name: LOOPS[name] for name in SPEC}
every_loop = pytest.mark.parametrize("loop", BUNDLED.values(), ids=list(BUNDLED))

#: Sine and cosine come from the machine's libm: within 2 ulp of the right value each.
_INTRINSIC = {"s451"}


def _cases(loop):
    for number, (n, m) in enumerate(sizes(loop, [(1000, 37)])):
        kinds = ["uniform", "exact", "awkward"] if n == 1000 else ["uniform", "exact", *["awkward"] * 4]
        first, *others = parameters(loop, n, m)
        drawn = [(kind, first) for kind in kinds]
        drawn += zip(itertools.cycle(("uniform", "awkward")), others, strict=False) if n < 1000 else []
        for seed, (kind, params) in enumerate(drawn):
            yield Case(loop, n, m, kind, 100 * number + seed, params)


def _bits(values: np.ndarray) -> bytes:
    """Bytes in which all NaN are one: C does not say which NaN an operation yields."""
    return np.where(np.isnan(values), np.nan, values).astype(values.dtype).tobytes()


def _both(case: Case, arrays: dict, build: str):
    """(changed arrays and result of the C build, the same of the definition)."""
    real = np.float64 if build == "double" else np.float32
    mine = {name: array.astype(real) if array.dtype == np.float32 else array for name, array in arrays.items()}
    other = {name: array.copy() for name, array in mine.items()}
    got = run(case.loop, mine, case.n, case.m, case.params, build)
    want = execute(case.loop.name, other, real, case.n, case.m, case.params)
    assert (got is None) == (want is None)
    if got is not None:
        mine["result"], other["result"] = np.array([got], real), np.array([want], real)
    return mine, other


def _check(case: Case, arrays: dict, build: str):
    got, want = _both(case, arrays, build)
    for name in got:
        if case.loop.name in _INTRINSIC and name == "a":
            ulp = np.finfo(got[name].dtype).eps
            assert np.array_equal(np.isnan(got[name]), np.isnan(want[name]))
            assert np.nanmax(np.abs(got[name] - want[name]), initial=0) <= 4 * ulp, f"{name} at {case}"
        else:
            assert _bits(got[name]) == _bits(want[name]), f"{name} at {case}"


def test_the_sources_hold_the_loops_of_tsvc_and_no_others():
    assert set(LOOPS) == set(SPEC)
    assert len(SPEC) == 151


@every_loop
def test_strict_build_equals_the_definition_bit_for_bit(loop):
    drawn = list(_cases(loop))
    assert len(drawn) >= 10
    for case in drawn:
        _check(case, case.arrays(), "strict")


@every_loop
def test_strict_build_equals_the_definition_on_hostile_numbers(loop):
    for n, m in sizes(loop):
        for params in parameters(loop, n, m)[:2]:
            case = Case(loop, n, m, "awkward", n, params)
            _check(case, hostile(case), "strict")


@every_loop
def test_double_build_equals_the_definition_in_float64(loop):
    for n, m in sizes(loop):
        case = Case(loop, n, m, "uniform", n, parameters(loop, n, m)[-1])
        _check(case, case.arrays(), "double")
