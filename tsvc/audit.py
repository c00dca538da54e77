"""The audit of a foreign directory of kernels: a row a loop, in plain words, and the command that replays a failure."""

import re
from collections import Counter
from pathlib import Path

import pytest

from tsvc.layout import attempts_of, strays
from tsvc.loops import LOOPS
from tsvc.results import loop_of, write_results

#: What a verdict says of a kernel; others are their own words.
_WORDS = {
    "PASSED": "passed",
    "NO_TRITON": "no Triton",
    "TORCH_FALLBACK": "torch does the work",
    "DECOY": "torch does the work",
    "CLOBBERED": "clobbers inputs",
    "RAISED": "raises",
    "HUNG": "hangs",
    "REACHES_OUT": "uses what no kernel needs",
    "STALE": "of another C source",
}


class Audit:
    """A pytest plugin: the suite without timing, compiled for one GPU, and the audit's table at its end.

    directory: the foreign kernels; folder: where AUDIT.md goes beside results.json, or None.
    """

    def __init__(self, directory: Path, folder: Path | None):
        self.directory, self.folder = directory, folder
        self.failed: set[str] = set()

    def pytest_collection_modifyitems(self, config, items):
        left = [item for item in items if item.get_closest_marker("timing")]
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in left]

    def pytest_runtest_logreport(self, report):
        if report.failed:
            self.failed.add(loop_of(report.nodeid))

    def pytest_runtest_setup(self, item):
        if loop_of(item.nodeid) in self.failed:
            pytest.skip("a case has failed already")

    def pytest_sessionfinish(self, session):
        """After the gate, which has made the record by then."""
        gate = session.config.pluginmanager.get_plugin("tsvc-gate")
        if gate is None or gate.record is None:
            return
        gate.record["audit"] = audit(gate.record, self.directory)
        if self.folder is not None:
            write_results(self.folder, gate.record)
            (self.folder / "AUDIT.md").write_text(audit_markdown(gate.record["audit"]))

    def pytest_terminal_summary(self, terminalreporter, config):
        record = config.pluginmanager.get_plugin("tsvc-gate").record
        if record is not None:
            terminalreporter.section("audit")
            for line in audit_lines(record["audit"]):
                terminalreporter.write_line(line)


def audit(record: dict, directory: Path) -> dict:
    """What a run's record (as in results.json) says of a directory's kernels.

    Returns {"directory", "rows", "strays"}: a row is {"loop", "file", "attempts", "verdict", "word", "first", "replay"}
    (file relative to the directory, "" for none; attempts: how many files could have been it; first: the first
    difference or the reason, of one that passes what torch does beside it), strays are the names of Python files that
    belong to no loop.
    """
    rows = [_row(name, entry, directory) for name, entry in record["loops"].items()]
    names = [str(path.relative_to(directory)) for path in strays(directory, LOOPS)]
    return {"directory": str(directory), "rows": rows, "strays": names}


def _row(name: str, entry: dict, directory: Path) -> dict:
    attempts = attempts_of(name, directory)
    failure = entry.get("failure", "") if entry["verdict"] != "PASSED" else ""
    replay = re.search(r"^ *replay +(.*)$", failure, re.MULTILINE)
    return {
        "loop": name,
        "file": str(attempts[-1].relative_to(directory)) if attempts else "",
        "attempts": len(attempts),
        "verdict": entry["verdict"],
        "word": _word(entry),
        "first": _first(name, failure, directory) if failure else _glue(entry),
        "replay": replay[1] if replay else "",
    }


def _word(entry: dict) -> str:
    verdict = entry["verdict"]
    if verdict == "PASSED" and entry.get("class") == "serial":
        return "serial"
    return _WORDS.get(verdict, verdict.lower().replace("_", " "))


def _glue(entry: dict) -> str:
    """The torch operators beside the launches of a kernel that passes."""
    return f"torch: {', '.join(entry['operators'])}" if entry.get("operators") else ""


def _first(name: str, failure: str, directory: Path) -> str:
    """The first difference if a failure names one, else what it says first."""
    difference = re.search(r"^ *first +(.*)$", failure, re.MULTILINE)
    text = difference[1] if difference else failure.split("\n")[0].removeprefix(f"{name}: ")
    module = re.search(r"No module named '(\w+)", text)
    if module and list(directory.rglob(f"{module[1]}.py")):
        text += f" ({module[1]}.py is not read: a kernel is one file)"
    return text


def audit_lines(found: dict) -> list[str]:
    """An audit for a terminal: a table, replay commands, totals, and the files that belong to no loop."""
    rows = [row for row in found["rows"] if row["verdict"] != "MISSING"]
    widths = [max([len(row[key]) for row in rows], default=0) for key in ("loop", "word", "file")]
    lines = []
    for row in rows:
        cells = [row[key].ljust(width) for key, width in zip(("loop", "word", "file"), widths, strict=True)]
        lines.append("  ".join([*cells, row["first"]]).rstrip())
        if row["replay"]:
            lines.append(f"{'':{widths[0]}}    {row['replay']}")
    chosen = [row for row in rows if row["attempts"] > 1]
    if chosen:
        lines += ["", f"{len(chosen)} loops have several files; the one named final or best, or the last, was judged"]
    if found["strays"]:
        lines += ["", f"of no loop: {', '.join(found['strays'])}"]
    return [*lines, "", *totals(found)]


def totals(found: dict) -> list[str]:
    """How many kernels each word is said of, and which loops have none."""
    counts = Counter(row["word"] for row in found["rows"])
    missing = [row["loop"] for row in found["rows"] if row["verdict"] == "MISSING"]
    words = sorted(counts, key=lambda word: (word != "passed", word != "serial", word == "missing", word))
    lines = [f"audit of {found['directory']}: {len(found['rows'])} loops"]
    lines += [f"  {counts[word]:4} {word}" for word in words]
    return lines + ([f"       {', '.join(missing)}"] if 0 < len(missing) <= 20 else [])


def audit_markdown(found: dict) -> str:
    """AUDIT.md: the same as a table."""
    head = [f"# Audit of {found['directory']}", "", *(f"- {line.strip()}" for line in totals(found)[1:]), ""]
    table = ["| loop | word | file | first difference | replay |", "| --- | --- | --- | --- | --- |"]
    for row in found["rows"]:
        cells = [row["loop"], row["word"], row["file"], row["first"], f"`{row['replay']}`" if row["replay"] else ""]
        table.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    of_none = ["", "Of no loop: " + ", ".join(found["strays"])] if found["strays"] else []
    return "\n".join([*head, *table, *of_none]) + "\n"
