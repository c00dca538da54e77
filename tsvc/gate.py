"""The run's end: results, the closing tables and the exit code, decided by loop.

Exit codes: 0 what was demanded is met; 1 it is not, or tests failed, or the fault is ours; 2 interrupted; 3 pytest's
own error; 4 an option makes no sense; 5 nothing was collected.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tsvc.audit import audit, audit_lines, audit_markdown
from tsvc.compare import BAND, compare_runs, record_of_benchmarks
from tsvc.demands import Demands
from tsvc.machine import describe_machine
from tsvc.record import renew
from tsvc.report import markdown, summary_lines
from tsvc.report.differences import closing_lines
from tsvc.results import Collector, write_results


class Gate:
    """A pytest plugin of the controlling process alone; xdist's workers send it their reports.

    folder: where to write results.json and what is made of it, or None.
    kernels: the directory whose records are renewed, or None to leave records alone.
    command: pytest's arguments, for the record. audited: the foreign directory that --audit is about, or None.
    """

    def __init__(self, demands: Demands, folder: Path | None, kernels: Path | None, n: int, m: int, command: str = ""):
        self.demands, self.folder, self.kernels, self.n, self.m = demands, folder, kernels, n, m
        self.command = command
        self.collector = Collector()
        self.audited: Path | None = None
        self.record: dict | None = None
        self.saved: list[dict] = []
        #: From this run's A/A calibration (tsvc.noise), when it has timed enough for one.
        self.noise_band: float | None = None
        self.lines: list[str] = []
        #: What other plugins add to the record before it is written.
        self.additions: list[Callable[[dict], None]] = []

    @pytest.hookimpl(tryfirst=True)  # before the JUnit writer: it shall see plain facts, not lists of samples
    def pytest_runtest_logreport(self, report):
        self.collector.add(report)
        report.user_properties = self.collector.plain_properties(report)

    def pytest_benchmark_compare_machine_info(self, compared_benchmark):
        self.saved.append(compared_benchmark)

    def pytest_benchmark_update_json(self, output_json):
        if self.noise_band is not None:
            output_json["noise_band"] = self.noise_band

    def band(self) -> float:
        """Up to where a change against the saved runs counts as noise, by either's calibration."""
        return max(BAND, self.noise_band or 0.0, *(saved.get("noise_band") or 0.0 for saved in self.saved))

    @pytest.hookimpl(tryfirst=True)  # before others may raise: what a long run found is written first
    def pytest_sessionfinish(self, session, exitstatus):
        if session.config.option.collectonly:
            return
        collector = self.collector
        collector.collected = session.testscollected
        self.record = collector.record(describe_machine(collector.facts), self.n, self.m, self.command)
        if self.noise_band is not None:
            self.record["noise_band"] = self.noise_band
        for add in self.additions:
            add(self.record)
        problems = collector.problems()
        answers = self.demands.answers(self.record, is_sound=not problems)
        total = len(collector.loops)
        if not total and not answers:
            self.record = None
            return
        ended = exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED)
        met = all(each for each, _ in answers) and not problems
        if ended and self.demands.min_pass_rate is not None:
            session.exitstatus = pytest.ExitCode.OK if met else pytest.ExitCode.TESTS_FAILED
        elif exitstatus == pytest.ExitCode.OK and not met:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        passed = f"{collector.passed} of {total} loops pass"
        if ended and exitstatus == pytest.ExitCode.TESTS_FAILED and self.demands.min_pass_rate is None:
            passed += "; red, for no --min-pass-rate was given: every test that ran must pass"
        words = [passed, *(sentence for _, sentence in answers)]
        self.lines = ["; ".join([words[0], *words[1:2], *problems, *collector.skips()]), *words[2:]]
        if total and self.audited:
            self.record["audit"] = audit(self.record, self.audited)
        if total:
            self._write(self.record)
        else:
            self.record = None

    def _write(self, record: dict) -> None:
        try:
            if self.folder is not None:
                self.lines.append(f"results: {write_results(self.folder, record)}")
                if "audit" in record:
                    (self.folder / "AUDIT.md").write_text(audit_markdown(record["audit"]))
            if self.kernels is not None:
                self.lines.append(f"{len(renew(record, self.kernels))} records renewed in {self.kernels}")
            if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
                with open(summary, "a") as file:
                    file.write(markdown(record))
        except OSError as error:
            self.lines.append(f"could not be written: {error}")

    def pytest_terminal_summary(self, terminalreporter):
        if self.record is not None:
            terminalreporter.section("TSVC")
            found = self.record.get("audit")
            lines = [*(audit_lines(found) if found else summary_lines(self.record)), ""]
            for line in [*lines, *self._since(self.record)]:
                terminalreporter.write_line(line)
        for line in self.lines:
            terminalreporter.write_line(line)

    def _since(self, record: dict) -> list[str]:
        """What changed since the runs that --benchmark-compare reads, by the rules of `python -m tsvc compare`."""
        lines = []
        for saved in self.saved:
            before = record_of_benchmarks(saved)
            both = [name for name in before["loops"] if name in record["loops"]]
            date = saved.get("datetime", "an earlier run")[:19]
            lines += [f"Compared with {date}:", *closing_lines(compare_runs(before, record, both)), ""]
        return lines
