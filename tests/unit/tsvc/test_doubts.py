from dataclasses import replace

import pytest

from tsvc.doubts import LAUNCH_SECONDS, compare_clocks, doubt_process, doubt_seconds, least_seconds
from tsvc.expected import expect
from tsvc.gates import ALL
from tsvc.loops import LOOPS
from tsvc.timing import Timing, drawn_calls, read, timing_case
from tsvc.verdicts import Crashed, InvalidTiming

ANSWER = {
    "method": "graph",
    "device": [64e-6, 32e-6, 32e-6],
    "stream": [64e-6, 32e-6, 32e-6],
    "launch": [3e-5],
    "calls_per_sample": 32,
    "footprint": 4096,
    "kept": [{"section": "device", "seed": 5, "calls": 32, "datasets": []}],
}


def test_an_answer_is_read():
    timing, kept = read(dict(ANSWER))
    assert timing == Timing((2e-6, 1e-6, 1e-6), "graph", 32, 4096, (3e-5,))
    assert kept == ANSWER["kept"]


@pytest.mark.parametrize(
    "change",
    [
        {"device": []},
        {"device": [0.0]},
        {"device": [float("nan")]},
        {"launch": ["x"]},
        {"calls_per_sample": 0},
        {"kept": [{}]},
        {"stream": None},
    ],
)
def test_an_answer_that_is_none(change):
    with pytest.raises(Crashed, match="no timing"):
        read(ANSWER | change)


def test_a_replaced_clock_and_work_beside_it():
    quiet = {"replaced": [], "at_work": 0}
    doubt_process(ALL, quiet)
    for change, words in (({"replaced": ["time.time"]}, "time.time"), ({"at_work": 2}, "2 threads or processes")):
        with pytest.raises(InvalidTiming, match=words):
            doubt_process(ALL, quiet | change)
        doubt_process(ALL - {"clock", "quiescence"}, quiet | change)


def test_work_elsewhere_on_the_device():
    timing = Timing((2e-3,), "events")
    doubt_seconds(ALL, timing, {"stream": [1.9e-3]}, 0)
    with pytest.raises(InvalidTiming, match="1990 us of work"):
        doubt_seconds(ALL, timing, {"stream": [1e-5]}, 0)


def test_less_than_any_gpu_needs():
    floor = least_seconds(expect(replace(timing_case(LOOPS["s000"], 32000, 1), kind="fresh")))
    assert LAUNCH_SECONDS < floor < 1e-6
    doubt_seconds(ALL, Timing((1.1e-6,), "graph"), {"stream": [1.1e-6]}, floor)
    with pytest.raises(InvalidTiming, match="at least"):
        doubt_seconds(ALL, Timing((1e-7,), "graph"), {"stream": [1e-7]}, floor)
    doubt_seconds(ALL - {"floor"}, Timing((1e-7,), "graph"), {"stream": [1e-7]}, floor)


def test_two_clocks():
    compare_clocks("device", 1e-6, 32, 1.5e-6)
    with pytest.raises(InvalidTiming, match="by our own clock"):
        compare_clocks("device", 1e-8, 32, 1e-6)


def test_which_calls_are_looked_at():
    kept = [{"section": "check", "calls": 3}] + [{"section": "device", "calls": 32}] * 100
    drawn = [drawn_calls(kept) for _ in range(5)]
    assert all((0, 2) in calls for calls in drawn)
    assert len({tuple(calls) for calls in drawn}) == 5
    assert all(0 <= row < kept[index]["calls"] for calls in drawn for index, row in calls)
