"""What one iteration does to memory, as expressions of the values it starts with (forward symbolic execution).

Conditions become `?:`. An element is known by its subscripts as polynomials; two elements of one array that might be
the same spoil what is read or kept across them, so every expression that is given is right.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from analyses.model import Level, Model
from analyses.model.induction import may_break
from analyses.model.polynomial import Polynomial, polynomial
from analyses.model.program import Assign, Block, Element, Expr, For, If, Name, Select, While, rewrite, text, walk

#: Expressions with more nodes are given up.
LIMIT = 400

Part = Polynomial | str
Key = tuple[str, tuple[Part, ...]]


class _Anything:
    """Every name counts as a symbol: between two writes a scalar in a subscript is as good as a counter."""

    def __contains__(self, name: object) -> bool:
        return True


class _Spoiled(Exception):
    """The value is not known."""


def key(place: Name | Element) -> Key:
    """A place in memory; equal keys are one place, but one place may have two keys where a part is text."""
    if isinstance(place, Name):
        return place.name, ()
    return place.array, tuple(_part(part) for part in place.subscripts)


@lru_cache(maxsize=20000)
def _part(expr: Expr) -> Part:
    found = polynomial(expr, _Anything())
    return text(expr) if found is None else found


def distinct(one: Key, two: Key) -> bool:
    """Whether two places of one array are surely different ones."""
    for a, b in zip(one[1], two[1], strict=True):
        if isinstance(a, Polynomial) and isinstance(b, Polynomial) and (a - b).value not in (0, None):
            return True
    return False


@dataclass
class Transfer:
    """One iteration of a loop body.

    values: place -> the value that the iteration leaves there, over start values; None where it is not known.
    places: key -> the place as an expression over start values.
    """

    model: Model
    values: dict[Key, Expr | None] = field(default_factory=dict)
    places: dict[Key, Name | Element] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)

    def starts(self, expr: Expr) -> Iterator[tuple[Key, Name | Element]]:
        """The places whose start value an expression reads."""
        for part in walk(expr):
            if isinstance(part, Element) or (isinstance(part, Name) and part.name in self.model.program.scalars):
                yield key(part), part

    def read(self, expr: Expr) -> Expr:
        def change(part: Expr) -> Expr:
            if isinstance(part, Name) and part.name not in self.model.program.scalars:
                return part
            if not isinstance(part, Name | Element):
                return part
            own = key(part)
            if own[0] in self.lost:
                raise _Spoiled
            if own in self.values:
                value = self.values[own]
                if value is None:
                    raise _Spoiled
                return value
            if any(other[0] == own[0] and not distinct(own, other) for other in self.values):
                raise _Spoiled
            return part

        found = rewrite(expr, change)
        if sum(1 for _ in walk(found)) > LIMIT:
            raise _Spoiled
        return found

    def attempt(self, expr: Expr) -> Expr | None:
        try:
            return self.read(expr)
        except _Spoiled:
            return None

    def store(self, target: Name | Element, value: Expr | None) -> None:
        place: Expr | None = target
        if isinstance(target, Element):
            parts = [self.attempt(part) for part in target.subscripts]
            known = tuple(part for part in parts if part is not None)
            place = Element(target.array, known, target.kind) if len(known) == len(parts) else None
        if place is None:
            self.lost.add(key(target)[0])
            return
        assert isinstance(place, Name | Element)
        own = key(place)
        for other in self.values:
            if other[0] == own[0] and other != own and not distinct(own, other):
                self.values[other] = None
        self.values[own], self.places[own] = value, place

    def run(self, block: Block) -> None:
        for node in block:
            match node:
                case Assign(target, value):
                    self.store(target, self.attempt(value))
                case If(condition, then, orelse):
                    self.branch(condition, then, orelse)
                case For(body=body) | While(body=body):
                    for part in walk(body):
                        if isinstance(part, Assign):
                            self.lost.add(key(part.target)[0])

    def branch(self, condition: Expr, then: Block, orelse: Block) -> None:
        test = self.attempt(condition)
        sides = [Transfer(self.model, dict(self.values), dict(self.places), set(self.lost)) for _ in (0, 1)]
        for side, block in zip(sides, (then, orelse), strict=True):
            side.run(block)
            self.lost |= side.lost
            self.places |= side.places
        one, two = sides
        for own in {**one.values, **two.values}:
            place = self.places[own]
            a, b = (side.values.get(own, place) for side in sides)
            if a == b:
                self.values[own] = a
            else:
                known = test is not None and a is not None and b is not None
                self.values[own] = Select(test, a, b) if known else None  # type: ignore[arg-type]


@lru_cache(maxsize=4096)
def transfer(model: Model, level: Level) -> Transfer | None:
    """One iteration of a loop; what inner loops write counts as lost. None for a loop that is left early."""
    if level.exits or level.is_while or may_break(level.node.body):
        return None
    found = Transfer(model)
    found.run(level.node.body)
    for own in found.values:
        if own[0] in found.lost:
            found.values[own] = None
    return found
