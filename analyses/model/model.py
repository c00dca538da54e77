"""The model of one loop: program, statements, context, dependences and the tests on them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import islpy as isl

from analyses.errors import Unsupported
from analyses.model.accesses import statements as build_statements
from analyses.model.context import Context, Region
from analyses.model.dependences import Dependence, Order, memory
from analyses.model.induction import substitute
from analyses.model.normal import normalise
from analyses.model.program import Program
from analyses.model.scop import Walk
from analyses.model.statements import Level, Statement, Storage
from analyses.model.values import value_based
from tsvc.loops import Loop

#: isl gives up after so many operations; no loop here comes near.
MAX_OPERATIONS = 20_000_000
#: Sizes at which a condition on parameters counts: at n = 2 nearly every loop is parallel.
LARGE = 1000


@dataclass(frozen=True, eq=False)
class Model:
    """The polyhedral model of one loop; the guide in analyses.model explains every part."""

    loop: Loop
    normal: Program = field(repr=False)
    program: Program = field(repr=False)
    statements: tuple[Statement, ...] = field(repr=False)
    levels: tuple[Level, ...] = field(repr=False)
    arrays: dict[str, Storage] = field(repr=False)
    _context: Context = field(repr=False)

    @property
    def name(self) -> str:
        return self.loop.name

    @property
    def parameters(self) -> tuple[str, ...]:
        return self._context.parameters

    @property
    def assumptions(self) -> tuple[str, ...]:
        return self.program.assumptions

    @property
    def context(self) -> isl.Set:
        """The legal sizes and parameters."""
        return self._context.params

    @cached_property
    def statement(self) -> dict[str, Statement]:
        return {statement.name: statement for statement in self.statements}

    @cached_property
    def level(self) -> dict[str, Level]:
        return {level.name: level for level in self.levels}

    def inside(self, level: Level) -> tuple[Statement, ...]:
        """The statements of a loop, those of inner loops and guards included."""
        return tuple(statement for statement in self.statements if level in statement.loops)

    @property
    def time_depth(self) -> int:
        return self.statements[0].time.dim(isl.dim_type.out) if self.statements else 1

    @cached_property
    def domain(self) -> isl.UnionSet:
        return _union(isl.UnionSet("{ }"), (isl.UnionSet.from_set(s.domain) for s in self.statements))

    @cached_property
    def schedule(self) -> isl.UnionMap:
        """The original order, 2d+1."""
        maps = (isl.UnionMap.from_map(s.time.intersect_domain(s.domain)) for s in self.statements)
        return _union(isl.UnionMap("{ }"), maps)

    def accesses(self, *, writes: bool, must: bool = False) -> isl.UnionMap:
        """All reads or writes as one union map; with must, only the writes that always happen."""
        chosen = (
            isl.UnionMap.from_map(access.relation)
            for statement in self.statements
            for access in statement.accesses
            if access.is_write == writes and (access.must or not must)
        )
        return _union(isl.UnionMap("{ }"), chosen)

    @cached_property
    def _order(self) -> Order:
        return Order(self._context)

    @cached_property
    def dependences(self) -> tuple[Dependence, ...]:
        """Memory-based dependences (RAW, WAR, WAW): what legality needs."""
        return memory(self.statements, self._order)

    @cached_property
    def _values(self) -> tuple[tuple[Dependence, ...], isl.UnionMap]:
        return value_based(self.statements, self._order, self.dependences)

    @property
    def flow(self) -> tuple[Dependence, ...]:
        """Value-based dependences: the write whose value a read gets."""
        return self._values[0]

    @property
    def live_in(self) -> isl.UnionMap:
        """instance -> element that it may read before this loop has written it."""
        return self._values[1]

    @cached_property
    def live_out(self) -> isl.UnionMap:
        """instance -> element, for writes of memory that outlives the loop and that nothing surely overwrites."""
        found = isl.UnionMap("{ }")
        for statement in self.statements:
            for access in statement.writes:
                if self.arrays[access.array].is_local:
                    continue
                relation = access.relation
                for dep in self.dependences:
                    later = dep.sink.writes[0].must if dep.sink.writes else False
                    if (
                        dep.kind == "WAW"
                        and dep.array == access.array
                        and dep.source == statement
                        and later
                        and access.exact
                    ):
                        relation = relation.subtract(access.relation.intersect_domain(dep.relation.domain()))
                found = found.union(isl.UnionMap.from_map(relation))
        return found

    # --- loops

    def same(self, source: Statement, sink: Statement, depth: int) -> isl.Map:
        """Pairs of instances that agree in their outermost counters."""
        return self._order.same(source, sink, depth)

    def before(self, source: Statement, sink: Statement) -> isl.Map:
        """Pairs of instances in the program's order."""
        return self._order.before(source, sink)

    def carried(self, level: Level, deps: Iterable[Dependence] | None = None) -> list[Dependence]:
        """The dependences carried by a loop, restricted to pairs equal in all outer loops and unequal in this one."""
        found = []
        for dep in self.dependences if deps is None else deps:
            if level not in dep.source.loops or level not in dep.sink.loops:
                continue
            depth = level.depth
            outer = self._order.same(dep.source, dep.sink, depth)
            relation = dep.relation.intersect(outer)
            relation = relation.subtract(self._order.same(dep.source, dep.sink, depth + 1))
            if not relation.is_empty():
                found.append(dep.within(relation))
        return found

    # --- legality

    def violated(self, schedule: isl.UnionMap | str, deps: Iterable[Dependence] | None = None) -> isl.UnionMap:
        """The dependent pairs that a schedule does not run one strictly before the other; legal iff empty."""
        schedule = isl.UnionMap(schedule) if isinstance(schedule, str) else schedule
        schedule = schedule.intersect_domain(self.domain)
        missing = self.domain.subtract(schedule.domain())
        if not missing.is_empty():
            raise ValueError(f"this schedule leaves out instances: {missing}")
        pairs = (isl.UnionMap.from_map(dep.relation) for dep in (self.dependences if deps is None else deps))
        return _union(isl.UnionMap("{ }"), pairs).subtract(schedule.lex_lt_union_map(schedule))

    # --- conditions on parameters

    def condition(self, deps: Iterable[Dependence]) -> isl.Set:
        """The legal parameters under which all of these dependences are empty."""
        good = self.context
        for dep in deps:
            good = good.subtract(dep.relation.params())
        return good.coalesce()

    @cached_property
    def large(self) -> isl.Set:
        """The legal parameters with large sizes."""
        sizes = [f"{size} >= {LARGE}" for size in ("n", "m") if size in self.parameters]
        return self.context.intersect(isl.Set(f"{self._context.head}{{ : {' and '.join(sizes) or 'true'} }}"))

    def always(self, condition: isl.Set) -> bool:
        """Whether a condition holds for all legal parameters."""
        return self.context.is_subset(condition)

    def never(self, condition: isl.Set) -> bool:
        """Whether a condition fails for all legal parameters at large sizes."""
        return self.large.intersect(condition).is_empty()

    def describe(self, condition: isl.Set) -> str:
        """A condition as text for people, at large sizes; "" if it always holds there."""
        if self.large.is_subset(condition):
            return ""
        body = str(condition.intersect(self.large).gist(self.large).coalesce())
        return body[body.index("{") + 1 : body.rindex("}")].strip().removeprefix(":").strip()


def build(loop: Loop) -> Model:
    """The model of a loop, the same object for the same source.

    Raises AnalysisError for C that cannot be analysed, Unsupported for C that has no place in the model.
    """
    return _build(loop, loop.source_sha256)


@lru_cache(maxsize=1024)
def _build(loop: Loop, source: str) -> Model:
    normal = normalise(loop)
    parameters = tuple(name for name, kind in normal.parameters.items() if kind == "int")
    isl.DEFAULT_CONTEXT.reset_operations()
    isl.DEFAULT_CONTEXT.set_max_operations(MAX_OPERATIONS)
    try:
        context = Context(loop, parameters, normal.positive)
        program = substitute(normal, context)
        walk = Walk(program, Region(context))
        statements, arrays = build_statements(program, walk.drafts, context)
        model = Model(loop, normal, program, statements, tuple(walk.levels), arrays, context)
        _ = model.dependences
    except isl.Error as error:
        raise Unsupported(loop.path, loop.line, f"too complex for isl ({error})") from None
    finally:
        isl.DEFAULT_CONTEXT.set_max_operations(0)  # no limit for what others do with isl
    return model


def _union(start, parts):
    for part in parts:
        start = start.union(part)
    return start
