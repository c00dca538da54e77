"""Legal sizes and parameters: the annotation's expressions, evaluated over whole numbers and numpy arrays."""

import ast
import operator
from collections.abc import Callable
from functools import lru_cache, reduce

import numpy as np

_BINARY = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
_COMPARE = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_CALLS: dict[str, Callable] = {
    "min": lambda *values: reduce(np.minimum, values),
    "max": lambda *values: reduce(np.maximum, values),
    "abs": np.abs,
}


class ExpressionError(ValueError):
    """An annotation's expression uses something other than arithmetic, comparisons and known names."""


@lru_cache(maxsize=4096)
def _parse(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def evaluate(text: str, **values):
    """The value of an expression; values may be numbers or numpy arrays (then `a if c else b` chooses by element).

    Raises ExpressionError for an unknown name or a construct outside the language, ZeroDivisionError as Python does.
    """
    return _value(_parse(text), values, text)


def _value(node, names, text):
    match node:
        case ast.Constant(value=int() | float() as number):
            return number
        case ast.Name(id=name) if name in names:
            return names[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, names, text)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return np.logical_not(_value(operand, names, text))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return _BINARY[type(op)](_value(left, names, text), _value(right, names, text))
        case ast.Compare(left=left, ops=ops, comparators=rights):
            values = [_value(part, names, text) for part in (left, *rights)]
            steps = [_COMPARE[type(op)](a, b) for op, a, b in zip(ops, values, values[1:], strict=False)]
            return steps[0] if len(steps) == 1 else np.logical_and.reduce(steps)
        case ast.BoolOp(op=op, values=parts):
            return _boolean(op, parts, names, text)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            chosen = [_value(part, names, text) for part in (test, body, orelse)]
            return np.where(*chosen)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in _CALLS:
            values = [_value(arg, names, text) for arg in args]
            result = _CALLS[name](*values)
            return result if isinstance(result, np.ndarray) else np.asarray(result).item()
    known = ", ".join(sorted(names))
    raise ExpressionError(f"{text!r}: {ast.unparse(node)!r} is not understood here (known names: {known})")


def _boolean(op, parts, names, text):
    # Left to right with short circuit, so that `n < 2 or (n-2)//inc ...` may guard its own right side.
    combine = np.logical_or if isinstance(op, ast.Or) else np.logical_and
    result = isinstance(op, ast.And)
    for part in parts:
        result = combine(result, _value(part, names, text))
        if np.ndim(result) == 0 and bool(result) == isinstance(op, ast.Or):
            break
    return result


def is_legal(loop, n: int, m: int, params: dict) -> bool:
    """Whether a loop stays within its arrays at these sizes and parameters (n, m >= 1)."""
    return n >= 1 and m >= 1 and all(bool(evaluate(rule, n=n, m=m, **params)) for rule in loop.requires)


def defaults(loop, n: int, m: int) -> dict:
    """The parameters that TSVC uses at these sizes."""
    return {p.name: p.value(evaluate(p.default, n=n, m=m)) for p in loop.params}


def arguments(loop, n: int, m: int, params: dict | None) -> dict:
    """All scalar parameters of a call: the given ones over TSVC's own.

    Raises KeyError for a name that the loop does not have.
    """
    given = dict(params or {})
    values = defaults(loop, n, m)
    unknown = set(given) - set(values)
    if unknown:
        raise KeyError(f"{loop.name} has no parameter {', '.join(sorted(unknown))} (has {', '.join(values) or 'none'})")
    return {
        parameter.name: parameter.value(given.get(parameter.name, values[parameter.name])) for parameter in loop.params
    }


def bounds(parameter, n: int, m: int) -> tuple:
    """The range that a parameter is drawn from at these sizes, both ends legal candidates."""
    return tuple(parameter.value(evaluate(text, n=n, m=m)) for text in (parameter.low, parameter.high))


def extents(array, n: int, m: int) -> tuple[int, ...]:
    """An array's shape at these sizes."""
    return tuple(int(evaluate(text, n=n, m=m)) for text in array.extents)


def ends(array, scalars: dict) -> tuple[float, float]:
    """The least and largest number of a real array: -1 and 1 where its loop states none. scalars: n, m, parameters."""
    low, high = (float(evaluate(text, **scalars)) for text in (array.low or "-1", array.high or "1"))
    return low, high
