"""Anti-dependences carried by a loop: elements read before a later iteration overwrites them."""

from analyses.finding import CONDITION, OVERAPPROXIMATION, PROVEN, Finding
from analyses.findings._render import claim_of, evidence, spelled, words
from analyses.model import Dependence, Level, Model
from analyses.model.verdict import judge


def find(model: Model) -> list[Finding]:
    return [finding for level in model.levels if (finding := _finding(model, level))]


def _finding(model: Model, level: Level) -> Finding | None:
    """One finding a loop: the arrays whose old values must be saved, or what stands in the way of just saving them.

    A snapshot suffices iff no true and no output dependence is carried besides (but on private copies).
    """
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
            claim["condition"] = spelled(verdict.condition)
        names = " and ".join(verdict.snapshot)
        advice = (
            f"Save {names} before the loop and read old values from the copy: loop {level.name} reads elements that "
            f"later iterations overwrite{f' (if {condition})' if condition else ''}."
        )
        return Finding(
            "war", CONDITION if condition else PROVEN, model.name, first.source.line, claim, advice, evidence(*anti)
        )
    if verdict.is_parallel:
        return _rare(model, level, anti)
    blockers = sorted((dep for dep in verdict.blockers if dep.kind != "WAR"), key=lambda dep: dep.kind)
    claim = {"type": "war", "level": level.name, "snapshot_suffices": False, "war": claim_of(first)}
    claim["blocker"] = claim_of(blockers[0])
    return Finding(
        "war",
        PROVEN if claim["war"]["certain"] else OVERAPPROXIMATION,
        model.name,
        first.source.line,
        claim,
        f"Loop {level.name} reads {first.array} before a later iteration overwrites it; a copy alone does not help: "
        f"{words(blockers[0])}.",
        evidence(*anti, blockers[0]),
    )


def _rare(model: Model, level: Level, anti: list[Dependence]) -> Finding | None:
    """Anti-dependences that only some parameters, or iterations without copies of their own, bring about."""
    verdict = judge(model, level)
    left = [dep for dep in anti if dep.array not in verdict.private]
    if not left:
        return None
    when = model.describe(model.context.subtract(verdict.condition))
    return Finding(
        "war",
        CONDITION,
        model.name,
        left[0].source.line,
        {**claim_of(left[0]), "level": level.name},
        f"Only if {when} does loop {level.name} read {left[0].array} before a later iteration overwrites it; else no "
        f"copy is needed.",
        evidence(*left),
    )
