"""Cases that a kernel's own text asks for: the sizes and parameters with which it compares.

A kernel that is wrong at one size in a thousand, by mistake (a threshold between two ways of working) or on purpose,
names that size somewhere. Its text is read, never run: whole numbers in comparisons and remainders first, then others.
"""

import ast
import operator
from collections.abc import Iterator

from tsvc.cases import LONG, MIDDLE, SIZES, TIMED, fixed, make, sizes
from tsvc.inputs import Case
from tsvc.loops import Loop

#: Sizes to try at most, and the largest of them: in the interpreter, on a GPU, of a superlinear loop.
COUNT = 12
LIMITS = {"interpreter": 1 << 17, "cuda": 1 << 23, "superlinear": 5003}
#: The largest side of a matrix.
SIDE = 300
#: Sizes up to this one are fixed or drawn so often that each is met.
_SMALL = 8
#: Sizes up to this one cost so little that both neighbours of each are tried.
_SHORT = 5003
#: (n, m) where only the other one, or a parameter, is named.
_USUAL = (1000, 37)
#: Sizes near which a remainder is tried.
_NEAR = (200, 3000)
_FOLDED = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.LShift: operator.lshift,
    ast.Pow: operator.pow,
}


def suite_cases(loop: Loop, text: str, on_gpu: bool, seed: int = 0) -> list[Case]:
    """The cases that the suite judges a kernel on besides drawn ones: tsvc.cases.fixed, and named_cases."""
    return [*fixed(loop, sizes(loop, on_gpu), seed), *named_cases(loop, text, on_gpu)]


def named_cases(loop: Loop, text: str, on_gpu: bool) -> list[Case]:
    """Exact data at the sizes, and with the parameters, that a kernel's text names; [] for text that is no Python.

    Of each number in a comparison also its neighbours; of each remainder two sizes that leave it.
    """
    try:
        nodes = list(ast.walk(ast.parse(text)))
    except (SyntaxError, ValueError, RecursionError):
        return []
    limit = LIMITS["superlinear"] if loop.is_superlinear else LIMITS["cuda" if on_gpu else "interpreter"]
    usual = {size for pair in (*SIZES, *MIDDLE, TIMED, LONG) for size in (pair if loop.is_2d else pair[:1])}
    usual |= {size + 1 for size in usual if size > _SHORT}
    named = [size for size in dict.fromkeys(_numbers(nodes)) if _SMALL < size <= limit and size not in usual]
    found = []
    for seed, size in enumerate(named[:COUNT], 5000):
        if "n" in loop.sizes:
            found.append(make(loop, size, _USUAL[1], "exact", seed))
        if "m" in loop.sizes and size <= SIDE:
            found.append(make(loop, max(size, _USUAL[0]), size, "exact", seed))
    values = [number for node in nodes for number in _compared(node)]
    for seed, value in enumerate(list(dict.fromkeys(values))[:COUNT], 6000):
        found += [make(loop, *_USUAL, "exact", seed, {p.name: p.value(value)}) for p in loop.params]
    return list({(case.n, case.m, str(case.params)): case for case in found if case}.values())


def _numbers(nodes: list[ast.AST]) -> Iterator[int]:
    """Whole numbers that may be sizes, those in comparisons and remainders first."""
    compared = [int(number) for node in nodes for number in _compared(node) if number == int(number)]
    for number in compared:
        yield from (number, number + 1, number - 1)[: 3 if number <= _SHORT else 2]
    for node in nodes:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod | ast.BitAnd):
            right = _number(node.right)
            if isinstance(right, int) and right > 1:
                period = right + isinstance(node.op, ast.BitAnd)
                rests = {number for number in compared if 0 <= number < period} | {0}
                yield from (rest + period * -(-near // period) for near in _NEAR for rest in sorted(rests))
    for node in nodes:
        whole = _number(node)
        if isinstance(whole, int) and whole > 0 and whole & (whole - 1):  # a power of two is some block's size
            yield from (whole, whole + 1)


def _compared(node: ast.AST) -> list[float]:
    """The numbers that a node compares something with."""
    if not isinstance(node, ast.Compare):
        return []
    sides = [node.left, *node.comparators]
    listed = [
        each for side in sides for each in (side.elts if isinstance(side, ast.Tuple | ast.List | ast.Set) else [side])
    ]
    return [number for side in listed if (number := _number(side)) is not None and abs(number) < 2**31]


def _number(node: ast.AST) -> int | float | None:
    """What a node of numbers alone comes to; None for others, and for what is far from any size."""
    match node:
        case ast.Constant(value=bool()):
            return None
        case ast.Constant(value=int() | float() as value):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inner = _number(operand)
            return None if inner is None else -inner
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _FOLDED:
            one, other = _number(left), _number(right)
            is_power = isinstance(op, ast.LShift | ast.Pow)
            if not isinstance(one, int) or not isinstance(other, int) or (is_power and not 0 <= other < 64):
                return None
            if abs(one) > 2**63 or (isinstance(op, ast.FloorDiv) and not other):
                return None
            return _FOLDED[type(op)](one, other)
    return None
