"""Python for numba: a loop's normal form written out, with `prange` exactly where the findings prove it right."""

from collections.abc import Mapping

from analyses.model import Model
from analyses.model.program import (
    Assign,
    Binary,
    Break,
    Call,
    Cast,
    Element,
    Expr,
    For,
    If,
    Name,
    Number,
    Select,
    Unary,
    While,
    kind_of,
    walk,
)
from analyses.threads import Copy, NotShared, Shared, shared_program
from analyses.updates import Update, updated

#: What every text begins with. C's integer division rounds towards zero, Python's down.
HEAD = """import numba
import numpy as np


@numba.njit(inline="always")
def quotient(a, b):
    q = a // b
    return q + 1 if q < 0 and q * b != a else q


"""
_CALLS = {"abs": "abs"}


def numba_text(model: Model, sizes: Mapping[str, int], params: Mapping[str, float]) -> str:
    """A module with a function of the loop's name and parameters: arrays of their own shapes, numbers.

    It runs on all cores where a loop is proven to be parallel or a sum or product, else on one. sizes, params: of the
    call; they decide what is proven under a condition.
    """
    integers = {name: value for name, value in params.items() if isinstance(value, int)}
    try:
        body: tuple = tuple(_alone(node) for node in shared_program(model, {**sizes, **integers}))
    except NotShared:
        body = model.program.body
    return _text(model, body)


def _alone(node):
    """The node with loops shared only as numba can: no value of a private scalar lives on, sums are plain updates."""
    if isinstance(node, If):
        then, orelse = (tuple(map(_alone, side)) for side in (node.then, node.orelse))
        return If(node.condition, then, orelse, node.line)
    if not isinstance(node, For):
        return node
    body = tuple(map(_alone, node.body))
    if isinstance(node, Shared):
        changed = [updated(one, node.reductions) for one in body]
        targets = [part.target for part in walk(tuple(one for one in changed if one)) if isinstance(part, Update)]
        # numba knows a reduction by its one update.
        if not node.last and None not in changed and len(set(targets)) == len(targets):
            return Shared(node.iterator, node.lower, node.upper, node.step, tuple(changed), node.line, node.private,
                          (), node.reductions)  # fmt: skip
    return For(node.iterator, node.lower, node.upper, node.step, body, node.line)


def _text(model: Model, body) -> str:
    loop, program = model.loop, model.program
    lines = [f"def {loop.name}({', '.join(name for name, _ in loop.signature)}):"]
    lines += [
        f"    {name} = {'0' if kind == 'int' else 'np.float32(0)'}" for name, kind in sorted(program.scalars.items())
    ]
    arguments = {array.name for array in loop.arrays}
    for name, (kind, extents) in sorted(program.arrays.items()):
        if name not in arguments:
            shape = ", ".join(_expr(extent) for extent in extents if extent is not None)
            lines.append(f"    {name} = np.empty(({shape},), np.{'int32' if kind == 'int' else 'float32'})")
    lines += _block(body, 1)
    if loop.result:
        lines.append("    return return_value")
    is_shared = any("numba.prange(" in line for line in lines)
    options = "parallel=True, fastmath=True, cache=True" if is_shared else "fastmath=True, cache=True"
    return HEAD + f"@numba.njit({options})\n" + "\n".join([*lines, ""])


def _block(body, indent: int) -> list[str]:
    return [line for node in body for line in _statement(node, indent)] or ["    " * indent + "pass"]


def _statement(node, indent: int) -> list[str]:
    pad = "    " * indent
    match node:
        case Copy(array, copied):
            return [f"{pad}{copied} = {array}.copy()"]
        case Update(target=Name(name), operator=operator, value=value):
            if operator in ("min", "max"):
                return [f"{pad}{name} = {operator}({name}, {_expr(value)})"]
            return [f"{pad}{name} {operator}= {_expr(value)}"]
        case Assign(target, value):
            wanted, given = kind_of(target), kind_of(value)
            text = _expr(value)
            if isinstance(target, Name):
                text = f"np.float32({text})" if wanted == "real" else f"int({text})" if given == "real" else text
            return [f"{pad}{_expr(target)} = {text}"]
        case If(condition, then, orelse):
            lines = [f"{pad}if {_expr(condition)}:", *_block(then, indent + 1)]
            return [*lines, f"{pad}else:", *_block(orelse, indent + 1)] if orelse else lines
        case Shared(iterator, lower, upper, step) if step != 1:
            # prange counts in ones.
            low, high = (_expr(lower), _expr(upper)) if step > 0 else (_expr(upper), _expr(lower))
            count = f"({high} - {low} + {abs(step) - 1}) // {abs(step)}"
            head = f"{pad}for {iterator}_count in numba.prange({count}):"
            now = f"{pad}    {iterator} = {_expr(lower)} + {iterator}_count * {step}"
            return [head, now, *_block(node.body, indent + 1)]
        case For(iterator, lower, upper, step, body):
            kind = "numba.prange" if isinstance(node, Shared) else "range"
            span = f"{_expr(lower)}, {_expr(upper)}" + (f", {step}" if step != 1 else "")
            return [f"{pad}for {iterator} in {kind}({span}):", *_block(body, indent + 1)]
        case While(iterator, condition, body):
            counted = [*_block(body, indent + 1), f"{pad}    {iterator} += 1"]
            return [f"{pad}{iterator} = 0", f"{pad}while {_expr(condition)}:", *counted]
        case Break():
            return [f"{pad}break"]
    raise TypeError(node)


def _expr(node: Expr) -> str:
    match node:
        case Number(value, kind):
            return f"np.float32({value!r})" if kind == "real" else f"({value!r})" if value < 0 else repr(value)
        case Name(name):
            return name
        case Element(array, subscripts):
            return f"{array}[{', '.join(map(_expr, subscripts))}]"
        case Unary("!", operand):
            return f"(not {_expr(operand)})"
        case Unary(op, operand):
            return f"({op}{_expr(operand)})"
        case Binary("&&" | "||" as op, left, right):
            return f"({_expr(left)} {'and' if op == '&&' else 'or'} {_expr(right)})"
        case Binary("/", left, right) if kind_of(node) == "int":
            return f"quotient({_expr(left)}, {_expr(right)})"
        case Binary("%", left, right):
            return f"({_expr(left)} - quotient({_expr(left)}, {_expr(right)}) * {_expr(right)})"
        case Binary(op, left, right):
            kinds = kind_of(left), kind_of(right)
            sides = [_expr(left), _expr(right)]
            if set(kinds) == {"int", "real"}:  # C's float, where Python would take float64
                sides = [
                    f"np.float32({side})" if kind == "int" else side for side, kind in zip(sides, kinds, strict=True)
                ]
            return f"({sides[0]} {op} {sides[1]})"
        case Call(function, arguments):
            return f"{_CALLS.get(function, f'np.{function}')}({', '.join(map(_expr, arguments))})"
        case Cast(kind, operand):
            return f"{'int' if kind == 'int' else 'np.float32'}({_expr(operand)})"
        case Select(condition, then, orelse):
            return f"({_expr(then)} if {_expr(condition)} else {_expr(orelse)})"
    raise TypeError(node)
