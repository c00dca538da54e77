"""Gathers, scatters and convolutions executed: C text of subscripts against the accesses that happen."""

import c_text
import numpy as np
import oracle
from checks_scans import Iterations
from oracle import Refuted, compare
from replay import tree
from tracing import Recorder, cases, memory_of, prepare

from analyses.model.interpreter import run


class Watched(Recorder):
    """A recorder that also evaluates claimed subscripts before each instance of some statements."""

    def __init__(self, model, memory, watch):
        super().__init__(model, memory)
        self.watch = watch

    def observe(self, node, values) -> None:
        super().observe(node, values)
        instance, self.now = self.now, None
        if instance is not None:
            self.watch(instance, values, self)
        self.now = instance


def watched(model, claim, rng, watch):
    """(case, finished recorder) of random executions."""
    met = 0
    for case in cases(model.loop, rng, 20 * oracle.RUNS):
        memory, values = memory_of(model.program, *prepare(case))
        if not oracle.holds(model, claim.get("condition"), values):
            continue
        recorder = Watched(model, memory, watch)
        run(model.program, recorder, values, recorder.observe)
        compare(case, recorder)
        yield case, recorder
        met += 1
        if met == oracle.RUNS:
            return


def _claimed_spots(claim, instance, values, memory) -> set[tuple]:
    return {
        (claim["array"], tuple(c_text.value(part, values, memory) for part in texts))
        for name, texts in claim["accesses"]
        if name == instance.statement.name
    }


def gather(model, claim, rng) -> None:
    """{"level", "array", "accesses": [[statement, subscripts]], "index", "read_only"}: these elements are read."""
    wanted: list = []

    def watch(instance, values, memory):
        wanted.append((instance, _claimed_spots(claim, instance, values, memory)))

    for _, recorder in watched(model, claim, rng, watch):
        for instance, spots in wanted:
            if not spots <= instance.reads:
                raise Refuted(f"{instance.key} reads {sorted(instance.reads)}, not {sorted(spots)}")
            if spots and not {*claim["index"]} <= {name for name, _ in instance.reads} | _scalars(model):
                raise Refuted(f"{instance.key} reads no {claim['index']}")
        if claim["read_only"] and any(s[0] == claim["array"] for i in recorder.instances for s in i.writes):
            raise Refuted(f"{claim['array']} is written")
        wanted.clear()


def _scalars(model) -> set[str]:
    """An index may also have come through a scalar."""
    through = any(access.reason.startswith("scalar") for s in model.statements for access in s.accesses)
    return {name for name, storage in model.arrays.items() if storage.kind == "int"} if through else set()


def scatter(model, claim, rng) -> None:
    """{"level", "array", "accesses", "duplicates": "last" or "first"}: iterations at once, then one writer wins."""
    level = model.level[claim["level"]]
    wanted: list = []

    def watch(instance, values, memory):
        wanted.append((instance, _claimed_spots(claim, instance, values, memory)))

    for case, _ in watched(model, claim, rng, watch):
        for instance, spots in wanted:
            if not spots <= instance.writes:
                raise Refuted(f"{instance.key} writes {sorted(instance.writes)}, not {sorted(spots)}")
        wanted.clear()
        steps = Iterations(model, level, case)
        groups: dict[tuple, list] = {}
        for key in steps.met:
            groups.setdefault(key[:-1], []).append(key)
        for keys in groups.values():
            _scattered(model, claim, steps, keys)


def _scattered(model, claim, steps: Iterations, keys: list) -> None:
    after = {**steps.met[keys[-1]][1], **steps.run(keys[-1], {}).own}
    before = steps.met[keys[0]][1]
    memory = dict(before)
    for key in keys if claim["duplicates"] == "last" else reversed(keys):
        values, met = steps.met[key]
        steps.met[key] = values, before
        memory |= steps.run(key, {}).own
        steps.met[key] = values, met
    for spot, value in after.items():
        if spot[0] not in model.program.local and memory[spot] != value and value == value:
            raise Refuted(
                f"{model.name}: {spot} is {memory[spot]} if the {claim['duplicates']} write wins, not {value}"
            )


def convolution(model, claim, rng) -> None:
    """{"output", "signal", "kernel", "statement", "level", "over"}: sums of products, in any tree."""
    starts: dict[tuple, float] = {}
    products: dict[tuple, list[float]] = {}
    shifts: set[tuple] = set()
    level, over = claim["level"], claim["over"]

    def spot(part, values, memory):
        array, texts = claim[part]
        return array, tuple(c_text.value(text, values, memory) for text in texts)

    def watch(instance, values, memory):
        if instance.statement.name == claim["statement"]:
            out, one, two = (spot(part, values, memory) for part in ("output", "signal", "kernel"))
            starts.setdefault(out, memory.cells[out])
            products.setdefault(out, []).append(memory.cells[one] * memory.cells[two])
            index = sum(one[1])
            shifts.add((index - values[over] - values[level], index - values[over] + values[level]))
            if two != spot("kernel", {**values, over: -12345}, memory):
                raise Refuted(f"the kernel moves with {over}")

    for _, recorder in watched(model, claim, rng, watch):
        for out, parts in products.items():
            value = tree(lambda a, b: a + b, [starts[out], *parts], rng)
            if not np.isclose(value, recorder.cells[out], rtol=1e-9, atol=1e-9):
                raise Refuted(f"{model.name}: the convolution gives {out} = {value}, C gives {recorder.cells[out]}")
        if min(len({a for a, _ in shifts}), len({b for _, b in shifts})) > 1:
            raise Refuted(f"the signal does not move with {over} +- {level}")
        starts.clear(), products.clear(), shifts.clear()


oracle.CHECKS["gather"] = gather
oracle.CHECKS["scatter"] = scatter
oracle.CHECKS["convolution"] = convolution
