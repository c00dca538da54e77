"""Scatters: writes through an index array, and what equal indices mean."""

from analyses.finding import OVERAPPROXIMATION, PROVEN, REASSOCIATION, Finding
from analyses.findings import reduction
from analyses.findings._indirect import Indirect, indirect
from analyses.findings._render import claim_of, evidence
from analyses.findings._updates import reductions
from analyses.model import Model
from analyses.model.program import text
from analyses.model.verdict import is_private


def find(model: Model) -> list[Finding]:
    """One finding an array and loop."""
    groups: dict[tuple, list[Indirect]] = {}
    for one in indirect(model, writes=True):
        groups.setdefault((one.access.array, one.level), []).append(one)
    return [_finding(model, group) for group in groups.values()]


def _finding(model: Model, group: list[Indirect]) -> Finding:
    first = group[0]
    array, level, line = first.access.array, first.level, first.statement.line
    place = array + "".join(f"[{text(part)}]" for part in first.subscripts)
    for one in reductions(model):
        if one.level == level and one.array == array:
            (same,) = [f for f in reduction.find(model) if f.claim["level"] == level.name and f.claim["array"] == array]
            how = f"atomic {one.update.operator}"
            advice = f"{place} is updated by scatter: iterations with equal indices must combine ({how})."
            level_ = REASSOCIATION if same.level == REASSOCIATION else PROVEN
            return Finding("scatter", level_, model.name, line, same.claim, advice, same.evidence)
    carried = [dep for dep in model.carried(level) if not is_private(model, level, dep.array)]
    blockers = [dep for dep in carried if dep.array != array or dep.kind != "WAW"]
    if blockers:
        claim = {**claim_of(blockers[0]), "level": level.name, "certain": False}
        advice = (
            f"{place} is scattered in loop {level.name}, which also carries a dependence on {blockers[0].array}: with "
            "equal indices the order of the iterations matters."
        )
        return Finding("scatter", OVERAPPROXIMATION, model.name, line, claim, advice, evidence(*blockers, limit=2))
    claim = {
        "type": "scatter",
        "level": level.name,
        "array": array,
        "accesses": [[one.statement.name, [text(part) for part in one.subscripts]] for one in group],
        "index": list(dict.fromkeys(name for one in group for name in one.indices)),
        "duplicates": "last",
    }
    advice = (
        f"{place} is scattered: where indices repeat, the write of the last iteration of loop {level.name} stays; "
        "otherwise its iterations are independent."
    )
    return Finding("scatter", PROVEN, model.name, line, claim, advice, evidence(*carried, limit=1))
