"""What a comparison of two runs says: the sections of its report, and its figure."""

import math
import textwrap

from tsvc.compare import KINDS, SIGNIFICANT, Change, Comparison
from tsvc.report.attempts import amount, cost
from tsvc.report.figures import DEVICE, MUTED
from tsvc.report.section import Section, Table
from tsvc.report.tables import micro
from tsvc.report.text import WIDTH

_VERDICTS = ("newly failing", "newly passing")
_TIMES = ("slower", "faster", "undecided")


def difference_sections(a: dict, b: dict, comparison: Comparison, with_same: bool = False) -> list[Section]:
    """Sums first, then each kind of change that occurs; loops that stayed the same are only named, unless asked for."""
    parts = [Section("A and B", tuple(_sums(a, b, comparison)))]
    for kind in KINDS:
        changes = comparison.of(kind)
        if changes and kind == "same" and not with_same:
            parts.append(Section(f"Same ({len(changes)})", (", ".join(change.loop for change in changes),)))
        elif changes:
            columns: tuple[str, ...] = ("loop", "A us", "B us", "B / A", "p")
            if kind in _VERDICTS:
                columns = ("loop", "A", "B")
            elif kind.startswith("only"):
                columns = ("loop",)
            left = {0, 1, 2} if kind in _VERDICTS else {0}
            rows = [_row(a, b, change) for change in changes]
            parts.append(Section(f"{kind.capitalize()} ({len(changes)})", table=Table(columns, rows, left)))
    return parts


def closing_lines(comparison: Comparison) -> list[str]:
    """For the end of a run that was compared with an earlier one: sums, and the loops by what became of them."""
    counts = ", ".join(f"{len(comparison.of(kind))} {kind}" for kind in KINDS if comparison.of(kind)) or "no loops"
    lines = [counts]
    if not math.isnan(comparison.ratio):
        lines.append(f"geometric mean of device times, now over then: {comparison.ratio:.3f}")
    for kind in (*_TIMES, "same"):
        if changes := [change for change in comparison.of(kind) if change.ratio]:
            sentence = f"{kind} ({_rule(comparison)}): " if kind == "same" else f"{kind}: "
            sentence += ", ".join(f"{change.loop} {change.ratio:.2f}" for change in changes)
            lines += textwrap.wrap(sentence, WIDTH, subsequent_indent="  ", break_on_hyphens=False)
    return lines


def difference_figures(comparison: Comparison) -> dict[str, dict]:
    """The ratio of device times by loop; {} where nothing was timed in both."""
    timed = sorted((change for change in comparison.changes if change.ratio), key=lambda c: (c.ratio, c.loop))
    if not timed:
        return {}
    names = [change.loop for change in timed]
    points = {
        "type": "scatter",
        "mode": "markers",
        "x": names,
        "y": [round(change.ratio or 0, 4) for change in timed],
        "text": [change.kind for change in timed],
        "marker": {"color": DEVICE, "size": 7},
        "hovertemplate": "%{x}: %{y:.3f} (%{text})<extra></extra>",
    }
    edges = (1 / (1 + comparison.band), 1 + comparison.band)
    lines = [
        {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": y, "y1": y, "line": {"color": MUTED, "dash": "dot"}}
        for y in edges
    ]
    x = {"type": "category", "showticklabels": False, "showgrid": False, "title": {"text": "loops (dotted: noise)"}}
    y = {"type": "log", "title": {"text": "time in B / time in A"}}
    return {"Device time, B over A": {"data": [points], "layout": {"xaxis": x, "yaxis": y, "shapes": lines}}}


def _sums(a: dict, b: dict, comparison: Comparison) -> list[str]:
    lines = []
    for name, record in (("A", a), ("B", b)):
        machine, loops = record["machine"], record["loops"].values()
        passed = sum(entry["verdict"] == "PASSED" for entry in loops)
        date = f", {machine['date']}" if "date" in machine else ""
        lines.append(f"{name}: {passed} of {len(loops)} loops PASSED on {machine.get('device', 'unknown')}{date}")
    if a["machine"].get("device") != b["machine"].get("device"):
        lines.append("The runs are from different devices: differences of time are the devices' too.")
    failing, passing = (len(comparison.of(kind)) for kind in _VERDICTS)
    lines.append(
        f"{failing} newly failing, {passing} newly passing; McNemar's exact test: p = {comparison.mcnemar:.3g}"
    )
    counts = ", ".join(f"{len(comparison.of(kind))} {kind}" for kind in (*_TIMES, "same"))
    lines.append(f"{counts} (same {_rule(comparison)}; beyond it by Mann-Whitney, p < {SIGNIFICANT})")
    if not math.isnan(comparison.ratio):
        lines.append(f"geometric mean of device times, B over A: {comparison.ratio:.3f}")
    costs = cost(a), cost(b)
    lines += [
        f"{kind}: A {amount(kind, costs[0].get(kind, 0))}, B {amount(kind, costs[1].get(kind, 0))}"
        for kind in dict.fromkeys([*costs[0], *costs[1]])
    ]
    return lines


def _rule(comparison: Comparison) -> str:
    return f"within {comparison.band:.0%}"


def _row(a: dict, b: dict, change: Change) -> list[str]:
    if change.kind.startswith("only"):
        return [change.loop]
    if change.kind in _VERDICTS:
        return [change.loop, change.before, change.after]
    times = [micro(record["loops"][change.loop].get("device_us")) for record in (a, b)]
    ratio = f"{change.ratio:.3f}" if change.ratio else "-"
    return [change.loop, *times, ratio, "-" if change.p is None else f"{change.p:.2g}"]
