"""Claims about memory access: strides between consecutive iterations, bytes and operations of a call."""

from collections.abc import Mapping

import numpy as np
from oracle import CHECKS, holds
from replay import Refuted
from tracing import cases, prepare, record

from analyses.findings._traffic import ELEMENT, operations
from analyses.model import Model
from analyses.model.interpreter import evaluate as run
from analyses.model.program import text
from tsvc.cases import fit
from tsvc.domain import evaluate
from tsvc.inputs import Case

#: Iterations in which a stride may differ: a scalar that wraps around has another value in the first one or two.
ODD = 2
#: (n, m) of the calls that are counted.
SIZES = [(37, 9), (40, 8), (33, 13)]


def memory_access(model: Model, claim: Mapping, rng: np.random.Generator) -> None:
    """{"level", "accesses": [{"statement", "array", "subscripts", "write", "pattern", ["stride"]}]}."""
    level = model.level[claim["level"]]
    case = _case(model, rng, 12, 6)
    instances, values, memory = record(model, case)
    names = {"n": case.n, "m": case.m, **values}
    shapes = {name: array.shape for name, array in prepare(case)[0].items()}
    for entry in claim["accesses"]:
        statement = model.statement[entry["statement"]]
        found = [a for a in statement.accesses if _named(a, entry)]
        if not found:
            raise Refuted(f"{entry['statement']} has no such access to {entry['array']}")
        if "stride" not in entry or entry["array"] not in shapes:
            continue
        wanted, at = int(evaluate(entry["stride"], **names)), level.depth
        lines: dict[tuple, dict[int, int]] = {}
        for instance in (one for one in instances if one.statement == statement):
            index = tuple(run(part, instance.values, memory) for part in found[0].subscripts)
            touched = instance.writes if entry["write"] else instance.reads
            # An access in a branch not taken touches nothing.
            if (entry["array"], index) in touched:
                place = int(np.ravel_multi_index(index, shapes[entry["array"]]))
                outside = instance.iters[:at] + instance.iters[at + 1 :]
                lines.setdefault(outside, {})[instance.iters[at]] = place
        for places in lines.values():
            wrong = [
                i
                for i, place in places.items()
                if places.get(i + level.step, place + wanted) != place + wanted
            ]  # fmt: skip
            if len(wrong) > ODD:
                raise Refuted(f"{entry['array']} in {statement.name}: the stride is not {wanted} at {wrong}")


def _named(access, entry: Mapping) -> bool:
    wanted = (entry["array"], entry["write"], entry["subscripts"])
    return (access.array, access.is_write, [text(part) for part in access.subscripts]) == wanted


def traffic(model: Model, claim: Mapping, rng: np.random.Generator) -> None:
    """{"sizes": {"n": lowest}, ["condition"], "bytes" | "bytes_at_least", "bytes_at_most"}, as well "operations"."""
    for case in (*(_case(model, rng, n, m) for n, m in SIZES), *cases(model.loop, rng, 3, SIZES)):
        if any(getattr(case, name) < low for name, low in claim["sizes"].items()):
            continue
        instances, values, _ = record(model, case)
        if not holds(model, claim.get("condition"), values):
            continue
        names = {"n": case.n, "m": case.m, **values}
        outside = prepare(case)[0].keys()
        read, written = set(), set()
        for instance in instances:
            read |= {spot for spot in instance.reads - written if spot[0] in outside}
            written |= {spot for spot in instance.writes if spot[0] in outside}
        # What one run touches may be less than what any may, never more; and no less than what each must.
        work = [operations(instance.statement) for instance in instances]
        seen = {
            "bytes": 2 * (ELEMENT * (len(read) + len(written)),),
            "operations": (sum(least for least, _ in work), sum(most for _, most in work)),
        }
        for name, (low, high) in seen.items():
            least = int(evaluate(claim.get(name, claim.get(f"{name}_at_least", "0")), **names))
            most = claim.get(name, claim.get(f"{name}_at_most"))
            if high < least or (most is not None and low > int(evaluate(most, **names))):
                raise Refuted(f"{case}: {low} to {high} {name}, claimed {least} to {most}")


def _case(model: Model, rng: np.random.Generator, n: int, m: int) -> Case:
    size, side, params = fit(model.loop, n, m)
    return Case(model.loop, size, side, "uniform", int(rng.integers(2**31)), params)


CHECKS["memory_access"] = memory_access
CHECKS["traffic"] = traffic
