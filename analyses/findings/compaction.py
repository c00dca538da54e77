"""Stream compaction: elements that pass a condition are written one behind the other, at a running count."""

from analyses.finding import Finding
from analyses.findings._packing import found
from analyses.model import Model


def find(model: Model) -> list[Finding]:
    """One finding a loop level whose writes are placed by a counter that only this loop advances."""
    return found(model, "compaction", True, _advice)


def _advice(scan, arrays: list[str], complete: bool) -> str:
    names, counter = " and ".join(arrays), scan.arrays[0]
    rest = "then every iteration knows where it writes." if complete else "the loop carries other dependences besides."
    return (
        f"Loop {scan.level.name} packs into {names} at the count {counter}: a prefix sum of how much each iteration "
        f"advances {counter} gives every position; {rest}"
    )
