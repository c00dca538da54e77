"""Loop interchange: two loops of a nest swapped, an imperfect nest distributed first."""

import islpy as isl

from analyses.finding import PROVEN, Finding
from analyses.findings._components import Group, components, expandable, inner
from analyses.findings._render import evidence, spelled
from analyses.model import Dependence, Level, Model, Statement
from analyses.model.schedule import schedule, times


def find(model: Model) -> list[Finding]:
    """Each pair of loops, one directly in the other, that may be swapped.

    In an imperfect nest ("groups": the loops that it falls apart into) only what stands in both loops is swapped.
    """
    pairs = [(level.parent, level) for level in model.levels if level.parent is not None]
    return [finding for outer, inside in pairs if (finding := _finding(model, outer, inside))]


def _finding(model: Model, outer: Level, inside: Level) -> Finding | None:
    if outer.is_while or inside.is_while:
        return None
    is_perfect = set(model.inside(outer)) == set(model.inside(inside))
    groups = () if is_perfect else components(model, outer)
    if not any(inside in statement.loops for statement in model.inside(outer)) or not _fit(groups, inside):
        return None
    swapped = _schedule(model, outer, inside, groups)
    deps = model.dependences if is_perfect else _outside(model, outer)
    if not model.violated(swapped, deps).is_empty():
        return None
    claim: dict = {"type": "order", "outer": outer.name, "inner": inside.name, "schedule": spelled(swapped)}
    if groups:
        claim["groups"] = [[statement.name for statement in group] for group in groups]
        if private := expandable(model, outer):
            claim |= {"type": "distribution", "level": outer.name, "expand": list(private)}
    return Finding(
        "interchange",
        PROVEN,
        model.name,
        inside.line,
        claim,
        _advice(model, outer, inside, groups),
        evidence(*model.carried(outer), *model.carried(inside)),
    )


def _fit(groups: tuple[Group, ...], inside: Level) -> bool:
    """Whether no component stands partly in the inner loop."""
    return all(len({inside in statement.loops for statement in group}) == 1 for group in groups)


def _outside(model: Model, outer: Level):
    """All dependences, those within the outer loop with scalars expanded."""
    private = expandable(model, outer)
    rest = [dep for dep in model.dependences if dep.array not in private]
    return [*rest, *(dep for dep in inner(model, outer) if dep.array in private)]


def _schedule(model: Model, outer: Level, inside: Level, groups: tuple[Group, ...]):
    place = {statement: number for number, group in enumerate(groups) for statement in group}
    one, two = 2 * outer.depth + 1, 2 * inside.depth + 1

    def time(statement: Statement) -> list[str]:
        entries = times(model, statement)
        if inside in statement.loops:
            entries[one], entries[two] = entries[two], entries[one]
        which = str(place.get(statement, 0))
        return [*entries[:one], which, *entries[one:]] if groups else entries

    return schedule(model, time)


def _advice(model: Model, outer: Level, inside: Level, groups: tuple[Group, ...]) -> str:
    first = " once the outer one is split (see distribution)" if groups else ""
    body = set(model.inside(inside))
    deps = [dep for dep in inner(model, outer) if dep.source in body and dep.sink in body]
    deps = [dep for dep in deps if not model.arrays[dep.array].is_virtual or dep.source != dep.sink]
    level = inside.depth
    rows = [dep.relation.subtract(_equal(dep, level)) for dep in deps]
    columns = [dep.relation.intersect(_equal(dep, level)).subtract(_equal(dep, outer.depth)) for dep in deps]
    free = []
    if all(one.is_empty() for one in rows):
        free.append(f"{inside.name} (then the outer one)")
    if all(one.is_empty() for one in columns):
        free.append(f"{outer.name} (then the inner one)")
    then = f": {' and '.join(free)} may run at once" if free else ", but neither is parallel then"
    return f"Loops {outer.name} and {inside.name} may be swapped{first}{then}."


def _equal(dep: Dependence, depth: int) -> isl.Map:
    """Pairs of instances with one value of the counter at a depth."""
    one = [f"a{d}" for d in range(len(dep.source.loops))]
    two = [f"b{d}" if d != depth else f"a{d}" for d in range(len(dep.sink.loops))]
    return isl.Map(f"{{ {dep.source.name}[{', '.join(one)}] -> {dep.sink.name}[{', '.join(two)}] }}")
