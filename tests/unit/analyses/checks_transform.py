"""Checks of transformed orders: distribution, reordering, retiming, wavefronts, reversal; see oracle.CHECKS."""

from collections.abc import Callable, Iterator, Mapping

import islpy as isl
import numpy as np
from oracle import CHECKS, Times, compare, runs
from replay import Refuted, execute, interleaved
from tracing import Instance, memory_of, prepare

from analyses.model import Level, Model
from analyses.model.interpreter import Memory

Order = Callable[[list[Instance]], list[Instance]]


class Copies(Memory):
    """A memory for instances in another order.

    expand: scalars with a place for every value; a read gets the value that it got originally.
    snapshot: what an iteration (now[1]) has not written itself, it reads as it was at the last start().
    """

    def __init__(self, memory: Memory, instances: list[Instance], expand=(), snapshot=()):
        super().__init__(memory.cells)
        self.expand, self.snapshot = set(expand), set(snapshot)
        self.sources: dict = {}
        self.last: dict = {}
        self.values: dict = {}
        self.own: dict = {}
        self.now: tuple = ()
        self.start()
        for instance in instances:
            for name in self.expand:
                if (name, ()) in instance.reads:
                    self.sources[instance.key, name] = self.last.get(name)
                if (name, ()) in instance.writes:
                    self.last[name] = instance.key

    def start(self) -> None:
        self.before, self.own = {k: v for k, v in self.cells.items() if k[0] in self.snapshot}, {}

    def load(self, name, index):
        if name in self.expand and (source := self.sources[self.now[0], name]) is not None:
            if (source, name) not in self.values:
                raise Refuted(f"{self.now[0]} reads {name} before {source} has written it")
            return self.values[source, name]
        if name in self.snapshot:
            return self.own.get((self.now[1], name, index), self.before[name, index])
        return self.cells[name, index]

    def store(self, name, index, value):
        if name in self.expand:
            self.values[self.now[0], name] = value
            return
        super().store(name, index, value)
        if name in self.snapshot:
            self.own[self.now[1], name, index] = value

    def run(self, instance: Instance, iteration=None) -> None:
        self.now = instance.key, iteration
        execute(instance, self)

    def finish(self) -> None:
        for name, source in self.last.items():
            self.cells[name, ()] = self.values[source, name]


def executions(instances: list[Instance], level: Level) -> Iterator[list[Instance]]:
    """The instances in execution order, cut where an execution of a loop starts or ends."""
    part: list[Instance] = []
    place = None
    for instance in instances:
        here = instance.iters[: level.depth] if level in instance.statement.loops else None
        if part and (here != place or here is None):
            yield part
            part = []
        part.append(instance)
        place = here
    if part:
        yield part


def replayed(model: Model, claim: Mapping, rng, level: Level, order, iteration=lambda instance: None) -> None:
    """Replay with order(instances of one execution of the loop), and compare with C."""
    for case, instances, memory in runs(model, claim, rng):
        copies = Copies(memory, instances, claim.get("expand", ()), claim.get("snapshot", ()))
        for part in executions(instances, level):
            copies.start()
            if level in part[0].statement.loops:
                part = order(part, case)
            for instance in part:
                copies.run(instance, iteration(instance))
        copies.finish()
        compare(case, memory)


def scheduled(model: Model, claim: Mapping, rng, level: Level) -> Callable:
    """The order of a claim's schedule."""
    schedule = isl.UnionMap(claim["schedule"])

    def order(part: list[Instance], case) -> list[Instance]:
        time = Times(model, schedule, memory_of(model.program, *prepare(case))[1])
        return sorted(part, key=lambda instance: (time(instance), rng.random()))

    return order


def distribution(model: Model, claim: Mapping, rng: np.random.Generator) -> None:
    """{"level", "groups", "schedule", ["expand"], ["parallel"], ["legal"], ["textual_order"]}

    One loop for each group, in this order; those marked parallel with their iterations mixed.
    """
    level = model.level[claim["level"]]
    if not claim.get("legal", True):
        raise Refuted("only legal distributions are claimed")
    place = {name: number for number, names in enumerate(claim["groups"]) for name in names}
    if place.keys() != {statement.name for statement in model.inside(level)}:
        raise Refuted("the groups are not the loop's statements")
    replayed(model, claim, rng, level, scheduled(model, claim, rng, level))
    free = claim.get("parallel") or [False] * len(claim["groups"])

    def order(part: list[Instance], case) -> list[Instance]:
        at = {id(instance): number for number, instance in enumerate(part)}
        mixed = {(g, i.iters[level.depth]): rng.random() for i in part for g in range(len(free))}

        def key(instance: Instance):
            group = place[instance.statement.name]
            first = mixed[group, instance.iters[level.depth]] if free[group] else 0
            return group, first, at[id(instance)]

        return sorted(part, key=key)

    if "outer" not in claim:
        replayed(model, claim, rng, level, order)


def retiming(model: Model, claim: Mapping, rng: np.random.Generator) -> None:
    """{"level", "shifts", "order", "schedule", "snapshot", ["expand"]}: shifted iterations, mixed."""
    level = model.level[claim["level"]]
    sign = 1 if level.is_rising else -1
    place = {name: number for number, name in enumerate(claim["order"])}

    def iteration(instance: Instance) -> int:
        return sign * instance.iters[level.depth] + claim["shifts"][instance.statement.name]

    def inside(instance: Instance):
        return iteration(instance) if level in instance.statement.loops else None

    def mixed(part: list[Instance], case) -> list[Instance]:
        streams: dict[int, list[Instance]] = {}
        for instance in sorted(part, key=lambda one: place[one.statement.name]):
            streams.setdefault(iteration(instance), []).append(instance)
        found, burst = [], rng.random() < 0.5
        while streams:
            key = list(streams)[rng.integers(len(streams))]
            count = len(streams[key]) if burst else 1
            found += [streams[key].pop(0) for _ in range(count)]
            if not streams[key]:
                del streams[key]
        return found

    replayed(model, {**claim, "snapshot": ()}, rng, level, scheduled(model, claim, rng, level))
    replayed(model, claim, rng, level, mixed, inside)


def wavefront(model: Model, claim: Mapping, rng: np.random.Generator) -> None:
    """{"outer", "inner", "factors", "schedule"}: wavefronts a*outer + b*inner in order, their points mixed."""
    outer, inner = model.level[claim["outer"]], model.level[claim["inner"]]
    a, b = claim["factors"]

    def order(part: list[Instance], case) -> list[Instance]:
        at = {id(instance): number for number, instance in enumerate(part)}
        mixed = {instance.iters[: inner.depth + 1]: rng.random() for instance in part}

        def key(instance: Instance):
            i, j = instance.iters[outer.depth], instance.iters[inner.depth]
            i, j = (i if outer.is_rising else -i), (j if inner.is_rising else -j)
            return a * i + b * j, mixed[instance.iters[: inner.depth + 1]], at[id(instance)]

        return sorted(part, key=key)

    replayed(model, claim, rng, outer, scheduled(model, claim, rng, outer))
    replayed(model, claim, rng, outer, order)


def reversal(model: Model, claim: Mapping, rng: np.random.Generator) -> None:
    """{"level", "schedule", ["private"], ["snapshot"], ["condition"]}: a loop's iterations from the other end."""
    level = model.level[claim["level"]]
    views = {key: claim[key] for key in ("private", "snapshot") if claim.get(key)}

    class Backwards:
        """Chooses the last of what is left, whole iterations at a time."""

        def random(self) -> float:
            return 0.0

        def integers(self, count: int) -> int:
            return count - 1

    for case, instances, memory in runs(model, claim, rng):
        time = Times(model, isl.UnionMap(claim["schedule"]), memory_of(model.program, *prepare(case))[1])
        for part in executions(instances, level):
            if level in part[0].statement.loops:
                backwards = sorted(range(len(part)), key=lambda at: (-part[at].iters[level.depth] * _sign(level), at))
                if backwards != sorted(range(len(part)), key=lambda at: time(part[at])):
                    raise Refuted("the schedule is not the loop backwards")
                interleaved(part, level.depth, memory, Backwards(), **views)
            else:
                execute(part[0], memory)
        compare(case, memory)


def _sign(level: Level) -> int:
    return 1 if level.is_rising else -1


CHECKS |= {"distribution": distribution, "retiming": retiming, "wavefront": wavefront, "reversal": reversal}
