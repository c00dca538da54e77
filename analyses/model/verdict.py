"""What keeps a loop's iterations from running at once, and what removes it: private copies, a snapshot, a condition."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import islpy as isl

from analyses.model.dependences import Dependence
from analyses.model.model import Model
from analyses.model.statements import Level


@dataclass(frozen=True)
class Verdict:
    """Iterations of a loop may run at once, given

    private     an own copy of these arrays and scalars for each iteration; the last iteration's copy lives on
    snapshot    reads of these arrays that the iteration has not written itself go to a copy made before the loop
    condition   parameters that satisfy it
    blockers    nothing: the carried dependences that are left; empty iff there is such a way
    """

    level: Level
    private: tuple[str, ...]
    snapshot: tuple[str, ...]
    condition: isl.Set
    blockers: tuple[Dependence, ...]

    @property
    def is_parallel(self) -> bool:
        return not self.blockers


@lru_cache(maxsize=4096)
def judge(model: Model, level: Level) -> Verdict:
    """The weakest change that makes a loop parallel: nothing, a condition, copies, copies under a condition."""
    carried = model.carried(level)
    every = model.condition(carried)
    if not _is_useless(model, level, every):
        without = _copies(model, level, carried)
        if model.always(every) or not without or not model.always(model.condition(without[2])):
            return Verdict(level, (), (), every, ())
    private, snapshot, left = _copies(model, level, carried) or ((), (), carried)
    condition = model.condition(left)
    if _is_useless(model, level, condition):
        return Verdict(level, private, snapshot, condition, tuple(left))
    return Verdict(level, private, snapshot, condition, ())


def _is_useless(model: Model, level: Level, condition: isl.Set) -> bool:
    """Whether a condition fails at large sizes, or only holds where the loop runs once at most."""
    if model.never(condition):
        return True
    if model.always(condition):
        return False
    at_large = condition.intersect(model.large)
    for one in model.inside(level):
        pairs = model.same(one, one, level.depth).subtract(model.same(one, one, level.depth + 1))
        pairs = pairs.intersect_domain(one.domain).intersect_range(one.domain)
        if not pairs.intersect_params(at_large).is_empty():
            return False
    return True


def _copies(model: Model, level: Level, carried: Sequence[Dependence]):
    """(arrays to make private, arrays to snapshot, dependences left)."""
    arrays = dict.fromkeys(dep.array for dep in carried if not model.arrays[dep.array].is_virtual)
    private = tuple(array for array in arrays if is_private(model, level, array))
    left = [dep for dep in carried if dep.array not in private]
    snapshot = tuple(
        array
        for array in arrays
        if array not in private and all(dep.kind == "WAR" for dep in left if dep.array == array)
    )
    return private, snapshot, [dep for dep in left if dep.array not in snapshot]


@lru_cache(maxsize=16384)
def is_private(model: Model, level: Level, array: str) -> bool:
    """Whether each iteration of a loop writes all it reads of an array, and surely writes what lives on."""
    for dep in model.flow:
        if dep.array != array or level not in dep.sink.loops:
            continue
        if level not in dep.source.loops or model.carried(level, [dep]):
            return False
        # Equal in this loop, but perhaps of another round of an outer one.
        outer = model.same(dep.source, dep.sink, level.depth + 1)
        if not dep.relation.is_subset(outer):
            return False
    inside = model.inside(level)
    for statement in inside:
        for access in statement.reads:
            if access.array == array and not model.live_in.intersect(isl.UnionMap.from_map(access.relation)).is_empty():
                return False
    if not lives_on(model, level, array):
        return True
    # Merged in iteration order, element by element, unconditional writes leave what the loop leaves.
    return all(access.must for statement in inside for access in statement.writes if access.array == array)


def lives_on(model: Model, level: Level, array: str) -> bool:
    """Whether a value that a loop gives to an array may be read behind it, or is an output."""
    if not model.arrays[array].is_local:
        return True
    return any(dep.array == array and level in dep.source.loops and level not in dep.sink.loops for dep in model.flow)
