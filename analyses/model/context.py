"""What is known about sizes and parameters, and what follows at a point of the program."""

import ast

import islpy as isl

from analyses.model.polynomial import Polynomial
from tsvc.domain import ExpressionError, evaluate
from tsvc.loops import Loop

_COMPARE = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "=", ast.NotEq: "!="}


class Context:
    """The legal sizes as constraints; conditions that are not affine are left out (the set is larger then)."""

    def __init__(self, loop: Loop, parameters: tuple[str, ...], positive: frozenset[str] = frozenset()):
        """positive: parameters that are assumed to be at least 1 (symbolic strides)."""
        self.parameters = parameters
        facts = [f"{name} >= 1" for name in sorted(positive)] + [
            f"{size} >= 1" for size in ("n", "m") if size in parameters
        ]
        for rule in loop.requires:
            fact = _condition(ast.parse(rule, mode="eval").body, parameters)
            if fact is not None:
                facts.append(f"({fact})")
        self.text = " and ".join(facts) or "true"
        self.head = f"[{', '.join(parameters)}] -> " if parameters else ""
        self.params = isl.Set(f"{self.head}{{ : {self.text} }}")
        self.proofs: dict[tuple, bool] = {}

    def set(self, tuple_text: str, constraints) -> isl.Set:
        return isl.Set(f"{self.head}{{ {tuple_text} : {' and '.join([self.text, *constraints])} }}")

    def proves(self, region: "Region", poly: Polynomial) -> bool:
        """Whether poly >= 0 at every point of the region."""
        if not poly.is_affine or not poly.names <= {*self.parameters, *region.iterators}:
            return False
        if poly.value is not None:
            return poly.value >= 0
        key = (region, poly)
        if key not in self.proofs:
            space = f"[{', '.join(region.iterators)}]"
            self.proofs[key] = self.set(space, [*region.constraints, f"{poly} < 0"]).is_empty()
        return self.proofs[key]


class Region:
    """A point of the program: the counters around it and the affine constraints that hold there."""

    def __init__(self, context: Context, iterators: tuple[str, ...] = (), constraints: tuple[str, ...] = ()):
        self.context, self.iterators, self.constraints = context, iterators, constraints

    def __hash__(self) -> int:
        return hash((self.iterators, self.constraints))

    def __eq__(self, other) -> bool:
        return isinstance(other, Region) and (self.iterators, self.constraints) == (other.iterators, other.constraints)

    @property
    def symbols(self) -> frozenset[str]:
        return frozenset((*self.iterators, *self.context.parameters))

    def proves(self, poly: Polynomial) -> bool:
        """Whether poly >= 0 here."""
        return self.context.proves(self, poly)

    def inside(self, iterator: str, constraints=()) -> "Region":
        return Region(self.context, (*self.iterators, iterator), (*self.constraints, *constraints))

    def where(self, *constraints: str) -> "Region":
        return Region(self.context, self.iterators, (*self.constraints, *constraints))


def _condition(node: ast.expr, names) -> str | None:
    """A requirement as isl constraints; None where it is not affine (dropping it only enlarges the set)."""
    match node:
        case ast.BoolOp(op=op, values=values):
            parts = [_condition(value, names) for value in values]
            if isinstance(op, ast.And):
                return " and ".join(f"({part})" for part in parts if part is not None) or None
            return " or ".join(f"({part})" for part in parts) if all(p is not None for p in parts) else None
        case ast.Compare(left=left, ops=ops, comparators=rights):
            sides = [_affine(part, names) for part in (left, *rights)]
            found = [
                f"{a} {_COMPARE[type(op)]} {b}"
                for op, a, b in zip(ops, sides, sides[1:], strict=False)
                if a is not None and b is not None and type(op) in _COMPARE
            ]
            return "(" + " and ".join(found) + ")" if found else None
    return None


def _affine(node: ast.expr, names) -> str | None:
    try:
        number = evaluate(ast.unparse(node))
    except (ExpressionError, ZeroDivisionError):
        number = None
    if isinstance(number, int):
        return str(number)
    match node:
        case ast.Name(id=name) if name in names:
            return name
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inner = _affine(operand, names)
            return f"-({inner})" if inner is not None else None
        case ast.BinOp(left=left, op=op, right=right):
            one, two = _affine(left, names), _affine(right, names)
            if one is None or two is None:
                return None
            match op:
                case ast.Add() | ast.Sub():
                    return f"({one} {'+' if isinstance(op, ast.Add) else '-'} {two})"
                case ast.Mult() if _is_number(one) or _is_number(two):
                    return f"{one}*{two}" if _is_number(one) else f"{two}*{one}"
                case ast.FloorDiv() if _is_number(two):
                    return f"floor(({one})/{two})"
                case ast.Mod() if _is_number(two):
                    return f"(({one}) mod {two})"
    return None


def _is_number(text: str) -> bool:
    return text.lstrip("-").isdigit()
