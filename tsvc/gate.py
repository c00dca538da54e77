"""The run's end: results, the closing tables and the exit code, decided by loop."""

from pathlib import Path

import pytest

from tsvc.machine import describe_machine
from tsvc.record import renew
from tsvc.report import summary_lines
from tsvc.results import Collector, write_results


class Gate:
    """A pytest plugin of the controlling process alone; xdist's workers send it their reports.

    min_pass_rate: the fraction of the loops asked for that must pass, or None to leave the exit code to pytest.
    folder: where to write results.json and REPORT.md, or None.
    kernels: the directory whose records are renewed, or None to leave records alone.
    """

    def __init__(self, min_pass_rate: float | None, folder: Path | None, kernels: Path | None, n: int, m: int):
        self.min_pass_rate, self.folder, self.kernels, self.n, self.m = min_pass_rate, folder, kernels, n, m
        self.collector = Collector()
        self.record: dict | None = None
        self.lines: list[str] = []

    def pytest_runtest_logreport(self, report):
        self.collector.add(report)

    @pytest.hookimpl(tryfirst=True)  # before others may raise: what a long run found is written first
    def pytest_sessionfinish(self, session, exitstatus):
        if session.config.option.collectonly:
            return
        collector, floor = self.collector, self.min_pass_rate
        collector.collected = session.testscollected
        total = len(collector.loops)
        if not total and floor is None:
            return
        problems = collector.problems()
        words = [f"{collector.passed} of {total} loops pass"]
        ended = exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED)
        if floor is not None and ended:
            met = total > 0 and collector.passed >= floor * total - 1e-9 and not problems  # 0.07 * 100 is above 7
            session.exitstatus = pytest.ExitCode.OK if met else pytest.ExitCode.TESTS_FAILED
            words[0] += f"; gate {floor * 100:g} % {'met' if met else 'NOT met'}"
        elif problems and exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        self.lines = ["; ".join([*words, *problems])]
        if total:
            self.record = collector.record(describe_machine(collector.facts), self.n, self.m)
            self._write(self.record)

    def _write(self, record: dict) -> None:
        try:
            if self.folder is not None:
                self.lines.append(f"results: {write_results(self.folder, record)}")
            if self.kernels is not None:
                self.lines.append(f"{len(renew(record, self.kernels))} records renewed in {self.kernels}")
        except OSError as error:
            self.lines.append(f"could not be written: {error}")

    def pytest_terminal_summary(self, terminalreporter):
        if self.record is not None:
            terminalreporter.section("TSVC")
            for line in [*summary_lines(self.record), ""]:
                terminalreporter.write_line(line)
        for line in self.lines:
            terminalreporter.write_line(line)
