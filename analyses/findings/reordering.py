"""Statement reordering: the order of a loop's statements in which every dependence points forward."""

from analyses.finding import PROVEN, Finding
from analyses.findings._components import components, expandable, inner, lines, textual
from analyses.findings._render import evidence, spelled
from analyses.model import Level, Model
from analyses.model.schedule import distribute


def find(model: Model) -> list[Finding]:
    """Each loop where a statement feeds, or must stay before, a textually earlier one of a later iteration."""
    return [finding for level in model.levels if (finding := _finding(model, level))]


def _finding(model: Model, level: Level) -> Finding | None:
    groups = components(model, level)
    if len(groups) < 2 or groups == textual(groups, model):
        return None
    deps = inner(model, level)
    schedule = distribute(model, level, groups)
    if not model.violated(schedule, deps).is_empty():
        return None
    rank = {statement: number for number, statement in enumerate(model.statements)}
    place = {statement: number for number, group in enumerate(groups) for statement in group}
    backward = [
        dep
        for dep in model.carried(level, deps)
        if rank[dep.source] > rank[dep.sink]
        and place[dep.source] != place[dep.sink]
        and not model.arrays[dep.array].is_virtual
    ]
    if not backward:
        return None
    claim = {
        "type": "distribution",
        "level": level.name,
        "groups": [[statement.name for statement in group] for group in groups],
        "schedule": spelled(schedule),
        "legal": True,
        "textual_order": False,
    }
    if private := expandable(model, level):
        claim["expand"] = list(private)
    return Finding(
        "reordering",
        PROVEN,
        model.name,
        backward[0].source.line,
        claim,
        f"Statements of loop {level.name} that run over all its iterations one after the other must take this order: "
        f"{'; '.join(lines(group) for group in groups)}.",
        evidence(*backward),
    )
