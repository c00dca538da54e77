"""Value-based dependences: the write whose value a read gets.

isl's compute_flow, sharpened by writes that happen whenever the read does because both stand under the same
conditions (a may-write kills nothing in isl).
"""

import islpy as isl

from analyses.model.dependences import Dependence, Order, exclusive
from analyses.model.statements import Guard, Statement


def implied_depth(source: Statement, sink: Statement, held: frozenset[Guard]) -> int | None:
    """How many outer counters must agree for an earlier instance of source to have run whenever sink's runs.

    held: conditions that hold when sink runs. None if source may be skipped all the same.
    """
    if not set(source.guards) <= held:
        return None
    depth = max((guard.depth for guard in source.guards), default=0)
    for level in source.loops:
        if level.exits or not source.domain_exact:
            if level not in sink.loops:
                return None
            # Earlier iterations of the same loop have run, if it is known where it starts.
            depth = max(depth, level.depth + (not level.starts_known))
    return depth


def value_based(
    statements: tuple[Statement, ...], order: Order, memory_based: tuple[Dependence, ...]
) -> tuple[tuple[Dependence, ...], isl.UnionMap]:
    """(flow dependences, instance -> element that may be read before it was written)."""
    empty = isl.UnionMap("{ }")
    reads, must, may, schedule = empty, empty, empty, empty
    for statement in statements:
        schedule = schedule.union(isl.UnionMap.from_map(statement.time.intersect_domain(statement.domain)))
        for access in statement.accesses:
            one = isl.UnionMap.from_map(access.relation)
            if not access.is_write:
                reads = reads.union(one)
            elif access.must:
                must = must.union(one)
            else:
                may = may.union(one)
    info = isl.UnionAccessInfo.from_sink(reads).set_schedule_map(schedule)
    try:
        result = info.set_must_source(must).set_may_source(may).compute_flow()
    except isl.Error:  # isl fails on some strided triangles; no write kills another then, which is sound
        result = info.set_may_source(must.union(may)).compute_flow()
    by_name = {statement.name: statement for statement in statements}
    kills = _Kills(statements, order, memory_based)
    found = []
    for pairs in _maps(result.get_full_may_dependence()):
        source = by_name[pairs.get_tuple_name(isl.dim_type.in_)]
        element = pairs.range_factor_range()
        array = element.get_tuple_name(isl.dim_type.out)
        relation = pairs.range_factor_domain()
        sink = by_name[relation.get_tuple_name(isl.dim_type.out)]
        relation = kills.flow(exclusive(relation, source, sink, order), array, source, sink)
        original = [d for d in memory_based if (d.kind, d.array, d.source, d.sink) == ("RAW", array, source, sink)]
        if not original or relation.is_empty():
            continue
        relation = relation.intersect(original[0].relation)
        if not relation.is_empty():
            found.append(Dependence("flow", array, source, sink, relation.coalesce(), original[0].exact))
    live = empty
    for reading in _maps(result.get_may_no_source()):
        sink, array = by_name[reading.get_tuple_name(isl.dim_type.in_)], reading.get_tuple_name(isl.dim_type.out)
        left = kills.live_in(reading, array, sink)
        if not left.is_empty():
            live = live.union(isl.UnionMap.from_map(left))
    ranks = {statement: number for number, statement in enumerate(statements)}
    return tuple(sorted(found, key=lambda d: (d.array, ranks[d.source], ranks[d.sink]))), live


class _Kills:
    """Guarded writes that stand between a write and a read because the read's own conditions imply them.

    A condition that the read does not stand under is split: what both of its sides overwrite is overwritten.
    """

    def __init__(self, statements: tuple[Statement, ...], order: Order, memory_based):
        self.order = order
        self.writers: dict[str, list[Statement]] = {}
        self.pairs = {(d.kind, d.array, d.source, d.sink): d.relation for d in memory_based}
        self.above = {statement.name: frozenset(statement.guards) for statement in statements}
        for statement in statements:
            for access in statement.writes:
                if access.exact and not access.must and not access.virtual:
                    self.writers.setdefault(access.array, []).append(statement)

    def implied(self, killer: Statement, sink: Statement, held: frozenset[Guard]) -> isl.Map | None:
        depth = implied_depth(killer, sink, held)
        if depth is None or depth > min(len(killer.loops), len(sink.loops)):
            return None
        return self.order.before(killer, sink).intersect(self.order.same(killer, sink, depth))

    def left(
        self, pairs: isl.Map, array: str, sink: Statement, killed, held: frozenset[Guard], splits: int = 4
    ) -> isl.Map:
        """pairs without killed(killer, killer -> sink) for every killer that has surely run."""
        for killer in self.writers.get(array, ()):
            sure = self.implied(killer, sink, held)
            if sure is not None:
                pairs = pairs.subtract(killed(killer, sure))
        tested = {guard.statement for guard in held}
        for guard in dict.fromkeys(guard for killer in self.writers.get(array, ()) for guard in killer.guards):
            if pairs.is_empty() or splits == 0:
                break
            if guard.statement in tested or not self.above[guard.statement] <= held:
                continue
            tested.add(guard.statement)
            sides = [
                self.left(pairs, array, sink, killed, held | {Guard(guard.statement, side, guard.depth)}, splits - 1)
                for side in (True, False)
            ]
            pairs = sides[0].union(sides[1]).coalesce()
        return pairs

    def flow(self, relation: isl.Map, array: str, source: Statement, sink: Statement) -> isl.Map:
        if not all(access.exact for access in source.writes):
            return relation
        nothing = relation.subtract(relation)

        def killed(killer: Statement, sure: isl.Map) -> isl.Map:
            overwritten = self.pairs.get(("WAW", array, source, killer))
            return nothing if overwritten is None else overwritten.apply_range(sure)

        return self.left(relation, array, sink, killed, frozenset(sink.guards))

    def live_in(self, reading: isl.Map, array: str, sink: Statement) -> isl.Map:
        exact = [access for access in sink.reads if access.array == array]
        if not all(access.exact for access in exact):
            return reading

        def killed(killer: Statement, sure: isl.Map) -> isl.Map:
            covered = reading.subtract(reading)
            for access in exact:
                met = killer.write.relation.apply_range(access.relation.reverse()).intersect(sure)
                covered = covered.union(access.relation.intersect_domain(met.range()))
            return covered

        return self.left(reading, array, sink, killed, frozenset(sink.guards))


def _maps(union: isl.UnionMap) -> list[isl.Map]:
    found = union.get_map_list()
    return [found.get_at(k) for k in range(found.n_map())]
