import json
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from clib.build import ROOT, BuildError, build
from tsvc.cases import make
from tsvc.clocks import HostClock
from tsvc.device import Device
from tsvc.expected import expect
from tsvc.gates import ALL
from tsvc.gputime import CALLS_PER_GRAPH, MEMORY, Bench, calls_that_fit
from tsvc.judge import Judge
from tsvc.lease import visible_gpus
from tsvc.limits import Floors
from tsvc.loops import LOOPS, load
from tsvc.timing import (
    Timing,
    build_ahead,
    device_clock,
    limit_facts,
    replay,
    speedup,
    time_c,
    time_kernel,
    timing_case,
)
from tsvc.verdicts import HarnessError
from tsvc.work import count


@pytest.fixture(scope="module")
def clock():
    device = Device("c")
    yield device
    device.close()


@pytest.mark.parametrize("name", ["s000", "s2275", "vsumr", "s491"])
def test_c_is_timed_call_by_call(clock, name):
    timing = time_c(clock, timing_case(LOOPS[name], 2000, 20), warmups=2, calls=7)
    assert (timing.method, len(timing.samples)) == ("C", 7)
    assert all(0 < sample < 1 for sample in timing.samples)
    assert timing.median == sorted(timing.samples)[3]


def test_all_c_is_built_before_a_clock_runs(clock, c_file, monkeypatch):
    text = "/* init a = 1 */ real f(int n, real a[restrict n]) { a[0] += 1; return a[0]; }"
    loop = load(c_file(text))["f"]
    case = timing_case(loop, 1000, 1)
    build_ahead([case])
    monkeypatch.setattr("clib.build._compile", None)  # nothing is left to compile
    time_c(clock, case, calls=2)
    assert expect(case).is_evidence
    assert count(clock, case).written == 2


def test_what_cannot_be_built_ahead_is_left(c_file):
    loop = load(c_file("void f(int n, real a[restrict n]) { a[0] = 1 / n(); }"))["f"]
    build_ahead([timing_case(loop, 10, 1)])
    with pytest.raises(BuildError, match="not a function"):
        build(loop.path, "strict")


def test_longer_loops_take_longer(clock):
    short, long = (time_c(clock, timing_case(LOOPS["s319"], n, 1), calls=20).median for n in (1000, 200_000))
    assert long > 10 * short


SLOW = """
void slow(int n, real a[restrict n])
{
    volatile real x = 0;
    for (long k = 0; k < 400000000L; k++)
        x += 1;
    a[0] = x;
}
void crash(int n, real a[restrict n])
{
    volatile int *nowhere = 0;
    a[0] = *nowhere;
}
"""


def test_a_call_beyond_the_limit_makes_the_limit_a_bound(clock, c_file):
    loop = load(c_file(SLOW))["slow"]
    timing = time_c(clock, make(loop, 10, 1, "exact", 0), limit=0.01)
    if timing.method == "timeout":
        assert timing.samples == (0.01,)
    else:  # it had ended by the time that the parent looked
        assert timing.median > 0.01
    graph = Timing((1e-3,), "graph")
    assert speedup(Timing((0.01,), "timeout"), graph) == (10, True)
    assert speedup(Timing((0.01,), "C"), graph) == (10, False)


def test_what_cannot_be_told_apart_is_equally_fast():
    steady = tuple(1e-6 + k * 1e-9 for k in range(100))
    mixed = tuple(reversed([1.001 * sample for sample in steady]))
    assert speedup(Timing(mixed, "C"), Timing(steady, "graph"))[0] == 1.0
    faster = tuple(sample / 2 for sample in steady)
    assert speedup(Timing(steady, "C"), Timing(faster, "graph"))[0] == pytest.approx(2.0)
    assert speedup(Timing((60.0,), "timeout"), Timing((30.0,), "graph")) == (2.0, True)


def test_a_crash_of_the_c_reference_is_our_trouble(clock, c_file):
    loop = load(c_file(SLOW))["crash"]
    with pytest.raises(HarnessError, match="crash: the C reference cannot be timed: the process died of SIG"):
        time_c(clock, make(loop, 10, 1, "exact", 0), calls=2)


def test_the_facts_of_a_limit_are_those_of_its_work(clock):
    floors = Floors(**{**dict.fromkeys(Floors.__dataclass_fields__, 1e12), "launch": 1e-6, "round_trip": 2e-6})
    timing = Timing((4e-6,), "graph", calls_per_sample=10)
    small = limit_facts(clock, timing_case(LOOPS["vpv"], 1000, 1), timing, floors)
    assert small.pop("limit_us") == pytest.approx(2.0)
    assert small == {
        "limited_by": "floor",
        "memory_level": "cache",
        "least_bytes": 12_000,
        "operations": 1000,
        "chain": 0,
        "gb_per_s": pytest.approx(3.0),
        "sector_gb_per_s": pytest.approx(3.0),
    }
    large = limit_facts(clock, timing_case(LOOPS["vpv"], 1_000_000, 1), timing, replace(floors, cache_bytes=1e6))
    assert (large["limited_by"], large["memory_level"]) == ("bytes", "memory")
    assert large["limit_us"] == pytest.approx(12.0)


def test_what_cannot_be_counted_has_no_limit(clock, c_file):
    loop = load(c_file("float powf(float, float); void f(int n, real a[restrict n]) { a[0] = powf(a[1], 3); }"))["f"]
    floors = Floors(**dict.fromkeys(Floors.__dataclass_fields__, 1.0))
    assert limit_facts(clock, timing_case(loop, 10, 1), Timing((1.0,), "graph"), floors) == {}


def test_timing_as_a_record():
    timing = Timing((1.0, 3.0), "graph", 32, 1024, (5.0,))
    assert timing.median == 2.0
    assert timing.as_dict() == {
        "samples": [1.0, 3.0],
        "method": "graph",
        "calls_per_sample": 32,
        "footprint": 1024,
        "launch": [5.0],
    }


class Pedantic:
    """pytest-benchmark's fixture, as far as replay uses it."""

    def pedantic(self, function, rounds):
        self.measured = []
        for _ in range(rounds):
            before = device_clock()
            function()
            self.measured.append(device_clock() - before)


def test_records_keep_samples_to_a_tenth_of_a_nanosecond():
    assert Timing((1.2099999934434891e-06, 0.02), "graph").samples_us == [1.21, 20000.0]
    assert Timing((1.23456789e-06,), "graph").samples_us == [1.2346]


def test_replay_moves_the_clock_by_each_sample():
    benchmark = Pedantic()
    replay(benchmark, (1e-6, 3e-6, 2.0))
    assert benchmark.measured == pytest.approx([1e-6, 3e-6, 2.0])


BENCHMARK = """
import pytest
from tsvc.timing import device_clock, replay

@pytest.mark.benchmark(timer=device_clock)
def test_speed(benchmark):
    benchmark.extra_info["method"] = "graph"
    replay(benchmark, (2e-6, 4e-6, 3e-6))
"""


def test_pytest_benchmark_holds_the_samples(tmp_path):
    (tmp_path / "test_replay.py").write_text(BENCHMARK)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    # Within an xdist worker pytest-benchmark would believe that it runs in one as well, and time nothing.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment["PYTHONPATH"] = str(ROOT)
    command = [sys.executable, "-m", "pytest", "-q", "--benchmark-json=out.json", "-p", "no:cacheprovider"]
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stdout + run.stderr
    (entry,) = json.loads((tmp_path / "out.json").read_text())["benchmarks"]
    assert entry["stats"]["data"] == pytest.approx([2e-6, 4e-6, 3e-6])
    assert entry["stats"]["median"] == pytest.approx(3e-6)
    assert entry["options"]["timer"] == "device_clock"
    assert entry["extra_info"] == {"method": "graph"}


@pytest.mark.skipif(not visible_gpus(), reason="no GPU")
def test_a_kernel_is_timed_on_the_gpu():
    device = Device("cuda")
    judge = Judge(LOOPS["s000"], device, trust_record=True)
    timing = time_kernel(judge, timing_case(LOOPS["s000"], 32000, 1), warmups=2, calls=5)
    device.close()
    assert timing.method == "graph"
    assert len(timing.samples) == len(timing.launch) == 5
    assert 0 < timing.median < sorted(timing.launch)[2]


def test_the_parents_clock_repeats_what_was_timed():
    bench, seen = Bench(HostClock()), []
    arrays = {"a": np.arange(1, 9, dtype=np.float32), "1/a": np.full(8, -5, np.float32)}
    request = {"amplitudes": {"a": 1 / 16}, "datasets": 1, "warmups": 0, "calls": 3, "limit": 5, "gates": sorted(ALL)}
    bench.measure(lambda views: seen.append(views["a"].clone()), arrays, request)
    assert any((one < 0).all() for one in seen)  # it was checked on the other data
    seen.clear()
    bench.again(1, by_call=False)
    assert seen and all((one > 0).all() for one in seen)


@pytest.mark.parametrize(
    ("size", "calls"),
    [
        (0, CALLS_PER_GRAPH),
        (256_000, CALLS_PER_GRAPH),
        (640_000, 19),
        (1_500_000, 8),
        (2_000_000, CALLS_PER_GRAPH),  # in memory, whatever is done
        (MEMORY // 3, 3),
        (2 * MEMORY, 1),
    ],
)
def test_the_calls_of_a_graph_fit_in_a_fifth_of_the_cache_or_are_timed_in_memory(size, calls):
    assert calls_that_fit(size, 60 << 20) == calls
