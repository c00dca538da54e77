"""Cases that a kernel's own text asks for: the sizes, parameters and data with which it compares.

A kernel that is wrong at one size in a thousand, by mistake (a threshold between two ways of working) or on purpose,
names that size somewhere; one that takes a number of its data for a sign names that number. Its text is read, never
run: whole numbers in comparisons and remainders first, then others.
"""

import ast
import operator
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from tsvc.cases import LONG, MIDDLE, SIZES, TIMED, fixed, kind_for_one_case, make, sizes
from tsvc.conditions import rare_sizes
from tsvc.domain import arguments, ends
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
#: Several blocks, most of which begin with a number that is not named.
_BLOCKS = (2049, 37)
#: Numbers that data may equal, at most; those that other data are full of are left out unless one may decide all.
_DATA_COUNT, _USUAL_DATA = 6, {0.0, 1.0, -1.0}
#: Sizes near which a remainder is tried.
_NEAR = (200, 3000)
#: Whole numbers from here on may be the bits of a float32.
_LEAST_BITS = 1 << 23
#: What names in a text stand for.
Names = dict[str, set[int | float]]
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
    """Cases at the sizes, with the parameters, and of the data that a kernel's text names; [] for text that is no
    Python.

    Of each number in a comparison also its neighbours; of each remainder two sizes that leave it; and sizes at which a
    condition is what it seldom is. Of the data, for each number, one case begins with it and has all of them, also with
    real parameters below all data, and one has nothing but it.
    """
    nodes, kind = nodes_of(text), kind_for_one_case(loop)
    names = constants(nodes)
    limit = LIMITS["superlinear"] if loop.is_superlinear else LIMITS["cuda" if on_gpu else "interpreter"]
    usual = {size for pair in (*SIZES, *MIDDLE, TIMED, LONG) for size in (pair if loop.is_2d else pair[:1])}
    usual |= {size + 1 for size in usual if size > _SHORT}
    named = [size for size in dict.fromkeys(_numbers(nodes, names)) if _SMALL < size <= limit and size not in usual]
    found = []
    for seed, size in enumerate(named[:COUNT], 5000):
        if "n" in loop.sizes:
            found.append(make(loop, size, _USUAL[1], kind, seed))
        if "m" in loop.sizes and size <= SIDE:
            found.append(make(loop, max(size, _USUAL[0]), size, kind, seed))
    tried = {*usual, *named[:COUNT]}
    unusual = [one for one in rare_sizes(loop, nodes, usual) if len(one) == 2 or not tried & {*one.values()}]
    for seed, rare in enumerate(unusual[:COUNT], 5500):
        n, m = rare.get("n", max(_USUAL[0], rare.get("m", 0))), rare.get("m", _USUAL[1])
        if max(rare.values()) > _SMALL and n <= limit and m <= SIDE:
            found.append(make(loop, n, m, kind, seed))
    values = [number for node in nodes for number in compared(node, names)]
    for seed, value in enumerate(list(dict.fromkeys(values))[:COUNT], 6000):
        found += [make(loop, *_USUAL, kind, seed, {p.name: p.value(value)}) for p in loop.params]
    cases = list({(case.n, case.m, str(case.params)): case for case in found if case}.values())
    return cases + _data_cases(loop, nodes, names)


def _data_cases(loop: Loop, nodes: list[ast.AST], names: Names) -> list[Case]:
    usual = make(loop, *_USUAL, "named", 0)
    numbers = dict.fromkeys(_data_numbers(loop, usual, nodes, names)) if usual else {}
    named = tuple(list(numbers)[:_DATA_COUNT])
    found = []
    for seed in range(6500, 6500 + 2 * len(named), 2):
        least = {p.name: -1.5 for p in loop.params if p.kind == "real"}
        mixed = [make(loop, *_BLOCKS, "named", seed, params) for params in ({}, least)]
        found += [replace(case, named=named) for case in (*mixed, make(loop, *_USUAL, "named", seed + 1)) if case]
    return list({str(case): case for case in found}.values())


def _data_numbers(loop: Loop, case: Case, nodes: list[ast.AST], names: Names) -> Iterator[float]:
    """Numbers that an array may hold, those in comparisons first; whole ones are also read as the bits of one."""
    scalars = {"n": case.n, "m": case.m, **arguments(loop, case.n, case.m, case.params)}
    numbers = [number for node in nodes for number in compared(node, names)]
    numbers += [number for node in nodes if isinstance(number := number_of(node, {}), float)]
    numbers += [_from_bits(number) for number in numbers if isinstance(number, int) and number >= _LEAST_BITS]
    arrays = [array for array in loop.arrays if array.role != "out"]
    ranges = [ends(array, scalars) for array in arrays]
    for number in numbers:
        for array, (low, high) in zip(arrays, ranges, strict=True):
            fits = low <= number <= high and (number not in _USUAL_DATA or loop.searches)
            if fits and (array.dtype == "real" or isinstance(number, int)):
                yield float(number)


def _from_bits(number: int) -> float:
    """The float32 of these bits."""
    return float(np.uint32(number).view(np.float32))


def nodes_of(text: str) -> list[ast.AST]:
    """The nodes of a text's syntax tree; [] for text that is no Python."""
    try:
        return list(ast.walk(ast.parse(text)))
    except (SyntaxError, ValueError, RecursionError):
        return []


def _numbers(nodes: list[ast.AST], names: Names) -> Iterator[int]:
    """Whole numbers that may be sizes, those in comparisons and remainders first."""
    sides = [int(number) for node in nodes for number in compared(node, names) if number == int(number)]
    for number in sides:
        yield from (number, number + 1, number - 1)[: 3 if number <= _SHORT else 2]
    for node in nodes:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod | ast.BitAnd):
            right = number_of(node.right, names)
            if isinstance(right, int) and right > 1:
                period = right + isinstance(node.op, ast.BitAnd)
                rests = {number for number in sides if 0 <= number < period} | {0}
                yield from (rest + period * -(-near // period) for near in _NEAR for rest in sorted(rests))
    for node in nodes:
        whole = number_of(node, {})
        if isinstance(whole, int) and whole > 0 and whole & (whole - 1):  # a power of two is some block's size
            yield from (whole, whole + 1)


def constants(nodes: list[ast.AST]) -> Names:
    """The numbers that each name stands for: what is assigned to it, is its default, or is given for it in a call."""
    given: list[tuple[str, ast.expr | None]] = []
    for node in nodes:
        match node:
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)):
                pairs = zip(targets, values, strict=False)
                given += [(target.id, value) for target, value in pairs if isinstance(target, ast.Name)]
            case ast.Assign(targets=targets, value=value):
                given += [(target.id, value) for target in targets if isinstance(target, ast.Name)]
            case (
                ast.AnnAssign(target=ast.Name(id=name), value=value)
                | ast.NamedExpr(target=ast.Name(id=name), value=value)
            ):
                given.append((name, value))
            case ast.arguments(posonlyargs=first, args=args, kwonlyargs=others):
                positional = [*first, *args]
                given += [
                    (one.arg, value)
                    for one, value in zip(
                        positional[len(positional) - len(node.defaults) :], node.defaults, strict=True
                    )
                ]
                given += [(one.arg, value) for one, value in zip(others, node.kw_defaults, strict=True)]
            case ast.keyword(arg=str() as name, value=value):
                given.append((name, value))
    found: Names = {}
    for name, value in given:
        if value is not None and (number := number_of(value, found)) is not None:
            found.setdefault(name, set()).add(number)
    return found


def compared(node: ast.AST, names: Names) -> list[int | float]:
    """The numbers that a node compares something with."""
    if not isinstance(node, ast.Compare):
        return []
    sides = [node.left, *node.comparators]
    listed = [
        each for side in sides for each in (side.elts if isinstance(side, ast.Tuple | ast.List | ast.Set) else [side])
    ]
    found: list[int | float] = []
    for side in listed:
        number = number_of(side, names)
        found += sorted(names.get(side.id, ())) if isinstance(side, ast.Name) else [] if number is None else [number]
    return [number for number in found if abs(number) < 2**31]


def number_of(node: ast.AST, names: Names) -> int | float | None:
    """What a node of numbers, and of names that stand for one, comes to; None for others, and for what is too large."""
    match node:
        case ast.Constant(value=bool()):
            return None
        case ast.Constant(value=int() | float() as value):
            return value
        case ast.Name(id=name) if len(names.get(name, ())) == 1:
            return next(iter(names[name]))
        case ast.NamedExpr(value=value):
            return number_of(value, names)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inner = number_of(operand, names)
            return None if inner is None else -inner
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _FOLDED:
            one, other = number_of(left, names), number_of(right, names)
            is_power = isinstance(op, ast.LShift | ast.Pow)
            if not isinstance(one, int) or not isinstance(other, int) or (is_power and not 0 <= other < 64):
                return None
            if abs(one) > 2**63 or (isinstance(op, ast.FloorDiv) and not other):
                return None
            return _FOLDED[type(op)](one, other)
    return None
