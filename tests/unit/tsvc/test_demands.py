"""What a run must reach: the rate at, above and below the line, a regression under a good rate, slowdowns, no GPU."""

import copy

import pytest

from tsvc.demands import Demands


def run_of(device: str = "GPU", **verdicts: str) -> dict:
    timed = {"device_us": 2.0, "device_samples_us": [2.0 + k / 1e3 for k in range(20)], "timed_n": 9, "timed_m": 9}
    loops = {name: {"verdict": word, **timed} for name, word in verdicts.items()}
    return {"machine": {"device": device}, "loops": loops}


THREE = run_of(s000="PASSED", s111="PASSED", s112="PASSED")


@pytest.mark.parametrize(("floor", "met"), [(0.66, True), (2 / 3, True), (0.67, False), (0.0, True), (1.0, False)])
def test_the_rate_at_above_and_below_the_line(floor, met):
    (answer,) = Demands(floor).answers(run_of(s000="PASSED", s111="PASSED", s112="WRONG"))
    assert answer == (met, f"gate {floor * 100:g} % {'met' if met else 'NOT met'}")


def test_no_rate_is_met_by_nothing_or_with_our_own_errors():
    assert not Demands(0.0).answers(run_of())[0][0]
    assert not Demands(0.0).answers(THREE, is_sound=False)[0][0]


def test_nothing_demanded_nothing_said():
    assert Demands().answers(THREE) == []


@pytest.mark.parametrize("word", ["WRONG", "SKIPPED", "UNREPORTED", "ERROR"])
def test_a_regression_is_red_whatever_the_rate(word):
    now = run_of(s000="PASSED", s111="PASSED", s112=word)
    rate, baseline = Demands(0.5, THREE, "results/old").answers(now)
    assert rate[0] and not baseline[0]
    assert baseline[1] == f"baseline results/old NOT met: passed there, not here: s112 {word}"


def test_what_failed_before_may_fail_again():
    before = run_of(s000="PASSED", s111="WRONG")
    (answer,) = Demands(baseline=before, baseline_name="old").answers(run_of(s000="PASSED", s111="HUNG", s112="WRONG"))
    assert answer == (True, "baseline old met: all 1 loops that passed there pass")


def test_a_loop_that_is_gone_is_missed_unless_only_some_were_asked_for():
    now = run_of(s000="PASSED", s111="PASSED")
    (answer,) = Demands(baseline=THREE).answers(now)
    assert not answer[0] and answer[1].endswith("s112 not in this run")
    (answer,) = Demands(baseline=THREE, is_partial=True).answers(now)
    assert answer[0] and "all 2 loops" in answer[1]


def slowdown(now: dict, most: float = 1.2, before: dict = THREE) -> tuple[bool, str]:
    return Demands(baseline=before, max_slowdown=most).answers(now)[1]


def slowed(factor: float) -> dict:
    now = copy.deepcopy(THREE)
    loop = now["loops"]["s111"]
    loop |= {"device_us": factor * 2.0, "device_samples_us": [factor * t for t in loop["device_samples_us"]]}
    return now


def test_slowdowns():
    assert slowdown(THREE) == (True, "max slowdown 1.2 met: none of 3 loops takes longer")
    assert slowdown(slowed(1.15)) == (True, "max slowdown 1.2 met: none of 3 loops takes longer")
    assert slowdown(slowed(1.5)) == (False, "max slowdown 1.2 NOT met: times its baseline: s111 1.50")
    assert slowdown(slowed(1.04), most=1.0)[0]  # within the noise


def test_what_is_not_timed_is_not_fast():
    now = copy.deepcopy(THREE)
    del now["loops"]["s112"]["device_us"]
    met, sentence = slowdown(now)
    assert not met and sentence.endswith("but not here: s112")
    untimed = {"machine": {"device": "GPU"}, "loops": {name: {"verdict": "PASSED"} for name in THREE["loops"]}}
    assert slowdown(untimed, before=untimed) == (False, "max slowdown 1.2 NOT met: no loop was timed in both runs")


def test_without_a_gpu_no_slowdown_can_be_told():
    now = {"machine": {"device": "interpreter"}, "loops": {name: {"verdict": "PASSED"} for name in THREE["loops"]}}
    assert slowdown(now) == (False, "max slowdown 1.2 NOT met: the baseline is from GPU, this run from interpreter")
