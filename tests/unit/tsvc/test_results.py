import json
from types import SimpleNamespace

import pytest

from tsvc.loops import LOOPS
from tsvc.results import SCHEMA, Collector, ResultsError, loop_of, read_results, write_results


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
