"""Counters that place elements: compaction writes at a running count, unpacking reads at one."""

from analyses.finding import Finding
from analyses.findings._scan_claims import finding, is_counter, readers
from analyses.findings._scans import Scan, scans
from analyses.model import Access, Model, Statement
from analyses.model.verdict import is_private


def found(model: Model, kind: str, writes: bool, advise) -> list[Finding]:
    """One finding a loop level with a counter in the subscript of a write (or of a read)."""
    result = []
    for scan in scans(model):
        if not is_counter(model, scan):
            continue
        placed = [(s, a) for s, a in readers(model, scan) if isinstance(a, Access) and a.is_write == writes]
        if placed:
            result.append(_finding(model, kind, scan, placed, advise))
    return result


def _finding(model: Model, kind: str, scan: Scan, placed: list[tuple[Statement, Access]], advise) -> Finding:
    arrays = list(dict.fromkeys(access.array for _, access in placed))
    claim: dict = {"arrays": arrays, "counter": scan.arrays[0]}
    complete = not left(model, scan)
    if complete:
        claim["type"] = "packing"
    return finding(model, kind, scan, advise(scan, arrays, complete), claim, placed[0][0].line)


def left(model: Model, scan: Scan) -> list:
    """What still keeps iterations apart when each knows its count."""
    rest = [dep for dep in model.carried(scan.level) if dep.array not in scan.arrays]
    return [dep for dep in rest if not is_private(model, scan.level, dep.array)]
