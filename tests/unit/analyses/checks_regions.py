"""Checks of splits, overwrites, wrap-around scalars, rerolled bodies and overlaps; see oracle.CHECKS."""

from collections.abc import Mapping
from itertools import pairwise
from math import isnan

import islpy as isl
import numpy as np
from checks_transform import executions
from oracle import CHECKS, compare, runs
from replay import Refuted, execute, interleaved
from tracing import Instance, cases, memory_of, prepare

from analyses.findings.rerolling import rolled_terms
from analyses.model import Level, Model
from analyses.model.interpreter import Memory, evaluate, perform, run
from analyses.model.program import Assign, Binary, Element, For, If, Name, kind_of, walk


def fixed(points: isl.Set, values: Mapping) -> isl.Set:
    """A set at fixed parameters."""
    for d in range(points.dim(isl.dim_type.param)):
        name = points.get_dim_name(isl.dim_type.param, d)
        points = points.fix_val(isl.dim_type.param, d, isl.Val(int(values[name])))
    return points


def holds_at(points: isl.Set, spot: tuple[int, ...]) -> bool:
    for d, value in enumerate(spot):
        points = points.fix_val(isl.dim_type.set, d, isl.Val(int(value)))
    return not points.is_empty()


def split(model: Model, claim: Mapping, rng: np.random.Generator) -> None:
    """{"level", "parts", ["private"], ["parallel"], ["alike"], ["uniform"]}

    The parts of a loop's range one after the other; parallel: the iterations of each mixed; alike: in each,
    a statement runs in all iterations or in none; uniform: also at subscripts that change by the same amount each time.
    """
    level = model.level[claim["level"]]
    views = {"private": claim["private"]} if claim.get("private") else {}
    for case, instances, memory in runs(model, claim, rng, 12):
        values = memory_of(model.program, *prepare(case))[1]
        parts = [fixed(isl.Set(text), values) for text in claim["parts"]]
        for chunk in executions(instances, level):
            if level not in chunk[0].statement.loops:
                execute(chunk[0], memory)
                continue
            groups: list[list[Instance]] = [[] for _ in parts]
            for instance in chunk:
                spot = instance.iters[: level.depth + 1]
                where = [at for at, part in enumerate(parts) if holds_at(part, spot)]
                if len(where) != 1:
                    raise Refuted(f"{level.name} = {spot} is in {len(where)} parts")
                groups[where[0]].append(instance)
            for group in groups:
                if claim.get("alike") or claim.get("uniform"):
                    regular(group, level, memory, strides=claim.get("uniform", False))
                if claim.get("parallel"):
                    interleaved(group, level.depth, memory, rng, **views)
                else:
                    for instance in group:
                        execute(instance, memory)
        compare(case, memory)


def regular(group: list[Instance], level: Level, memory: Memory, *, strides: bool) -> None:
    """Raises Refuted unless all iterations of a part do the same, where asked at subscripts of constant strides."""
    rounds = sorted({instance.iters[level.depth] for instance in group})
    spots: dict[tuple, dict[int, tuple]] = {}
    for instance in group:
        statement = instance.statement
        if statement.loops[-1] != level or statement.guards:
            continue
        for at, access in enumerate(statement.accesses):
            if access.exact and not access.virtual:
                spot = tuple(evaluate(part, instance.values, memory) for part in access.subscripts)
                spots.setdefault((statement.name, at), {})[instance.iters[level.depth]] = spot
    for (name, _), found in spots.items():
        if sorted(found) != rounds:
            raise Refuted(f"{name} runs in some iterations of a part only")
        steps = {tuple(np.subtract(found[b], found[a])) for a, b in pairwise(rounds)}
        if strides and len(steps) > 1:
            raise Refuted(f"a subscript of {name} changes by {sorted(steps)}")


def overwrite(model: Model, claim: Mapping, rng: np.random.Generator) -> None:
    """{"array", "dead", "last"}: the dead stores put nonsense, and who writes each element's last value."""
    array = claim["array"]
    for case, instances, memory in runs(model, claim, rng, 12):
        values = memory_of(model.program, *prepare(case))[1]
        dead, last = (
            {name: fixed(isl.Set(text), values) for name, text in claim[key].items()} for key in ("dead", "last")
        )
        writer: dict = {}
        for instance in instances:
            name = instance.statement.name
            execute(instance, memory)
            for spot in instance.writes:
                if spot[0] == array:
                    writer[spot] = instance
                    if name in dead and holds_at(dead[name], instance.iters):
                        memory.cells[spot] = -12345 if isinstance(memory.cells[spot], int) else -12345.678
        for spot, instance in writer.items():
            name = instance.statement.name
            if name not in last or not holds_at(last[name], instance.iters):
                raise Refuted(f"{name}{list(instance.iters)} writes {spot} last")
        compare(case, memory)


class View:
    """An array for eval(): view[i][j] is its element; whole subscripts only."""

    def __init__(self, cells: dict, name: str, lead: tuple = ()):
        self.cells, self.name, self.lead = cells, name, lead

    def __getitem__(self, at):
        spot = (*self.lead, at)
        return self.cells[self.name, spot] if (self.name, spot) in self.cells else View(self.cells, self.name, spot)


def wrap_around(model: Model, claim: Mapping, rng: np.random.Generator) -> None:
    """{"scalar", "loop_line", "iterator", "distance", "value", "snapshot"}

    In the normal form, each read of the scalar before its assignment in an iteration, but for the first `distance`
    iterations, gives the value. There must be one, unless all stand under conditions, which no data may meet.
    """
    name, counter = claim["scalar"], claim["iterator"]
    loops = [node for node in walk(model.normal.body) if isinstance(node, For) and node.iterator == counter]
    inside = {id(node) for node in walk(loops[0].body)}
    seen = 0
    for case in cases(model.loop, rng, 8):
        memory, values = memory_of(model.normal, *prepare(case))
        state: dict = {"before": {}, "first": 0, "assigned": None}

        def observe(node, now, memory=memory, state=state):
            nonlocal seen
            if node is loops[0]:
                lower = evaluate(node.lower, now, memory)
                state.update(before=dict(memory.cells), first=lower, assigned=None)
            if id(node) not in inside or state["assigned"] == now[counter]:
                return
            if isinstance(node, Assign) and node.target == Name(name, kind_of(node.target)):
                state["assigned"] = now[counter]
            if not _reads(node, name):
                return
            if abs(now[counter] - state["first"]) < claim["distance"] * abs(loops[0].step):
                return
            arrays = {
                array: View(state["before"] if array in claim["snapshot"] else memory.cells, array)
                for array in model.normal.arrays
            }
            scalars = {key[0]: value for key, value in memory.cells.items() if not key[1]}
            value = eval(claim["value"], {}, {**scalars, **now, **arrays})
            held = memory.cells[name, ()]
            seen += 1
            if not (held == value or (isnan(held) and isnan(value))):
                raise Refuted(f"{name} is {held}, not {claim['value']} = {value} at {counter} = {now[counter]}")

        run(model.normal, memory, values, observe)
    guarded = {
        id(node)
        for guard in walk(loops[0].body)
        if isinstance(guard, If)
        for node in walk((*guard.then, *guard.orelse))
    }
    if not seen and any(_reads(node, name) and id(node) not in guarded for node in walk(loops[0].body)):
        raise Refuted(f"{name} is never read")


def _reads(node, name: str) -> bool:
    """Whether a statement itself, without those below it, reads a scalar."""
    match node:
        case Assign(Name(), value):
            read: tuple = (value,)
        case Assign(Element(_, subscripts), value):
            read = (value, *subscripts)
        case If(condition):
            read = (condition,)
        case _:
            return False
    return any(isinstance(part, Name) and part.name == name for part in walk(read))


def rerolling(model: Model, claim: Mapping, rng: np.random.Generator) -> None:
    """{"level", "copies", "step", "terms", "exact"}: only the first copy is executed, with shifted counters."""
    level = model.level[claim["level"]]
    inside = model.inside(level)
    size, step = len(inside) // claim["copies"], claim["step"]
    if step * claim["copies"] != level.step:
        raise Refuted("the copies do not fill the loop's step")
    if not claim["terms"] and size * claim["copies"] != len(inside):
        raise Refuted("the body does not fall into so many copies")
    place = {statement: number for number, statement in enumerate(inside)}
    rolled = rolled_terms(level) if claim["terms"] else None
    for case, instances, memory in runs(model, claim, rng):
        for instance in instances:
            if instance.statement not in place:
                execute(instance, memory)
            elif rolled:
                node = instance.statement.node
                for copy in range(claim["copies"]):
                    values = {**instance.values, level.name: instance.values[level.name] + copy * step}
                    update = Binary(node.value.op, node.target, rolled.terms[0])
                    perform(Assign(node.target, update, node.line), values, memory)
            else:
                copy, at = divmod(place[instance.statement], size)
                values = {**instance.values, level.name: instance.values[level.name] + copy * step}
                first = Instance(inside[at], instance.iters, values, polarity=instance.polarity)
                execute(first, memory)
        compare(case, memory, 0.0 if claim["exact"] else 1e-9)


def alias(model: Model, claim: Mapping, rng: np.random.Generator) -> None:
    """{"level", "pairs": [{"array", "other", "safe"}]}

    With other[k] stored in array[k + d], d safe, no two iterations of the loop meet in one element, one writing it.
    """
    level = model.level[claim["level"]]
    for case, instances, _ in runs(model, {}, rng):
        values = memory_of(model.program, *prepare(case))[1]
        for chunk in executions(instances, level):
            if level not in chunk[0].statement.loops:
                continue
            for pair in claim["pairs"]:
                offsets = fixed(isl.Set(pair["safe"]), values) if pair["safe"] else None
                for gap in meeting(chunk, level, pair["array"], pair["other"]):
                    if offsets is not None and len(gap) == offsets.dim(isl.dim_type.set) and holds_at(offsets, gap):
                        raise Refuted(f"{case}: {pair['array']} and {pair['other']} meet at offset {gap}")


def meeting(chunk: list[Instance], level: Level, one: str, two: str) -> set[tuple[int, ...]]:
    """Index in one minus index in two, for accesses of two iterations, one of them a write."""
    uses: dict[str, set] = {one: set(), two: set()}
    for instance in chunk:
        for spots, wrote in ((instance.reads, False), (instance.writes, True)):
            for array, index in spots:
                if array in uses:
                    uses[array].add((instance.iters[level.depth], index, wrote))
    return {
        tuple(a - b for a, b in zip(left, right, strict=True))
        for i, left, wrote in uses[one]
        for j, right, wrote_too in uses[two]
        if i != j and (wrote or wrote_too) and len(left) == len(right)
    }


def war(model: Model, claim: Mapping, rng: np.random.Generator) -> None:
    """{"level", "war", "blocker", "snapshot_suffices": False}: executions show both dependences."""
    for key in ("war", "blocker"):
        if claim[key]["kind"] == "WAR" and key == "blocker":
            raise Refuted("a snapshot removes that dependence")
        CHECKS["dependence"](model, claim[key], rng)


CHECKS |= {
    "war": war,
    "split": split,
    "overwrite": overwrite,
    "wrap_around": wrap_around,
    "rerolling": rerolling,
    "alias": alias,
}
