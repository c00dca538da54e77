"""A loop's program with the loops marked that threads may share: exactly where the findings prove it.

The outermost loop whose iterations may run at once is shared, with private copies and old values from a copy as the
verdict says, or as a reduction of scalars. Where no loop of a nest may be shared as it is, one is split by a
distribution or shifted by a retiming first; where rows run along the inner of two loops that may be swapped, threads
take tiles of columns. Nothing is guessed: what no finding proves stays sequential.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

import islpy as isl

from analyses.analysis import find
from analyses.finding import Finding
from analyses.findings._updates import Reduction, reductions
from analyses.model import Access, Level, Model, Statement
from analyses.model.program import (
    Assign,
    Binary,
    Block,
    Element,
    Expr,
    For,
    If,
    Name,
    Number,
    Select,
    Stmt,
    While,
    rewrite,
    walk,
)
from analyses.model.verdict import judge, lives_on

#: Reductions that threads can share: those that both OpenMP and numba know.
OPERATORS = ("+", "*", "min", "max")
#: Columns in one thread's tile of a nest with swapped loops: four lines of a cache.
TILE = 64


@dataclass(frozen=True)
class Shared(For):
    """A loop whose iterations may run at once.

    private: scalars that each iteration writes before it reads them; last: those of them that are read behind the
    loop, where the last iteration's value lives on. reductions: scalar -> one of OPERATORS.
    """

    private: tuple[str, ...] = ()
    last: tuple[str, ...] = ()
    reductions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Copy:
    """A copy of a whole array, made before what follows."""

    array: str
    copied: str
    line: int


Node = Stmt | Copy
#: Reads of copied arrays that must see new values, by the id of their statement's node.
Fed = dict[int, set]


class NotShared(Exception):
    """No loop of the program is proven to be parallel or a reduction; the message says so."""


def shared_program(model: Model, values: Mapping[str, int]) -> tuple[Node, ...]:
    """The program's body with Shared and Copy nodes.

    values: sizes and integer parameters of the call, which decide what is proven under a condition.
    Raises NotShared.
    """
    body = _Sharing(model, values).block(model.program.body)
    if not any(isinstance(node, Shared) for node in _nodes(body)):
        raise NotShared(f"no loop of {model.name} is proven to be parallel or a reduction")
    return body


def _nodes(body):
    for node in body:
        yield node
        for below in ("body", "then", "orelse"):
            yield from _nodes(getattr(node, below, ()))


def copy_name(array: str) -> str:
    """What the copy of an array is called."""
    return f"{array}_old"


@dataclass(frozen=True)
class _Sharing:
    model: Model
    values: Mapping[str, int]

    def block(self, body: Block) -> tuple:
        return tuple(made for node in body for made in self.node(node))

    def node(self, node: Stmt) -> tuple:
        if isinstance(node, If):
            return (replace(node, then=self.block(node.then), orelse=self.block(node.orelse)),)
        if not isinstance(node, For):
            return (replace(node, body=self.block(node.body)),) if isinstance(node, While) else (node,)
        level = next(one for one in self.model.levels if one.node is node)
        if not self.model.inside(level) or _is_short(node):
            return (node,)
        for way in (self.as_it_is, self.as_reduction, self.columns):
            if made := way(level):
                return made
        inner = replace(node, body=self.block(node.body))
        if any(isinstance(one, Shared) for one in _nodes(inner.body)):
            return (inner,)
        for way in (self.in_parts, self.distributed, self.retimed):
            if made := way(level):
                return made
        return (inner,)

    # -- one loop -----------------------------------------------------------------

    def holds(self, condition: isl.Set) -> bool:
        """Whether a condition on parameters is met at the values of the call."""
        return self._fixed(self.model.context).is_subset(self._fixed(condition))

    def _fixed(self, condition: isl.Set) -> isl.Set:
        for name, value in self.values.items():
            at = condition.find_dim_by_name(isl.dim_type.param, name)
            if at >= 0:
                condition = condition.fix_val(isl.dim_type.param, at, value)
        return condition

    def as_it_is(self, level: Level) -> tuple:
        """The loop shared, after copies of what it overwrites; () where that is not proven."""
        verdict = judge(self.model, level)
        if not verdict.is_parallel or not self.holds(verdict.condition):
            return ()
        if level.is_while or level.exits or not self._are_scalars(verdict.private):
            return ()
        made = self._shared(level, verdict.private)
        if not verdict.snapshot:
            return (self._tiled(level, made),)
        fed = self._fed_in(level, verdict.snapshot, self.model.carried(level))
        if fed is None:
            return ()
        copies = tuple(Copy(array, copy_name(array), level.line) for array in verdict.snapshot)
        return (*copies, with_old(made, verdict.snapshot, fed))

    def as_reduction(self, level: Level) -> tuple:
        verdict = judge(self.model, level)
        found: dict[str, Reduction] = {one.array: one for one in reductions(self.model) if one.level == level}
        left = {dep.array for dep in verdict.blockers if not self.model.arrays[dep.array].is_virtual}
        if not left or not left <= found.keys() or verdict.snapshot or not self._are_scalars(verdict.private):
            return ()
        operators = {array: found[array].update.operator for array in sorted(left)}
        if not set(operators.values()) <= set(OPERATORS) or not self._are_scalars(operators):
            return ()
        virtual = [dep for dep in verdict.blockers if self.model.arrays[dep.array].is_virtual]
        if virtual and not set(operators.values()) <= {"min", "max"}:
            return ()
        private = tuple(name for name in verdict.private if name not in operators)
        return (self._shared(level, private, operators),)

    def _are_scalars(self, names) -> bool:
        return all(self.model.arrays[name].is_scalar for name in names)

    def _shared(self, level: Level, private, operators: Mapping[str, str] | None = None) -> Shared:
        node = level.node
        assert isinstance(node, For)
        last = tuple(name for name in private if lives_on(self.model, level, name))
        plain = {name: getattr(node, name) for name in ("iterator", "lower", "upper", "step", "body", "line")}
        return Shared(**plain, private=tuple(private), last=last, reductions=dict(operators or {}))

    def _tiled(self, level: Level, made: Shared) -> Shared:
        """Two loops swapped within tiles of the shared one, where rows run along it and the findings allow it."""
        inner = made.body[0] if len(made.body) == 1 else None
        if not isinstance(inner, For) or made.step != 1 or made.private or self._mentions(inner, made.iterator):
            return made
        pair = (level.name, inner.iterator)
        legal = any(f.kind == "interchange" and (f.claim.get("outer"), f.claim.get("inner")) == pair
                    and "groups" not in f.claim for f in self.findings)  # fmt: skip
        if not legal or not _runs_along(inner.body, made.iterator, inner.iterator):
            return made
        return _in_tiles(made, inner)

    def columns(self, level: Level) -> tuple:
        """Two loops of which the inner one may run at once as the outer one: shared once, not for each row anew."""
        node = level.node
        inner = node.body[0] if len(node.body) == 1 else None
        if not isinstance(node, For) or not isinstance(inner, For) or inner.step != 1 or level.exits:
            return ()
        below = next(one for one in self.model.levels if one.node is inner)
        verdict = judge(self.model, below)
        plain = verdict.is_parallel and not verdict.private and not verdict.snapshot and not below.exits
        if not plain or not self.holds(verdict.condition) or self._mentions(inner, node.iterator):
            return ()
        inside = set(self.model.inside(level))
        deps = [dep for dep in self.model.dependences if dep.source in inside and dep.sink in inside]
        if not all(dep.relation.is_subset(_equal(dep, below.depth)) for dep in deps):
            return ()
        return (_in_tiles(self._shared(below, ()), replace(node, body=inner.body)),)

    @staticmethod
    def _mentions(loop: For, name: str) -> bool:
        return any(isinstance(part, Name) and part.name == name for e in (loop.lower, loop.upper) for part in walk(e))

    @property
    def findings(self) -> tuple[Finding, ...]:
        return _findings(self.model)

    # -- transformed first --------------------------------------------------------

    def in_parts(self, level: Level) -> tuple:
        """The parts of an index-set split or a peeling one after the other, each shared."""
        node = level.node
        for finding in self.findings:
            claim = finding.claim
            if claim.get("level") != level.name or claim["type"] != "split" or not claim.get("parallel"):
                continue
            private = tuple(claim.get("private", ()))
            ranges = [self._range(self._fixed(isl.Set(part))) for part in claim["parts"]]
            if None in ranges or level.depth or not isinstance(node, For) or node.step != 1:
                return ()
            if not self._are_scalars(private) or any(lives_on(self.model, level, name) for name in private):
                return ()
            made = self._shared(level, private)
            parts = [replace(made, lower=Number(one[0]), upper=Number(one[1])) for one in ranges if one]
            return tuple(
                part if part.upper.value - part.lower.value > TILE else _plain(part)  # type: ignore[union-attr]
                for part in parts
            )
        return ()

    @staticmethod
    def _range(part: isl.Set) -> tuple[int, int] | None:
        """The first counter of a part without parameters and the one behind its last; None where it has gaps."""
        if part.is_empty():
            return 0, 0
        low, high = (value.to_python() for value in (part.dim_min_val(0), part.dim_max_val(0)))
        whole = isl.Set(f"{{ [i] : {low} <= i <= {high} }}")
        return (low, high + 1) if whole.is_subset(part.project_out_all_params()) else None

    def distributed(self, level: Level) -> tuple:
        """One loop for each group of a distribution, those shared that carry nothing."""
        for finding in self.findings:
            claim = finding.claim
            if finding.kind == "distribution" and claim.get("level") == level.name and not claim.get("expand"):
                return self._split(level, claim["groups"], claim["parallel"])
        return ()

    def _split(self, level: Level, groups, parallel) -> tuple:
        statements = {one.name: one for one in self.model.inside(level)}
        flat = all(one.loops[-1] == level and one.kind == "assign" for one in statements.values())
        if not flat or not any(parallel):
            return ()
        made: list[Node] = []
        for group, free in zip(groups, parallel, strict=True):
            chosen = {id(statements[name].node) for name in group}
            body = tuple(node for node in level.node.body if id(node) in chosen)
            loop = replace(self._shared(level, ()), body=body)
            if free:
                made.append(loop)
            elif not self._split_copy(level, group, loop, made):
                made.append(_plain(loop))
        return tuple(made) if any(isinstance(node, Shared) for node in made) else ()

    def _split_copy(self, level: Level, group, loop: Shared, made: list) -> bool:
        """A group that carries anti-dependences alone is shared after a copy."""
        own = [dep for dep in self.model.carried(level) if dep.source.name in group and dep.sink.name in group]
        arrays = tuple(dict.fromkeys(dep.array for dep in own))
        within = [d for d in self.model.flow if d.array in arrays and d.source.name in group and d.sink.name in group]
        if within or any(dep.kind != "WAR" for dep in own) or any(self.model.arrays[a].is_scalar for a in arrays):
            return False
        made += [*(Copy(array, copy_name(array), level.line) for array in arrays), with_old(loop, arrays)]
        return True

    def retimed(self, level: Level) -> tuple:
        """A shifted loop: its ends with the statements that run there, its middle shared."""
        node = level.node
        statements = {one.name: one for one in self.model.inside(level)}
        if any(one.kind != "assign" for one in statements.values()) or not isinstance(node, For) or node.step != 1:
            return ()
        for finding in self.findings:
            claim = finding.claim
            if finding.kind != "retiming" or claim.get("level") != level.name or claim.get("expand"):
                continue
            arrays, shifts = tuple(claim["snapshot"]), claim["shifts"]
            fed = self._fed_in(level, arrays, self.model.dependences)
            if fed is None:
                return ()
            body = [(with_old(statements[name].node, arrays, fed), shifts[name]) for name in claim["order"]]
            low, high, least = node.lower, node.upper, min(shifts.values())
            middle = _plus(high, least)
            copies = tuple(Copy(array, copy_name(array), level.line) for array in arrays)
            ends = tuple(_shifted(one, node, shift, True) for one, shift in body)
            within = tuple(_shifted(one, node, shift, False) for one, shift in body)
            head = For(node.iterator, _plus(low, least), _least(low, high), 1, ends, node.line)
            tail = For(node.iterator, _greatest(low, middle), high, 1, ends, node.line)
            return (*copies, head, Shared(node.iterator, low, middle, 1, within, node.line), tail)
        return ()

    def _fed_in(self, level: Level, arrays, deps) -> Fed | None:
        """The reads of copied arrays that must see new values; None if one needs old values too.

        deps: those among which an anti-dependence says that a read needs the old value.
        """
        fed = {}
        for statement in self.model.inside(level):
            reads = self._fed(level, statement, arrays, deps)
            if reads is None:
                return None
            fed[id(statement.node)] = reads
        return fed

    def _fed(self, level: Level, statement: Statement, arrays, deps) -> set | None:
        """The reads of copied arrays that must see what the loop has written; None if one must see old values too."""
        fed = set()
        for access in statement.reads:
            if access.array in arrays and self._pairs(self.model.flow, statement, access, level, "sink"):
                fed.add(access.node)
                against = [dep for dep in deps if dep.kind == "WAR"]
                if self._pairs(against, statement, access, level, "source"):
                    return None
        return fed

    @staticmethod
    def _pairs(deps, statement: Statement, access: Access, level: Level, side: str) -> bool:
        """Whether a dependence has an access of a statement at one side, and a write in the loop at the other."""
        for dep in deps:
            other = dep.source if side == "sink" else dep.sink
            if dep.array != access.array or getattr(dep, side) != statement or level not in other.loops:
                continue
            both = other.write.relation.apply_range(access.relation.reverse())
            both = both if side == "sink" else both.reverse()
            if not both.intersect(dep.relation).is_empty():
                return True
        return False


@lru_cache(maxsize=16)
def _findings(model: Model) -> tuple[Finding, ...]:
    return tuple(find(model))


def _in_tiles(shared: Shared, inner: For) -> Shared:
    """Threads take tiles of one loop's range; within each the other loop runs around it."""
    tile = f"{shared.iterator}_tile"
    start = Binary("+", shared.lower, Binary("*", Name(tile), Number(TILE)))
    end = Binary("+", start, Number(TILE))
    here = For(shared.iterator, start, _least(end, shared.upper), 1, inner.body, inner.line)
    extent = Binary("-", shared.upper, shared.lower)
    count = Binary("/", Binary("+", extent, Number(TILE - 1)), Number(TILE))
    return replace(shared, iterator=tile, lower=Number(0), upper=count, body=(replace(inner, body=(here,)),))


def _equal(dep, depth: int) -> isl.Map:
    """Pairs of instances with one value of the counter at a depth."""
    one = [f"a{d}" for d in range(len(dep.source.loops))]
    two = [f"b{d}" if d != depth else f"a{d}" for d in range(len(dep.sink.loops))]
    return isl.Map(f"{{ {dep.source.name}[{', '.join(one)}] -> {dep.sink.name}[{', '.join(two)}] }}")


def _is_short(node: For) -> bool:
    """Whether a loop has a few iterations whatever the sizes are: not worth the threads."""
    bounds = node.lower, node.upper
    return all(isinstance(one, Number) for one in bounds) and abs(bounds[1].value - bounds[0].value) < TILE  # type: ignore[union-attr]


def _plain(loop: For) -> For:
    return For(loop.iterator, loop.lower, loop.upper, loop.step, loop.body, loop.line)


def _plus(expr: Expr, amount: int) -> Expr:
    return Binary("+", expr, Number(amount)) if amount else expr


def _least(one: Expr, two: Expr) -> Expr:
    return Select(Binary("<", one, two), one, two)


def _greatest(one: Expr, two: Expr) -> Expr:
    return Select(Binary(">", one, two), one, two)


def _shifted(node: Assign, loop: For, shift: int, guarded: bool) -> Stmt:
    """A statement that runs `shift` iterations later; guarded: only where the loop has that iteration."""
    now = _plus(Name(loop.iterator), -shift)
    moved = changed(node, lambda part: now if part == Name(loop.iterator) else part)
    if not guarded:
        return moved
    inside = Binary("&&", Binary(">=", now, loop.lower), Binary("<", now, loop.upper))
    return If(inside, (moved,), (), node.line)


def _runs_along(body: Block, outer: str, inner: str) -> bool:
    """Whether most elements of a body have consecutive places along the outer counter, not the inner one."""
    ends = [part.subscripts[-1] for part in walk(body) if isinstance(part, Element)]
    along = [sum(isinstance(p, Name) and p.name == name for end in ends for p in walk(end)) for name in (outer, inner)]
    return along[0] > along[1]


def with_old(node, arrays, fed: Fed | None = None):
    """The node with reads of some arrays taken from their copies; fed: those that are not, by id of their statement."""
    kept = (fed or {}).get(id(node), ())

    def old(part):
        if isinstance(part, Element) and part.array in arrays and part not in kept:
            return replace(part, array=copy_name(part.array))
        return part

    match node:
        case If(condition, then, orelse, line):
            then, orelse = (tuple(with_old(one, arrays, fed) for one in side) for side in (then, orelse))
            return If(rewrite(condition, old), then, orelse, line)
        case For():
            return replace(node, body=tuple(with_old(one, arrays, fed) for one in node.body))
    return changed(node, old)


def changed(node: Assign, change: Callable) -> Assign:
    """A statement with change(part) in place of each part of its expressions, its target's subscripts included."""
    target = node.target
    if isinstance(target, Element):
        target = replace(target, subscripts=tuple(rewrite(part, change) for part in target.subscripts))
    return Assign(target, rewrite(node.value, change), node.line)
