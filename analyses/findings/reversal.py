"""Loop reversal: a falling loop run upwards."""

from analyses.finding import CONDITION, PROVEN, Finding
from analyses.findings._render import evidence, spelled
from analyses.model import Level, Model
from analyses.model.schedule import reverse
from analyses.model.verdict import judge


def find(model: Model) -> list[Finding]:
    """Each falling loop that may run upwards, as it is or given private copies or a copy of what it overwrites."""
    return [finding for level in model.levels if not level.is_rising and (finding := _finding(model, level))]


def _finding(model: Model, level: Level) -> Finding | None:
    verdict = judge(model, level)
    if not verdict.is_parallel:
        return None
    schedule = reverse(model, level)
    plain = model.violated(schedule).is_empty()
    claim: dict = {"type": "reversal", "level": level.name, "schedule": spelled(schedule)}
    given = ""
    if not plain:
        claim |= {"private": list(verdict.private), "snapshot": list(verdict.snapshot)}
        copies = [f"a copy of {name} made before the loop" for name in verdict.snapshot]
        copies += [f"{name} private to each iteration" for name in verdict.private]
        given = f", given {' and '.join(copies)}" if copies else ""
    condition = model.describe(verdict.condition)
    if not model.always(verdict.condition):
        claim["condition"] = spelled(verdict.condition)
    under = f", if {condition}" if condition else ""
    return Finding(
        "reversal",
        CONDITION if condition else PROVEN,
        model.name,
        level.line,
        claim,
        f"Loop {level.name} counts down but may run upwards{given}{under}: programs may take its iterations in rising "
        f"order of addresses.",
        evidence(*model.carried(level)),
    )
