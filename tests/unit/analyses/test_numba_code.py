import importlib.util

import numpy as np
import pytest

from analyses.model import build
from analyses.numba_code import numba_text
from tsvc.cases import make
from tsvc.comparison import compare
from tsvc.domain import arguments
from tsvc.expected import expect
from tsvc.loops import LOOPS

CHOSEN = "s000 s112 s141 s161 s212 s231 s258 s281 s311 s314 s316 s318 s319 s332 s341 s352 s442 s4116"
HAS_NUMBA = importlib.util.find_spec("numba") is not None


class Numba:
    """numba, as far as the texts name it: plain Python runs them, and a prange counts backwards."""

    @staticmethod
    def njit(**options):
        return lambda function: function

    @staticmethod
    def prange(*span):
        return reversed(range(*map(int, span)))


def run(text: str, case, values: dict, compiled: bool):
    names: dict = {}
    if compiled:
        exec(text, names)
    else:
        names["numba"] = Numba
        exec(text.replace("import numba\n", ""), names)
    before, after = case.arrays(), case.arrays()
    kinds = {one.name: one.kind for one in case.loop.params}
    scalars = {"n": case.n, "m": case.m}
    scalars |= {name: np.float32(v) if kinds[name] == "real" else v for name, v in values.items()}
    result = names[case.loop.name](
        *(after[name] if kind == "array" else scalars[name] for name, kind in case.loop.signature)
    )
    return before, after, result


@pytest.mark.parametrize(
    "compiled", [False, pytest.param(True, marks=pytest.mark.skipif(not HAS_NUMBA, reason="no numba"))]
)
@pytest.mark.parametrize("name", CHOSEN.split())
def test_the_text_leaves_what_c_leaves(name, compiled):
    case = make(LOOPS[name], 257, 17, "exact", 3)
    values = arguments(case.loop, case.n, case.m, case.params)
    text = numba_text(build(case.loop), {"n": case.n, "m": case.m}, values)
    before, after, result = run(text, case, values, compiled)
    difference = compare(case.loop, expect(case), 0, before, after, result)
    assert difference is None, f"{difference}\n{text}"


def text_of(name: str) -> str:
    case = make(LOOPS[name], 1000, 100, "exact", 0)
    return numba_text(build(case.loop), {"n": 1000, "m": 100}, arguments(case.loop, 1000, 100, case.params))


def test_only_proven_loops_are_shared():
    assert "numba.prange(" in text_of("s000")
    assert "parallel=True" in text_of("s000")
    assert "numba.prange(" not in text_of("s321")
    assert "parallel=True" not in text_of("s321")


def test_reductions_are_updates_that_numba_knows():
    assert "sum += a[i]" in text_of("s311")
    assert "x = max(x, a[i])" in text_of("s314")
    assert "numba.prange(" not in text_of("s319")  # two updates of one sum


def test_integers_divide_as_in_c():
    names: dict = {"numba": Numba}
    exec(text_of("s000").replace("import numba\n", ""), names)
    assert [names["quotient"](a, b) for a, b in [(7, 2), (-7, 2), (7, -2), (-7, -2), (-8, 2)]] == [3, -3, -3, 3, -4]
