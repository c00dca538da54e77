"""Prefix sums: every iteration adds to (multiplies, or takes the extremum with) the value of the one before.

Also running products, maxima and minima. Blelloch, "Prefix sums and their applications".
"""

from analyses.finding import Finding
from analyses.findings._scan_claims import direction, finding, is_counter, targets
from analyses.findings._scans import Scan, scans
from analyses.model import Model
from analyses.model.program import Number, text

_WORDS = {"+": "a prefix sum", "*": "a running product", "max": "a running maximum", "min": "a running minimum"}


def find(model: Model) -> list[Finding]:
    """One finding a scan with distance one; counters that place elements are compaction or unpacking."""
    return [
        finding(model, "prefix_sum", scan, _advice(scan))
        for scan in scans(model)
        if scan.operator in _WORDS and scan.stride == 1 and not scan.is_coupled and not is_counter(model, scan)
    ]


def _advice(scan: Scan) -> str:
    states = targets(scan)
    what = f" of {text(scan.offset[0])}" if scan.operator == "+" else ""
    if scan.operator == "+" and isinstance(scan.offset[0], Number):
        return (
            f"{states} grows by {text(scan.offset[0])} in each iteration of {direction(scan)}: "
            "up to rounding its start plus a multiple of the iteration number."
        )
    inner = " Chains that differ in other loops are independent." if len(scan.distance) > 1 else ""
    return f"{states} is {_WORDS[scan.operator]}{what} along {direction(scan)}: a scan, not a sequential loop.{inner}"
