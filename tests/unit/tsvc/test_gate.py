"""The exit code: by a stand-in session, and by runs of a small suite whose tests have fates of their own."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
from test_results import report

from clib.build import ROOT
from tsvc.demands import Demands
from tsvc.gate import Gate
from tsvc.loops import LOOPS
from tsvc.results import read_results


def finish(gate: Gate, reports: list, collected: int | None = None, status=None, collectonly: bool = False) -> int:
    """The exit code of a session with these reports."""
    failed = any(one.failed for one in reports)
    status = status if status is not None else pytest.ExitCode.TESTS_FAILED if failed else pytest.ExitCode.OK
    for one in reports:
        gate.pytest_runtest_logreport(one)
    count = collected if collected is not None else len(reports)
    config = SimpleNamespace(option=SimpleNamespace(collectonly=collectonly))
    session = SimpleNamespace(config=config, testscollected=count, exitstatus=status)
    gate.pytest_sessionfinish(session, status)
    return int(session.exitstatus)


def gate(floor: float | None) -> Gate:
    return Gate(Demands(floor), None, None, 32000, 256)


def run_of(passed: int, total: int) -> list:
    names = list(LOOPS)[:total]
    wrong = ["W", "WRONG", "differs"]
    return [report(f"test_correct[{name}]") for name in names[:passed]] + [
        report(f"test_correct[{name}]", "failed", verdict=wrong) for name in names[passed:]
    ]


@pytest.mark.parametrize(
    ("passed", "total", "floor", "code"),
    [
        (10, 10, None, 0),
        (9, 10, None, 1),
        (9, 10, 0.9, 0),
        (9, 10, 0.91, 1),
        (10, 10, 1.0, 0),
        (9, 10, 1.0, 1),
        (0, 10, 0.0, 0),
        (7, 10, 0.7, 0),
        (7, 100, 0.07, 0),  # 0.07 * 100 is a little more than 7
        (6, 100, 0.07, 1),
        (149, 151, 0.99, 1),
        (150, 151, 0.99, 0),
        (0, 0, 0.5, 1),
        (0, 0, 0.0, 1),
        (0, 0, None, 0),
    ],
)
def test_the_exit_code_is_decided_by_loop(passed, total, floor, code):
    assert finish(judge := gate(floor), run_of(passed, total)) == code
    if floor is not None:
        assert judge.lines[0] == f"{passed} of {total} loops pass; gate {floor * 100:g} % {'NOT ' if code else ''}met"
    elif code:
        assert judge.lines[0].startswith(f"{passed} of {total} loops pass; red, for no --min-pass-rate was given")


@pytest.mark.parametrize(
    "other",
    [
        [report("test_correct[vsumr]", "skipped", "setup")],
        [report("test_speed[vsumr]", "skipped", "setup")],
        [report("test_correct[vsumr]", when="setup")],
        [report("test_correct[vsumr]", "failed", verdict=["M", "MISSING", "no kernel"])],
    ],
    ids=["skipped", "only timing, skipped", "unreported", "missing"],
)
def test_what_did_not_run_has_not_passed(other):
    assert finish(gate(0.9), run_of(9, 9) + other) == 0
    assert finish(judge := gate(0.95), run_of(9, 9) + other) == 1
    assert judge.lines[0].startswith("9 of 10 loops pass; gate 95 % NOT met")


@pytest.mark.parametrize("floor", [None, 0.0, 0.5])
def test_our_own_errors_always_fail(floor):
    error = report("test_correct[vsumr]", "failed", "setup")
    assert finish(judge := gate(floor), [*run_of(9, 9), error]) == 1
    assert "1 errors of the harness" in judge.lines[0]
    assert finish(judge := gate(floor), run_of(9, 9), collected=12, status=pytest.ExitCode.OK) == 1
    assert "3 tests never reported" in judge.lines[0]


@pytest.mark.parametrize("status", [pytest.ExitCode.INTERRUPTED, pytest.ExitCode.INTERNAL_ERROR])
def test_an_interrupted_run_keeps_its_exit_code(status):
    assert finish(gate(0.0), run_of(9, 9), status=status) == status


def test_collecting_judges_nothing():
    assert finish(judge := gate(1.0), [], collected=600, collectonly=True) == 0
    assert not judge.lines


def test_what_cannot_be_written_does_not_hide_the_results(tmp_path):
    (tmp_path / "taken").write_text("")
    judge = Gate(Demands(), tmp_path / "taken" / "folder", None, 32000, 256)
    assert finish(judge, run_of(2, 2)) == 0
    assert "could not be written" in judge.lines[1]
    assert judge.record is not None


SUITE = """
import os

import pytest

from tsvc.plugin import every_loop
from tsvc.verdicts import HarnessError, Wrong

pytestmark = every_loop()


def test_correct(loop, note):
    note(cases=3, evidence=2, launches=1, device={"device": "interpreter"})
    if loop.name == "s112":
        raise Wrong("s112: differs")
    if loop.name == "s113":
        pytest.skip("not today")
    if loop.name == "s114":
        raise HarnessError("our fault")
    if loop.name == "s115":
        os._exit(3)


def test_sizes(loop):
    pass


@pytest.mark.timing
def test_speed(loop):
    assert False, "must not run without a GPU"
"""


@pytest.fixture(scope="module")
def suite(tmp_path_factory):
    """suite(options) -> (exit code, output, verdict by loop) of a run of SUITE."""
    folder = tmp_path_factory.mktemp("suite")
    (folder / "test_tsvc.py").write_text(SUITE)
    (folder / "conftest.py").write_text('pytest_plugins = ["tsvc.plugin"]\n')
    (folder / "pytest.ini").write_text(
        "[pytest]\nstrict = true\nmarkers = timing: t\naddopts = --max-worker-restart=1000\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "CUDA_VISIBLE_DEVICES": "", "COLUMNS": "200"}
    environment["GITHUB_STEP_SUMMARY"] = str(folder / "summary.md")

    def run(*options: str):
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
        words = dict(re.findall(r"^(\w+) +([A-Z_]{4,}) ", done.stdout, re.MULTILINE))
        return done.returncode, done.stdout + done.stderr, {name: word for name, word in words.items() if name in LOOPS}

    run.folder = folder
    return run


LOOPS_ASKED = ["--loop=s111", "--loop=s112", "--loop=s113", "--loop=s116"]


@pytest.mark.parametrize("workers", ["0", "2"])
def test_verdicts_results_and_gate_of_a_run(suite, workers, tmp_path):
    code, output, words = suite(*LOOPS_ASKED, "-n", workers, "--min-pass-rate=0.5", f"--results={tmp_path}", "-rfs")
    assert words == {"s111": "PASSED", "s112": "WRONG", "s113": "SKIPPED", "s116": "PASSED"}
    assert (code, "2 of 4 loops pass; gate 50 % met" in output) == (0, True), output
    assert "no GPU" in output
    record = read_results(tmp_path)
    assert {name: entry["verdict"] for name, entry in record["loops"].items()} == words
    assert record["loops"]["s111"]["cases"] == 3
    assert record["loops"]["s112"]["failure"] == "s112: differs"
    assert (record["n"], record["m"], record["machine"]["device"]) == (32000, 256, "interpreter")
    assert "WRONG test_tsvc.py::test_correct[s112]" in output
    assert json.loads((tmp_path / "results.json").read_text()) == record
    summary = (Path(suite.folder) / "summary.md").read_text()  # what a CI job shows
    assert summary.endswith((tmp_path / "REPORT.md").read_text())
    assert json.loads((tmp_path / "badge.json").read_text())["message"] == "2/4"


def test_a_worker_that_dies_and_a_harness_error_are_ours_and_the_others_are_judged(suite):
    code, output, words = suite(*LOOPS_ASKED, "--loop=s114", "--loop=s115", "-n", "1", "--min-pass-rate=0")
    ours = {"s114": "ERROR", "s115": "ERROR"}
    assert words == {"s111": "PASSED", "s112": "WRONG", "s113": "SKIPPED", **ours, "s116": "PASSED"}, output
    assert (code, "2 of 6 loops pass; gate 0 % NOT met; 2 errors of the harness" in output) == (1, True)


def test_stopping_early_leaves_tests_unreported(suite):
    code, output, _ = suite(*LOOPS_ASKED, "-x", "--min-pass-rate=0.1")
    assert code != 0
    assert "tests never reported" in output


def test_a_regression_and_a_missing_gpu_are_red_under_a_good_rate(suite, tmp_path):
    loops = {name: {"verdict": "PASSED", "device_us": 2.0} for name in ("s111", "s112")}
    baseline = {"schema": 1, "machine": {"device": "NVIDIA H200"}, "n": 32000, "m": 256, "loops": loops}
    (tmp_path / "results.json").write_text(json.dumps(baseline))
    junit = tmp_path / "junit.xml"
    options = [f"--baseline={tmp_path}", "--max-slowdown=1.2", "--min-pass-rate=0.5", f"--junitxml={junit}"]
    code, output, _ = suite("--loop=s111", "--loop=s112", *options)
    assert code == 1
    assert "1 of 2 loops pass; gate 50 % met" in output
    assert f"baseline {tmp_path} NOT met: passed there, not here: s112 WRONG" in output
    assert "max slowdown 1.2 NOT met: the baseline is from NVIDIA H200, this run from interpreter" in output
    cases = {case.get("name"): case for case in ElementTree.parse(junit).iter("testcase")}
    facts = {one.get("name"): one.get("value") for one in cases["test_correct[s111]"].iter("property")}
    assert facts == {"verdict": "PASSED", "cases": "3", "evidence": "2", "launches": "1"}
    assert cases["test_correct[s112]"].find("properties/property").get("value") == "WRONG"
    assert float(cases["test_correct[s112]"].get("time")) >= 0


def test_a_run_without_a_single_loop_that_ran_says_why():
    judge = gate(0.5)
    assert finish(judge, [report("test_speed[s111]", "skipped", "setup")]) == 1
    assert judge.lines == ["0 of 1 loops pass; gate 50 % NOT met; 1 skipped: no GPU"]


def test_benchmark_compare_says_what_compare_says():
    saved = {
        "datetime": "2026-01-02T03:04:05.6",
        "benchmarks": [
            {"param": name, "stats": {"median": 2e-6, "data": [2e-6 + k * 1e-9 for k in range(20)]}}
            for name in ("s111", "s112", "s113")
        ],
    }
    times = {"device_us": 4.0, "device_samples_us": [4.0 + k / 1e3 for k in range(20)]}
    judge = gate(None)
    judge.pytest_benchmark_compare_machine_info(compared_benchmark=saved)
    wrong = report("test_correct[s112]", "failed", verdict=["W", "WRONG", "differs"])
    finish(judge, [report("test_speed[s111]", facts=times), wrong, report("test_correct[s116]")])
    lines: list[str] = []
    judge.pytest_terminal_summary(SimpleNamespace(section=lines.append, write_line=lines.append))
    start = lines.index("Compared with 2026-01-02T03:04:05:")
    assert lines[start + 1] == "1 newly failing, 1 slower"
    assert lines[start + 2].startswith("geometric mean of device times, now over then: 1.99")
