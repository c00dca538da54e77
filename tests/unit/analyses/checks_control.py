"""Early exits and converted gotos executed."""

import oracle
from checks_scans import Iterations, View
from oracle import Refuted, compare, runs
from tracing import cases

from analyses.model.interpreter import _Leave, bounds


def structured(model, claim, rng) -> None:
    """{"guards": {statement: [[guard, side]]}, "leaves"}: a statement runs exactly where its conditions hold."""
    leaves = {*claim["leaves"]}
    for case, instances, memory in runs(model, claim, rng):
        gave = {one.key: one.polarity for one in instances if one.statement.kind == "guard"}
        ran = {one.key for one in instances}
        for name, guards in claim["guards"].items():
            depth = len(model.statement[name].loops)
            last, _ = guards[-1]
            for (guard, iters), _ in gave.items():
                if guard != last or len(iters) != depth:
                    continue
                holds = all(gave.get((g, iters[: len(model.statement[g].loops)])) == side for g, side in guards)
                if holds != ((name, iters) in ran):
                    raise Refuted(f"{name}{list(iters)} {'runs' if not holds else 'does not run'} ({case})")
        for level in model.levels:
            if level.name not in leaves:
                _complete(level, instances, memory)
        for instance in instances:
            oracle.replay.execute(instance, memory)
        compare(case, memory)


def _complete(level, instances, memory) -> None:
    """Every round of an outermost loop that is not left early."""
    if level.is_while or level.parent is not None:
        return
    inside = [one for one in instances if level in one.statement.loops]
    if inside:
        lower, upper = bounds(level.node, inside[0].values, memory)
        rounds = len(range(lower, upper, level.step))
        if len({one.iters[0] for one in inside}) not in (rounds, 0) and not _all_guarded(level, inside):
            raise Refuted(f"loop {level.name} does not complete")


def _all_guarded(level, inside) -> bool:
    return all(one.statement.guards for one in inside)


def early_exit(model, claim, rng) -> None:
    """{"level", "tests", "search", ["before", "parallel"], ["because"]}: a search finds the iteration that leaves.

    Every iteration, those behind the exit too, runs on the memory before the loop; the first one that breaks must be
    the one at which C leaves, and the iterations up to it, in any order, must give C's memory.
    """
    if not claim["search"]:
        if "because" in claim:
            oracle.CHECKS["dependence"](model, claim["because"], rng)
        return
    level = model.level[claim["level"]]
    for case in cases(model.loop, rng, 2 * oracle.RUNS):
        steps = Iterations(model, level, case)
        compare(case, steps.memory)
        groups: dict[tuple, list] = {}
        for key in steps.met:
            groups.setdefault(key[:-1], []).append(key)
        for keys in groups.values():
            _search(model, claim, level, steps, keys, rng)


def _search(model, claim, level, steps: Iterations, keys: list, rng) -> None:
    values, before = steps.met[keys[0]]
    outer = {name: value for name, value in values.items() if name != level.name}
    lower, upper = bounds(level.node, outer, View(before, {}))
    effects, left = {}, []
    for at in rng.permutation(list(range(lower, upper, level.step))):
        key = (*keys[0][:-1], int(at))
        steps.met.setdefault(key, ({**values, level.name: int(at)}, before))
        met = steps.met[key]
        steps.met[key] = {**met[0], level.name: int(at)}, before
        try:
            view = View(before, {})
            effects[int(at)] = steps.run(key, {}, view).own
        except _Leave:
            left.append(int(at))
            effects[int(at)] = view.own
        except KeyError as error:
            raise Refuted(f"iteration {key} cannot run ahead: {error}") from None
        steps.met[key] = met
    rounds = list(range(lower, upper, level.step))
    end = min((rounds.index(at) for at in left), default=len(rounds) - 1)
    if len(keys) != end + 1:
        raise Refuted(f"{model.name}: the search ends at round {end}, C at {len(keys) - 1}")
    last = View(steps.met[keys[-1]][1], {})
    try:
        steps.run(keys[-1], {}, last)
    except _Leave:
        early = {s for s in claim["before"] if model.statement[s].loops[-1] == level}
        always = [s for s in model.inside(level) if s.kind == "assign" and s.loops[-1] == level and not s.guards]
        wrote = {spot[0] for spot in last.own}
        missing = {model.statement[s].write.array for s in early if not model.statement[s].guards} - wrote
        late = {s.write.array for s in always if s.name not in early}
        behind = [s for s in claim["before"] if any(g.statement in claim["tests"] for g in model.statement[s].guards)]
        if behind or missing or (late - {model.statement[s].write.array for s in early}) & wrote:
            raise Refuted(f"the leaving iteration writes {wrote}, claimed before the exit: {claim['before']}") from None
    if claim["parallel"]:
        memory = dict(before)
        # Only the leaving iteration may write what the others do too.
        for at in [*rng.permutation(rounds[:end]), *rounds[end : end + 1]]:
            memory |= effects[int(at)]
        for at in rounds[: end + 1]:
            memory |= {spot: v for spot, v in effects[at].items() if spot[0] in claim.get("last_value", ())}
        for spot, value in {**last.cells, **last.own}.items():
            if memory[spot] != value and value == value:
                raise Refuted(f"{model.name}: {spot} is {memory[spot]} after a search, C gives {value}")


oracle.CHECKS["structured"] = structured
oracle.CHECKS["early_exit"] = early_exit
