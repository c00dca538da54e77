"""The verdict for each loop level: its iterations may run at once, perhaps with copies or under a condition."""

from analyses.finding import CONDITION, OVERAPPROXIMATION, PROVEN, Finding
from analyses.findings._render import claim_of, evidence, spelled, words
from analyses.model import Level, Model
from analyses.model.verdict import Verdict, judge


def find(model: Model) -> list[Finding]:
    return [_finding(model, level) for level in model.levels if model.inside(level)]


def _finding(model: Model, level: Level) -> Finding:
    verdict = judge(model, level)
    if not verdict.is_parallel:
        return _sequential(model, level, verdict)
    claim: dict = {"type": "parallel", "level": level.name}
    steps = []
    for key, how in (
        ("private", "a private copy of {} in each iteration"),
        ("snapshot", "old values of {} read from a copy"),
    ):
        if names := list(getattr(verdict, key)):
            claim[key] = names
            steps.append(how.format(" and ".join(names)))
    condition = model.describe(verdict.condition)
    if not model.always(verdict.condition):
        claim["condition"] = spelled(verdict.condition)
    given = f", with {' and '.join(steps)}" if steps else ""
    under = f", if {condition}" if condition else ""
    return Finding(
        "parallel",
        CONDITION if condition else PROVEN,
        model.name,
        level.line,
        claim,
        f"All iterations of loop {level.name} may run at once{given}{under}.",
        evidence(*model.carried(level)),
    )


def _sequential(model: Model, level: Level, verdict: Verdict) -> Finding:
    flow = [dep for dep in model.carried(level, model.flow) if dep.array in {b.array for b in verdict.blockers}]
    first = flow[0] if flow else verdict.blockers[0]
    claim = {**claim_of(first), "level": level.name}
    return Finding(
        "sequential",
        PROVEN if claim["certain"] else OVERAPPROXIMATION,
        model.name,
        level.line,
        claim,
        f"Loop {level.name} carries {words(first)}: its iterations cannot simply run at once.",
        evidence(*(flow or verdict.blockers)),
    )
