import copy
import json
import os
import random
import re
import subprocess
import sys

import pytest
from pytest_benchmark.utils import parse_compare_fail

from clib.build import ROOT
from tsvc.__main__ import main
from tsvc.compare import BAND, BeyondNoise, compare_runs, record_of_benchmarks
from tsvc.report.differences import closing_lines
from tsvc.results import read_results

COMMITTED = ROOT / "results" / "h200-n32000"


@pytest.fixture(scope="module")
def committed() -> dict:
    """The committed run, the loops with a valid time."""
    record = read_results(COMMITTED)
    return {**record, "loops": {name: entry for name, entry in record["loops"].items() if "speedup" in entry}}


@pytest.fixture
def saved(committed) -> dict:
    """What pytest-benchmark would have saved of the committed run, as much as is read of it."""
    benchmarks = [
        {
            "param": name,
            "stats": {"median": one["device_us"] * 1e-6, "data": [us * 1e-6 for us in one["device_samples_us"]]},
            "extra_info": {key: one[key] for key in ("timed_n", "timed_m")},
        }
        for name, one in committed["loops"].items()
    ]
    machine = {"gpu": committed["machine"]["device"]}
    return {"machine_info": machine, "noise_band": committed["noise_band"], "benchmarks": benchmarks}


def entry(*samples: float, verdict: str = "PASSED", **facts) -> dict:
    times = {"device_us": sorted(samples)[len(samples) // 2], "device_samples_us": list(samples)} if samples else {}
    return {"verdict": verdict, "timed_n": 32000, "timed_m": 256, **times, **facts}


def kind_of(before: dict | None, after: dict | None, **facts) -> str:
    runs = [{"machine": {}, "loops": {"s000": one} if one else {}, **facts} for one in (before, after)]
    return compare_runs(*runs).changes[0].kind


STEADY, SLOW = [1.0 + k / 1e4 for k in range(30)], [1.1 + k / 1e4 for k in range(30)]
WIDE = [1.0, 2.0, 0.5, 1.9, 0.6, 1.12, 0.7, 1.8, 1.13]


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (entry(*STEADY), entry(*STEADY), "same"),
        (entry(*STEADY), entry(*SLOW), "slower"),
        (entry(*SLOW), entry(*STEADY), "faster"),
        (entry(*STEADY), entry(*[1.04 + k / 1e4 for k in range(30)]), "same"),
        (entry(*WIDE), entry(*[1.2 * value for value in WIDE]), "undecided"),
        (entry(*STEADY), entry(1.5, device_samples_us=[]), "undecided"),
        (entry(*STEADY), entry(*SLOW, timed_n=1000), "same"),
        (entry(*STEADY), entry(), "same"),
        (entry(*STEADY), entry(*SLOW, verdict="WRONG"), "newly failing"),
        (entry(verdict="HUNG"), entry(*SLOW), "newly passing"),
        (entry(verdict="HUNG"), entry(verdict="WRONG"), "same"),
        (None, entry(), "only in B"),
        (entry(), None, "only in A"),
    ],
)
def test_the_kind_of_a_change(before, after, kind):
    assert kind_of(before, after) == kind


def test_a_calibrated_band_counts_where_it_is_wider():
    assert kind_of(entry(*STEADY), entry(*SLOW), noise_band=0.2) == "same"
    assert kind_of(entry(*STEADY), entry(*SLOW), noise_band=0.001) == "slower"


def test_a_run_and_itself_are_the_same(committed):
    comparison = compare_runs(committed, committed)
    assert {change.kind for change in comparison.changes} == {"same"}
    assert len(comparison.changes) == len(committed["loops"]) > 140
    assert (comparison.mcnemar, comparison.ratio) == (1.0, pytest.approx(1))


@pytest.fixture
def planted(committed):
    """(a copy of the committed run with faults planted, the loops slowed down, the loops that fail)."""
    run = copy.deepcopy(committed)
    names = random.Random(7).sample(sorted(run["loops"]), 13)
    slow, failing = set(names[:10]), set(names[10:])
    for name in slow:
        loop = run["loops"][name]
        loop["device_samples_us"] = [1.25 * value for value in loop["device_samples_us"]]
        loop["device_us"] *= 1.25
    for name in failing:
        run["loops"][name] |= {"verdict": "WRONG", "failure": f"{name}: differs"}
    return run, slow, failing


def test_planted_changes_are_found_and_nothing_else(committed, planted):
    run, slow, failing = planted
    comparison = compare_runs(committed, run)
    assert {change.loop for change in comparison.of("slower")} == slow
    assert {change.loop for change in comparison.of("newly failing")} == failing
    assert len(comparison.of("same")) == len(committed["loops"]) - 13
    assert comparison.mcnemar == pytest.approx(0.25)
    assert comparison.ratio == pytest.approx(1.25 ** (10 / (len(committed["loops"]) - 3)))
    back = compare_runs(run, committed)
    assert {change.loop for change in back.of("faster")} == slow
    assert {change.loop for change in back.of("newly passing")} == failing


def test_the_command_says_it_in_every_form(planted, tmp_path, capsys):
    run, slow, failing = planted
    (tmp_path / "results.json").write_text(json.dumps(run))
    page, text = tmp_path / "c.html", tmp_path / "c.md"
    assert main(["compare", str(COMMITTED), str(tmp_path), "--markdown", str(text), "--html", str(page)]) == 0
    output = capsys.readouterr().out
    assert max(map(len, output.splitlines())) <= 80
    for written in (output, text.read_text(), page.read_text()):
        assert "Newly failing (3)" in written and "Slower (10)" in written
        assert "3 newly failing, 0 newly passing; McNemar" in written.replace("&#39;", "'")
    section = output.split("Slower (10):\n")[1]
    assert {line.split()[0] for line in section.splitlines()[2:12]} == slow
    assert {line.split()[0] for line in output.split("(3):\n")[1].splitlines()[2:5]} == failing


def test_a_run_that_cannot_be_read_is_no_comparison(tmp_path, capsys):
    assert main(["compare", str(COMMITTED), str(tmp_path)]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_what_pytest_benchmark_saved_compares_alike(committed, planted, saved):
    saved = record_of_benchmarks(saved)
    assert set(saved["loops"]) == set(committed["loops"])
    assert {change.kind for change in compare_runs(saved, committed).changes} == {"same"}
    run, *_ = planted
    mine, theirs = compare_runs(committed, run), compare_runs(saved, run)
    assert {change.loop: change.kind for change in mine.changes} == {c.loop: c.kind for c in theirs.changes}
    assert closing_lines(theirs)[0] == f"3 newly failing, 10 slower, {len(committed['loops']) - 13} same"
    assert closing_lines(theirs)[1].endswith(f"{1.25 ** (10 / (len(committed['loops']) - 3)):.3f}")


def test_the_loops_are_named_by_what_became_of_them(committed, planted):
    run, slow, _ = planted
    lines = closing_lines(compare_runs(committed, run))
    assert max(map(len, lines)) <= 80
    text = " ".join(line.strip() for line in lines)
    same = text.split("same (within 5%): ")[1].split(", ")
    assert {word.split()[0] for word in text.split("slower: ")[1].split(" same")[0].split(", ")} == slow
    assert len(same) == len(committed["loops"]) - 13
    assert all(re.fullmatch(r"v?s?\w+ 1\.00", word) for word in same)


def test_the_command_fails_when_asked_and_only_beyond_the_noise(planted, tmp_path):
    run, _, failing = planted
    for name in failing:
        run["loops"][name]["verdict"] = "PASSED"
    (tmp_path / "results.json").write_text(json.dumps(run))
    assert main(["compare", str(COMMITTED), str(tmp_path)]) == 0
    assert main(["compare", str(COMMITTED), str(tmp_path), "--fail"]) == 1
    assert main(["compare", str(tmp_path), str(COMMITTED), "--fail"]) == 0  # faster
    (tmp_path / "results.json").write_text(json.dumps({**run, "noise_band": 0.3}))
    assert main(["compare", str(COMMITTED), str(tmp_path), "--fail"]) == 0


def test_the_command_fails_for_a_loop_that_no_longer_passes(committed, tmp_path):
    run = copy.deepcopy(committed)
    run["loops"]["s000"]["verdict"] = "WRONG"
    (tmp_path / "results.json").write_text(json.dumps(run))
    assert main(["compare", str(COMMITTED), str(tmp_path), "--fail"]) == 1


class Benchmark(dict):
    """A benchmark of pytest-benchmark's, as its checks see it."""

    def as_dict(self, include_data: bool) -> dict:
        return {"stats": dict(self) if include_data else {"median": self["median"]}}


def benchmark(samples: list[float], factor: float = 1.0) -> Benchmark:
    data = [sample * factor * 1e-6 for sample in samples]
    return Benchmark(data=data, median=sorted(data)[len(data) // 2])


@pytest.mark.parametrize(
    ("samples", "factor", "band", "fails"),
    [
        (STEADY, 1.5, BAND, True),
        (STEADY, 1.5, 0.6, False),
        (STEADY, 1.04, BAND, False),
        (STEADY, 0.5, BAND, False),
        (WIDE, 1.2, BAND, False),
    ],
)
def test_a_check_of_pytest_benchmark_fails_only_beyond_the_noise(samples, factor, band, fails):
    own = parse_compare_fail("median:1%")
    then, now = benchmark(samples), benchmark(samples, factor)
    assert bool(own.fails(now, then)) == (factor > 1)
    assert bool(BeyondNoise(own, lambda: band).fails(now, then)) == fails


def test_a_check_keeps_its_own_threshold():
    then, now = benchmark(STEADY), benchmark(STEADY, 1.5)
    assert BeyondNoise(parse_compare_fail("median:60%"), lambda: BAND).fails(now, then) is None


SPEED = """
import os
import pytest
from tsvc.timing import Timing, device_clock, replay

@pytest.mark.parametrize("loop", ["s111"])
@pytest.mark.benchmark(timer=device_clock)
def test_speed(benchmark, loop, note, repeats):
    if "AGAIN" in os.environ:
        repeats.measure = lambda judge, case: Timing((float(os.environ["AGAIN"]),), "graph")
        repeats.add(None, None, Timing((1e-6,), "graph"))
    samples = [float(os.environ["FACTOR"]) * (1 + k * 1e-4) for k in range(30)]
    note(device_us=samples[15], device_samples_us=samples)
    replay(benchmark, [sample * 1e-6 for sample in samples])
"""
CONFTEST = """
import tsvc.plugin
tsvc.plugin.visible_gpus = lambda: ("0",)
pytest_plugins = ["tsvc.plugin"]
"""


@pytest.fixture
def run(tmp_path):
    """run(factor, options): a pytest run whose one loop takes `factor` microseconds."""
    for name, text in {"test_tsvc.py": SPEED, "conftest.py": CONFTEST, "pytest.ini": "[pytest]\n"}.items():
        (tmp_path / name).write_text(text)

    def run(factor: float, *options: str, **variables: str):
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        environment = {**kept, "PYTHONPATH": str(ROOT), "FACTOR": str(factor), **variables}
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)

    return run


def test_pytest_compares_and_fails_beyond_the_noise(run):
    assert run(1.0, "--benchmark-autosave").returncode == 0
    compare = ("--benchmark-compare=0001", "--benchmark-compare-fail=median:1%")
    near, far = run(1.03, *compare), run(1.5, *compare)
    assert near.returncode == 0, near.stdout + near.stderr
    assert "same (within 5%): s111 1.03" in near.stdout
    assert far.returncode == 1
    assert "slower: s111 1.50" in far.stdout
    assert "median" in far.stderr + far.stdout


def test_a_run_stores_its_noise_and_a_later_one_heeds_it(run, tmp_path):
    options = ("--benchmark-autosave", f"--results={tmp_path}/results")
    done = run(1.0, *options, AGAIN="0.8e-6")
    assert done.returncode == 0, done.stdout + done.stderr
    assert read_results(tmp_path / "results")["noise_band"] == pytest.approx(0.25)
    later = run(1.2, "--benchmark-compare=0001", "--benchmark-compare-fail=median:1%")
    assert later.returncode == 0, later.stdout + later.stderr
    assert "same (within 25%): s111 1.20" in later.stdout


def test_saved_without_samples_only_large_changes_show(committed, saved):
    for benchmark in saved["benchmarks"]:
        del benchmark["stats"]["data"]
    saved["benchmarks"][0]["stats"]["median"] *= 1 + 2 * BAND
    changes = compare_runs(record_of_benchmarks(saved), committed).changes
    assert [change.loop for change in changes if change.kind != "same"] == [saved["benchmarks"][0]["param"]]
    assert changes[0].kind == "undecided"
