"""Names while C is lowered: scopes, unique scalars and counters, and where pointers point."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from pycparser import c_ast

from analyses.errors import Unsupported
from analyses.model.program import Expr, Name, Number
from tsvc.csource import walk
from tsvc.loops import Loop

_KINDS = dict.fromkeys(("float", "double", "real"), "real") | dict.fromkeys(
    ("int", "long", "long int", "long long", "int32_t", "int64_t", "ptrdiff_t"), "int"
)
# isl would read these as words of its own.
_RESERVED = frozenset(
    [
        "min",
        "max",
        "mod",
        "floor",
        "ceil",
        "exists",
        "and",
        "or",
        "not",
        "true",
        "false",
        "implies",
        "rat",
        "infty",
        "NaN",
    ]
)


@dataclass(frozen=True)
class Array:
    """An array as C names it."""

    name: str
    rank: int


@dataclass(frozen=True)
class Pointer:
    """&array[lead...][offset]"""

    array: str
    lead: tuple[Expr, ...]
    offset: Expr


Entry = Array | Pointer | Name | None


def kind_of_type(node, path, line: int) -> str:
    """ "int" or "real" of a C type."""
    inner = node.type if isinstance(node, c_ast.TypeDecl) else node
    name = " ".join(inner.names) if isinstance(inner, c_ast.IdentifierType) else "?"
    if name not in _KINDS:
        raise Unsupported(path, line, f"type {name!r} is neither int nor real")
    return _KINDS[name]


def written(name: str) -> str:
    """A variable's name as C has it: a loop's counter takes that name, and the variable behind it another."""
    return re.sub(r"_value(_\d+)?$", "", name)


@dataclass
class Symbols:
    loop: Loop
    arrays: dict[str, tuple[str, tuple[Expr | None, ...]]] = field(default_factory=dict)
    scalars: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    local: set[str] = field(default_factory=set)
    iterators: set[str] = field(default_factory=set)
    assumptions: list[str] = field(default_factory=list)
    positive: set[str] = field(default_factory=set)
    scopes: list[dict[str, Entry]] = field(default_factory=lambda: [{}])
    labels: dict[tuple[int, str], str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    frames: int = 0
    frame_number: int = 0

    def __post_init__(self):
        function = self.loop.function
        bodies = [function.node, *function.helpers.values()]
        heads = [part.next for body in bodies for part in walk(body) if isinstance(part, c_ast.For) and part.next]
        self.counters = {part.name for head in heads for part in walk(head) if isinstance(part, c_ast.ID)}
        for array in self.loop.arrays:
            self.arrays[array.name] = (array.dtype, (None,) * len(array.extents))
            self.scopes[0][array.name] = Array(array.name, len(array.extents))
            self.used.add(array.name)
        for name, kind in self.loop.signature:
            if kind != "array":
                if name in _RESERVED:
                    raise Unsupported(self.loop.path, self.loop.line, f"{name} is a word of isl: rename the parameter")
                self.parameters[name] = "real" if kind == "real" else "int"
                self.scopes[0][name] = Name(name, self.parameters[name])
                self.used.add(name)
        self.assume("no array overlaps another one", "no subscript leaves its array", "no integer overflows")

    def assume(self, *texts: str) -> None:
        self.assumptions += [text for text in texts if text not in self.assumptions]

    @contextmanager
    def scope(self) -> Iterator[None]:
        self.scopes.append({})
        yield
        self.scopes.pop()

    @contextmanager
    def frame(self, entries: dict[str, Entry]) -> Iterator[None]:
        """The scope of an inlined function: nothing of the caller is visible."""
        outer, self.scopes = self.scopes, [entries]
        self.frames += 1
        caller, self.frame_number = self.frame_number, self.frames
        yield
        self.scopes, self.frame_number = outer, caller

    def unique(self, name: str) -> str:
        base = f"{name}_" if name in _RESERVED else name
        number = 1
        while (candidate := base if number == 1 else f"{base}_{number}") in self.used:
            number += 1
        self.used.add(candidate)
        return candidate

    def fresh(self, name: str, kind: str) -> Name:
        """A new scalar in memory, dead after the loop, that C has no name for."""
        own = self.unique(name)
        self.scalars[own] = kind
        self.local.add(own)
        return Name(own, kind)

    def declare(self, name: str, kind: str) -> Name:
        """A C variable of the innermost scope."""
        is_counter = kind == "int" and name in self.counters
        own = self.fresh(f"{name}_value" if is_counter else name, kind)
        self.scopes[-1][name] = own
        return own

    def declare_array(self, name: str, kind: str, extents: tuple[Expr | None, ...]) -> None:
        own = self.unique(name)
        self.arrays[own] = (kind, extents)
        self.local.add(own)
        self.scopes[-1][name] = Array(own, len(extents))

    def result(self, kind: str | None) -> Name | None:
        """The scalar that holds the C function's result."""
        if kind is None:
            return None
        own = self.fresh("return_value", kind)
        self.local.discard(own.name)
        return own

    def iterator(self, name: str) -> str:
        own = self.unique(written(name))
        self.iterators.add(own)
        return own

    def label(self, name: str | None) -> str:
        """A label's unique name; labels of another inlined copy are other labels."""
        if name is None:
            return self.unique("next")
        key = (self.frame_number, name)
        if key not in self.labels:
            self.labels[key] = self.unique(name)
        return self.labels[key]

    def declare_pointer(self, name: str) -> None:
        """A pointer that points nowhere yet."""
        self.scopes[-1][name] = None

    def lookup(self, name: str) -> Entry:
        for scope in reversed(self.scopes):
            if name in scope:
                return scope[name]
        return None

    def replace(self, name: str, entry: Entry) -> None:
        """Let a visible C name mean something else from here on."""
        next(scope for scope in reversed(self.scopes) if name in scope)[name] = entry

    def memory(self, names) -> set[str]:
        """The scalars behind C names: their own, or a pointer's offset."""
        entries = [self.lookup(name) for name in names]
        names_ = [entry.offset if isinstance(entry, Pointer) else entry for entry in entries]
        return {part.name for part in names_ if isinstance(part, Name)}

    def pointers(self) -> dict[str, tuple]:
        """Where each visible pointer points, but for its offset."""
        found: dict[str, tuple] = {}
        for scope in self.scopes:
            found |= {name: (e.array, e.lead) for name, e in scope.items() if isinstance(e, Pointer)}
        return found

    def check_pointers(self, before: dict[str, tuple], line: int, where: str) -> None:
        now = self.pointers()
        for name, base in before.items():
            if now.get(name, base) != base:
                raise Unsupported(self.loop.path, line, f"pointer {name} is set to another array {where}")


__all__ = ["Array", "Number", "Pointer", "Symbols", "kind_of_type"]
