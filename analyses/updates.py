"""A reduction's statement as an update, whatever way C spells it: s = s + x, or if (x > s) s = x."""

from collections.abc import Mapping
from dataclasses import dataclass

from analyses.model.program import Assign, Binary, Expr, For, If, Name, Unary


@dataclass(frozen=True)
class Update(Assign):
    """target = target (operator) value; the operator is + or *, or min or max."""

    operator: str = "+"


def updated(node, reductions: Mapping[str, str]):
    """A statement of a loop with its reductions (scalar -> operator) as updates; None where one has another form."""
    match node:
        case Assign(Name(name) as target, value) if name in reductions:
            operator = reductions[name]
            rest = _without(value, target, operator) if operator in ("+", "*") else None
            return Update(target, rest, node.line, operator) if rest is not None else None
        case If(Binary(op, one, two), (Assign(Name(name) as target, value),), ()) if name in reductions:
            operator = reductions[name]
            if operator in ("min", "max"):
                larger = {">": (one, two), ">=": (one, two), "<": (two, one), "<=": (two, one)}.get(op)
                larger = larger[::-1] if larger and operator == "min" else larger
                return Update(target, value, node.line, operator) if larger == (value, target) else None
    if isinstance(node, If):
        sides = [tuple(updated(one, reductions) for one in side) for side in (node.then, node.orelse)]
        return None if any(None in side for side in sides) else If(node.condition, sides[0], sides[1], node.line)
    if type(node) is For:
        body = tuple(updated(one, reductions) for one in node.body)
        return None if None in body else For(node.iterator, node.lower, node.upper, node.step, body, node.line)
    return node


def _without(value: Expr, target: Name, operator: str) -> Expr | None:
    """What a sum or product adds to its target; None where the target stands elsewhere."""
    if isinstance(value, Binary) and value.op == operator:
        for own, other in ((value.left, value.right), (value.right, value.left)):
            if own == target:
                return other
            if (rest := _without(own, target, operator)) is not None:
                return Binary(operator, rest, other)
    if isinstance(value, Binary) and value.op == "-" and operator == "+" and value.left == target:
        return Unary("-", value.right)
    return None
