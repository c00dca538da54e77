"""Anti-dependences carried by a loop: elements read before a later iteration overwrites them."""

from analyses.finding import CONDITION, OVERAPPROXIMATION, PROVEN, Finding
from analyses.findings._render import claim_of, evidence, words
from analyses.model import Level, Model
from analyses.model.verdict import judge


def find(model: Model) -> list[Finding]:
    return [finding for level in model.levels if (finding := _finding(model, level))]


def _finding(model: Model, level: Level) -> Finding | None:
    """One finding a loop: the arrays whose old values must be saved, or what stands in the way of just saving them."""
    anti = [dep for dep in model.carried(level) if dep.kind == "WAR" and not model.arrays[dep.array].is_scalar]
    if not anti:
        return None
    verdict = judge(model, level)
    first = anti[0]
    if verdict.is_parallel and verdict.snapshot:
        claim: dict = {"type": "parallel", "level": level.name, "snapshot": list(verdict.snapshot)}
        if verdict.private:
            claim["private"] = list(verdict.private)
        condition = model.describe(verdict.condition)
        if not model.always(verdict.condition):
            claim["condition"] = str(verdict.condition)
        names = " and ".join(verdict.snapshot)
        advice = (
            f"Save {names} before the loop and read old values from the copy: loop {level.name} reads elements that "
            f"later iterations overwrite{f' (if {condition})' if condition else ''}."
        )
        return Finding(
            "war", CONDITION if condition else PROVEN, model.name, first.source.line, claim, advice, evidence(*anti)
        )
    claim = {**claim_of(first), "level": level.name}
    blockers = [dep for dep in verdict.blockers if dep.kind != "WAR"]
    reason = f"a copy alone does not help: {words(blockers[0])}" if blockers else "no copy of the whole array is needed"
    return Finding(
        "war",
        PROVEN if claim["certain"] else OVERAPPROXIMATION,
        model.name,
        first.source.line,
        claim,
        f"Loop {level.name} reads {first.array} before a later iteration overwrites it; {reason}.",
        evidence(*anti),
    )
