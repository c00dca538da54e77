"""Memory-based dependences between statement instances.

Every ordered pair of instances that touch one element, one of them writing: RAW, WAR, WAW. Pairs that no execution
shows are taken out where that is proven: instances on opposite sides of one condition or behind a break, and
subscripts that are running counts, increased in between.
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
    found: dict[tuple[str, str, Statement, Statement], tuple[isl.Map, bool]] = {}
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
                pairs = counts.sharpen(exclusive(pairs, source, sink, order), source, one, sink, two)
                if pairs.is_empty():
                    continue
                key = (kind, array, source, sink)
                exact = one.exact and two.exact
                if key in found:
                    pairs, exact = pairs.union(found[key][0]), exact and found[key][1]
                found[key] = pairs, exact
    ranks = {statement: number for number, statement in enumerate(statements)}
    keys = sorted(found, key=lambda key: (KINDS.index(key[0]), key[1], ranks[key[2]], ranks[key[3]]))
    return tuple(
        Dependence(
            kind,
            array,
            source,
            sink,
            found[kind, array, source, sink][0].coalesce(),
            found[kind, array, source, sink][1],
        )
        for kind, array, source, sink in keys
    )


def exclusive(pairs: isl.Map, source: Statement, sink: Statement, order: Order) -> isl.Map:
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
