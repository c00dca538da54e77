"""Which loops one core runs faster, with the reason that a kernel's record gives (docs/adding-a-kernel.md)."""

from tsvc.report.section import Section, Table


def slower_section(record: dict) -> Section | None:
    """The passing loops below 1x, slowest first; None where there are none."""
    loops = record["loops"].items()
    below = [(entry["speedup"], name) for name, entry in loops if _is_slower(entry)]
    if not below:
        return None
    rows = [
        [name, f"{speedup:.2f}x", record["loops"][name].get("slower_because") or "its record does not say"]
        for speedup, name in sorted(below)
    ]
    return Section("Slower than C on one core", table=Table(("loop", "speedup", "why"), rows, left={0, 2}))


def _is_slower(entry: dict) -> bool:
    return entry["verdict"] == "PASSED" and bool(entry.get("speedup")) and entry["speedup"] < 1
