"""What a report says, whatever it is written in: sections of sentences, tables and quoted texts."""

import math
from collections import Counter

from tsvc.report.attempts import attempts_section, cost_section
from tsvc.report.resources import resources_section
from tsvc.report.section import Section, Table
from tsvc.report.slower import slower_section
from tsvc.report.speed import (
    baselines_section,
    largest_section,
    limit_share,
    limits_section,
    micro,
    sizes_section,
)
from tsvc.statistics import geometric_mean, wilson

_BINS = (
    (2, math.inf, ">= 2x"),
    (1.5, 2, "1.5-2x"),
    (1, 1.5, "1-1.5x"),
    (0.5, 1, "0.5-1x"),
    (0.1, 0.5, "0.1-0.5x"),
    (0, 0.1, "< 0.1x"),
)
_EXTREMES = 10


def sections(record: dict) -> list[Section]:
    """Everything that a report says about a run, in the order of reading; failures come last."""
    found = [
        loops_section(record),
        totals_section(record),
        speedup_section(record),
        limits_section(record),
        sizes_section(record),
        largest_section(record),
        baselines_section(record),
        category_section(record),
        attempts_section(record),
        cost_section(record),
        *extreme_sections(record),
        slower_section(record),
        resources_section(record),
        failures_section(record),
    ]
    return [section for section in found if section is not None]


def is_timed(record: dict) -> bool:
    """Whether any loop has a device time."""
    return any(entry.get("device_us") for entry in record["loops"].values())


def passing_speedups(record: dict) -> dict[str, float]:
    """Speedup by loop, of those that pass and are timed: a wrong kernel's speed does not count."""
    loops = record["loops"].items()
    return {name: entry["speedup"] for name, entry in loops if entry.get("speedup") and entry["verdict"] == "PASSED"}


def machine_section(record: dict) -> Section:
    """The facts that belong beside every figure."""
    facts = [[name, str(value)] for name, value in sorted(record["machine"].items()) if isinstance(value, str | int)]
    facts += _floors(record["machine"].get("floors") or {})
    if record.get("noise_band") is not None:
        facts.append(["noise band", f"{record['noise_band']:.1%} between two timings of one kernel"])
    facts += [["commands", command] for command in record.get("commands", [])]
    return Section("Machine", table=Table(("fact", "value"), facts, left={0, 1}))


def loops_section(record: dict) -> Section:
    """One row a loop; where limits are known they stand beside the time, in the place of the cases."""
    timed, limited = is_timed(record), any(limit_share(entry) for entry in record["loops"].values())
    rows = [_row(name, entry, timed, limited) for name, entry in record["loops"].items()]
    columns: tuple[str, ...] = ("loop", "verdict", "cases", "launches", "compiled for")
    if timed:
        columns = ("loop", "verdict", "cases", "device us", "launch us", "C us", "speedup")
    if limited:
        columns = ("loop", "verdict", "device us", "limit us", "reached", "launch us", "C us", "speedup")
    return Section("Loops", table=Table(columns, rows, left={0, 1} if timed else {0, 1, 4}))


def totals_section(record: dict) -> Section:
    """What the run comes to."""
    loops = record["loops"]
    words = Counter(entry["verdict"] for entry in loops.values())
    low, high = wilson(words["PASSED"], len(loops))
    others = ", ".join(f"{count} {word}" for word, count in sorted(words.items()) if word != "PASSED")
    passed = f"{words['PASSED']} of {len(loops)} loops PASSED (95 % interval {low:.1%} to {high:.1%})"
    lines = [passed + (f"; {others}" if others else "")]
    cases = sum(entry.get("cases") or 0 for entry in loops.values())
    evidence = sum(entry.get("evidence") or 0 for entry in loops.values())
    if cases:
        lines.append(f"{cases} cases judged; in {cases - evidence} of them doing nothing would have been right too")
    classes = Counter(entry["class"] for entry in loops.values() if entry.get("class"))
    if classes:
        lines.append("work done by: " + ", ".join(f"{word} {count}" for word, count in sorted(classes.items())))
    if not is_timed(record):
        device = record["machine"].get("device")  # absent where no kernel ran
        where = "in Triton's interpreter" if device == "interpreter" else f"on {device}"
        compiled = " and compiled" if any(entry.get("compiled") for entry in loops.values()) else ""
        judged = f"judged {where}{compiled}; " if device else ""
        is_swept = any(entry.get("sweep") for entry in loops.values())
        timed = f"timed {where} over sizes alone" if is_swept else "not timed (no GPU, or timing was not asked for)"
        lines.append(timed if is_swept and not cases else f"{judged}{timed}")
    return Section("Verdicts", tuple(lines))


def speedup_section(record: dict) -> Section | None:
    """Mean and distribution of the speedups; None without times."""
    speedups = passing_speedups(record)
    if not speedups:
        return None
    values = list(speedups.values())
    bounds = sum(record["loops"][name].get("c_method") == "timeout" for name in speedups)
    mean = f"{'>= ' if bounds else ''}{geometric_mean(values):.2f}x"
    counted = f"{len(values)} loops that pass{f' ({bounds} bounds)' if bounds else ''}"
    faster = sum(value >= 1 for value in values)
    counts = [(label, sum(low <= value < high for value in values)) for low, high, label in _BINS]
    rows = [[label, str(count), "#" * math.ceil(count * 50 / len(values))] for label, count in counts]
    return Section(
        f"Speedup over C on one core, n = {record['n']}, m = {record['m']}",
        (f"geometric mean {mean} over {counted}, {faster} at 1x or better",),
        Table(("speedup", "loops", "share"), rows, left={2}),
    )


def category_section(record: dict) -> Section | None:
    """Pass rate and speedup by category; None where there is one category."""
    groups: dict[str, list[str]] = {}
    for name, entry in record["loops"].items():
        groups.setdefault(entry.get("category", "unknown"), []).append(name)
    if len(groups) < 2:
        return None
    speedups, rows = passing_speedups(record), []
    for category, names in sorted(groups.items()):
        passed = sum(record["loops"][name]["verdict"] == "PASSED" for name in names)
        low, high = wilson(passed, len(names))
        values = [speedups[name] for name in names if name in speedups]
        mean = f"{geometric_mean(values):.2f}x" if values else "-"
        rows.append([category, f"{passed}/{len(names)}", f"{low:.0%} to {high:.0%}", mean])
    columns = ("category", "passed", "95 % interval", "speedup")
    return Section("By category", table=Table(columns, rows, left={0}))


def extreme_sections(record: dict) -> list[Section]:
    """The fastest and the slowest loops with what limits each; nothing unless there are more than a table holds."""
    speedups = passing_speedups(record)
    if len(speedups) <= _EXTREMES:
        return []
    order = sorted(speedups, key=lambda name: (speedups[name], name))
    found = []
    for title, names in (("Fastest", order[: -_EXTREMES - 1 : -1]), ("Slowest", order[:_EXTREMES])):
        rows = [
            [name, speedup_text(entry), micro(entry["device_us"]), micro(entry["c_us"]), limits_text(entry)]
            for name in names
            if (entry := record["loops"][name])
        ]
        columns = ("loop", "speedup", "device us", "C us", "what limits it")
        found.append(Section(title, table=Table(columns, rows, left={0, 4})))
    return found


def failures_section(record: dict) -> Section | None:
    """Every failure's own text: what differs, where, how to see it again."""
    loops = record["loops"].values()
    texts = tuple(
        f"{entry['verdict']} {entry['failure']}"
        for entry in loops
        if entry["verdict"] != "PASSED" and entry.get("failure")
    )
    return Section("Failures", quoted=texts) if texts else None


def limits_text(entry: dict, with_share: bool = True) -> str:
    """What keeps a timed loop from being faster, as far as its facts tell; at most 34 characters.

    with_share: also how much of the machine's limit is reached.
    """
    parts, device = [], entry.get("device_us")
    if entry.get("class") == "serial":
        parts.append("one program")
    if (launches := entry.get("launches") or 0) > 1:
        parts.append(f"{launches} launches")
    if device and entry.get("limit_us"):
        reached = f": {entry['limit_us'] / device:.0%} reached" if with_share else ""
        parts.append(f"{entry.get('limited_by', 'limit')}{reached}")
    elif device and entry.get("footprint_bytes") and entry.get("calls_per_sample"):
        per_call = entry["footprint_bytes"] / entry["calls_per_sample"]
        parts.append(f"{per_call / device / 1000:.0f} GB/s over its arrays")
    return ", ".join(parts)[:34] or "-"


def speedup_text(entry: dict) -> str:
    """A speedup, `>=` where it is only a lower bound."""
    bound = ">= " if entry.get("c_method") == "timeout" else ""
    return f"{bound}{entry['speedup']:.2f}x" if entry.get("speedup") else "-"


def _row(name: str, entry: dict, timed: bool, limited: bool) -> list[str]:
    cases = entry.get("cases")
    head = [name, entry["verdict"], "-" if cases is None else str(cases)]
    if not timed:
        return [*head, str(entry.get("launches") or "-"), " ".join(entry.get("compiled", [])) or "-"]
    device = micro(entry.get("device_us")) + ("*" if entry.get("method") == "events" else "")
    rest = [micro(entry.get("launch_us")), micro(entry.get("c_us")), speedup_text(entry)]
    if limited:
        share = limit_share(entry)
        return [*head[:2], device, micro(entry.get("limit_us")), f"{share:.0%}" if share else "-", *rest]
    return [*head, device, *rest]


def _floors(floors: dict[str, float]) -> list[list[str]]:
    """What the machine can do at best (tsvc.limits.Floors), in units that people know."""
    rows = []
    for name, value in floors.items():
        if name in ("launch", "round_trip", "latency"):
            text = f"{value * 1e6:.2f} us" if value >= 1e-7 else f"{value * 1e9:.1f} ns"
        elif name == "cache_bytes":
            text = f"{value / 2**20:.0f} MiB"
        else:
            text = f"{value / 1e9:.0f} {'G operations/s' if name == 'operations' else 'GB/s'}"
        rows.append([f"floor: {name}", text])
    return rows
