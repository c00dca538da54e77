"""Linear recurrences: the next state is a matrix times the last one plus an offset, a scan over such pairs.

Order 1 and higher, and coupled ones through several arrays (Kogge and Stone 1973; Blelloch, section 1.4).
"""

from analyses.finding import Finding
from analyses.findings._scan_claims import direction, finding
from analyses.findings._scans import Scan, scans
from analyses.findings._transfer import key
from analyses.model import Model
from analyses.model.program import text


def find(model: Model) -> list[Finding]:
    """One finding a scan with a general matrix, and one a scan through several arrays."""
    return [
        finding(model, "linear_recurrence", scan, _advice(scan), {"order": _order(scan), "coupled": scan.is_coupled})
        for scan in scans(model)
        if scan.operator == "linear" or (scan.operator in ("+", "*") and scan.is_coupled)
    ]


def _order(scan: Scan) -> int:
    """How many iterations back the state reaches."""
    places = [key(state)[0] for state in scan.states]
    return max(places.count(array) for array in scan.arrays)


def _advice(scan: Scan) -> str:
    rows = "; ".join(", ".join(text(entry) for entry in row) for row in scan.matrix)
    offset = ", ".join(text(entry) for entry in scan.offset)
    states = ", ".join(text(state) for state in scan.states)
    through = " through several arrays" if scan.is_coupled else ""
    return (
        f"The state ({states}) follows a linear recurrence of order {_order(scan)}{through} along {direction(scan)}: "
        f"with matrix M = [{rows}] and offset v = [{offset}] the steps combine associatively, (M1, v1) then (M2, v2) "
        "giving (M2*M1, M2*v1 + v2)."
    )
