"""Judges claims by execution: what a finding says is done to recorded runs, and C's memory must come out.

CHECKS maps claim["type"] to a function(model, claim, rng) that raises Refuted; modules checks_*.py
beside this file add theirs (`oracle.CHECKS["type"] = check`) and are imported when they are first needed.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path

import islpy as isl
import numpy as np
import replay
from replay import Refuted
from tracing import cases, differences, expected, memory_of, prepare, record, shown

from analyses.model import Model
from tsvc.cases import fit

#: Random executions for each claim.
RUNS = 6


def check_claim(model: Model, finding, rng: np.random.Generator) -> None:
    """Execute a finding's claim; raises Refuted with the case that shows it wrong.

    finding: a Finding, or its claim alone.
    """
    claim = finding if isinstance(finding, Mapping) else finding.claim
    if claim["type"] not in CHECKS:
        load_checks()
    CHECKS[claim["type"]](model, claim, rng)


def load_checks() -> None:
    """Import every checks_*.py beside this file."""
    for path in sorted(Path(__file__).parent.glob("checks_*.py")):
        import_module(path.stem)


def holds(model: Model, condition: str | None, values: dict) -> bool:
    """Whether a claim's condition (an isl set of parameters) holds for a call."""
    if not condition:
        return True
    given = isl.Set(condition)
    for name in model.parameters:
        given = given.align_params(isl.Set(f"[{name}] -> {{ : {name} = {values[name]} }}").space)
        given = given.intersect_params(isl.Set(f"[{name}] -> {{ : {name} = {values[name]} }}"))
    return not given.is_empty()


def runs(model: Model, claim: Mapping, rng: np.random.Generator, count: int | None = None, fixed=None):
    """(case, instances with outcomes, memory before) of random legal calls that meet the claim's condition.

    count: of calls, RUNS where none is given. fixed: (n, m, parameters) of every call.
    """
    met, count = 0, RUNS if count is None else count
    for case in cases(model.loop, rng, 20 * count, fixed and [fixed[:2]], fixed and fixed[2]):
        arrays, scalars = prepare(case)
        before, values = memory_of(model.program, arrays, scalars)
        if not holds(model, claim.get("condition"), values):
            continue
        instances, _, _ = record(model, case)
        replay.with_outcomes(model, instances, memory_of(model.program, *prepare(case))[0])
        yield case, instances, before
        met += 1
        if met == count:
            return


def compare(case, memory, tolerance: float = 0.0) -> None:
    """Raises Refuted unless memory is C's; tolerance: relative, for reassociated sums."""
    wanted = expected(case)
    wrong = differences(memory.cells, wanted)
    if tolerance:
        wrong = [
            k
            for k in wrong
            if np.isfinite([memory.cells[k], wanted[k]]).any()  # a quotient by a rounded zero has any sign
            and not np.isclose(memory.cells[k], wanted[k], rtol=tolerance, atol=tolerance, equal_nan=True)
        ]
    if wrong:
        key = wrong[0]
        raise Refuted(
            f"{case.loop.name} ({case}): {key[0]}{list(key[1])} is {memory.cells[key]}, C gives {wanted[key]}"
        )


def parallel(model: Model, claim: Mapping, rng: np.random.Generator) -> None:
    """{"level", ["private"], ["snapshot"], ["reduction": {array: operator}]}: iterations at once."""
    level = model.level[claim["level"]]
    views = {key: claim[key] for key in ("private", "snapshot", "reduction") if claim.get(key)}
    for case, instances, memory in runs(model, claim, rng):
        at = 0
        while at < len(instances):
            first = instances[at]
            if level not in first.statement.loops:
                replay.execute(first, memory)
                at += 1
                continue
            end, outer = at, first.iters[: level.depth]
            while end < len(instances) and (
                level in instances[end].statement.loops and instances[end].iters[: level.depth] == outer
            ):
                end += 1
            replay.interleaved(instances[at:end], level.depth, memory, rng, **views)
            at = end
        compare(case, memory, 1e-9 if "reduction" in views else 0.0)


def order(model: Model, claim: Mapping, rng: np.random.Generator) -> None:
    """{"schedule"}: instances in the order of their times, equal times in random order."""
    schedule = isl.UnionMap(claim["schedule"])
    for case, instances, memory in runs(model, claim, rng):
        values = memory_of(model.program, *prepare(case))[1]
        time = Times(model, schedule, values)
        ranked = sorted(instances, key=lambda instance: (time(instance), rng.random()))
        replay.in_order(ranked, memory)
        compare(case, memory)


class Times:
    """instance -> time under a schedule, at fixed parameters."""

    def __init__(self, model: Model, schedule: isl.UnionMap, values: dict):
        maps = schedule.get_map_list()
        self.maps = {}
        for at in range(maps.n_map()):
            one = maps.get_at(at)
            for name in model.parameters:
                position = one.find_dim_by_name(isl.dim_type.param, name)
                if position >= 0:
                    one = one.fix_val(isl.dim_type.param, position, isl.Val(int(values[name])))
            self.maps[one.get_tuple_name(isl.dim_type.in_)] = one
        self.known: dict = {}

    def __call__(self, instance) -> tuple[int, ...]:
        if instance.key not in self.known:
            one = self.maps[instance.statement.name]
            for d, value in enumerate(instance.iters):
                one = one.fix_val(isl.dim_type.in_, d, isl.Val(int(value)))
            point = one.range().sample_point()
            size = one.dim(isl.dim_type.out)
            if size and point.is_void():
                raise Refuted(f"the schedule leaves out {instance.key}")
            spots = (point.get_coordinate_val(isl.dim_type.set, d) for d in range(size))
            self.known[instance.key] = tuple(int(spot.to_python()) for spot in spots)
        return self.known[instance.key]


def dependence(model: Model, claim: Mapping, rng: np.random.Generator) -> None:
    """{"kind", "array", "source", "sink", ["params"], ["certain"]}: some execution (at those sizes) shows it."""
    wanted = tuple(claim[key] for key in ("kind", "array", "source", "sink"))
    if not claim.get("certain", True):  # an over-approximation need not happen
        return
    given = dict(claim.get("params") or {})
    fitted = fit(model.loop, given.pop("n", 6), given.pop("m", 4), given)
    fixed = None if fitted is None or not claim.get("params") else fitted
    for _, instances, _ in runs(model, {}, rng, count=40, fixed=fixed):
        if any((kind, array, one, two) == wanted for kind, array, one, _, two, _ in shown(instances)):
            return
    raise Refuted(f"{model.name}: no execution shows {wanted}")


def unsupported(model: Model, claim: Mapping, rng: np.random.Generator) -> None:
    """Nothing is claimed."""


CHECKS: dict[str, Callable[[Model, Mapping, np.random.Generator], None]] = {
    "parallel": parallel,
    "order": order,
    "dependence": dependence,
    "unsupported": unsupported,
}


def refutes(model: Model, claim: Mapping, rng: np.random.Generator) -> bool:
    """Whether execution shows a claim wrong (for tests of the oracle itself)."""
    try:
        check_claim(model, claim, rng)
    except Refuted:
        return True
    return False


__all__ = ["CHECKS", "Refuted", "check_claim", "compare", "holds", "load_checks", "refutes", "runs"]
