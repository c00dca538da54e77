"""Runs a program in normal form as C's double build does: ints are exact, reals are Python floats.

Used by the tests as an oracle; expressions become closures once and are kept.
"""

import math
import operator
from collections.abc import Callable, Mapping
from functools import lru_cache

import numpy as np

from analyses.model.program import (
    Assign,
    Binary,
    Block,
    Break,
    Call,
    Cast,
    Element,
    Expr,
    For,
    If,
    Name,
    Number,
    Program,
    Select,
    Unary,
    While,
    kind_of,
)

Counters = Mapping[str, float]
Observe = Callable[[object, dict], None]


class Memory:
    """Array elements and scalars, by (name, subscripts)."""

    def __init__(self, cells: dict | None = None):
        self.cells = {} if cells is None else cells

    @staticmethod
    def of(program: Program, arrays: Mapping[str, np.ndarray], scalars: Mapping[str, float]) -> "Memory":
        """The memory before a call; flat extents of local arrays are made where they are known."""
        cells: dict = {}
        for name, values in arrays.items():
            number = int if program.arrays[name][0] == "int" else float
            for index in np.ndindex(values.shape):
                cells[name, index] = number(values[index])
        for name, (kind, extents) in program.arrays.items():
            if name in program.local:
                shape = [evaluate(extent, scalars, Memory()) for extent in extents if extent is not None]
                cells |= {(name, index): 0 if kind == "int" else 0.0 for index in np.ndindex(*shape)}
        for name, kind in program.scalars.items():
            cells[name, ()] = 0 if kind == "int" else 0.0
        return Memory(cells)

    def load(self, name: str, index: tuple):
        return self.cells[name, index]

    def store(self, name: str, index: tuple, value) -> None:
        if (name, index) not in self.cells:
            raise KeyError((name, index))
        self.cells[name, index] = value


def run(program: Program, memory: Memory, parameters: Mapping[str, float], observe: Observe | None = None) -> None:
    """Execute a program on a memory in place.

    observe: called with (node, counters) before each Assign, each If's and While's condition, and each For starts.
    Raises KeyError for an access outside an array.
    """
    _block(program.body, dict(parameters), memory, observe or (lambda node, values: None))


class _Leave(Exception):
    pass


def _block(body: Block, values: dict, memory: Memory, observe: Observe) -> None:
    for node in body:
        match node:
            case Assign():
                observe(node, values)
                perform(node, values, memory)
            case If(condition, then, orelse):
                observe(node, values)
                _block(then if compiled(condition)(values, memory) else orelse, values, memory, observe)
            case For(iterator, _, _, step, body):
                observe(node, values)
                here, upper = bounds(node, values, memory)
                try:
                    while here < upper if step > 0 else here > upper:
                        values[iterator] = here
                        _block(body, values, memory, observe)
                        here += step
                except _Leave:
                    pass
                values.pop(iterator, None)
            case While(iterator, condition, body):
                values[iterator] = 0
                try:
                    while True:
                        observe(node, values)
                        if not compiled(condition)(values, memory):
                            break
                        _block(body, values, memory, observe)
                        values[iterator] += 1
                except _Leave:
                    pass
                values.pop(iterator, None)
            case Break():
                raise _Leave


def perform(node: Assign, values: Counters, memory: Memory) -> None:
    """One assignment."""
    memory.store(*evaluated(node, values, memory))


def evaluated(node: Assign, values: Counters, memory: Memory) -> tuple[str, tuple, int | float]:
    """What an assignment stores: (name, subscripts, value)."""
    value = compiled(node.value)(values, memory)
    target = node.target
    value = int(value) if kind_of(target) == "int" else float(value)
    if isinstance(target, Name):
        return target.name, (), value
    return target.array, tuple(compiled(part)(values, memory) for part in target.subscripts), value


def bounds(node: For, values: Counters, memory: Memory) -> tuple[int, int]:
    return compiled(node.lower)(values, memory), compiled(node.upper)(values, memory)


def evaluate(expr: Expr, values: Counters, memory: Memory):
    return compiled(expr)(values, memory)


def _quotient(a: int, b: int) -> int:
    return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


def _divide(a, b) -> float:
    if b == 0:
        return math.nan if a == 0 or math.isnan(a) else math.copysign(math.inf, a) * math.copysign(1.0, b)
    return a / b


def _guarded(function: Callable[[float], float], overflow: float = math.nan) -> Callable[[float], float]:
    def call(x: float) -> float:
        try:
            return function(x)
        except ValueError:
            return math.nan
        except OverflowError:
            return overflow

    return call


_CALLS = {
    name: _guarded(getattr(math, "fabs" if name == "abs" else name), math.inf)
    for name in ("abs", "sin", "cos", "sqrt", "exp", "log", "tan")
} | {"floor": _guarded(lambda x: float(math.floor(x)))}
_BINARY = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
    "<<": operator.lshift,
    ">>": operator.rshift,
}


@lru_cache(maxsize=20000)
def compiled(expr: Expr) -> Callable:
    """expr as a function of (counters and parameters, memory)."""
    match expr:
        case Number(value):
            return lambda values, memory: value
        case Name(name):
            return lambda values, memory: values[name] if name in values else memory.load(name, ())
        case Element(array, subscripts):
            parts = [compiled(part) for part in subscripts]
            if len(parts) == 1:
                (only,) = parts
                return lambda values, memory: memory.load(array, (only(values, memory),))
            return lambda values, memory: memory.load(array, tuple([part(values, memory) for part in parts]))
        case Unary(op, operand):
            inner = compiled(operand)
            if op == "-":
                return lambda values, memory: -inner(values, memory)
            if op == "!":
                return lambda values, memory: int(not inner(values, memory))
            return lambda values, memory: ~inner(values, memory)
        case Binary("&&", left, right):
            one, two = compiled(left), compiled(right)
            return lambda values, memory: int(bool(one(values, memory) and two(values, memory)))
        case Binary("||", left, right):
            one, two = compiled(left), compiled(right)
            return lambda values, memory: int(bool(one(values, memory) or two(values, memory)))
        case Binary(op, left, right):
            one, two = compiled(left), compiled(right)
            whole = kind_of(left) == kind_of(right) == "int"
            apply: Callable
            if op == "/":
                apply = _quotient if whole else _divide
            elif op == "%":
                apply = lambda a, b: a - _quotient(a, b) * b  # noqa: E731
            else:
                apply = _BINARY[op]
            return lambda values, memory: apply(one(values, memory), two(values, memory))
        case Call(function, arguments):
            call, parts = _CALLS[function], [compiled(part) for part in arguments]
            return lambda values, memory: call(*(part(values, memory) for part in parts))
        case Cast(kind, operand):
            inner, to = compiled(operand), int if kind == "int" else float
            return lambda values, memory: to(inner(values, memory))
        case Select(condition, then, orelse):
            test, yes, no = compiled(condition), compiled(then), compiled(orelse)
            return lambda values, memory: (yes if test(values, memory) else no)(values, memory)
    raise TypeError(expr)
