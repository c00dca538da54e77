"""Unpacking: iterations that pass a condition read consecutive elements, at a running count."""

from analyses.finding import Finding
from analyses.findings._packing import found
from analyses.model import Model


def find(model: Model) -> list[Finding]:
    """One finding a loop level whose reads are placed by a counter that only this loop advances."""
    return found(model, "unpacking", False, _advice)


def _advice(scan, arrays: list[str], complete: bool) -> str:
    names, counter = " and ".join(arrays), scan.arrays[0]
    rest = "then every iteration knows what it reads." if complete else "the loop carries other dependences besides."
    return (
        f"Loop {scan.level.name} takes elements of {names} in turn, at the count {counter}: a prefix sum of how much "
        f"each iteration advances {counter} gives every position; {rest}"
    )
