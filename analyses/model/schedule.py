"""Schedules: instance -> time, one union map for a whole transformed loop. `model.violated` tells which are legal."""

from collections.abc import Callable, Sequence

import islpy as isl

from analyses.model.model import Model
from analyses.model.statements import Level, Statement


def schedule(model: Model, time: Callable[[Statement], Sequence[str]]) -> isl.UnionMap:
    """The schedule with time(statement) as each statement's coordinates (isl text over its counters).

    Shorter ones are padded with zeros to one length.
    """
    times = {statement: [str(entry) for entry in time(statement)] for statement in model.statements}
    length = max((len(entries) for entries in times.values()), default=1)
    head = f"[{', '.join(model.parameters)}] -> " if model.parameters else ""
    found = isl.UnionMap("{ }")
    for statement, entries in times.items():
        padded = ", ".join(entries + ["0"] * (length - len(entries)))
        text = f"{head}{{ {statement.name}[{', '.join(statement.iterators)}] -> [{padded}] }}"
        found = found.union(isl.UnionMap(text).intersect_domain(isl.UnionSet.from_set(statement.domain)))
    return found


def times(model: Model, statement: Statement) -> list[str]:
    """A statement's original 2d+1 time as text."""
    entries = [str(statement.position[0])]
    for level, position in zip(statement.loops, statement.position[1:], strict=True):
        entries += [level.name if level.is_rising else f"-{level.name}", str(position)]
    return entries + ["0"] * (model.time_depth - len(entries))


def original(model: Model) -> isl.UnionMap:
    return schedule(model, lambda statement: times(model, statement))


def changed(model: Model, level: Level, change: Callable[[Statement, list[str]], list[str]]) -> isl.UnionMap:
    """The original schedule with change(statement, time) for the statements of one loop."""
    return schedule(model, lambda s: change(s, times(model, s)) if level in s.loops else times(model, s))


def distribute(model: Model, level: Level, groups: Sequence[Sequence[Statement]]) -> isl.UnionMap:
    """A loop split into one loop for each group of its statements, in the order given."""
    place = {statement: number for number, group in enumerate(groups) for statement in group}
    at = 2 * level.depth

    def time(statement: Statement) -> list[str]:
        entries = times(model, statement)
        which = str(place[statement]) if level in statement.loops else "0"
        return [*entries[: at + 1], which, *entries[at + 1 :]]

    return schedule(model, time)


def interchange(model: Model, outer: Level, inner: Level) -> isl.UnionMap:
    """Two loops of a nest swapped, for the statements that stand in both."""
    one, two = 2 * outer.depth + 1, 2 * inner.depth + 1

    def change(statement: Statement, entries: list[str]) -> list[str]:
        if inner in statement.loops:
            entries[one], entries[two] = entries[two], entries[one]
        return entries

    return changed(model, outer, change)


def reverse(model: Model, level: Level) -> isl.UnionMap:
    at = 2 * level.depth + 1

    def change(statement: Statement, entries: list[str]) -> list[str]:
        entries[at] = f"-({entries[at]})"
        return entries

    return changed(model, level, change)


def shift(model: Model, level: Level, amounts: dict[Statement, int]) -> isl.UnionMap:
    """Retiming: a statement's iteration i runs in iteration i + amount."""
    at = 2 * level.depth + 1

    def change(statement: Statement, entries: list[str]) -> list[str]:
        entries[at] = f"{entries[at]} + {amounts.get(statement, 0)}"
        return entries

    return changed(model, level, change)


def skew(model: Model, outer: Level, inner: Level, factors: tuple[int, int]) -> isl.UnionMap:
    """Wavefronts a*outer + b*inner one after the other, each along the outer counter."""
    one, two = 2 * outer.depth + 1, 2 * inner.depth + 1
    a, b = factors

    def change(statement: Statement, entries: list[str]) -> list[str]:
        if inner in statement.loops:
            entries[one], entries[two] = f"{a}*({entries[one]}) + {b}*({entries[two]})", entries[one]
        return entries

    return changed(model, outer, change)
