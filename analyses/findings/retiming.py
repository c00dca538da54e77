"""Retiming: statements moved to another iteration, so that values flow within one iteration only.

Leiserson and Saxe's retiming, for loops ("loop shifting", "loop alignment"): statement S of iteration i runs in
iteration i + r(S). The shifts solve d + r(sink) - r(source) = 0 on every flow dependence of constant distance d, and
on output and anti-dependences as far as that goes.
"""

import islpy as isl

from analyses.finding import PROVEN, Finding
from analyses.findings._components import expandable, inner, lines, ordered
from analyses.findings._render import evidence, spelled
from analyses.model import Dependence, Level, Model, Statement
from analyses.model.schedule import changed
from analyses.model.verdict import judge

Shifts = dict[Statement, int]


def find(model: Model) -> list[Finding]:
    """Each innermost loop that shifts make parallel, as it is or given a copy of what is overwritten."""
    return [finding for level in model.levels if (finding := _finding(model, level))]


def _finding(model: Model, level: Level) -> Finding | None:
    statements = model.inside(level)
    verdict = judge(model, level)
    flat = all(statement.loops[-1] == level for statement in statements)
    if len(statements) < 2 or not flat or level.is_while or level.exits or abs(level.step) != 1:
        return None
    if verdict.is_parallel and not verdict.snapshot:
        return None
    for kinds in (("WAW", "WAR"), ("WAW",), ()):
        shifts = _shifts(model, level, kinds)
        if shifts is None or len(set(shifts.values())) < 2:
            continue
        best = _retimed(model, level, shifts)
        if best and not (verdict.is_parallel and best[2]):
            return _result(model, level, shifts, *best)
    return None


def _shifts(model: Model, level: Level, kinds: tuple[str, ...]) -> Shifts | None:
    """Shifts that put every flow, and what they can of the other kinds, at distance 0; None if flows forbid it."""
    flow = [dep for dep in model.flow if (dep.source.loops[-1:], dep.sink.loops[-1:]) == ((level,), (level,))]
    statements = model.inside(level)
    group = {statement: statement for statement in statements}
    shift = dict.fromkeys(statements, 0)
    others = [dep for kind in kinds for dep in inner(model, level) if dep.kind == kind]
    for dep in [*flow, *others]:
        is_flow = dep.kind == "flow"
        relation = dep.relation.intersect(model.same(dep.source, dep.sink, level.depth))
        if relation.is_empty():
            continue
        distance = dep.within(relation).distance[level.depth]
        if not isinstance(distance, int):
            if is_flow:
                return None
            continue
        wanted = shift[dep.source] - distance
        if group[dep.source] == group[dep.sink]:
            if is_flow and shift[dep.sink] != wanted:
                return None
            continue
        change, old = wanted - shift[dep.sink], group[dep.sink]
        for statement in statements:
            if group[statement] == old:
                group[statement] = group[dep.source]
                shift[statement] += change
    top = max(shift.values())
    return {statement: amount - top for statement, amount in shift.items()}


def _retimed(model: Model, level: Level, shifts: Shifts):
    """(statements in their new order, schedule, arrays to copy), None if illegal or still carrying more than WAR."""
    deps = inner(model, level)
    now: list[Dependence] = []
    left: list[Dependence] = []
    for dep in deps:
        together = _together(model, level, dep, shifts)
        if not (relation := dep.relation.intersect(together)).is_empty():
            now.append(dep.within(relation))
        if not (relation := dep.relation.subtract(together)).is_empty():
            left.append(dep.within(relation))
    if any(dep.kind != "WAR" for dep in left):
        return None
    groups = ordered(model.inside(level), {(dep.source, dep.sink) for dep in now if dep.source != dep.sink})
    order = [statement for group in groups for statement in group]
    place = {statement: str(number) for number, statement in enumerate(order)}
    at = 2 * level.depth + 1

    def change(statement: Statement, entries: list[str]) -> list[str]:
        entries[at] = f"{entries[at]} + {shifts[statement]}"
        entries[at + 1] = place[statement]
        return entries

    schedule = changed(model, level, change)
    if not model.violated(schedule, deps).is_empty():
        return None
    return order, schedule, tuple(dict.fromkeys(dep.array for dep in left))


def _together(model: Model, level: Level, dep: Dependence, shifts: Shifts):
    """Pairs of instances that run in one iteration after the shifts."""
    one, two = dep.source, dep.sink
    sign = 1 if level.is_rising else -1
    gap = sign * (shifts[one] - shifts[two])
    ins = [f"a{d}" for d in range(len(one.loops))]
    outs = [f"a{d}" for d in range(level.depth)] + [f"a{level.depth} + {gap}"]
    return isl.Map(f"{{ {one.name}[{', '.join(ins)}] -> {two.name}[{', '.join(outs)}] }}")


def _result(model: Model, level: Level, shifts: Shifts, order, schedule, snapshot) -> Finding:
    claim = {
        "type": "retiming",
        "level": level.name,
        "shifts": {statement.name: shifts[statement] for statement in order},
        "order": [statement.name for statement in order],
        "schedule": spelled(schedule),
        "snapshot": list(snapshot),
    }
    if private := expandable(model, level):
        claim["expand"] = list(private)
    copy = f", given a copy of {' and '.join(snapshot)} made before the loop" if snapshot else ""
    steps = "; ".join(f"{lines([one])} for {_iteration(level, shifts[one])}" for one in order)
    return Finding(
        "retiming",
        PROVEN,
        model.name,
        level.line,
        claim,
        f"Loop {level.name} may be shifted, each iteration running in this order: {steps}; then all iterations may run "
        f"at once{copy}, those at both ends doing their part only.",
        evidence(*model.carried(level)),
    )


def _iteration(level: Level, shift: int) -> str:
    """The counter of a shifted statement in iteration "i"."""
    offset = -shift if level.is_rising else shift
    return f"{level.name} {'+' if offset > 0 else '-'} {abs(offset)}" if offset else level.name
