"""Executions recorded: statement instances with what they read and wrote, and the dependences that they show."""

from dataclasses import dataclass, field

import islpy as isl
import numpy as np

from analyses.model import Model, Statement
from analyses.model.accesses import cell
from analyses.model.induction import may_break
from analyses.model.interpreter import Memory, run
from analyses.model.program import If, While
from tsvc import reference
from tsvc.domain import arguments, bounds, is_legal
from tsvc.inputs import Case

#: (n, m) at which dependences are compared: the smallest at which each loop shows what it can do.
SIZES = {"s31111": [(32, 1)], "s116": [(12, 1)], "s2710": [(5, 1), (11, 1)], "s1221": [(10, 1)]}
#: Kinds of data by category: a solver divides by pivots that whole eighths make zero but for rounding.
KINDS = {"polybench solvers": ["uniform"]}
_USUAL = ["exact", "uniform", "awkward", "awkward", "awkward", "tsvc"]
_DEFAULT = [(6, 4), (5, 3), (7, 5), (10, 2), (5, 9), (6, 9)]


@dataclass
class Instance:
    """One execution of a statement; polarity: what its condition gave (guards only)."""

    statement: Statement
    iters: tuple[int, ...]
    values: dict
    reads: set = field(default_factory=set)
    writes: set = field(default_factory=set)
    polarity: object = None

    @property
    def key(self) -> tuple:
        return self.statement.name, self.iters


class Recorder(Memory):
    """A memory that notes accesses for the instance at work."""

    def __init__(self, model: Model, memory: Memory):
        super().__init__(memory.cells)
        self.of_node = {id(statement.node): statement for statement in model.statements}
        self.instances: list[Instance] = []
        self.now: Instance | None = None

    def load(self, name, index):
        if self.now is not None:
            self.now.reads.add((name, index))
        return self.cells[name, index]

    def store(self, name, index, value):
        self.now.writes.add((name, index))
        super().store(name, index, value)

    def observe(self, node, values) -> None:
        statement = self.of_node.get(id(node))
        self.now = None
        if statement is not None:
            iters = tuple(values[name] for name in statement.iterators)
            self.now = Instance(statement, iters, dict(values))
            self.instances.append(self.now)


def prepare(case: Case) -> tuple[dict, dict]:
    """(arrays in double precision, scalar arguments with sizes)."""
    arrays = {k: v.astype(np.float64) if v.dtype == np.float32 else v for k, v in case.arrays().items()}
    return arrays, {"n": case.n, "m": case.m, **arguments(case.loop, case.n, case.m, case.params)}


def memory_of(program, arrays: dict, scalars: dict) -> tuple[Memory, dict]:
    """(memory before the call, the program's parameters)."""
    values = {name: scalars[name] for name in program.parameters}
    return Memory.of(program, arrays, values), values


def record(model: Model, case: Case) -> tuple[list[Instance], dict, Memory]:
    """(the instances in execution order, parameters, memory afterwards)."""
    arrays, scalars = prepare(case)
    memory, values = memory_of(model.program, arrays, scalars)
    recorder = Recorder(model, memory)
    run(model.program, recorder, values, recorder.observe)
    return recorder.instances, values, memory


def expected(case: Case) -> dict:
    """C's memory after the call, as cells."""
    arrays, _ = prepare(case)
    result = reference.run(case.loop, arrays, case.n, case.m, case.params, build="double")
    cells = {
        (name, index): values[index].item() for name, values in arrays.items() for index in np.ndindex(values.shape)
    }
    return cells if result is None else {**cells, ("return_value", ()): result}


def differences(cells: dict, wanted: dict) -> list:
    """Where two memories differ; NaN equals NaN."""
    return [
        key
        for key, value in wanted.items()
        if not (cells[key] == value or (cells[key] != cells[key] and value != value))
    ]


def control(model: Model, instances: list[Instance]) -> None:
    """Add the reads and writes of the virtual arrays: guards above, exits before, a guard's own cell."""
    leaving = {
        statement.name: statement.loops[-1]
        for statement in model.statements
        if statement.kind == "guard" and statement.loops
        and (isinstance(statement.node, While) or (isinstance(statement.node, If) and may_break((statement.node,))))
    }  # fmt: skip
    passed: list[Instance] = []
    for instance in instances:
        for guard in instance.statement.guards:
            instance.reads.add((cell(guard.statement), instance.iters[: guard.depth]))
        for earlier in passed:
            depth = len(earlier.iters)
            if (
                leaving[earlier.statement.name] in instance.statement.loops
                and earlier.iters[:-1] == instance.iters[: depth - 1]
            ):
                instance.reads.add((cell(earlier.statement.name), earlier.iters))
        if instance.statement.kind == "guard":
            instance.writes.add((cell(instance.statement.name), instance.iters))
            if instance.statement.name in leaving:
                passed.append(instance)


def shown(instances: list[Instance]) -> set[tuple]:
    """The memory-based dependences of one execution: (kind, array, source, its counters, sink, its counters)."""
    uses: dict[tuple, list[tuple[Instance, bool, bool]]] = {}
    for instance in instances:
        for spot in instance.reads | instance.writes:
            uses.setdefault(spot, []).append((instance, spot in instance.reads, spot in instance.writes))
    found = set()
    for (array, _), entries in uses.items():
        if not any(wrote for _, _, wrote in entries):
            continue
        for at, (one, read, wrote) in enumerate(entries):
            for two, read_later, wrote_later in entries[at + 1 :]:
                if wrote and read_later:
                    found.add(("RAW", array, *one.key, *two.key))
                if read and wrote_later:
                    found.add(("WAR", array, *one.key, *two.key))
                if wrote and wrote_later:
                    found.add(("WAW", array, *one.key, *two.key))
    return found


def produced(instances: list[Instance]) -> tuple[set[tuple], set[tuple]]:
    """Value-based flow of one execution, in the form of shown(), and (instance key, element) of values from before."""
    last: dict[tuple, Instance] = {}
    flow, live = set(), set()
    for instance in instances:
        for spot in instance.reads:
            if spot in last:
                flow.add(("flow", spot[0], *last[spot].key, *instance.key))
            else:
                live.add((*instance.key, spot[0]))
        for spot in instance.writes:
            last[spot] = instance
    return flow, live


def claimed(model: Model, values: dict, deps=None) -> set[tuple]:
    """The static dependences at fixed parameters, in the form of shown()."""
    text = " and ".join(f"{name} = {values[name]}" for name in model.parameters) or "true"
    head = f"[{', '.join(model.parameters)}] -> " if model.parameters else ""
    fixed = isl.Set(f"{head}{{ : {text} }}")
    found = set()
    for dep in model.dependences if deps is None else deps:
        cut = len(dep.source.loops)
        for point in points(dep.relation.wrap().intersect_params(fixed)):
            found.add((dep.kind, dep.array, dep.source.name, point[:cut], dep.sink.name, point[cut:]))
    return found


def points(domain: isl.Set, most: int = 12) -> list[tuple[int, ...]]:
    """All points of a set; the rounds of a while loop have no bound, there up to most."""
    found: list[isl.Point] = []
    size = domain.dim(isl.dim_type.set)
    if not domain.is_bounded():
        for d in range(size):
            domain = domain.lower_bound_val(isl.dim_type.set, d, isl.Val(-1))
            domain = domain.upper_bound_val(isl.dim_type.set, d, isl.Val(most))
    domain.foreach_point(found.append)
    return [
        tuple(int(point.get_coordinate_val(isl.dim_type.set, d).to_python()) for d in range(size)) for point in found
    ]


def cases(loop, rng: np.random.Generator, count: int, sizes=None, params=None):
    """Random legal cases; sizes: the (n, m) to choose from; params: fixed parameters."""
    options = sizes or SIZES.get(loop.name, _DEFAULT)
    made = 0
    for _ in range(count * 50):
        n, m = options[rng.integers(len(options))]
        drawn = {}
        for parameter in loop.params:
            low, high = bounds(parameter, n, m)
            if parameter.kind == "int":
                drawn[parameter.name] = int(rng.integers(low, max(low, high) + 1))
            else:
                drawn[parameter.name] = float(rng.integers(int(low * 8), int(high * 8) + 1)) / 8
        drawn |= params or {}
        if is_legal(loop, n, m, drawn):
            kind = str(rng.choice(KINDS.get(loop.category, _USUAL)))
            yield Case(loop, n, m, kind, int(rng.integers(2**31)), drawn)
            made += 1
            if made == count:
                return
