"""Dependences between statement instances.

memory   every ordered pair of instances that touch one element, one of them writing: RAW, WAR, WAW. Pairs that no
         execution shows are taken out where that is proven: instances on opposite sides of one condition, and
         subscripts that are running counts, increased in between.
value    the write whose value a read gets (isl's compute_flow), sharpened by writes that happen whenever the read
         does because both stand under the same condition (a may-write kills nothing in isl).
"""

from dataclasses import dataclass, field
from functools import cached_property

import islpy as isl

from analyses.model.context import Context
from analyses.model.counts import Counts
from analyses.model.statements import Access, Level, Statement

KINDS = ("RAW", "WAR", "WAW")
Distance = int | str | tuple[int | None, int | None]


@dataclass(frozen=True, eq=False)
class Dependence:
    """Instances of source that must stay before instances of sink."""

    kind: str
    array: str
    source: Statement
    sink: Statement
    relation: isl.Map = field(repr=False)
    exact: bool = True

    @cached_property
    def loops(self) -> tuple[Level, ...]:
        """The loops around both ends."""
        pairs = zip(self.source.loops, self.sink.loops, strict=False)
        return tuple(one for one, two in pairs if one == two)

    def within(self, relation: isl.Map) -> "Dependence":
        return Dependence(self.kind, self.array, self.source, self.sink, relation, self.exact)

    @cached_property
    def is_empty(self) -> bool:
        return self.relation.is_empty()

    @cached_property
    def distance(self) -> tuple[Distance, ...]:
        """Iterations from source to sink in each common loop, counted in execution order."""
        return tuple(self._distance(depth, level) for depth, level in enumerate(self.loops))

    def _distance(self, depth: int, level: Level) -> Distance:
        one = self.relation
        for kind, statement in ((isl.dim_type.in_, self.source), (isl.dim_type.out, self.sink)):
            size = len(statement.loops)
            one = one.project_out(kind, depth + 1, size - depth - 1).project_out(kind, 0, depth)
        one = one.reset_tuple_id(isl.dim_type.in_).reset_tuple_id(isl.dim_type.out)
        steps = one.deltas()
        low, high = _number(steps.dim_min_val(0)), _number(steps.dim_max_val(0))
        if not level.is_rising:
            low, high = (None if high is None else -high), (None if low is None else -low)
        stride = abs(level.step)
        if low is not None and high is not None and low == high:
            return low // stride
        if (low is None and high is None) or stride == 1:
            symbol = _symbol(steps, level)
            if symbol is not None:
                return symbol
        return (None if low is None else -(-low // stride), None if high is None else high // stride)

    def witness(self) -> dict | None:
        """One concrete pair at the smallest sizes: {"params": .., "source": [..], "sink": [..]}."""
        if self.is_empty:
            return None
        point = smallest(self.relation.wrap())
        values = [
            int(point.get_coordinate_val(isl.dim_type.set, d).to_python())
            for d in range(len(self.source.loops) + len(self.sink.loops))
        ]
        names = [point.space.get_dim_name(isl.dim_type.param, d) for d in range(point.space.dim(isl.dim_type.param))]
        params = {
            name: int(point.get_coordinate_val(isl.dim_type.param, d).to_python()) for d, name in enumerate(names)
        }
        cut = len(self.source.loops)
        return {"params": params, "source": values[:cut], "sink": values[cut:]}


def smallest(points: isl.Set) -> isl.Point:
    """A point with parameters as small as they can be, one after the other."""
    for d in range(points.dim(isl.dim_type.param)):
        low = points.params().project_out(isl.dim_type.param, 0, d) if d else points.params()
        low = low.project_out(isl.dim_type.param, 1, low.dim(isl.dim_type.param) - 1)
        bound = (
            low.move_dims(isl.dim_type.set, 0, isl.dim_type.param, 0, 1).dim_min_val(0) if not low.is_empty() else None
        )
        if bound is not None and bound.is_int():
            points = points.fix_val(isl.dim_type.param, d, bound)
    return points.sample_point()


def _number(value: isl.Val) -> int | None:
    return int(value.to_python()) if value.is_int() else None


def _symbol(steps: isl.Set, level: Level) -> str | None:
    """The distance as an expression of the parameters, if it is one."""
    try:
        low, high = steps.dim_min(0), steps.dim_max(0)
    except isl.Error:
        return None
    if low.n_piece() != 1 or not low.is_equal(high):
        return None
    body = str(low.neg() if not level.is_rising else low)
    body = body[body.index("{") + 1 : body.rindex("}")].split(":")[0].strip()
    return body.removeprefix("[").removesuffix("]").strip().removeprefix("(").removesuffix(")")


class Order:
    """Before-relations between statements' instances, in the program's own order."""

    def __init__(self, context: Context):
        self.context = context
        self._before: dict[tuple[str, str], isl.Map] = {}
        self._same: dict[tuple[str, str, int], isl.Map] = {}

    def before(self, source: Statement, sink: Statement) -> isl.Map:
        key = (source.name, sink.name)
        if key not in self._before:
            self._before[key] = source.time.lex_lt_map(sink.time)
        return self._before[key]

    def same(self, source: Statement, sink: Statement, depth: int) -> isl.Map:
        """Pairs that agree in the outermost counters."""
        key = (source.name, sink.name, depth)
        if key not in self._same:
            one = [f"a{d}" for d in range(len(source.loops))]
            two = [f"b{d}" if d >= depth else f"a{d}" for d in range(len(sink.loops))]
            text = f"{self.context.head}{{ {source.name}[{', '.join(one)}] -> {sink.name}[{', '.join(two)}] }}"
            self._same[key] = isl.Map(text)
        return self._same[key]


def memory(statements: tuple[Statement, ...], order: Order) -> tuple[Dependence, ...]:
    """All memory-based dependences, by kind, array, source and sink."""
    uses: dict[str, list[tuple[Statement, Access]]] = {}
    for statement in statements:
        for access in statement.accesses:
            uses.setdefault(access.array, []).append((statement, access))
    counts = Counts(statements, order)
    found: dict[tuple, tuple[isl.Map, bool]] = {}
    for array, entries in uses.items():
        if not any(access.is_write for _, access in entries):
            continue
        backward = {id(access): access.relation.reverse() for _, access in entries}
        for source, one in entries:
            for sink, two in entries:
                if not (one.is_write or two.is_write) or (one.virtual and not one.is_write):
                    continue
                kind = "WAW" if one.is_write and two.is_write else "RAW" if one.is_write else "WAR"
                pairs = one.relation.apply_range(backward[id(two)]).intersect(order.before(source, sink))
                if pairs.is_empty():
                    continue
                pairs = counts.sharpen(_exclusive(pairs, source, sink, order), source, one, sink, two)
                if pairs.is_empty():
                    continue
                key = (kind, array, source, sink)
                exact = one.exact and two.exact
                if key in found:
                    pairs, exact = pairs.union(found[key][0]), exact and found[key][1]
                found[key] = pairs, exact
    ranks = {statement: number for number, statement in enumerate(statements)}
    keys = sorted(found, key=lambda key: (KINDS.index(key[0]), key[1], ranks[key[2]], ranks[key[3]]))
    return tuple(Dependence(*key, found[key][0].coalesce(), found[key][1]) for key in keys)


def _exclusive(pairs: isl.Map, source: Statement, sink: Statement, order: Order) -> isl.Map:
    """Without pairs on opposite sides of one evaluation of a condition, or behind a break."""
    for one in source.guards:
        for two in sink.guards:
            if one.statement == two.statement and one.polarity != two.polarity:
                pairs = pairs.subtract(order.same(source, sink, one.depth))
    depth = len(source.loops)
    if source.leaves and source.loops[-1] in sink.loops:
        later = order.same(source, sink, depth - 1).subtract(order.same(source, sink, depth))
        pairs = pairs.subtract(later)
    return pairs


def implied_depth(source: Statement, sink: Statement) -> int | None:
    """How many outer counters must agree for an earlier instance of source to have run whenever sink's runs.

    None if it may be skipped all the same.
    """
    if not set(source.guards) <= set(sink.guards):
        return None
    depth = max((guard.depth for guard in source.guards), default=0)
    for level in source.loops:
        if level.exits or not source.domain_exact:
            if level not in sink.loops:
                return None
            depth = max(depth, level.depth)
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
    info = isl.UnionAccessInfo.from_sink(reads).set_must_source(must).set_may_source(may).set_schedule_map(schedule)
    result = info.compute_flow()
    by_name = {statement.name: statement for statement in statements}
    kills = _Kills(statements, order, memory_based)
    found = []
    for pairs in _maps(result.get_full_may_dependence()):
        source = by_name[pairs.get_tuple_name(isl.dim_type.in_)]
        element = pairs.range_factor_range()
        array = element.get_tuple_name(isl.dim_type.out)
        relation = pairs.range_factor_domain()
        sink = by_name[relation.get_tuple_name(isl.dim_type.out)]
        relation = kills.flow(_exclusive(relation, source, sink, order), array, source, sink)
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
    """Guarded writes that stand between a write and a read because the read's own conditions imply them."""

    def __init__(self, statements, order: Order, memory_based):
        self.order = order
        self.writers: dict[str, list[Statement]] = {}
        self.pairs = {(d.kind, d.array, d.source, d.sink): d.relation for d in memory_based}
        for statement in statements:
            for access in statement.writes:
                if access.exact and not access.must and not access.virtual:
                    self.writers.setdefault(access.array, []).append(statement)

    def implied(self, killer: Statement, sink: Statement) -> isl.Map | None:
        depth = implied_depth(killer, sink)
        if depth is None:
            return None
        return self.order.before(killer, sink).intersect(self.order.same(killer, sink, depth))

    def flow(self, relation: isl.Map, array: str, source: Statement, sink: Statement) -> isl.Map:
        if not all(access.exact for access in source.writes):
            return relation
        for killer in self.writers.get(array, ()):
            overwritten = self.pairs.get(("WAW", array, source, killer))
            sure = self.implied(killer, sink)
            if overwritten is not None and sure is not None:
                relation = relation.subtract(overwritten.apply_range(sure))
        return relation

    def live_in(self, reading: isl.Map, array: str, sink: Statement) -> isl.Map:
        if not all(access.exact for access in sink.reads if access.array == array):
            return reading
        exact = [access for access in sink.reads if access.array == array]
        for killer in self.writers.get(array, ()):
            sure = self.implied(killer, sink)
            if sure is None:
                continue
            for access in exact:
                met = killer.write.relation.apply_range(access.relation.reverse()).intersect(sure)
                covered = access.relation.intersect_domain(met.range())
                reading = reading.subtract(covered)
        return reading


def _maps(union: isl.UnionMap) -> list[isl.Map]:
    found = union.get_map_list()
    return [found.get_at(k) for k in range(found.n_map())]
