import json
from types import SimpleNamespace

import pytest

from tsvc.loops import LOOPS
from tsvc.results import SCHEMA, Collector, ResultsError, loop_of, merge_results, read_results, write_results


def report(test: str, outcome: str = "passed", when: str = "call", verdict=None, facts=None, **more) -> SimpleNamespace:
    """What pytest says of one phase of one test."""
    properties = [("tsvc", facts)] if facts else []
    properties += [("failure", verdict)] if verdict else []
    return SimpleNamespace(
        nodeid=f"tests/test_tsvc.py::{test}",
        when=when,
        passed=outcome == "passed",
        failed=outcome == "failed",
        skipped=outcome == "skipped",
        user_properties=properties,
        keywords={"timing": 1} if "speed" in test else {},
        longrepr=more.get("longrepr", ("file", 1, "Skipped: no GPU") if outcome == "skipped" else "Boom\nlast line"),
    )


WRONG = ["W", "WRONG", "s111: differs"]
RACY = ["R", "RACY", "s111: differs at times"]
#: How pytest-benchmark says that a test is left out.
BENCHMARK_ONLY = ("file", 1, "Skipped: Skipping non-benchmark (--benchmark-only active).")


@pytest.fixture
def collect():
    """collect(reports) -> the collector that saw them."""

    def make(*reports) -> Collector:
        collector = Collector()
        for one in reports:
            collector.add(one)
        collector.collected = len(collector.tests)
        return collector

    return make


@pytest.mark.parametrize(
    ("node", "loop"),
    [
        ("tests/test_tsvc.py::test_correct[s421]", "s421"),
        ("test_tsvc.py::test_speed[my_loop]", "my_loop"),
        ("tests/unit/test_mutants.py::test_mutants_are_rejected[s421]", ""),
        ("tests/test_tsvc.py::test_nothing", ""),
        ("tests/test_tsvc.py", ""),
    ],
)
def test_loop_of(node, loop):
    assert loop_of(node) == loop


@pytest.mark.parametrize(
    ("reports", "word"),
    [
        ([report("test_correct[s111]")], "PASSED"),
        ([report("test_correct[s111]"), report("test_speed[s111]", "skipped", "setup")], "PASSED"),
        ([report("test_speed[s111]", "skipped", "setup")], "SKIPPED"),
        (
            [report("test_correct[s111]", "skipped", "setup", longrepr=BENCHMARK_ONLY), report("test_speed[s111]")],
            "PASSED",
        ),
        ([report("test_correct[s111]", "skipped", "setup", longrepr=BENCHMARK_ONLY)], "SKIPPED"),
        ([report("test_correct[s111]"), report("test_sizes[s111]", "skipped", "setup")], "SKIPPED"),
        ([report("test_correct[s111]"), report("test_sizes[s111]", when="setup")], "UNREPORTED"),
        ([report("test_correct[s111]", "failed", verdict=WRONG), report("test_sizes[s111]")], "WRONG"),
        (
            [report("test_correct[s111]", "failed", verdict=WRONG), report("test_sizes[s111]", "failed", verdict=RACY)],
            "WRONG",
        ),
        ([report("test_correct[s111]", "failed", verdict=WRONG), report("test_sizes[s111]", "failed")], "ERROR"),
        ([report("test_correct[s111]", "failed", when="???")], "ERROR"),
        ([report("test_correct[s111]", "failed", "setup")], "ERROR"),
        ([report("test_correct[s111]"), report("test_correct[s111]", "failed", "teardown")], "ERROR"),
        # A worker that dies after its report is counted once, at its worst, whatever the order.
        (
            [report("test_correct[s111]", "failed", verdict=WRONG), report("test_correct[s111]", "failed", "???")],
            "ERROR",
        ),
        (
            [report("test_correct[s111]", "failed", "???"), report("test_correct[s111]", "failed", verdict=WRONG)],
            "ERROR",
        ),
        (
            [report("test_correct[s111]", "failed", verdict=WRONG), report("test_correct[s111]", when="teardown")],
            "WRONG",
        ),
    ],
)
def test_verdict_of_a_loop(collect, reports, word):
    collector = collect(*reports)
    assert collector.verdict("s111") == word
    assert collector.passed == (word == "PASSED")
    assert bool(collector.problems()) == (word == "ERROR")


def test_tests_that_never_reported_are_a_problem(collect):
    collector = collect(report("test_correct[s111]"))
    assert not collector.problems()
    collector.collected = 4
    assert collector.problems() == ["3 tests never reported"]


def test_loops_stand_in_the_order_of_the_registry(collect):
    collector = collect(report("test_correct[vsumr]"), report("test_correct[s421]"), report("test_correct[s111]"))
    assert collector.loops == ["s111", "s421", "vsumr"]


def test_record_gathers_the_facts_and_the_first_failure(collect):
    device = {"device": "interpreter", "torch": "2"}
    collector = collect(
        report("test_correct[s111]", facts={"cases": 16, "evidence": 14, "device": device}),
        report("test_sizes[s111]", "failed", verdict=WRONG),
        report("test_compiles[s111]", "failed", verdict=RACY),
        report("test_correct[s112]", "failed"),
    )
    record = collector.record({"device": "interpreter"}, 32000, 256)
    assert record["schema"] == SCHEMA
    assert record["loops"]["s111"] == {
        "category": LOOPS["s111"].category,
        "verdict": "WRONG",
        "cases": 16,
        "evidence": 14,
        "failure": "s111: differs",
    }
    assert record["loops"]["s112"]["verdict"] == "ERROR"
    assert record["loops"]["s112"]["failure"] == "last line"
    assert collector.facts == device


def test_facts_list_all_gpus(collect):
    reports = [
        report(f"test_correct[{name}]", facts={"device": {"device": "H200", "uuid": uuid}})
        for name, uuid in (("s111", "GPU-b"), ("s112", "GPU-a"), ("s113", "GPU-b"))
    ]
    assert collect(*reports).facts["uuids"] == ["GPU-a", "GPU-b"]
    assert collect().facts == {}


RECORD = {
    "schema": SCHEMA,
    "machine": {"device": "interpreter"},
    "n": 32000,
    "m": 256,
    "loops": {
        "s111": {"category": "linear dependence", "verdict": "PASSED", "cases": 16, "evidence": 14, "launches": 1}
    },
}


def test_results_are_written_and_read_again(tmp_path):
    path = write_results(tmp_path / "new" / "folder", RECORD)
    assert path.name == "results.json"
    assert read_results(path) == read_results(path.parent) == RECORD
    assert sorted(file.name for file in path.parent.iterdir()) == ["REPORT.md", "badge.json", "results.json"]
    first = path.read_bytes()
    write_results(path.parent, read_results(path))
    assert path.read_bytes() == first


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "cannot be read"),
        ("", "damaged"),
        ('{"schema": 1, "mach', "damaged"),
        ("[]", "not a results.json"),
        ('{"loops": {}}', "not a results.json"),
        (json.dumps({**RECORD, "schema": SCHEMA + 1}), f"schema {SCHEMA + 1} is not the one"),
        (json.dumps({**RECORD, "loops": []}), "not a results.json"),
    ],
)
def test_unusable_results_say_why(tmp_path, text, words):
    if text is not None:
        (tmp_path / "results.json").write_text(text)
    with pytest.raises(ResultsError, match=words) as caught:
        read_results(tmp_path)
    assert str(tmp_path) in str(caught.value)


def test_results_that_are_not_text_say_so(tmp_path):
    (tmp_path / "results.json").write_bytes(b"\xff\xfe")
    with pytest.raises(ResultsError, match="damaged"):
        read_results(tmp_path)


def run_of(device="GPU A", n=32000, **loops) -> dict:
    entries = {name: {"verdict": "PASSED", **entry} for name, entry in loops.items()}
    return {"schema": SCHEMA, "machine": {"device": device}, "n": n, "m": 256, "commands": [device], "loops": entries}


def test_merged_runs_pass_where_each_passed():
    first = run_of(s000={"kernel_sha256": "a", "cases": 3}, s111={"verdict": "WRONG", "failure": "first"})
    merged = merge_results([first, run_of(s000={"kernel_sha256": "a", "device_us": 1.5}, s111={}, s112={})])
    assert {name: entry["verdict"] for name, entry in merged["loops"].items()} == {
        "s000": "PASSED",
        "s111": "WRONG",
        "s112": "PASSED",
    }
    assert merged["loops"]["s000"] == {"verdict": "PASSED", "kernel_sha256": "a", "cases": 3, "device_us": 1.5}
    assert merged["commands"] == ["GPU A", "GPU A"]


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (run_of(device="GPU B"), "GPU A and on GPU B"),
        (run_of(n=1000), "different sizes"),
        (run_of(s000={"kernel_sha256": "b"}), "s000: the runs judged two different kernels"),
    ],
)
def test_runs_that_do_not_belong_together(other, words):
    with pytest.raises(ResultsError, match=words):
        merge_results([run_of(s000={"kernel_sha256": "a"}), other])


def test_merged_sweeps_have_every_size_of_either():
    def point(n: int, device_us: float, c_us: float = 10.0) -> dict:
        return {"n": n, "m": 32, "device_us": device_us, "c_us": c_us}

    short = {"sweep": [point(1024, 20.0), point(4096, 5.0)], "sweep_ended": "it took too long", "crossover_n": 2048}
    far = {"sweep": [point(1024, 40.0), point(16384, 5.0)], "crossover_n": 8000}
    merged = merge_results([run_of(s000=short), run_of(s000=far)])["loops"]["s000"]
    assert merged["sweep"] == [point(1024, 40.0), point(4096, 5.0), point(16384, 5.0)]  # the later run wins
    assert merged["crossover_n"] == 2581  # 1024 * 4 ** (2/3) and up: a quarter as fast at 1024, twice at 4096
    assert "sweep_ended" not in merged  # the run that went further came to its end
    assert merge_results([run_of(s000=far), run_of(s000=short)])["loops"]["s000"]["sweep"][0] == point(1024, 20.0)
