"""Subscripts that hold elements of an index array, directly or through a scalar of the same iteration."""

from collections.abc import Iterator
from dataclasses import dataclass

from analyses.model import Access, Level, Model, Statement
from analyses.model.program import Assign, Element, Expr, Name, rewrite, walk


@dataclass(frozen=True)
class Indirect:
    """An access through index arrays, and its subscripts with the scalars of the iteration filled in."""

    statement: Statement
    access: Access
    subscripts: tuple[Expr, ...]

    @property
    def indices(self) -> tuple[str, ...]:
        """The index arrays."""
        parts = (part for one in self.subscripts for part in walk(one) if isinstance(part, Element))
        return tuple(dict.fromkeys(part.array for part in parts))

    @property
    def level(self) -> Level:
        return self.statement.loops[-1]


def indirect(model: Model, *, writes: bool) -> Iterator[Indirect]:
    """Every read (or write) in a loop whose subscripts hold elements."""
    for statement in model.statements:
        for access in statement.accesses:
            if access.exact or access.is_write != writes or not statement.loops or not access.subscripts:
                continue
            one = Indirect(statement, access, tuple(_filled(model, statement, part) for part in access.subscripts))
            if one.indices:
                yield one


def _filled(model: Model, statement: Statement, expr: Expr, depth: int = 4) -> Expr:
    def change(part: Expr) -> Expr:
        if isinstance(part, Name) and depth:
            source = _source(model, statement, part.name)
            if source is not None and isinstance(source.node, Assign):
                return _filled(model, source, source.node.value, depth - 1)
        return part

    return rewrite(expr, change)


def _source(model: Model, statement: Statement, name: str) -> Statement | None:
    """The one statement that gives a scalar its value for a read, in the same iteration."""
    if name not in model.program.scalars:
        return None
    deps = [dep for dep in model.flow if dep.sink == statement and dep.array == name]
    if len(deps) != 1 or deps[0].source.loops != statement.loops:
        return None
    same = model.same(deps[0].source, statement, len(statement.loops))
    return deps[0].source if deps[0].relation.is_subset(same) else None
