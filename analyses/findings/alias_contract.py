"""The no-alias contract: what would follow if two arrays overlapped, and which overlaps do no harm.

For every written array and every other one of its type, the offsets at which an iteration would touch what another
iteration writes (the conflict set of a run-time alias check, as LLVM's LoopAccessAnalysis emits, computed exactly).
"""

import islpy as isl

from analyses.finding import CONDITION, Finding
from analyses.findings._render import spelled
from analyses.findings._segments import head
from analyses.model import Access, Level, Model, Statement
from analyses.model.verdict import judge

Use = tuple[Statement, Access]


def find(model: Model) -> list[Finding]:
    """One finding for each nest that writes an array and uses another one of the same type."""
    return [finding for level in _levels(model) if (finding := _finding(model, level))]


def _levels(model: Model) -> list[Level]:
    """The outermost parallel loop of each nest, else its outermost loop."""
    tops = [level for level in model.levels if level.parent is None]
    found = []
    for top in tops:
        nest = [level for level in model.levels if top in level.chain]
        found.append(next((level for level in nest if judge(model, level).is_parallel), top))
    return found


def _finding(model: Model, level: Level) -> Finding | None:
    uses: dict[str, list[Use]] = {}
    for statement in model.inside(level):
        for access in statement.accesses:
            storage = model.arrays[access.array]
            if not (access.virtual or storage.is_scalar or storage.is_local):
                uses.setdefault(access.array, []).append((statement, access))
    written = [array for array, entries in uses.items() if any(access.is_write for _, access in entries)]
    pairs, known = [], {}
    for array in written:
        for other in uses:
            both = other in written
            if model.arrays[array].kind != model.arrays[other].kind or other == array or (both and other < array):
                continue
            key = _shape(uses[array]), _shape(uses[other])
            if key not in known:
                known[key] = safe(model, level, uses[array], uses[other])
            pairs.append((array, other, known[key]))
    if not pairs:
        return None
    claim = {
        "type": "alias",
        "level": level.name,
        "pairs": [
            {"array": array, "other": other, "safe": spelled(offsets) if offsets is not None else None}
            for array, other, offsets in pairs
        ],
    }
    return Finding("alias_contract", CONDITION, model.name, level.line, claim, _advice(model, level, pairs))


def _shape(uses: list[Use]) -> tuple:
    """What the conflicts of an array's accesses depend on."""
    return tuple(dict.fromkeys((s.name, a.is_write, a.subscripts, a.exact) for s, a in uses))


def safe(model: Model, level: Level, one: list[Use], two: list[Use]) -> isl.Set | None:
    """The offsets d at which other[k] may lie in array[k + d] without one more dependence between iterations.

    None if no offset is known to be safe. Arrays of several dimensions: the offset 0 only, the same array.
    """
    subscripts = [access for _, access in (*one, *two)]
    ranks = {len(access.subscripts) for access in subscripts}
    if len(ranks) > 1 or not all(access.exact and _is_plain(access) for access in subscripts):
        return None
    (rank,) = ranks
    meets: dict[tuple, isl.Map] = {}
    for source, write in one:
        for sink, access in two:
            key = source.name, write.subscripts, sink.name, access.subscripts
            if key not in meets and (write.is_write or access.is_write):
                other = model.same(sink, source, level.depth).subtract(model.same(sink, source, level.depth + 1))
                meet = access.relation.reverse().apply_range(other).apply_range(write.relation)
                meets[key] = meet.reset_tuple_id(isl.dim_type.in_).reset_tuple_id(isl.dim_type.out)
    if rank > 1:
        at = ", ".join(f"d{d}" for d in range(rank))
        same = isl.Map(f"{{ [{at}] -> [{at}] }}")
        zero = isl.Set(f"{head(model)}{{ [{', '.join(['0'] * rank)}] }}").intersect_params(model.context)
        return zero if all(meet.intersect(same).is_empty() for meet in meets.values()) else None
    every = isl.Set(f"{head(model)}{{ [d] }}").intersect_params(model.context)
    for meet in meets.values():
        every = every.subtract(meet.deltas())
    return None if every.intersect_params(model.large).is_empty() else every.coalesce()


def _is_plain(access: Access) -> bool:
    """Whether the model's coordinates are C's subscripts."""
    forms = access.subscript_forms()
    size = access.relation.dim(isl.dim_type.out)
    return size == len(forms) and all(form is None or all(piece.value.is_affine for piece in form) for form in forms)


def _advice(model: Model, level: Level, pairs) -> str:
    harmless: dict[str, list[str]] = {}
    for array, other, offsets in pairs:
        if offsets is not None:
            zero = isl.Set(f"{{ [{', '.join(['0'] * offsets.dim(isl.dim_type.set))}] }}")
            if zero.intersect_params(model.large).is_subset(offsets):
                harmless.setdefault(array, []).append(other)
    names = sorted({array for array, _, _ in pairs})
    same = "; ".join(f"{array} may be the same array as {' or '.join(others)}" for array, others in harmless.items())
    only = f" ({same}, element for element)" if same else ""
    return (
        f"What is said about loop {level.name} holds only if {' and '.join(names)} "
        f"overlap{'s' if len(names) == 1 else ''} no other array{only}: C's restrict promises it."
    )
