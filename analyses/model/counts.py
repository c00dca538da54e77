"""Running counts: subscripts that hold an integer scalar which only ever grows (packing)."""

import islpy as isl

from analyses.model.program import Assign, Binary, Name, Number
from analyses.model.statements import Access, Statement


class Counts:
    """Which scalars only grow (or only fall) after one initial value, and what that excludes."""

    def __init__(self, statements: tuple[Statement, ...], order):
        self.order = order
        self.increments: dict[str, list[Statement]] = {}
        starts: dict[str, list[Statement]] = {}
        signs: dict[str, set[bool]] = {}
        bad = set()
        for statement in statements:
            name, step = _step(statement)
            if name is None:
                continue
            if step:
                self.increments.setdefault(name, []).append(statement)
                signs.setdefault(name, set()).add(step > 0)
            elif step is None and not statement.loops and not statement.guards:
                starts.setdefault(name, []).append(statement)
            elif step is None:
                bad.add(name)
        ranks = {statement.name: rank for rank, statement in enumerate(statements)}
        self.ranks = ranks
        for name in list(self.increments):
            first = min(ranks[s.name] for s in self.increments[name])
            late = any(ranks[s.name] > first for s in starts.get(name, ()))
            if name in bad or late or len(signs[name]) > 1:
                del self.increments[name]
        self.first = {name: max((ranks[s.name] for s in starts.get(name, ())), default=-1) for name in self.increments}

    def sharpen(self, pairs: isl.Map, source: Statement, one: Access, sink: Statement, two: Access) -> isl.Map:
        """The pairs without those between which the count in both subscripts has surely moved."""
        name = _count(one)
        if name is None or name not in self.increments or one.subscripts != two.subscripts:
            return pairs
        if min(self.ranks[source.name], self.ranks[sink.name]) < self.first[name]:
            return pairs
        for step in self.increments[name]:
            if step not in (source, sink):
                pairs = self.moved(pairs, source, sink, step)
        return pairs

    def moved(self, pairs: isl.Map, source: Statement, sink: Statement, step: Statement) -> isl.Map:
        before, same, depth = self.order.before, self.order.same, len(step.loops)
        if step.loops == sink.loops[:depth] and set(step.guards) <= set(sink.guards):
            # source < step(sink) < sink, and step ran because sink did.
            last = before(step, sink).intersect(same(step, sink, depth))
            pairs = pairs.subtract(before(source, step).apply_range(last))
        leaves = any(level.exits for level in step.loops)
        if step.loops == source.loops[:depth] and set(step.guards) <= set(source.guards) and not leaves:
            next_ = before(source, step).intersect(same(source, step, depth))
            if depth == len(source.loops):
                pairs = pairs.subtract(next_.apply_range(before(step, sink)))
        return pairs


def _step(statement: Statement) -> tuple[str | None, int | None]:
    """(scalar, constant that is added) of an integer scalar's assignment; None for any other value."""
    node = statement.node
    if not isinstance(node, Assign) or not isinstance(node.target, Name) or node.target.kind != "int":
        return None, None
    match node.value:
        case Binary("+", Name(name), Number(value)) if name == node.target.name:
            return name, int(value)
        case Binary("-", Name(name), Number(value)) if name == node.target.name:
            return name, -int(value)
    return node.target.name, None


def _count(access: Access) -> str | None:
    """The scalar in a subscript j, j + c or j - c of a flat array."""
    if len(access.subscripts) != 1:
        return None
    match access.subscripts[0]:
        case Name(name) | Binary("+" | "-", Name(name), Number()):
            return name
    return None
