"""Recorded statement instances executed again in another order, or side by side on private copies."""

import math
import operator

import numpy as np
from tracing import Instance

from analyses.model import Model
from analyses.model.interpreter import Memory, bounds, evaluate, evaluated, perform
from analyses.model.program import For

IDENTITY = {"+": 0.0, "*": 1.0, "min": math.inf, "max": -math.inf}
OPERATORS = {"+": operator.add, "*": operator.mul, "min": min, "max": max}


class Refuted(AssertionError):
    """The claimed order does not give C's memory."""


def outcome(instance: Instance, values: dict, memory: Memory):
    """What a guard's condition gives."""
    node = instance.statement.node
    return bounds(node, values, memory) if isinstance(node, For) else bool(evaluate(node.condition, values, memory))


def with_outcomes(model: Model, instances: list[Instance], memory: Memory) -> None:
    """Note what each guard gave in the original order; memory is the one before the call."""
    for instance in instances:
        if instance.statement.kind == "guard":
            instance.polarity = outcome(instance, instance.values, memory)
        else:
            perform(instance.statement.node, instance.values, memory)


def execute(instance: Instance, memory: Memory) -> None:
    """One instance again; a guard must give what it gave, or other instances would have run."""
    for _ in steps([instance], memory):
        pass


def steps(instances, memory: Memory):
    """The instances again, in steps: what an assignment reads is one, what it writes another."""
    for instance in instances:
        try:
            if instance.statement.kind == "assign":
                stored = evaluated(instance.statement.node, instance.values, memory)
                yield
                memory.store(*stored)
            elif outcome(instance, instance.values, memory) != instance.polarity:
                raise Refuted(f"{instance.statement.name}{list(instance.iters)} decides another way")
        except KeyError as error:
            raise Refuted(f"{instance.statement.name}{list(instance.iters)} leaves its array: {error}") from None
        yield


class Overlay(Memory):
    """One iteration's view of memory.

    private: arrays of its own, garbage at first. snapshot: what it has not written itself, it reads as it was before
    the loop. reduction: array -> operator; its own partial result, the identity at first.
    """

    def __init__(self, shared: Memory, before: dict, private=(), snapshot=(), reduction=None):
        super().__init__(shared.cells)
        self.before, self.private, self.snapshot = before, set(private), set(snapshot)
        self.reduction, self.own = dict(reduction or {}), {}

    def load(self, name, index):
        spot = name, index
        if spot in self.own:
            return self.own[spot]
        if name in self.reduction:
            return IDENTITY[self.reduction[name]]
        if name in self.private:
            return math.nan if isinstance(self.cells[spot], float) else -987654321
        return self.before[spot] if name in self.snapshot else self.cells[spot]

    def store(self, name, index, value):
        spot = name, index
        if spot not in self.cells:
            raise KeyError(spot)
        if name in self.private or name in self.reduction or name in self.snapshot:
            self.own[spot] = value
        if name not in self.private and name not in self.reduction:
            self.cells[spot] = value


def in_order(instances, memory: Memory) -> None:
    for instance in instances:
        execute(instance, memory)


def linear_extension(instances: list[Instance], pairs: set[tuple], rng: np.random.Generator) -> list[Instance]:
    """A random order that keeps the given dependences (in the form of tracing.shown)."""
    keys = {instance.key: at for at, instance in enumerate(instances)}
    after: list[list[int]] = [[] for _ in instances]
    waiting = [0] * len(instances)
    for _, _, source, i, sink, j in pairs:
        if (source, i) in keys and (sink, j) in keys:
            after[keys[source, i]].append(keys[sink, j])
            waiting[keys[sink, j]] += 1
    ready, found = [at for at, count in enumerate(waiting) if not count], []
    while ready:
        at = ready.pop(rng.integers(len(ready)))
        found.append(instances[at])
        for later in after[at]:
            waiting[later] -= 1
            if not waiting[later]:
                ready.append(later)
    assert len(found) == len(instances), "the dependences have a cycle"
    return found


def interleaved(instances: list[Instance], depth: int, memory: Memory, rng, **views) -> None:
    """Run one execution of a loop: its iterations (counter at depth) at once, steps mixed at random."""
    streams: dict[int, list[Instance]] = {}
    for instance in instances:
        streams.setdefault(instance.iters[depth], []).append(instance)
    before = dict(memory.cells)
    seen = {key: Overlay(memory, before, **views) for key in streams}
    order = list(streams)
    pending = {key: steps(stream, seen[key]) for key, stream in streams.items()}
    burst = rng.random() < 0.3  # whole iterations in random order find other mistakes than single steps
    while pending:
        key = list(pending)[rng.integers(len(pending))]
        for _ in pending[key]:
            if not burst:
                break
        else:
            del pending[key]
    for name in views.get("private", ()):  # the last iteration's values live on
        for key in order:
            memory.cells |= {spot: value for spot, value in seen[key].own.items() if spot[0] == name}
    for name, op in (views.get("reduction") or {}).items():
        spots = {spot for view in seen.values() for spot in view.own if spot[0] == name}
        for spot in spots:
            parts = [before[spot], *(seen[key].own[spot] for key in order if spot in seen[key].own)]
            memory.cells[spot] = tree(OPERATORS[op], parts, rng)


def tree(combine, parts: list, rng: np.random.Generator):
    """The parts combined in a random tree that keeps their order."""
    parts = list(parts)
    while len(parts) > 1:
        at = int(rng.integers(len(parts) - 1))
        parts[at : at + 2] = [combine(parts[at], parts[at + 1])]
    return parts[0]


def tree_scan(combine, parts: list, rng: np.random.Generator) -> list:
    """All prefixes, each combined in a tree of its own."""
    return [tree(combine, parts[: at + 1], rng) for at in range(len(parts))]
