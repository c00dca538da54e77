"""Storage that a loop reuses for values of different iterations: what may get a place for every iteration.

A name is private if every value that is read comes from the same iteration or from before the loop; it is carried
around if it comes from a constant number of iterations before, without a cycle. Feautrier's array expansion on
value-based flow; PPCG calls the dependences that go "live-range" dependences.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from analyses.findings._closed import inner_flow
from analyses.findings._components import ordered
from analyses.findings._scans import scans
from analyses.findings._updates import reductions
from analyses.model import Dependence, Level, Model, Statement
from analyses.model.verdict import is_private, lives_on


@dataclass(frozen=True)
class Reuse:
    """What a loop reuses: names that are private, names carried around, each with its distance."""

    level: Level
    private: tuple[str, ...]
    carried: dict[str, int]


@lru_cache(maxsize=4096)
def reuse(model: Model, level: Level) -> Reuse:
    """The scalars and arrays whose storage a loop reuses, without those that it reduces or scans."""
    special = {one.array for one in reductions(model) if one.level == level}
    special |= {name for one in reductions(model) if one.level == level for name in one.companions}
    special |= {name for one in scans(model) if one.level == level for name in one.arrays}
    storage = model.carried(level, [d for d in model.dependences if d.kind == "WAW" and d.source == d.sink and d.exact])
    names = [name for name in dict.fromkeys(dep.array for dep in storage) if not model.arrays[name].is_virtual]
    flow = model.carried(level, list(inner_flow(model, level)))
    private, carried = [], {}
    for name in names:
        if name in special or not all(a.exact for s in model.inside(level) for a in s.accesses if a.array == name):
            continue
        mine = [dep for dep in flow if dep.array == name]
        if not mine:
            if is_private(model, level, name) or _leaves_last(model, level, name):
                private.append(name)
        elif model.arrays[name].is_scalar:
            distances = {dep.distance[level.depth] for dep in mine}
            first = next(iter(distances))
            if len(distances) == 1 and isinstance(first, int):
                carried[name] = first
    return Reuse(level, tuple(private), carried)


def _leaves_last(model: Model, level: Level, name: str) -> bool:
    """Whether what lives on behind the loop is written by every iteration that could, so that the last one's counts."""
    writes = [access for s in model.inside(level) for access in s.writes if access.array == name]
    return all(access.must for access in writes) or not lives_on(model, level, name)


def left(model: Model, level: Level, names: Iterable[str]) -> list[Dependence]:
    """The carried dependences that expansion of some names leaves: on other names, and the flow on these."""
    gone = {*names}
    kept = [dep for dep in model.dependences if dep.array not in gone]
    kept += [dep for dep in inner_flow(model, level) if dep.array in gone]
    return model.carried(level, kept)


def phases(model: Model, level: Level, names: Iterable[str]) -> list[list[Statement]] | None:
    """A loop as parallel loops one after the other, once names have a place for every iteration; None if not."""
    gone = {*names}
    kept = [dep for dep in model.dependences if dep.array not in gone]
    kept += [dep for dep in model.flow if dep.array in gone]
    deps = []
    for dep in kept:
        if level in dep.source.loops and level in dep.sink.loops:
            inside = dep.within(dep.relation.intersect(model.same(dep.source, dep.sink, level.depth)))
            if not inside.is_empty:
                deps.append(inside)
    across = {(dep.source, dep.sink) for dep in model.carried(level, deps)}
    found: list[list[Statement]] = []
    for group in ordered(model.inside(level), {(dep.source, dep.sink) for dep in deps}):
        if any((a, b) in across for a in group for b in group):
            return None
        if found and not any((a, b) in across or (b, a) in across for a in found[-1] for b in group):
            found[-1] += group
        else:
            found.append([*group])
    return found if len(found) > 1 else None
