"""Scalars that iterations reuse: private ones, ones carried around, and ones that hold the last value assigned."""

from analyses.finding import PROVEN, Finding
from analyses.findings._expansion import left, phases, reuse
from analyses.findings._render import evidence
from analyses.findings._scan_claims import finding
from analyses.findings._scans import Scan, scans
from analyses.model import Level, Model
from analyses.model.program import text
from analyses.model.verdict import lives_on


def find(model: Model) -> list[Finding]:
    """One finding a loop for its private scalars, one for those carried around, one for each last value."""
    found = [_last(model, scan) for scan in scans(model) if scan.operator == "last"]
    for level in model.levels:
        one = (_carried(model, level) or _private(model, level)) if model.inside(level) else None
        found += [one] if one is not None else []
    return found


def _private(model: Model, level: Level) -> Finding | None:
    names = [name for name in reuse(model, level).private if model.arrays[name].is_scalar]
    return expansion(model, "scalar_expansion", level, names) if names else None


def expansion(model: Model, kind: str, level: Level, names: list[str]) -> Finding:
    """The finding that every iteration of a loop may have a copy of some names."""
    rest = left(model, level, names)
    claim = {"type": "expansion", "level": level.name, "arrays": names, "parallel": not rest}
    kept = [name for name in names if lives_on(model, level, name)]
    words = " and ".join(names)
    advice = f"Each iteration of loop {level.name} may have its own {words}: no iteration reads another one's value"
    if kept:
        claim["last_value"] = kept
        advice += f"; the last iteration's {' and '.join(kept)} lives on"
    if rest:
        others = ", ".join(dict.fromkeys(dep.array for dep in rest if not model.arrays[dep.array].is_virtual))
        advice += f"; dependences on {others or 'the exit'} remain"
    gone = [dep for dep in model.carried(level) if dep.array in names]
    line = min(s.line for s in model.inside(level) if any(a.array in names for a in s.writes))
    return Finding(kind, PROVEN, model.name, line, claim, f"{advice}.", evidence(*gone, limit=2))


def _carried(model: Model, level: Level) -> Finding | None:
    both = reuse(model, level)
    names = [*both.carried, *(name for name in both.private if model.arrays[name].is_scalar)]
    groups = phases(model, level, names) if both.carried else None
    if groups is None:
        return None
    claim = {
        "type": "expansion",
        "level": level.name,
        "arrays": names,
        "distance": dict(both.carried),
        "phases": [[statement.name for statement in group] for group in groups],
    }
    words = " and ".join(
        f"{name} of {count} iteration{'s' if count > 1 else ''} before" for name, count in both.carried.items()
    )
    advice = (
        f"Loop {level.name} reads {words}, not a recurrence: compute it again there, or store it for every "
        f"iteration; then the loop is {len(groups)} parallel steps."
    )
    flow = [dep for dep in model.carried(level, model.flow) if dep.array in both.carried]
    return Finding("scalar_expansion", PROVEN, model.name, flow[0].source.line, claim, advice, evidence(*flow, limit=2))


def _last(model: Model, scan: Scan) -> Finding:
    state = text(scan.states[0])
    advice = (
        f"{state} keeps the last value assigned under a condition in loop {scan.level.name}: a scan that hands on the "
        "newest assigned value (take the right one if it was assigned, else the left one) gives it for every iteration."
    )
    return finding(model, "scalar_expansion", scan, advice)
