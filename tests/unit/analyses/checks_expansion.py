"""Expansion and packing executed: every value of the named arrays gets a place of its own."""

import oracle
import replay
from checks_scans import Iterations
from oracle import Refuted, compare, runs
from tracing import cases, memory_of, prepare, shown

from analyses.model.interpreter import Memory


class Own(Memory):
    """One instance's view: the named arrays' values by the instance that produced them."""

    def __init__(self, cells: dict, instance, sources: dict, versions: dict, names):
        super().__init__(cells)
        self.instance, self.sources, self.versions, self.names = instance, sources, versions, names

    def load(self, name, index):
        spot = name, index
        source = self.sources.get(spot) if name in self.names else None
        if source is None:
            return self.cells[spot]
        if source.key not in self.versions:
            raise Refuted(f"{self.instance.key} needs {spot} of {source.key}, which has not run yet")
        return self.versions[source.key][spot]

    def store(self, name, index, value):
        if name in self.names:
            self.versions.setdefault(self.instance.key, {})[name, index] = value
        else:
            self.cells[name, index] = value


def expansion(model, claim, rng) -> None:
    """{"level", "arrays", "parallel" or "phases"}: no iteration's value is overwritten by another one's.

    parallel: iterations at random; phases: the statements' groups one after the other, each for all iterations;
    otherwise any order that the other dependences allow.
    """
    level, names = model.level[claim["level"]], claim["arrays"]
    for case, instances, memory in runs(model, claim, rng):
        last: dict[tuple, object] = {}
        sources: dict[tuple, dict] = {}
        for instance in instances:
            sources[instance.key] = {spot: last[spot] for spot in instance.reads if spot in last}
            last |= {spot: instance for spot in instance.writes}
        if "phases" not in claim:
            _check_private(level, names, instances, sources)
        versions: dict[tuple, dict] = {}
        for instance in _ordered(level, claim, instances, sources, rng):
            view = Own(memory.cells, instance, sources[instance.key], versions, names)
            replay.execute(instance, view)
        for spot, instance in last.items():
            if spot[0] in names:
                memory.cells[spot] = versions[instance.key][spot]
        compare(case, memory)


def _check_private(level, names, instances, sources) -> None:
    at = level.depth
    for instance in instances:
        for spot, source in sources[instance.key].items():
            shared = level in instance.statement.loops and level in source.statement.loops
            inner = shared and source.iters[:at] == instance.iters[:at]
            if spot[0] in names and inner and source.iters[at] != instance.iters[at]:
                raise Refuted(f"{instance.key} reads {spot} of another iteration: {source.key}")


def _ordered(level, claim, instances, sources, rng) -> list:
    if not claim.get("parallel") and "phases" not in claim:
        pairs = {pair for pair in shown(instances) if pair[1] not in claim["arrays"]}
        pairs |= {
            ("RAW", spot[0], *source.key, *instance.key)
            for instance in instances
            for spot, source in sources[instance.key].items()
            if spot[0] in claim["arrays"]
        }
        return replay.linear_extension(instances, pairs, rng)
    phase = {name: at for at, group in enumerate(claim.get("phases", ())) for name in group}
    found, at = [], 0
    while at < len(instances):
        first = instances[at]
        if level not in first.statement.loops:
            found.append(first)
            at += 1
            continue
        end, outer = at, first.iters[: level.depth]
        while end < len(instances) and (
            level in instances[end].statement.loops and instances[end].iters[: level.depth] == outer
        ):
            end += 1
        for number in sorted({*phase.values()} or {0}):
            part = [one for one in instances[at:end] if phase.get(one.statement.name, 0) == number]
            found += _mixed(part, level.depth, rng)
        at = end
    return found


def _mixed(instances: list, depth: int, rng) -> list:
    """Each iteration's instances in their order, the iterations mixed: whole ones, or instance by instance."""
    streams: dict[int, list] = {}
    for instance in instances:
        streams.setdefault(instance.iters[depth], []).append(instance)
    found, whole = [], rng.random() < 0.3
    while streams:
        key = list(streams)[rng.integers(len(streams))]
        found += streams[key] if whole else streams[key][:1]
        streams[key] = [] if whole else streams[key][1:]
        if not streams[key]:
            del streams[key]
    return found


def packing(model, claim, rng) -> None:
    """{"level", "counter", "arrays"}: counts by prefix sum, then all iterations on the memory before the loop."""
    oracle.CHECKS["scan"](model, {**claim, "type": "scan"}, rng)
    level, counter = model.level[claim["level"]], (claim["counter"], ())
    met = 0
    for case in cases(model.loop, rng, 20 * oracle.RUNS):
        if not oracle.holds(model, claim.get("condition"), memory_of(model.program, *prepare(case))[1]):
            continue
        steps = Iterations(model, level, case)
        compare(case, steps.memory)
        groups: dict[tuple, list] = {}
        for key in steps.met:
            groups.setdefault(key[:-1], []).append(key)
        for keys in groups.values():
            _packed(model, steps, keys, counter, rng)
        met += 1
        if met == oracle.RUNS:
            return


def _packed(model, steps: Iterations, keys: list, counter, rng) -> None:
    before = steps.met[keys[0]][1]
    wanted = {**steps.met[keys[-1]][1], **steps.run(keys[-1], {}).own}
    counts = [steps.run(key, {counter: 0}).own.get(counter, 0) for key in keys]
    starts = [before[counter] + sum(counts[:at]) for at in range(len(keys))]
    memory = {**before, counter: before[counter] + sum(counts)}
    for at in rng.permutation(len(keys)):
        values, met = steps.met[keys[at]]
        steps.met[keys[at]] = values, before
        own = steps.run(keys[at], {counter: starts[at]}).own
        steps.met[keys[at]] = values, met
        memory |= {spot: value for spot, value in own.items() if spot != counter}
    for spot, value in wanted.items():
        kept = spot[0] not in model.program.local or spot == counter
        if kept and memory[spot] != value and value == value:
            raise Refuted(f"{model.name}: {spot} is {memory[spot]} after packing at once, C gives {value}")


oracle.CHECKS["expansion"] = expansion
oracle.CHECKS["packing"] = packing
