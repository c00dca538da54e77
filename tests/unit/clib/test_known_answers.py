"""The C reference on TSVC's own data against what a compiled TSVC_2 gave."""

import numpy as np
import pytest
from definition import KNOWN

from tsvc import LOOPS
from tsvc.inputs import Case
from tsvc.reference import run

#: Four arguments that TSVC_2 passes as the bits of a float: real parameters here.
_MEANT_AS_REAL = {"s272", "s332", "s2710", "vpvts"}

every_answer = pytest.mark.parametrize(
    "known", KNOWN, ids=[f"{known['function']}-{known['set']}-{known['n']}" for known in KNOWN]
)


def _case(known: dict) -> Case:
    number = float if known["function"] in _MEANT_AS_REAL else lambda value: value
    params = {name: number(value) for name, value in known["params"].items()}
    return Case(LOOPS[known["function"]], known["n"], known["m"], "tsvc", params=params)


def _inputs(case: Case, real: type) -> dict[str, np.ndarray]:
    """TSVC's own data, rounded to float32; TSVC_2 squares in float32, which moves the last digit from k = 4096 on."""
    arrays = case.arrays()
    for array in case.loop.arrays:
        if array.init == "1/(k+1)**2" and not array.is_2d:
            k = np.arange(case.n, dtype=np.float32)
            arrays[array.name] = 1 / ((k + 1) * (k + 1))
    return {name: array.astype(real) if array.dtype == np.float32 else array for name, array in arrays.items()}


def _run(case: Case, real: type, build: str):
    arrays = _inputs(case, real)
    result = run(case.loop, arrays, case.n, case.m, case.params, build)
    return arrays, result


@every_answer
def test_strict_build_changes_as_many_elements_and_returns_the_same(known):
    case = _case(known)
    before = _inputs(case, np.float32)
    arrays, result = _run(case, np.float32, "strict")
    changed = {name: int((arrays[name] != before[name]).sum()) for name in known["outputs"]}
    assert changed == {name: output["changed"] for name, output in known["outputs"].items()}
    assert {array.name for array in case.loop.outputs} == set(known["outputs"])
    if known["function"] == "s481":  # TSVC_2 ends its process instead: not on its own data
        assert (result, known["scalars"]["exited"]) == (case.n, False)
    else:
        assert result == known["scalars"].get("result")


@every_answer
def test_double_build_gives_the_same_sums_and_magnitudes(known):
    case = _case(known)
    strict, _ = _run(case, np.float32, "strict")
    arrays, result = _run(case, np.float64, "double")
    for name, output in known["outputs"].items():
        magnitude = float(np.abs(arrays[name]).max())
        assert float(arrays[name].sum()) == pytest.approx(output["f64_sum"], rel=1e-12, abs=0)
        assert magnitude == pytest.approx(output["f64_max_abs"], rel=1e-14, abs=0)
        error = float(np.abs(strict[name] - arrays[name]).max()) / (magnitude or 1)
        assert error == pytest.approx(output["f32_err_vs_f64_normwise"], rel=1e-9, abs=0)
    if "result_f64" in known["scalars"]:
        assert result == pytest.approx(known["scalars"]["result_f64"], rel=1e-14, abs=0)
