"""A loop's statements as a dependence graph: its strongly connected components in an order that keeps it.

Allen and Kennedy's loop distribution: what lies on no common cycle may go into loops of its own.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from analyses.model import Dependence, Level, Model, Statement
from analyses.model.verdict import is_private

Group = tuple[Statement, ...]


@lru_cache(maxsize=1024)
def expandable(model: Model, level: Level) -> tuple[str, ...]:
    """Scalars that may get a place of their own for every value: each iteration writes what it reads."""
    written = dict.fromkeys(access.array for statement in model.inside(level) for access in statement.writes)
    scalars = [name for name in written if model.arrays[name].is_scalar]
    return tuple(name for name in scalars if is_private(model, level, name))


@lru_cache(maxsize=1024)
def inner(model: Model, level: Level) -> tuple[Dependence, ...]:
    """The dependences within one execution of a loop, those on expandable scalars reduced to the values that flow."""
    private = expandable(model, level)
    kept = [dep for dep in model.dependences if dep.array not in private]
    kept += [dep for dep in model.flow if dep.array in private]
    found = []
    for dep in kept:
        if level in dep.source.loops and level in dep.sink.loops:
            relation = dep.relation
            if level.depth:
                relation = relation.intersect(model.same(dep.source, dep.sink, level.depth))
            if not relation.is_empty():
                found.append(dep.within(relation))
    return tuple(found)


@lru_cache(maxsize=1024)
def components(model: Model, level: Level) -> tuple[Group, ...]:
    """The components of a loop's statements, in a legal order, as close to the textual one as can be."""
    deps = inner(model, level)
    return ordered(model.inside(level), {(dep.source, dep.sink) for dep in deps})


def ordered(statements: Sequence[Statement], edges: Iterable[tuple[Statement, Statement]]) -> tuple[Group, ...]:
    """Strongly connected components in topological order, the textually first one wherever there is a choice."""
    after: dict[Statement, set[Statement]] = {statement: set() for statement in statements}
    for source, sink in edges:
        after[source].add(sink)
    for middle in statements:  # Warshall: a loop has few statements
        for source in statements:
            if middle in after[source]:
                after[source] |= after[middle]
    waiting: list[Group] = []
    for statement in statements:
        if not any(statement in group for group in waiting):
            cycle = tuple(s for s in statements if s == statement or (s in after[statement] and statement in after[s]))
            waiting.append(cycle)
    found: list[Group] = []
    while waiting:
        ready = next(one for one in waiting if not any(two is not one and one[0] in after[two[0]] for two in waiting))
        waiting.remove(ready)
        found.append(ready)
    return tuple(found)


def textual(groups: Sequence[Group], model: Model) -> tuple[Group, ...]:
    """The groups in the order of their first statements."""
    rank = {statement: number for number, statement in enumerate(model.statements)}
    return tuple(sorted(groups, key=lambda group: rank[group[0]]))


def lines(group: Iterable[Statement]) -> str:
    """The source lines of some statements."""
    numbers = sorted({statement.line for statement in group})
    return f"line {numbers[0]}" if len(numbers) == 1 else f"lines {', '.join(map(str, numbers))}"
