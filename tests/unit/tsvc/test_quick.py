import re

import pytest

from tsvc import quick
from tsvc.gates import ALL
from tsvc.kernel import Kernel
from tsvc.loops import LOOPS
from tsvc.quick import time_quickly
from tsvc.timing import timing_case
from tsvc.verdicts import Wrong


@pytest.mark.parametrize("name", ["s000", "s311", "s231"])
def test_a_right_kernel_gets_its_times(interpreter, name):
    timing = time_quickly(Kernel.load(name), interpreter, timing_case(LOOPS[name], 300, 16), calls=3)
    assert len(timing.samples) == len(timing.launch) == 3
    assert all(sample > 0 for sample in timing.samples)


def test_long_arrays_keep_their_data(interpreter, monkeypatch):
    monkeypatch.setattr(quick, "FRESH", 100)
    asked = []
    request = interpreter.request

    def seen(header, *rest, **more):
        asked.append(header)
        return request(header, *rest, **more)

    monkeypatch.setattr(interpreter, "request", seen)
    for n in (100, 300):
        time_quickly(Kernel.load("s000"), interpreter, timing_case(LOOPS["s000"], n, 1), calls=2)
    amplitudes = [header["amplitudes"] for header in asked if header["op"] == "time"]
    assert set(amplitudes[0]) == {"a", "b"} and amplitudes[1] == {}


def test_an_answer_that_is_not_cs_is_found(interpreter):
    right = Kernel.load("s000")
    wrong = Kernel(right.loop, right.path, re.sub(r"\+ 1(\.0)?\b", "+ 2", right.text))
    assert wrong.text != right.text
    with pytest.raises(Wrong, match=r"in a timed call, at n=300 kind=fresh .*: a: 300 of 300 elements differ"):
        time_quickly(wrong, interpreter, timing_case(LOOPS["s000"], 300, 1), ALL, calls=2)
