"""Whether a scan's state is all that runs through a cycle: no other access meets its elements."""

from collections.abc import Collection, Iterable, Iterator

from analyses.findings._transfer import Key, key
from analyses.model import Access, Dependence, Level, Model, Statement


def inner_flow(model: Model, level: Level) -> Iterator[Dependence]:
    """The flow within one execution of a loop, between different statement instances."""
    for dep in model.flow:
        if level in dep.source.loops and level in dep.sink.loops:
            same = model.same(dep.source, dep.sink, level.depth)
            inside = dep.within(dep.relation.intersect(same) if level.depth else dep.relation)
            if not inside.is_empty:
                yield inside


def is_closed(
    model: Model, level: Level, group: Collection[Statement], states: Collection[Key], flow: Iterable[Dependence]
) -> bool:
    """Whether the cycle reads and writes its arrays' running elements as the state only.

    group: the statements of the cycle; flow: all value-based flow within one execution of the loop.
    """
    arrays = {name for name, parts in states if parts}
    outside = [d for d in flow if d.array in arrays and d.sink in group and d.source not in group]
    if model.carried(level, outside):
        return False
    writers = [(s, a) for s in group for a in s.writes if a.array in arrays]
    running = [(s, a) for s in group for a in s.reads if a.node is not None and key(a.node) in states]
    for statement in group:
        for access in statement.accesses:
            if access.array not in arrays or access.node is None or key(access.node) in states:
                continue
            # A guarded write hands on what is there, as if it read it.
            kept = access.is_write and statement.guards
            if (kept or not access.is_write) and any(_meets(model, level, w, a, statement, access) for w, a in writers):
                return False
    return not any(
        _is_one(model, s, a, statement, access)
        for statement in _feeding(group, flow)
        for access in statement.reads
        if access.array in arrays and access.node is not None and key(access.node) not in states
        for s, a in running
    )


def _feeding(group: Collection[Statement], flow: Iterable[Dependence]) -> set[Statement]:
    """The cycle and the statements of its loop body whose values reach it."""
    found, edges = set(group), {(d.source, d.sink) for d in flow}
    loops = {s.loops for s in group}
    while more := {a for a, b in edges if b in found and a.loops in loops} - found:
        found |= more
    return found


def _is_one(model: Model, state: Statement, one: Access, reader: Statement, two: Access) -> bool:
    """Whether an access may be one to the state under another name, in the same iteration."""
    if one.array != two.array:
        return False
    pairs = one.relation.apply_range(two.relation.reverse())
    return not pairs.intersect(model.same(state, reader, len(reader.loops))).is_empty()


def _meets(model: Model, level: Level, writer: Statement, one: Access, reader: Statement, two: Access) -> bool:
    """Whether a write of an earlier iteration of the loop may be what an access finds."""
    if one.array != two.array:
        return False
    pairs = one.relation.apply_range(two.relation.reverse()).intersect(model.before(writer, reader))
    pairs = pairs.intersect(model.same(writer, reader, level.depth))
    return not pairs.subtract(model.same(writer, reader, len(reader.loops))).is_empty()
