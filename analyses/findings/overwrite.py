"""Statement overwrites: which write of an element lasts, and which stores nobody ever reads.

Output dependences say who overwrites whom; a store is dead where its value neither flows to a read nor outlives the
loop (array data-flow analysis after Feautrier, as isl computes it).
"""

import islpy as isl

from analyses.finding import OVERAPPROXIMATION, PROVEN, Finding
from analyses.findings._render import evidence, spelled
from analyses.model import Dependence, Model, Statement


def find(model: Model) -> list[Finding]:
    """One finding for each array whose elements are written more than once, and each scalar with a useless store.

    A statement that only updates what it wrote itself is no overwrite but a reduction or a recurrence.
    """
    found = [_array(model, name) for name, storage in model.arrays.items() if not storage.is_virtual]
    return [finding for finding in found if finding]


def _array(model: Model, array: str) -> Finding | None:
    again = [dep for dep in model.dependences if (dep.kind, dep.array) == ("WAW", array)]
    if not again and not model.arrays[array].is_local:
        return None
    dead = {s: left for s in model.statements if s.writes and s.write.array == array and (left := _dead(model, s))}
    if model.arrays[array].is_scalar:
        dead = {statement: left for statement, left in dead.items() if statement.domain.is_subset(left)}
        again = [dep for dep in again if dep.source in dead]
    elif not dead:
        again = [dep for dep in again if not _updates(model, dep)]
    if not (dead or again) or (model.arrays[array].is_scalar and not dead):
        return None
    sure = all(dep.exact for dep in again)
    last = _last(model, array)
    claim = {
        "type": "overwrite",
        "array": array,
        "dead": {statement.name: spelled(left) for statement, left in dead.items()},
        "last": {statement.name: spelled(left) for statement, left in last.items()},
    }
    first = next(iter(dead)) if dead else again[0].source
    return Finding(
        "overwrite",
        PROVEN if sure else OVERAPPROXIMATION,
        model.name,
        first.line,
        claim,
        _advice(model, array, dead, last, sure),
        evidence(*again),
    )


def _updates(model: Model, dep: Dependence) -> bool:
    """Whether every overwriting instance reads what the same statement wrote."""
    if dep.source != dep.sink:
        return False
    flows = [flow for flow in model.flow if (flow.array, flow.source, flow.sink) == (dep.array, dep.source, dep.sink)]
    same = {access.subscripts for access in dep.sink.reads if access.array == dep.array}
    return bool(flows) and dep.sink.write.subscripts in same


def _dead(model: Model, statement: Statement) -> isl.Set | None:
    """The instances whose value nobody reads, None if there are none at large sizes."""
    if not statement.write.exact:
        return None
    left = statement.domain
    overwritten = left if model.arrays[statement.write.array].is_local else isl.Set.empty(left.space)
    for dep in model.dependences:
        if (dep.kind, dep.source) == ("WAW", statement) and dep.exact and dep.sink.write.must:
            overwritten = overwritten.union(dep.relation.domain())
    left = left.intersect(overwritten)
    for dep in model.flow:
        if dep.source == statement:
            left = left.subtract(dep.relation.domain())
    return None if left.intersect_params(model.large).is_empty() else left.coalesce()


def _last(model: Model, array: str) -> dict[Statement, isl.Set]:
    """The instances that may write an element's final value."""
    found = {}
    for statement in model.statements:
        if statement.writes and statement.write.array == array:
            left = statement.domain
            for dep in model.dependences:
                sink = dep.sink.writes[0] if dep.sink.writes else None
                if (dep.kind, dep.array, dep.source) == ("WAW", array, statement) and sink and sink.must:
                    left = left.subtract(dep.relation.domain()) if dep.exact else left
            if not left.is_empty():
                found[statement] = left.coalesce()
    return found


def _advice(model: Model, array: str, dead, last, sure: bool) -> str:
    if dead:
        parts = []
        for statement, left in dead.items():
            kept = statement.domain.subtract(left)
            rest = f" except for {_text(model, kept)}" if not kept.is_empty() else ""
            where = f" for {_text(model, left)}"
            parts.append(f"line {statement.line} may be left out{min(rest, where, key=len)}")
        return f"Nobody reads what some stores put into {array}: {'; '.join(parts)}."
    if not sure:
        return f"Elements of {array} may be written more than once: the last iteration that writes one must win."
    where = "; ".join(
        f"line {statement.line}{'' if statement.domain.is_subset(left) else f' ({_text(model, left)})'}"
        for statement, left in last.items()
    )
    return f"Elements of {array} are written more than once; the value that lasts comes from {where}."


def _text(model: Model, points: isl.Set) -> str:
    """The instances of one statement, at large sizes."""
    body = str(points.intersect_params(model.large).coalesce().gist_params(model.large))
    parts = []
    for part in body[body.index("{") + 1 : body.rindex("}")].split(";"):
        counters, _, condition = part.partition(":")
        fixed = [entry.strip() for entry in counters[counters.index("[") + 1 : counters.index("]")].split(",")]
        facts = [entry for entry in fixed if "=" in entry] + ([condition.strip()] if condition.strip() else [])
        parts.append(" and ".join(facts))
    return " or ".join(parts)
