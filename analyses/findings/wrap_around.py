"""Wrap-around scalars: a scalar that carries an expression's value of one of the last iterations (after Wolfe).

Such a scalar is read before the loop assigns it; written out d iterations back, the value needs no
scalar, once the first d iterations are peeled. The rule runs on the normal form, before integer ones are replaced.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from analyses.finding import PROVEN, Finding
from analyses.model import Model
from analyses.model.induction import may_break
from analyses.model.program import (
    Assign,
    Binary,
    Call,
    Cast,
    Element,
    Expr,
    For,
    Name,
    Number,
    Select,
    Unary,
    children,
    kind_of,
    rewrite,
    text,
    walk,
)

#: Values from further back than this are not looked for.
FURTHEST = 8


@dataclass(frozen=True)
class Carried:
    """What a scalar holds when it is read: value, for the counter of that iteration, from distance iterations back."""

    scalar: str
    distance: int
    value: Expr
    line: int


def find(model: Model) -> list[Finding]:
    """Each scalar of a loop whose old value is an expression of the counter and of arrays' elements."""
    found = []
    for loop in walk(model.normal.body):
        if isinstance(loop, For) and not may_break(loop.body):
            found += [finding for one in _Body(model, loop).carried() if (finding := _finding(model, loop, one))]
    return found


class _Body:
    """One loop of the normal form: which scalar holds which expression where."""

    def __init__(self, model: Model, loop: For):
        self.model, self.loop = model, loop
        self.writes: dict[str, list[int | None]] = {}
        for at, node in enumerate(loop.body):
            for part in walk(node):
                if isinstance(part, Assign) and isinstance(part.target, Name):
                    self.writes.setdefault(part.target.name, []).append(at if part is node else None)

    def carried(self) -> list[Carried]:
        found: dict[str, Carried] = {}
        for at, node in enumerate(self.loop.body):
            for part in _read(node):
                if part.name in found or part.name not in self.writes:
                    continue
                reached = self.value(part.name, at, 0)
                if reached and reached[1] > 0 and self.reaching(part.name, at)[1]:
                    line = self.loop.body[self.reaching(part.name, at)[0]].line
                    found[part.name] = Carried(part.name, reached[1], reached[0], line)
        return list(found.values())

    def value(self, name: str, at: int, back: int) -> tuple[Expr, int] | None:
        """(expression, distance) of a scalar read at a place of the body; None if it is no such expression."""
        if name not in self.writes:
            return (Name(name, self._kind(name)), 0)
        if None in self.writes[name] or back > FURTHEST:
            return None
        place, distance = self.reaching(name, at)
        node = self.loop.body[place]
        if not isinstance(node, Assign):
            return None
        resolved = self.resolve(node.value, place, back + distance)
        if resolved is None or any(isinstance(part, Element) and part.kind == "int" for part in walk(node.value)):
            return None
        value, inner = resolved
        return self.shifted(value, distance), distance + inner

    def reaching(self, name: str, at: int) -> tuple[int, int]:
        """(place of the assignment that a read at a place sees, 1 if it is the previous iteration's, else 0)."""
        places = [place for place in self.writes[name] if place is not None]
        before = [place for place in places if place < at]
        return (max(before), 0) if before else (max(places), 1)

    def resolve(self, expr: Expr, place: int, back: int) -> tuple[Expr, int] | None:
        """An expression with the body's scalars replaced by what they hold."""
        furthest, failed = 0, False

        def change(node):
            nonlocal furthest, failed
            if isinstance(node, Name) and node.name in self.writes and not failed:
                reached = self.value(node.name, place, back)
                if reached is None:
                    failed = True
                    return node
                furthest = max(furthest, reached[1])
                return reached[0]
            if isinstance(node, Select | Call | Cast) or (isinstance(node, Unary | Binary) and not _is_simple(node)):
                failed = True
            return node

        value = rewrite(expr, change)
        return None if failed else (value, furthest)

    def shifted(self, expr: Expr, distance: int) -> Expr:
        """The expression as it was some iterations ago."""
        counter, step = self.loop.iterator, self.loop.step * distance
        sign = "-" if step > 0 else "+"

        def change(node):
            match node:
                case Name(name) if name == counter:
                    return Binary(sign, node, Number(abs(step)))
                case Binary(op, Binary(inner, Name(name) as left, Number(int(a))), Number(int(b))):
                    if op == inner == sign and name == counter:
                        return Binary(op, left, Number(a + b))
            return node

        return rewrite(expr, change) if distance else expr

    def _kind(self, name: str) -> str:
        return {**self.model.normal.parameters, **self.model.normal.scalars}.get(name, "int")


def _is_simple(node: Unary | Binary) -> bool:
    return node.op in "+-*" or (node.op == "/" and kind_of(node) == "real")


def _read(node) -> Iterator[Name]:
    """The scalars that a statement, and what is below it, reads."""
    if isinstance(node, Name):
        yield node
    for part in children(node):
        if not (isinstance(node, Assign) and part is node.target and isinstance(part, Name)):
            yield from _read(part)


def _finding(model: Model, loop: For, one: Carried) -> Finding | None:
    written = {part.target.array for part in walk(loop.body)
               if isinstance(part, Assign) and isinstance(part.target, Element)}  # fmt: skip
    arrays = dict.fromkeys(part.array for part in walk(one.value) if isinstance(part, Element))
    snapshot = [array for array in arrays if array in written]
    fed = {dep.array for dep in model.flow if dep.source.loops}
    if any(array in fed for array in snapshot):  # values of this loop itself: no copy holds them
        return None
    value = text(one.value)
    claim = {
        "type": "wrap_around",
        "scalar": one.scalar,
        "loop_line": loop.line,
        "iterator": loop.iterator,
        "distance": one.distance,
        "value": value,
        "snapshot": snapshot,
    }
    copy = f", from a copy of {' and '.join(snapshot)} made before the loop" if snapshot else ""
    which = "first iteration" if one.distance == 1 else f"first {one.distance} iterations"
    return Finding(
        "wrap_around",
        PROVEN,
        model.name,
        one.line,
        claim,
        f"Where it is read before it is assigned, {one.scalar} holds {value}{copy}, except in the {which}: no value "
        f"needs to be passed on.",
    )
