"""Tables that a person reads, in the terminal and as Markdown, all from one record (results.json)."""

import math
import textwrap
from collections import Counter

from tsvc.statistics import geometric_mean, wilson

_BINS = (
    (2, math.inf, ">= 2x"),
    (1.5, 2, "1.5-2x"),
    (1, 1.5, "1-1.5x"),
    (0.5, 1, "0.5-1x"),
    (0.1, 0.5, "0.1-0.5x"),
    (0, 0.1, "< 0.1x"),
)


def summary_lines(record: dict) -> list[str]:
    """The closing table of a run: every loop, then what it comes to; at most 80 columns, no colour."""
    loops = record["loops"]
    rows = [_row(name, entry) for name, entry in loops.items()]
    lines = _table(_columns(record), rows)
    lines += ["", *_totals(record)]
    for entry in loops.values():
        if entry["verdict"] != "PASSED" and entry.get("failure"):
            lines += ["", f"{entry['verdict']} {entry['failure']}"]
    return lines


def markdown(record: dict) -> str:
    """REPORT.md: machine, totals and every loop."""
    machine = record["machine"]
    facts = [f"- {name}: {value}" for name, value in machine.items() if not isinstance(value, dict | list)]
    rows = [_row(name, entry) for name, entry in record["loops"].items()]
    columns = _columns(record)
    table = ["| " + " | ".join(columns) + " |", "|" + "|".join(" --- " for _ in columns) + "|"]
    table += ["| " + " | ".join(row) + " |" for row in rows]
    title = f"# TSVC kernels on {machine.get('device', 'an unknown device')}"
    sizes = f"Timed at n = {record['n']}, m = {record['m']} on TSVC's own data."
    if not _timed(record):
        sizes = "Judged in Triton's interpreter and compiled; not timed."
    failures = [
        f"- **{name}** {entry['verdict']}\n\n```\n{entry['failure']}\n```"
        for name, entry in record["loops"].items()
        if entry["verdict"] != "PASSED" and entry.get("failure")
    ]
    parts = [title, "", sizes, "", *facts, "", *_totals(record), ""]
    parts += [*table, "", *(["## Failures", "", *failures] if failures else [])]
    notes = "Device time: median of CUDA-graph replays (`events`: an event pair, launch included). "
    notes += "C: the fast build on one core. Launch: call and synchronise from Python. Times in microseconds."
    return "\n".join([*parts, notes if _timed(record) else ""]).rstrip() + "\n"


def _timed(record: dict) -> bool:
    return any(entry.get("device_us") for entry in record["loops"].values())


def _columns(record: dict) -> list[str]:
    if _timed(record):
        return ["loop", "verdict", "cases", "device us", "launch us", "C us", "speedup"]
    return ["loop", "verdict", "cases", "launches", "compiled for"]


def _row(name: str, entry: dict) -> list[str]:
    head = [name, entry["verdict"], str(entry.get("cases", "-"))]
    if "device_us" in entry or "c_us" in entry:
        bound = ">= " if entry.get("c_method") == "timeout" else ""
        marker = "*" if entry.get("method") == "events" else ""
        speedup = f"{bound}{entry['speedup']:.2f}x" if entry.get("speedup") else "-"
        return [
            *head,
            _us(entry.get("device_us")) + marker,
            _us(entry.get("launch_us")),
            _us(entry.get("c_us")),
            speedup,
        ]
    return [*head, str(entry.get("launches") or "-"), " ".join(entry.get("compiled", [])) or "-"]


def _us(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}" if value < 100 else f"{value:.0f}"


def _table(columns: list[str], rows: list[list[str]]) -> list[str]:
    rows = [row + ["-"] * (len(columns) - len(row)) for row in rows]
    widths = [max(len(row[k]) for row in [columns, *rows]) for k in range(len(columns))]
    left = {0, 1, 4} if columns[-1] == "compiled for" else {0, 1}

    def line(row):
        cells = [
            cell.ljust(width) if k in left else cell.rjust(width)
            for k, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        return "  ".join(cells).rstrip()

    return [line(columns), line(["-" * width for width in widths]), *map(line, rows)]


def _totals(record: dict) -> list[str]:
    loops = record["loops"]
    words = Counter(entry["verdict"] for entry in loops.values())
    low, high = wilson(words["PASSED"], len(loops))
    others = ", ".join(f"{count} {word}" for word, count in sorted(words.items()) if word != "PASSED")
    passed = f"{words['PASSED']} of {len(loops)} loops PASSED (95 % interval {low:.1%} to {high:.1%})"
    lines = textwrap.wrap(passed + (f"; {others}" if others else ""), 80, subsequent_indent="  ")
    cases = sum(entry.get("cases", 0) for entry in loops.values())
    evidence = sum(entry.get("evidence", 0) for entry in loops.values())
    lines.append(f"{cases} cases judged; in {cases - evidence} of them doing nothing would have been right too")
    timed = [entry for entry in loops.values() if entry.get("speedup") and entry["verdict"] == "PASSED"]
    if speedups := [entry["speedup"] for entry in timed]:
        faster = sum(value >= 1 for value in speedups)
        bounds = sum(entry.get("c_method") == "timeout" for entry in timed)
        mean = f"{'>= ' if bounds else ''}{geometric_mean(speedups):.2f}x"
        counted = f"{len(speedups)} loops that pass{f' ({bounds} bounds)' if bounds else ''}"
        lines += [
            f"speedup over C on one core, n = {record['n']}, m = {record['m']}:",
            f"  geometric mean {mean} over {counted}, {faster} at 1x or better",
        ]
        for low_end, high_end, label in _BINS:
            count = sum(low_end <= value < high_end for value in speedups)
            lines.append(f"  {label:>8}  {count:3d} {'#' * math.ceil(count * 60 / len(speedups))}".rstrip())
    return lines
