"""The loops: what the C source says about each, parsed once."""

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from pycparser import c_ast

from clib.build import SRC
from tsvc import domain, infer
from tsvc.csource import Annotation, CFunction, SourceError, parse_file, render

# No double: the strict build hands out float32.
_TYPES = {"float": "real", "real": "real", "int": "int"}


@dataclass(frozen=True)
class Array:
    """An array argument.

    role: "in", "out" (never read before this call wrote it) or "inout".
    dtype: "real" (float32; float64 in the double build) or "int" (int32).
    extents: one expression over n and m for each dimension.
    subscripts: the distinct subscripts of its accesses, as C text, one tuple an access.
    low, high: legal elements of an int array, or the range of well-scaled data, as expressions; None if free.
    init: TSVC's own data as an expression over k, r, n, m; None for the base state.
    """

    name: str
    role: str
    dtype: str
    extents: tuple[str, ...]
    subscripts: tuple[tuple[str, ...], ...] = ()
    low: str | None = None
    high: str | None = None
    permutation: bool = False
    init: str | None = None

    @property
    def is_written(self) -> bool:
        return self.role != "in"

    @property
    def is_2d(self) -> bool:
        """Whether it has m*m elements, as rows or flat."""
        return len(self.extents) == 2 or "m" in re.findall(r"\w+", self.extents[0])

    @property
    def offsets(self) -> tuple[int, ...]:
        """The constants c of the accesses X[i + c] (last dimension), sorted, without duplicates."""
        found = set()
        for *_, last in self.subscripts:
            if match := re.fullmatch(r"\w+(?: ([+-]) (\d+))?", last):
                found.add(int((match[1] or "+") + (match[2] or "0")))
        return tuple(sorted(found))

    def numpy_type(self, build: str = "strict") -> type:
        """The dtype of its elements in a build."""
        if self.dtype == "int":
            return np.int32
        return np.float64 if build == "double" else np.float32


@dataclass(frozen=True)
class Parameter:
    """A scalar argument: kind "int" or "real"; default, low and high are expressions over n and m."""

    name: str
    kind: str
    default: str
    low: str
    high: str

    def value(self, number):
        """The number in the parameter's own kind."""
        return int(number) if self.kind == "int" else float(number)


@dataclass(frozen=True)
class Loop:
    """One loop: everything the project knows about it without running it.

    result: "real", "int" or None: what the C function returns.
    signature: the C function's parameters in order, as (name, kind), kind one of size, int, real, array.
    requires: conditions over n, m and the parameters under which it stays in bounds, besides n >= 1 and m >= 1.
    """

    name: str
    category: str
    path: Path
    line: int
    source: str
    arrays: tuple[Array, ...]
    params: tuple[Parameter, ...]
    result: str | None
    signature: tuple[tuple[str, str], ...]
    requires: tuple[str, ...]
    function: CFunction

    def __repr__(self) -> str:
        return self.name

    def _repr_pretty_(self, printer, cycle: bool) -> None:
        """As repr does; hypothesis would print every field, the syntax tree included."""
        printer.text(self.name)

    # A loop is its file and its name: comparing syntax trees would say no more.
    def __hash__(self) -> int:
        return hash((self.path, self.name))

    def __eq__(self, other) -> bool:
        return isinstance(other, Loop) and (self.path, self.name) == (other.path, other.name)

    @cached_property
    def source_sha256(self) -> str:
        """Hash of the C text without comments and white space: what a kernel was written for."""
        bare = re.sub(r"/\*.*?\*/|//[^\n]*", " ", self.source, flags=re.DOTALL)
        return hashlib.sha256(" ".join(bare.split()).encode()).hexdigest()

    @property
    def outputs(self) -> tuple[Array, ...]:
        """The arrays that it writes."""
        return tuple(array for array in self.arrays if array.is_written)

    @property
    def sizes(self) -> tuple[str, ...]:
        """Which of n and m it takes."""
        return tuple(name for name, kind in self.signature if kind == "size")

    @property
    def is_2d(self) -> bool:
        return any(array.is_2d for array in self.arrays)

    @cached_property
    def hands_on_elements(self) -> bool:
        """Whether it reads an array beside the elements of it that it writes."""
        return bool(self._handed_on)

    @property
    def _handed_on(self) -> list[str]:
        return [a.name for a in self.arrays if a.role == "inout" and len(a.subscripts) > 1]

    @cached_property
    def is_chained(self) -> bool:
        """Whether an iteration may use what another computed: a carried scalar, an array read beside its writes, or an
        element that each iteration of a loop updates.
        """
        return bool(self.reductions) or self.hands_on_elements or self.adds_to_elements

    @cached_property
    def adds_to_elements(self) -> bool:
        """Whether each iteration of a loop updates the same element, as a matrix product does."""
        return infer.accumulates(self.function, [array.name for array in self.arrays if array.dtype == "real"])

    @cached_property
    def read_arrays(self) -> list[Array]:
        """The arrays of real numbers whose old contents count."""
        return [array for array in self.arrays if array.dtype == "real" and array.role != "out"]

    @cached_property
    def computes(self) -> bool:
        """Whether it does arithmetic on elements, rather than move and compare them."""
        return infer.computes(self.function, [array.name for array in self.arrays if array.dtype == "real"])

    @cached_property
    def has_exit(self) -> bool:
        """Whether a loop may end before its condition fails."""
        return infer.has_exit(self.function)

    @property
    def searches(self) -> bool:
        """Whether one element among all may decide what comes out: where a loop ends, or what it returns."""
        return self.has_exit or bool(self.result and self.has_conditional)

    @cached_property
    def multiplies_elements(self) -> bool:
        """Whether it multiplies or divides elements that it hands on: there may be products of as many factors as it
        has steps, and (a + b) / c is not a / c + b / c to the bit.
        """
        return infer.multiplies(self.function, self._handed_on)

    @cached_property
    def scale(self) -> float:
        """How many times as large as usual data may be that have no stated range.

        1 where an array's elements are handed on, since they could overflow, and little for the argument of a function.
        """
        if self.hands_on_elements:
            return 1.0
        if self._calls_functions:
            return 2.0**5
        return 2.0 ** min(20, self._largest_exponent)

    @cached_property
    def vast_scale(self) -> float:
        """The same for data at the end of what float32 holds; products may overflow where a condition guards them."""
        if self._calls_functions or (self.hands_on_elements and "*" in self._code):
            return self.scale
        if not self.computes:
            return 2.0**125
        return 2.0 ** (70 if self.has_conditional and not self.is_chained else self._largest_exponent)

    @property
    def _code(self) -> str:
        """The source without its comments."""
        return re.sub(r"/\*.*?\*/", "", self.source, flags=re.DOTALL)

    @property
    def _calls_functions(self) -> bool:
        return bool(re.search(r"\breal_(sin|cos|tan|exp|log|pow)\(", self.source))

    @property
    def _largest_exponent(self) -> int:
        """Of two, such that a product of a statement's factors does not overflow."""
        return 100 // (1 + max(statement.count("*") for statement in self._code.split(";")))

    @cached_property
    def is_superlinear(self) -> bool:
        """Whether its nest is deeper than its arrays have dimensions, so that work outgrows data (s176)."""
        return infer.depth(self.function) > (2 if self.is_2d else 1)

    @cached_property
    def is_line_of_matrix(self) -> bool:
        """Whether it takes a matrix, of which its single loop meets no more than a line: a large one costs little."""
        return self.is_2d and infer.depth(self.function) == 1

    @cached_property
    def reductions(self) -> tuple[str, ...]:
        """Real scalars that the loop accumulates into."""
        return infer.reductions(self.function)

    @cached_property
    def has_conditional(self) -> bool:
        return infer.has_conditional(self.function)

    @cached_property
    def has_indirect_access(self) -> bool:
        return infer.has_indirect_access(self.function, [a.name for a in self.arrays if a.dtype == "int"])


def load(path: Path) -> dict[str, Loop]:
    """The loops of a C file by name, in order.

    Raises SourceError: what is wrong, with file and line.
    """
    path = Path(path).resolve()
    loops: dict[str, Loop] = {}
    for function in parse_file(path):
        if function.name in loops:
            first = loops[function.name].line
            raise SourceError(f"{path}:{function.line}: {function.name} is defined before, on line {first}")
        loops[function.name] = _loop(function)
    if not loops:
        raise SourceError(f"{path}: holds no function (a loop is one non-static C function)")
    return loops


def load_all(folder: Path = SRC) -> dict[str, Loop]:
    """The loops of every C file of a folder, by name, sorted by number."""
    loops = {name: loop for path in sorted(folder.glob("*.c")) for name, loop in load(path).items()}
    return dict(sorted(loops.items(), key=lambda item: _order(item[0])))


def _order(name: str) -> tuple:
    number = re.fullmatch(r"s(\d+)", name)
    return (0, len(number[1]), number[1]) if number else (1, 0, name)


def _loop(function: CFunction) -> Loop:
    note, where = function.annotation, f"{function.path}:{function.line}: {function.name}"
    declared = function.node.decl.type.args.params if function.node.decl.type.args else []
    signature, kinds, shapes = [], {}, {}
    for decl in declared:
        if not isinstance(decl, c_ast.Decl):
            continue  # (void)
        kind, extents = _declared(decl, where)
        kinds[decl.name] = kind
        if extents is not None:
            shapes[decl.name] = extents
        role = "array" if extents is not None else "size" if decl.name in ("n", "m") and kind == "int" else kind
        signature.append((decl.name, role))
    facts = infer.accesses(function, list(shapes))
    arrays = tuple(_array(name, kinds[name], shapes[name], facts, note, dict(signature)) for name in shapes)
    params = tuple(_parameter(name, kind, note) for name, kind in signature if kind in ("int", "real"))
    _check_names(note, {array.name for array in arrays}, {param.name for param in params}, where)
    loop = Loop(
        function.name,
        function.category,
        function.path,
        function.line,
        function.text,
        arrays,
        params,
        _returned(function, where),
        tuple(signature),
        note.requires,
        function,
    )
    _check_expressions(loop, where)
    return loop


def _returned(function: CFunction, where: str) -> str | None:
    result = function.node.decl.type.type.type
    name = " ".join(result.names) if isinstance(result, c_ast.IdentifierType) else render(function.node.decl.type.type)
    if name != "void" and name not in _TYPES:
        raise SourceError(f"{where}: returns {name!r}; return real, int or nothing")
    return _TYPES.get(name)


def _check_expressions(loop: Loop, where: str) -> None:
    """Raise SourceError for an extent or an annotation that cannot be evaluated, before a run trips over it."""
    sizes: dict = {"n": 64, "m": 16}
    params = {param.name: 1 for param in loop.params}
    expressions = [(text, sizes) for param in loop.params for text in (param.default, param.low, param.high)]
    expressions += [(text, {**sizes, **params}) for text in loop.requires]
    for array in loop.arrays:
        expressions += [(text, sizes) for text in array.extents]
        expressions += [(text, {**sizes, **params}) for text in (array.low, array.high) if text is not None]
        expressions += [(array.init, {**sizes, "k": 1, "r": 1})] if array.init is not None else []
    for text, names in expressions:
        try:
            domain.evaluate(text, **names)
        except ArithmeticError:
            continue  # these sizes may be illegal
        except (domain.ExpressionError, SyntaxError) as error:
            raise SourceError(f"{where}: {error}") from None


def _declared(decl: c_ast.Decl, where: str) -> tuple[str, list[str | None] | None]:
    """(element kind, extents or None for a scalar); an extent that the C text leaves open is None."""
    extents: list[str | None] = []
    inner = decl.type
    while isinstance(inner, c_ast.ArrayDecl | c_ast.PtrDecl):
        dim = inner.dim if isinstance(inner, c_ast.ArrayDecl) else None
        extents.append(render(dim).replace("/", "//") if dim is not None else None)
        inner = inner.type
    name = " ".join(inner.type.names) if isinstance(inner.type, c_ast.IdentifierType) else "?"
    if name not in _TYPES:
        raise SourceError(f"{where}: parameter {decl.name!r} has type {name!r}; use real, int, or arrays of them")
    if None in extents[1:]:
        raise SourceError(f"{where}: parameter {decl.name!r} is a pointer to pointers; use real {decl.name}[m][m]")
    return _TYPES[name], extents or None


def _array(name, kind, shape, facts, note: Annotation, signature) -> Array:
    if shape[0] is None:
        if len(shape) == 2:
            shape = [shape[1], shape[1]]
        else:  # a bare pointer: m*m elements if its subscripts count rows of m, else n
            rows = any(re.search(r"\* m\b|\bm \*", text) for entry in facts.subscripts.get(name, []) for text in entry)
            shape = ["m * m" if rows or "n" not in signature else "n"]
    role = "in" if name not in facts.written else "inout" if name in facts.read else "out"
    low, high = note.index.get(name) or note.data.get(name) or (None, None)
    if kind == "int" and low is None:
        low, high = "0", f"{shape[0]} - 1"
    return Array(
        name,
        role,
        kind,
        tuple(shape),
        tuple(facts.subscripts.get(name, ())),
        low,
        high,
        name in note.permutation,
        note.init.get(name),
    )


def _parameter(name: str, kind: str, note: Annotation) -> Parameter:
    fallback = ("1", "1", "1") if kind == "int" else ("1.0", "-2", "2")
    return Parameter(name, kind, *note.params.get(name, fallback))


def _check_names(note: Annotation, arrays: set[str], params: set[str], where: str) -> None:
    for kind, names, known in (
        ("param", note.params, params),
        ("index", note.index, arrays),
        ("data", note.data, arrays),
        ("init", note.init, arrays),
    ):
        for name in names:
            if name not in known:
                raise SourceError(f"{where}: the annotation `{kind} {name}` names no such argument")


#: The loops under test by name. pytest's --loops adds to it.
LOOPS: dict[str, Loop] = load_all()
