from functools import partial
from types import SimpleNamespace

import pytest

from tsvc.judge import Judge
from tsvc.loops import LOOPS
from tsvc.noise import REPEATED, Repeats, time_again
from tsvc.timing import Timing, time_kernel, timing_case
from tsvc.verdicts import InvalidTiming


def repeats(*microseconds: float, again=lambda time: time, method: str = "graph") -> Repeats:
    """Timings of cases that are called by their times; again: what the second timing says."""
    found = Repeats(lambda judge, case: Timing((again(case.time),), "graph"))
    for number in microseconds:
        found.add(SimpleNamespace(), SimpleNamespace(time=number * 1e-6), Timing((number * 1e-6,), method))
    return found


def test_a_second_timing_asks_for_no_answers(interpreter, monkeypatch):
    judge = Judge(LOOPS["s000"], interpreter, trust_record=True)
    before, asked = judge.gates, []
    request = interpreter.request

    def ask(header, *arguments, **options):
        asked.append(header["op"])
        return request(header, *arguments, **options)

    monkeypatch.setattr(interpreter, "request", ask)
    monkeypatch.setattr("tsvc.noise.time_kernel", partial(time_kernel, warmups=1, calls=3))
    assert time_again(judge, timing_case(LOOPS["s000"], 100, 1)).method == "graph"
    assert set(asked) == {"time", "again"}
    assert judge.gates == before


def test_the_largest_ratio_is_the_band():
    slower = {1e-6: 1.02e-6, 2e-6: 2e-6, 3e-6: 2.7e-6}
    assert repeats(1, 2, 3, again=slower.get).band() == pytest.approx(3 / 2.7 - 1)


def test_equal_times_have_no_band():
    assert repeats(1, 5, 9).band() == 0


def test_the_fastest_the_slowest_and_those_between_are_chosen():
    found = [one.case.time for one in repeats(*range(1, 152)).chosen()]
    assert found == pytest.approx([1e-6, 38e-6, 76e-6, 113e-6, 151e-6])
    assert len(found) == REPEATED


@pytest.mark.parametrize("count", range(REPEATED + 1))
def test_few_are_all_chosen_once(count):
    assert len({one.case.time for one in repeats(*range(1, count + 1)).chosen()}) == count


def test_launches_in_the_time_and_kernels_that_take_long_do_not_count():
    assert repeats(1, method="events").chosen() == []
    assert repeats(3e5).chosen() == []
    assert repeats(1, method="events").band() is None


def test_a_kernel_that_fails_the_second_time_is_left_out():
    def again(time):
        if time < 2e-6:
            raise InvalidTiming("too fast")
        return 1.1 * time

    assert repeats(1, 2, again=again).band() == pytest.approx(0.1)
