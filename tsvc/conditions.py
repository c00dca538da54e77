"""Sizes at which a condition of a kernel's text is what it seldom is: n % 61 == 5, a hash of n, two limits together.

A condition on sizes alone, with numbers and names that stand for such, is worked out for all sizes at once; those at
which it is true, or false, for fewer than one in sixteen are worth a case. So are sizes at which what is cut into
blocks comes out even, or one element more, where no usual size does that. The text is read, never run.
"""

import ast
from collections.abc import Callable, Iterable, Iterator
from functools import partial

import numpy as np

from tsvc.loops import Loop

#: Up to which n, or m, conditions are worked out; and up to which those on both.
LARGEST = {"n": 1 << 21, "m": 1400}
_BOTH = {"n": 4097, "m": 64}
#: What is seldom; how many conditions of a text are looked at.
_SELDOM, _COUNT = 1 / 16, 40
#: Up to which sizes it is asked whether blocks come out even.
_EVEN = {"n": 1 << 14, "m": 300}
#: Besides the smallest sizes of each condition some from here on: more than a block or two.
_LARGER = {"n": 3000, "m": 40}
#: So many of the smallest sizes are tried in any case.
_MANY = 1000
#: How deep names may stand for names.
_DEPTH = 8
_ALIASES = {"n": ("n", "N", "n_elements", "num_elements", "len_1d", "LEN_1D"), "m": ("m", "M", "len_2d", "LEN_2D")}
_OPERATORS: dict[type, Callable] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.FloorDiv: np.floor_divide,
    ast.Mod: np.mod,
    ast.BitAnd: np.bitwise_and,
    ast.BitOr: np.bitwise_or,
    ast.BitXor: np.bitwise_xor,
    ast.LShift: np.left_shift,
    ast.RShift: np.right_shift,
    ast.Eq: np.equal,
    ast.NotEq: np.not_equal,
    ast.Lt: np.less,
    ast.LtE: np.less_equal,
    ast.Gt: np.greater,
    ast.GtE: np.greater_equal,
}
_CALLS: dict[str, Callable] = {
    "cdiv": lambda a, b: -(-a // b),
    "min": np.minimum,
    "minimum": np.minimum,
    "max": np.maximum,
    "maximum": np.maximum,
    "abs": np.abs,
    "int": lambda a: a,
    "bool": lambda a: a != 0,
}


class _Unknown(Exception):
    """An expression that does not hang on sizes alone."""


def rare_sizes(loop: Loop, nodes: list[ast.AST], usual: set[int]) -> list[dict[str, int]]:
    """The sizes, of n, of m or of both, by name.

    nodes: of a text's syntax tree. usual: sizes that are judged in any case.
    """
    known = _Known(loop, nodes)
    found: list[dict[str, int]] = []
    for condition in list(_conditions(nodes))[:_COUNT]:
        found += _searched(known, condition, _rare)
    for rest in list(_divisions(nodes))[:_COUNT]:
        found += _searched(known, rest, partial(_even, usual=usual))
    return [dict(sizes) for sizes in dict.fromkeys(tuple(one.items()) for one in found)]


def _searched(known: "_Known", expression: ast.expr, search: Callable[..., Iterable[dict]]) -> list[dict[str, int]]:
    """What a search finds, given the sizes that an expression hangs on; nothing where that is not known."""
    try:
        names = known.sizes_in(expression)
        return list(search(known, expression, names)) if names else []
    except (_Unknown, RecursionError):
        return []


def _conditions(nodes: list[ast.AST]) -> Iterator[ast.expr]:
    for node in nodes:
        if isinstance(node, ast.If | ast.IfExp | ast.While | ast.Assert):
            yield node.test
    yield from (node for node in nodes if isinstance(node, ast.Compare | ast.BoolOp))


def _divisions(nodes: list[ast.AST]) -> Iterator[ast.BinOp]:
    """For everything that is cut into blocks, what is left of it."""
    for node in nodes:
        match node:
            case (
                ast.Call(func=ast.Attribute(attr="cdiv") | ast.Name(id="cdiv" | "divmod"), args=[whole, block])
                | ast.BinOp(left=whole, op=ast.FloorDiv(), right=block)
            ):
                yield ast.BinOp(whole, ast.Mod(), block)


def _even(known: "_Known", rest: ast.BinOp, names: set[str], usual: set[int]) -> Iterator[dict[str, int]]:
    """The least size of a block or more at which nothing is left, and one above _LARGER, unless that is so at a usual
    size; the same for one that is left.
    """
    if len(names) != 1:
        return
    (name,) = names
    sizes = {name: np.arange(1, _EVEN[name] + 1)}
    with np.errstate(all="ignore"):
        whole, block, left = (np.broadcast_to(known.value(each, sizes), (_EVEN[name],)) for each in _parts(rest))
    for wanted in (0, 1):
        where = np.flatnonzero((left == wanted) & (whole >= block)) + 1
        if not usual & set(where.tolist()):
            for size in (*where[:1], *where[where >= _LARGER[name]][:1]):
                yield {name: int(size)}


def _parts(rest: ast.BinOp) -> tuple[ast.expr, ast.expr, ast.expr]:
    return rest.left, rest.right, rest


def _rare(known: "_Known", condition: ast.expr, names: set[str]) -> Iterator[dict[str, int]]:
    largest = LARGEST if len(names) == 1 else _BOTH
    axes = np.meshgrid(*(np.arange(1, largest[name] + 1) for name in sorted(names)), indexing="ij")
    sizes = {name: axis.ravel() for name, axis in zip(sorted(names), axes, strict=True)}
    count = next(iter(sizes.values())).size
    with np.errstate(all="ignore"):
        holds = np.broadcast_to(np.asarray(known.value(condition, sizes)) != 0, (count,))
    true = int(holds.sum())
    if not 0 < min(true, count - true) <= _SELDOM * count:
        return
    where = np.flatnonzero(holds if true * 2 < count else ~holds)
    if where[-1] == where.size - 1 >= _MANY:  # all sizes up to a limit: most cases are below it
        return
    larger = where[np.logical_and.reduce([sizes[name][where] >= _LARGER[name] for name in names])]
    for place in (*where[:2], *larger[:2]):  # of each two: the first may be whole in every respect
        yield {name: int(values[place]) for name, values in sizes.items()}


class _Known:
    def __init__(self, loop: Loop, nodes: list[ast.AST]):
        own = "n" if "n" in loop.sizes else "m"
        self.own = own
        self.sizes = {alias: name for name in loop.sizes for alias in _ALIASES[name]}
        if own == "m":  # the only size there is
            self.sizes |= dict.fromkeys(_ALIASES["n"], "m")
        self.names: dict[str, list[ast.expr]] = {}
        for node in nodes:
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    self.names.setdefault(name, []).append(value)
                case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)):
                    for target, one in zip(targets, values, strict=False):
                        if isinstance(target, ast.Name):
                            self.names.setdefault(target.id, []).append(one)
                case ast.NamedExpr(target=ast.Name(id=name), value=value):
                    self.names.setdefault(name, []).append(value)
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                    self.names.setdefault(name, []).append(value)

    def sizes_in(self, node: ast.expr, depth: int = 0) -> set[str]:
        """The sizes that an expression hangs on."""
        if depth > _DEPTH:
            raise _Unknown
        found = set()
        for each in ast.walk(node):
            if _is_length(each):
                found.add(self.own)
            elif isinstance(each, ast.Name) and each.id in self.sizes:
                found.add(self.sizes[each.id])
            elif isinstance(each, ast.Name) and len(self.names.get(each.id, ())) == 1:
                found |= self.sizes_in(self.names[each.id][0], depth + 1)
        return found

    def value(self, node: ast.expr, sizes: dict[str, np.ndarray], depth: int = 0):
        """What an expression comes to for each of the sizes. Raises _Unknown."""

        def of(other: ast.expr):
            return self.value(other, sizes, depth)

        if _is_length(node) and self.own in sizes:
            return sizes[self.own]
        match node:
            case ast.Constant(value=int() | float() as value):
                return value
            case ast.Name(id=name) if name in self.sizes and self.sizes[name] in sizes:
                return sizes[self.sizes[name]]
            case ast.Name(id=name) if len(self.names.get(name, ())) == 1 and depth < _DEPTH:
                return self.value(self.names[name][0], sizes, depth + 1)
            case ast.NamedExpr(value=value):
                return of(value)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return np.negative(of(operand))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return of(operand) == 0
            case ast.BinOp(left=left, op=ast.Pow(), right=ast.Constant(value=int() as power)) if 0 <= power <= 4:
                return np.power(of(left), power)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
                return _applied(_OPERATORS[type(op)], of(left), of(right))
            case ast.BoolOp(op=op, values=values):
                combine = np.logical_and if isinstance(op, ast.And) else np.logical_or
                return combine.reduce(np.broadcast_arrays(*(np.asarray(of(each)) != 0 for each in values)))
            case ast.Compare(left=left, ops=[ast.In() | ast.NotIn() as op], comparators=[listed]):
                if not isinstance(listed, ast.Tuple | ast.List | ast.Set):
                    raise _Unknown
                inside = np.isin(of(left), [of(each) for each in listed.elts])
                return inside if isinstance(op, ast.In) else ~inside
            case ast.Compare(left=left, ops=ops, comparators=others) if all(type(op) in _OPERATORS for op in ops):
                sides = [of(side) for side in (left, *others)]
                pairs = zip(sides, ops, sides[1:], strict=False)
                return np.logical_and.reduce(
                    np.broadcast_arrays(*(_applied(_OPERATORS[type(op)], a, b) for a, op, b in pairs))
                )
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=args) if name in _CALLS and args:
                return _applied(_CALLS[name], *map(of, args))
        raise _Unknown


def _applied(function: Callable, *values):
    try:
        return function(*values)
    except (TypeError, ValueError, ArithmeticError):  # a bitwise operator of fractions, 1 << -1, a number too large
        raise _Unknown from None


def _is_length(node: ast.AST) -> bool:
    """Whether a node asks for how many elements an array has."""
    match node:
        case ast.Call(func=ast.Attribute(attr="numel"), args=[]) | ast.Call(func=ast.Name(id="len"), args=[_]):
            return True
        case ast.Subscript(value=ast.Attribute(attr="shape")):
            return True
        case ast.Call(func=ast.Attribute(attr="size"), args=[_]):
            return True
    return False
