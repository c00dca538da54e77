"""Strided prefix sums: every iteration adds to the value of k iterations before, so k chains run side by side."""

from analyses.finding import Finding
from analyses.findings._scan_claims import direction, finding, targets
from analyses.findings._scans import Scan, scans
from analyses.model import Model


def find(model: Model) -> list[Finding]:
    """One finding a sum (or product) whose distance has a common factor above one."""
    return [
        finding(model, "strided_prefix_sum", scan, _advice(scan))
        for scan in scans(model)
        if scan.operator in ("+", "*") and scan.stride > 1 and not scan.is_coupled
    ]


def _advice(scan: Scan) -> str:
    what = "prefix sums" if scan.operator == "+" else "running products"
    return (
        f"{targets(scan)} is {scan.stride} independent {what} along {direction(scan)}, one for each remainder "
        f"of the iteration number by {scan.stride}: {scan.stride} consecutive iterations may also run at once."
    )
