"""What a run found, from pytest's reports: one verdict a loop, and results.json (schema in docs/results.md)."""

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tsvc.loops import LOOPS
from tsvc.schema import first_fault
from tsvc.sweep import Point, Sweep

SCHEMA = 1


@dataclass
class Test:
    """One test as reported: verdict is [letter, word, text] if it failed.

    outcome: passed, failed, skipped, error (ours), or unasked: left out by --benchmark-only, as by -m timing.
    """

    loop: str
    outcome: str = "unreported"
    verdict: list | None = None
    reason: str = ""
    facts: dict = field(default_factory=dict)
    is_timing: bool = False


class Collector:
    """Gathers reports, from this process and from xdist's workers alike."""

    def __init__(self) -> None:
        self.tests: dict[str, Test] = {}
        self.collected = 0

    def add(self, report) -> None:
        """Take one pytest report; a node that reports twice counts once, at its worst."""
        loop = loop_of(report.nodeid)
        if not loop:
            return
        test = self.tests.setdefault(report.nodeid, Test(loop))
        properties: dict = {}
        for name, value in getattr(report, "user_properties", []):
            if name == "tsvc":
                properties.setdefault("tsvc", {}).update(value)
            else:
                properties[name] = value
        test.facts.update(properties.get("tsvc", {}))
        test.is_timing = test.is_timing or "timing" in getattr(report, "keywords", {})
        if report.failed and "failure" in properties:
            test.outcome, test.verdict = "failed" if test.outcome != "error" else "error", properties["failure"]
        elif report.failed:
            test.outcome = "error"
            test.reason = str(report.longrepr).strip().split("\n")[-1][:500]
        elif report.skipped and test.outcome == "unreported":
            test.reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
            test.outcome = "unasked" if "--benchmark-only active" in test.reason else "skipped"
        elif report.passed and report.when == "call" and test.outcome == "unreported":
            test.outcome = "passed"

    @property
    def loops(self) -> list[str]:
        """The loops asked for, in the order of LOOPS."""
        seen = {test.loop for test in self.tests.values()}
        return [name for name in LOOPS if name in seen]

    def verdict(self, loop: str) -> str:
        """A loop's word: PASSED when every test but skipped timing passed, else the first thing that went wrong."""
        tests = [test for test in self.tests.values() if test.loop == loop]
        for test in tests:
            if test.outcome == "error":
                return "ERROR"
        for test in tests:
            if test.verdict:
                return test.verdict[1]
        asked = [test for test in tests if test.outcome != "unasked"]
        judged = [test for test in asked if not (test.is_timing and test.outcome == "skipped")]
        if not judged or any(test.outcome == "skipped" for test in judged):
            return "SKIPPED"
        return "PASSED" if all(test.outcome == "passed" for test in judged) else "UNREPORTED"

    @property
    def passed(self) -> int:
        return sum(self.verdict(loop) == "PASSED" for loop in self.loops)

    def problems(self) -> list[str]:
        """What is our fault, in words: it fails a run whatever the pass rate."""
        errors = sum(test.outcome == "error" for test in self.tests.values())
        missing = self.collected - len(self.tests)
        found = [f"{errors} errors of the harness"] if errors else []
        return found + ([f"{missing} tests never reported"] if missing > 0 else [])

    def skips(self) -> list[str]:
        """Why loops were skipped, in words, the commonest reason first."""
        reasons = Counter(
            next(test.reason for test in self.tests.values() if test.loop == loop and test.outcome == "skipped")
            for loop in self.loops
            if self.verdict(loop) == "SKIPPED"
        )
        return [f"{count} skipped: {reason.removeprefix('Skipped: ')}" for reason, count in reasons.most_common(3)]

    def plain_properties(self, report) -> list[tuple[str, object]]:
        """A report's properties for other reporters (JUnit's XML): the test's verdict and single facts, no lists."""
        others = [pair for pair in getattr(report, "user_properties", []) if pair[0] not in ("tsvc", "failure")]
        test = self.tests.get(report.nodeid)
        if test is None or test.outcome == "unreported":
            return others
        word = test.verdict[1] if test.verdict else test.outcome.upper()
        facts = [(name, value) for name, value in test.facts.items() if isinstance(value, int | float)]
        return [*others, ("verdict", word), *facts]

    def record(self, machine: dict, n: int, m: int, command: str = "") -> dict:
        """The results as they are written (tsvc.schema); times in microseconds."""
        loops = {}
        for name in self.loops:
            entry: dict = {"category": LOOPS[name].category, "verdict": self.verdict(name)}
            for test in self.tests.values():
                if test.loop == name:
                    entry.update(test.facts)
                    if test.verdict and "failure" not in entry:
                        entry["failure"] = test.verdict[2]
                    elif test.outcome == "error" and "failure" not in entry:
                        entry["failure"] = test.reason
            entry.pop("device", None)
            loops[name] = entry
        return {"schema": SCHEMA, "machine": machine, "n": n, "m": m, "commands": [command], "loops": loops}

    @property
    def facts(self) -> dict:
        """The judging devices as their children described them; several GPUs are listed by uuid."""
        found = [test.facts["device"] for test in self.tests.values() if "device" in test.facts]
        if not found:
            return {}
        uuids = sorted({facts["uuid"] for facts in found if facts.get("uuid")})
        every = {name: value for facts in reversed(found) for name, value in facts.items()}
        return {**every, **({"uuids": uuids} if uuids else {})}


def loop_of(nodeid: str) -> str:
    """The loop that a test's node id names, or ""."""
    match = re.fullmatch(r"(?:[^:\[]*/)?test_tsvc\.py::\w+\[(\w+)\]", nodeid)
    return match[1] if match else ""


def write_results(folder: Path, record: dict) -> Path:
    """Write results.json and what is made of it; returns the path of results.json."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "results.json", json.dumps(record, indent=1) + "\n")
    write_reports(folder, record)
    return folder / "results.json"


def write_reports(folder: Path, record: dict) -> list[Path]:
    """Write REPORT.md and badge.json; the same record gives the same bytes."""
    from tsvc.report import markdown

    texts = {folder / "REPORT.md": markdown(record), folder / "badge.json": json.dumps(badge(record)) + "\n"}
    for path, text in texts.items():
        _write(path, text)
    return list(texts)


def _write(path: Path, text: str) -> None:
    temporary = path.with_suffix(".tmp")
    temporary.write_text(text)
    temporary.replace(path)


def badge(record: dict) -> dict:
    """The pass rate as shields.io's endpoint badge reads it."""
    words = [entry["verdict"] for entry in record["loops"].values()]
    passed, total = words.count("PASSED"), len(words)
    rate = passed / total if total else 0
    colour = "brightgreen" if rate == 1 else "green" if rate >= 0.95 else "yellow" if rate >= 0.75 else "red"
    return {"schemaVersion": 1, "label": "TSVC", "message": f"{passed}/{total}", "color": colour}


def merge_results(records: list[dict]) -> dict:
    """One record of several runs on the same machine, such as one that judges and one that times.

    A loop has PASSED when it passed in every run that asked for it; facts and sizes of sweeps are united, later runs
    win.
    Raises ResultsError when the runs differ in sizes, device or the text of a kernel.
    """
    commands = [command for record in records for command in record.get("commands", [])]
    merged = {**records[0], "machine": {}, "commands": commands, "loops": {}}
    for record in records:
        device = record["machine"].get("device", merged["machine"].get("device"))
        if merged["machine"].get("device", device) != device:
            raise ResultsError(f"runs on {merged['machine']['device']} and on {device} cannot be merged")
        if (record["n"], record["m"]) != (merged["n"], merged["m"]):
            raise ResultsError("runs timed at different sizes cannot be merged")
        merged["machine"] = {**merged["machine"], **record["machine"]}
        for name, entry in record["loops"].items():
            other = merged["loops"].get(name, {"verdict": "PASSED"})
            kernels = {one["kernel_sha256"] for one in (other, entry) if "kernel_sha256" in one}
            if len(kernels) > 1:
                raise ResultsError(f"{name}: the runs judged two different kernels")
            verdict = entry["verdict"] if other["verdict"] == "PASSED" else other["verdict"]
            merged["loops"][name] = {**_united(other, entry), "verdict": verdict}
    if bands := [record["noise_band"] for record in records if "noise_band" in record]:
        merged["noise_band"] = max(bands)
    return merged


def _united(earlier: dict, later: dict) -> dict:
    """A loop's facts of two runs; of two sweeps every size of either, and the end of the one that went further."""
    found = {**earlier, **later}
    if not (earlier.get("sweep") and later.get("sweep")):
        return found
    points = {point["n"]: Point(**point) for point in [*earlier["sweep"], *later["sweep"]]}
    furthest = max(later, earlier, key=lambda entry: entry["sweep"][-1]["n"])
    found.pop("sweep_ended", None)
    return found | Sweep(tuple(points[n] for n in sorted(points)), furthest.get("sweep_ended", "")).facts()


class ResultsError(Exception):
    """A results.json that cannot be used; the message says why."""


def read_results(folder: Path) -> dict:
    """The record of a run's directory (or of a results.json).

    Raises ResultsError: missing, damaged, cut off, of a newer schema, or not of the form of tsvc.schema.
    """
    path = folder / "results.json" if folder.is_dir() else folder
    try:
        record = json.loads(path.read_text(), parse_constant=lambda _: None)  # NaN is no number
    except OSError as error:
        raise ResultsError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise ResultsError(f"{path}: damaged or cut off: {error}") from None
    kinds = {"schema": int, "machine": dict, "loops": dict}
    if not isinstance(record, dict) or not all(isinstance(record.get(key), kind) for key, kind in kinds.items()):
        raise ResultsError(f"{path}: not a results.json (schema, machine and loops are expected)")
    if record["schema"] != SCHEMA:
        newer = "; a newer version of this program wrote it" if record["schema"] > SCHEMA else ""
        raise ResultsError(f"{path}: schema {record['schema']} is not the one this version reads ({SCHEMA}){newer}")
    if fault := first_fault(record):
        raise ResultsError(f"{path}: damaged: {fault}")
    return record
