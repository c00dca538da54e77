"""The parts of the polyhedral model: loops, guards, accesses, statements, storage."""

from dataclasses import dataclass, field

import islpy as isl

from analyses.model.context import Region
from analyses.model.program import Assign, Element, Expr, For, If, Name, While
from analyses.model.subscripts import Form, form


@dataclass(frozen=True)
class Level:
    """A loop of the nest."""

    name: str
    line: int
    node: For | While = field(repr=False)
    parent: "Level | None" = None
    step: int = 1
    exits: bool = False
    starts_known: bool = True  # its first iteration does not depend on data

    @property
    def depth(self) -> int:
        return 0 if self.parent is None else self.parent.depth + 1

    @property
    def chain(self) -> tuple["Level", ...]:
        """The loops around it, outermost first, and itself."""
        return (self,) if self.parent is None else (*self.parent.chain, self)

    @property
    def iterators(self) -> tuple[str, ...]:
        return tuple(level.name for level in self.chain)

    @property
    def is_while(self) -> bool:
        return isinstance(self.node, While)

    @property
    def is_rising(self) -> bool:
        return self.step > 0

    def __hash__(self) -> int:
        return hash(self.name)

    def __eq__(self, other) -> bool:
        return isinstance(other, Level) and (self.name, self.node is other.node) == (other.name, True)


@dataclass(frozen=True)
class Guard:
    """A data-dependent condition: the statement that evaluates it, the side that is taken, its number of counters."""

    statement: str
    polarity: bool
    depth: int


@dataclass(frozen=True)
class Access:
    """One access of a statement to an array or scalar; see the guide in analyses.model."""

    array: str
    is_write: bool
    relation: isl.Map = field(repr=False)
    subscripts: tuple[Expr, ...] = ()
    node: Element | Name | None = field(default=None, repr=False)
    must: bool = False
    exact: bool = True
    reason: str = ""
    virtual: bool = False
    line: int = 0
    region: Region | None = field(default=None, repr=False)

    def subscript_forms(self) -> tuple[Form | None, ...]:
        """The C subscripts as piecewise polynomials over counters and parameters."""
        return tuple(form(part, self.region) for part in self.subscripts) if self.region else ()


@dataclass(frozen=True)
class Statement:
    """One statement; see the guide in analyses.model."""

    name: str
    kind: str
    node: Assign | If | For | While = field(repr=False)
    line: int
    loops: tuple[Level, ...] = field(repr=False)
    domain: isl.Set = field(repr=False)
    domain_exact: bool = field(repr=False)
    guards: tuple[Guard, ...] = field(repr=False)
    accesses: tuple[Access, ...] = field(repr=False)
    time: isl.Map = field(repr=False)
    region: Region = field(repr=False)
    position: tuple[int, ...] = ()
    leaves: bool = False  # a break of its innermost loop surely follows

    @property
    def iterators(self) -> tuple[str, ...]:
        return tuple(level.name for level in self.loops)

    @property
    def reads(self) -> tuple[Access, ...]:
        return tuple(access for access in self.accesses if not access.is_write)

    @property
    def writes(self) -> tuple[Access, ...]:
        return tuple(access for access in self.accesses if access.is_write)

    @property
    def write(self) -> Access:
        return self.writes[0]

    def __hash__(self) -> int:
        return hash(self.name)

    def __eq__(self, other) -> bool:
        return isinstance(other, Statement) and (self.name, self.node is other.node) == (other.name, True)


@dataclass(frozen=True)
class Storage:
    """An array or scalar of the model."""

    name: str
    kind: str
    rank: int
    is_scalar: bool = False
    is_local: bool = False
    is_virtual: bool = False
