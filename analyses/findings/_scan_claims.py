"""Scans as findings: their claim, level and words."""

from analyses.finding import PROVEN, REASSOCIATION, Finding
from analyses.findings._closed import inner_flow
from analyses.findings._render import evidence
from analyses.findings._scans import Scan
from analyses.findings._transfer import key
from analyses.model import Model, Statement
from analyses.model.program import Element, text


def claim_of(scan: Scan) -> dict:
    """The claim: which state runs along which distance, and how it changes."""
    claim: dict = {
        "type": "scan",
        "level": scan.level.name,
        "body": scan.body.name,
        "distance": list(scan.distance),
        "operator": scan.operator,
        "state": [_spot(state) for state in scan.states],
        "statements": [statement.name for statement in scan.statements],
    }
    if scan.matrix:
        claim["matrix"] = [[text(entry) for entry in row] for row in scan.matrix]
        claim["offset"] = [text(entry) for entry in scan.offset]
    return claim


def _spot(state) -> list:
    own = key(state)
    return [own[0], [text(part) for part in state.subscripts] if isinstance(state, Element) else []]


def finding(model: Model, kind: str, scan: Scan, advice: str, extra: dict | None = None, line: int = 0) -> Finding:
    """A finding about a scan; exact unless real numbers are added or multiplied in another order."""
    real = any(model.arrays[array].kind == "real" for array in scan.arrays)
    level = REASSOCIATION if real and scan.operator in ("+", "*", "linear") else PROVEN
    statements = {*scan.statements}
    deps = [d for d in inner_flow(model, scan.level) if {d.source, d.sink} <= statements]
    facts = evidence(*model.carried(scan.level, deps), limit=2)
    where = line or scan.statements[0].line
    return Finding(kind, level, model.name, where, {**claim_of(scan), **(extra or {})}, advice, facts)


def readers(model: Model, scan: Scan) -> tuple[tuple[Statement, object], ...]:
    """(statement, access) of all accesses with a state scalar in a subscript."""
    names = {*scan.arrays}
    return tuple(
        (statement, access)
        for statement in model.inside(scan.level)
        for access in statement.accesses
        if any(f"scalar {name}" == access.reason for name in names)
    )


def is_counter(model: Model, scan: Scan) -> bool:
    """Whether the state is an integer that positions elements: packing, not a sum that is wanted itself."""
    ints = all(model.arrays[array].kind == "int" and model.arrays[array].is_scalar for array in scan.arrays)
    return ints and scan.operator == "+" and bool(readers(model, scan))


def direction(scan: Scan) -> str:
    """Along which loops."""
    if len(scan.distance) == 1:
        return f"loop {scan.level.name}"
    loops = [level.name for level in scan.body.chain[scan.level.depth :]]
    return f"({', '.join(loops)}) in steps of ({', '.join(map(str, scan.distance))})"


def targets(scan: Scan) -> str:
    """What the scan leaves in memory, as C text."""
    return " and ".join(dict.fromkeys(text(s.node.target) for s in scan.statements))  # type: ignore[union-attr]
