"""Reductions executed: a loop's iterations cut into runs with partial results of their own, combined in a tree.

Nothing of the finder's algebra is used: the program runs on, only the reduced cells live in partial results that
start as the operator's identity.
"""

import math
import operator

import numpy as np
import oracle
from oracle import Refuted, compare
from replay import tree
from tracing import cases, memory_of, prepare

from analyses.model import Model
from analyses.model.interpreter import Memory, evaluate, run
from analyses.model.program import Element

IDENTITY = {
    "+": 0, "*": 1, "min": math.inf, "max": -math.inf, "argmin": math.inf, "argmax": -math.inf, "last": -987654321,
    "&": -1, "|": 0, "^": 0,
}  # fmt: skip
_PLAIN = {"+": operator.add, "*": operator.mul, "&": operator.and_, "|": operator.or_, "^": operator.xor}


def combiner(claim):
    """(older, newer) -> combined, on tuples: the value and its companions."""
    op, tie = claim["operator"], claim.get("tie", "first")
    if op in _PLAIN:
        return lambda a, b: (_PLAIN[op](a[0], b[0]),)
    if op == "last":
        return lambda a, b: b
    better = operator.gt if op.endswith("max") else operator.lt
    return lambda a, b: b if better(b[0], a[0]) or (tie == "last" and b[0] == a[0]) else a


class Partials(Memory):
    """A memory in which the reduced cells belong to the run of iterations at work."""

    def __init__(self, model: Model, claim, cells: dict, rng: np.random.Generator):
        super().__init__(cells)
        self.level, self.rng, self.claim = model.level[claim["level"]], rng, claim
        self.arrays = (claim["array"], *claim.get("companions", ()))
        self.targets = [model.statement[name].node.target for name in claim["statements"]]
        self.values: dict = {}
        self.at: tuple | None = None
        self.runs: list[dict] = []

    def observe(self, node, values) -> None:
        self.values = values
        if self.level.name not in values:
            self.finish()
            return
        now = tuple(values[name] for name in self.level.iterators)
        if self.at is None or now[:-1] != self.at[:-1]:
            self.finish()
            self.runs = [{}]
        elif now != self.at and self.rng.random() < 0.5:
            self.runs.append({})
        self.at = now

    def unit(self, name: str, index: tuple) -> tuple | None:
        """The reduced cell that an access belongs to."""
        if self.at is None or name not in self.arrays:
            return None
        for target in self.targets:
            if not isinstance(target, Element):
                return () if index == () else None
            at, self.at = self.at, None  # the subscripts themselves are read as ever
            try:
                spot = tuple(evaluate(part, self.values, self) for part in target.subscripts)
            except KeyError:
                spot = None
            finally:
                self.at = at
            if spot == index:
                return index
        return None

    def load(self, name, index):
        unit = self.unit(name, index)
        if unit is None:
            return self.cells[name, index]
        start = IDENTITY[self.claim["operator"]] if name == self.arrays[0] else -987654321
        return self.runs[-1].get((name, index), start)

    def store(self, name, index, value):
        if self.unit(name, index) is None:
            super().store(name, index, value)
        else:
            self.runs[-1][name, index] = value

    def finish(self) -> None:
        if self.at is None:
            return
        self.at = None
        combine = combiner(self.claim)
        for spot in {spot for part in self.runs for spot in part if spot[0] == self.arrays[0]}:
            names = [spot, *((name, spot[1]) for name in self.arrays[1:])]
            taken = [part for part in self.runs if spot in part]
            parts = [tuple(part.get(name, -987654321) for name in names) for part in taken]
            if self.claim["operator"] in _PLAIN:
                parts = [parts[at] for at in self.rng.permutation(len(parts))]
            parts.insert(0, tuple(self.cells[name] for name in names))
            self.cells |= dict(zip(names, tree(combine, parts, self.rng), strict=True))
        stray = [
            spot for part in self.runs for spot in part if spot[0] != self.arrays[0] and spot[0] not in self.arrays
        ]
        if stray:
            raise Refuted(f"companions {stray} belong to nothing")


def reduction(model: Model, claim, rng: np.random.Generator) -> None:
    """{"level", "array", "operator", "statements", ["companions"], ["tie"]}: partial results, combined in any tree."""
    exact = claim["operator"] not in ("+", "*")
    met = 0
    for case in cases(model.loop, rng, 20 * oracle.RUNS):
        memory, values = memory_of(model.program, *prepare(case))
        if not oracle.holds(model, claim.get("condition"), values):
            continue
        partials = Partials(model, claim, memory.cells, rng)
        try:
            run(model.program, partials, values, partials.observe)
        except KeyError as error:
            raise Refuted(f"{model.name}: partial results lead outside an array: {error}") from None
        partials.finish()
        compare(case, partials, 0.0 if exact else 1e-9)
        met += 1
        if met == oracle.RUNS:
            return


oracle.CHECKS["reduction"] = reduction
