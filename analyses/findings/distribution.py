"""Loop distribution: a loop split into one loop for each component of its dependence graph (Allen and Kennedy)."""

from analyses.finding import PROVEN, Finding
from analyses.findings._components import Group, components, expandable, inner, lines, textual
from analyses.findings._render import evidence, spelled
from analyses.model import Level, Model
from analyses.model.schedule import distribute
from analyses.model.verdict import judge


def find(model: Model) -> list[Finding]:
    """Each loop that falls apart where that gains something: a parallel part of a loop that is not, or a perfect nest.

    "legal" is the verdict of the legality test on the new order; "textual_order" that on the same loops in the order
    of the text; "parallel" says for each new loop whether no dependence is left that it carries.
    """
    return [finding for level in model.levels if (finding := _finding(model, level))]


def _finding(model: Model, level: Level) -> Finding | None:
    groups = components(model, level)
    working = [group for group in groups if any(statement.kind == "assign" for statement in group)]
    if len(working) < 2:
        return None
    verdict = judge(model, level)
    at_once = verdict.is_parallel and not verdict.snapshot and model.always(verdict.condition)
    is_flat = len({statement.loops for statement in model.inside(level)}) == 1
    parallel = [_is_parallel(model, level, group) for group in groups]
    gains = [group for group, free in zip(groups, parallel, strict=True) if free and group in working]
    if is_flat and (at_once or not gains):
        return None
    deps = inner(model, level)
    schedule = distribute(model, level, groups)
    if not model.violated(schedule, deps).is_empty():
        return None
    plain = model.violated(distribute(model, level, textual(groups, model)), deps).is_empty()
    claim = {
        "type": "distribution",
        "level": level.name,
        "groups": [[statement.name for statement in group] for group in groups],
        "schedule": spelled(schedule),
        "legal": True,
        "textual_order": plain,
        "parallel": parallel,
    }
    if private := expandable(model, level):
        claim["expand"] = list(private)
    return Finding("distribution", PROVEN, model.name, level.line, claim, _advice(level, groups, parallel, private),
                   evidence(*model.carried(level)))  # fmt: skip


def _is_parallel(model: Model, level: Level, group: Group) -> bool:
    own = [dep for dep in inner(model, level) if dep.source in group and dep.sink in group]
    return not model.carried(level, own)


def _advice(level: Level, groups: tuple[Group, ...], parallel: list[bool], private: tuple[str, ...]) -> str:
    parts = [
        f"{lines(group)} ({'all iterations at once' if free else 'carries a dependence'})"
        for group, free in zip(groups, parallel, strict=True)
    ]
    given = f" once {' and '.join(private)} has a value for each iteration" if private else ""
    return f"Loop {level.name} may be split into {len(groups)} loops{given}, in this order: {'; '.join(parts)}."
