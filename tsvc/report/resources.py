"""What the compiled kernels ask of each GPU, where a record has it."""

from statistics import median

from tsvc.report.section import Section, Table
from tsvc.targets import TARGETS

#: The GPU whose launches REPORT.md lists.
SHOWN = "sm_90"
_WIDE = 128


def resources_section(record: dict) -> Section | None:
    """One row a GPU: spills, and the middle of registers and occupancy; None where nothing was compiled."""
    rows, unknown = [], ""
    for target in TARGETS:
        found = [entry["resources"][target] for entry in record["loops"].values() if target in _of(entry)]
        if not found:
            continue
        unknown = unknown or _why(found)
        known = [one for one in found if one.get("registers") is not None]
        middle = [median(one[key] for one in known) if known else None for key in ("registers", "occupancy")]
        spilled = sum(any(launch.get("spill_bytes") for launch in _launches(one)) for one in known)
        cells = [str(spilled), f"{middle[0]:.0f}", f"{middle[1]:.0%}"] if known else ["-", "-", "-"]
        rows.append([target, str(len(found)), *cells, str(sum((one.get("load_bits") or 0) >= _WIDE for one in found))])
    if not rows:
        return None
    columns = ("compiled for", "loops", "that spill", "registers", "occupancy", f"loads of {_WIDE} bits")
    told = ("from compiled code: medians over loops of the most registers and the least occupancy of any launch",)
    return Section("Resources", (*told, *([unknown] if unknown else [])), Table(columns, rows))


def launches_section(record: dict, target: str = SHOWN) -> Section | None:
    """Every launch of every loop on one GPU; None where there is none."""
    table = launches_table(record, target)
    return Section(f"Launches on {target}", table=table) if table.rows else None


def launches_table(record: dict, target: str) -> Table:
    """One row a launch; `large` marks what differs at n = 2^24, m = 4096."""
    rows = [
        [name, *_cells(launch), f"{launch['kernel']}{size}"]
        for name, entry in record["loops"].items()
        for key, size in (("launches", ""), ("large", " (large)"))
        for launch in _of(entry).get(target, {}).get(key, [])
    ]
    columns = ("loop", "warps", "registers", "spilled B", "shared B", "occupancy", "load bits", "kernel")
    return Table(columns, rows, left={0, len(columns) - 1})


def _of(entry: dict) -> dict:
    return entry.get("resources") or {}


def _launches(resources: dict) -> list[dict]:
    return [*resources.get("launches", []), *resources.get("large", [])]


def _cells(launch: dict) -> list[str]:
    share = launch.get("occupancy")
    facts = [launch.get(key) for key in ("warps", "registers", "spill_bytes", "shared_bytes")]
    cells = ["-" if fact is None else str(fact) for fact in facts]
    return [*cells, "-" if share is None else f"{share:.0%}", str(launch.get("load_bits") or "-")]


def _why(found: list[dict]) -> str:
    return next((launch["unknown"] for one in found for launch in _launches(one) if launch.get("unknown")), "")
