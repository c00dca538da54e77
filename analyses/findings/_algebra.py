"""What kind of update an expression is: linear in some start values, an extremum, or a last value.

The vocabulary is that of LLVM's recurrence descriptors (add, multiply, min, max, find-last), decided on expressions.
"""

from collections.abc import Callable
from dataclasses import dataclass

from analyses.model.program import (
    Binary,
    Cast,
    Element,
    Expr,
    Name,
    Number,
    Select,
    Unary,
    kind_of,
    walk,
)

ONE, ZERO = Number(1), Number(0)
IsState = Callable[[Expr], bool]
_TAKES = {">": ("max", "first"), ">=": ("max", "last"), "<": ("min", "first"), "<=": ("min", "last")}
_TURNED = {">": "<", "<": ">", ">=": "<=", "<=": ">="}
_OPPOSITE = {">": "<=", "<": ">=", ">=": "<", "<=": ">"}


@dataclass(frozen=True)
class Linear:
    """factors[state] * state + ... + rest; absent factors are zero."""

    factors: dict[Expr, Expr]
    rest: Expr


def _real(expr: Expr) -> Expr:
    """The same value as a real number, so that a quotient is none of whole numbers."""
    if isinstance(expr, Number) and expr.kind == "int":
        return Number(float(expr.value), "real")
    return expr if kind_of(expr) == "real" else Cast("real", expr)


def free(expr: Expr, is_state: IsState) -> bool:
    """Whether an expression reads no state."""
    return not any(isinstance(part, Name | Element) and is_state(part) for part in walk(expr))


def linear(expr: Expr, is_state: IsState) -> Linear | None:
    """The expression as a linear form of the states; None if it is none."""
    if free(expr, is_state):
        return Linear({}, expr)
    match expr:
        case Name() | Element() if is_state(expr):
            return Linear({expr: ONE}, ZERO)
        case Unary("-", operand):
            inner = linear(operand, is_state)
            return None if inner is None else _each(inner, _minus)
        case Cast("real", operand) if kind_of(operand) == "real":
            return linear(operand, is_state)
        case Binary("+" | "-" as op, left, right):
            one, two = linear(left, is_state), linear(right, is_state)
            if one is None or two is None:
                return None
            two = _each(two, _minus) if op == "-" else two
            return Linear(
                {s: _sum(one.factors.get(s, ZERO), two.factors.get(s, ZERO)) for s in {**one.factors, **two.factors}},
                _sum(one.rest, two.rest),
            )
        case Binary("*", left, right):
            if not free(left, is_state):
                left, right = right, left
            inner = linear(right, is_state) if free(left, is_state) else None
            return None if inner is None else _each(inner, lambda e: _product(left, e))
        case Binary("/", left, right) if kind_of(expr) == "real" and free(right, is_state):
            inner = linear(left, is_state)
            return None if inner is None else _each(inner, lambda e: e if e == ZERO else Binary("/", _real(e), right))
        case Select(condition, then, orelse) if free(condition, is_state):
            one, two = linear(then, is_state), linear(orelse, is_state)
            if one is None or two is None:
                return None

            def pick(a: Expr, b: Expr) -> Expr:
                return a if a == b else Select(condition, a, b)

            factors = {
                s: pick(one.factors.get(s, ZERO), two.factors.get(s, ZERO)) for s in {**one.factors, **two.factors}
            }
            return Linear(factors, pick(one.rest, two.rest))
    return None


def _each(form: Linear, change: Callable[[Expr], Expr]) -> Linear:
    return Linear({state: change(factor) for state, factor in form.factors.items()}, change(form.rest))


def _minus(expr: Expr) -> Expr:
    return Number(-expr.value, expr.kind) if isinstance(expr, Number) else Unary("-", expr)


def _sum(one: Expr, two: Expr) -> Expr:
    if one == ZERO or two == ZERO:
        return two if one == ZERO else one
    if isinstance(one, Number) and isinstance(two, Number):
        return Number(one.value + two.value, "int" if one.kind == two.kind == "int" else "real")
    return Binary("+", one, two)


def _product(one: Expr, two: Expr) -> Expr:
    if ZERO in (one, two):
        return ZERO
    return two if one == ONE else one if two == ONE else Binary("*", one, two)


@dataclass(frozen=True)
class Update:
    """state = state (operator) something without the state.

    operator: + * & | ^ min max last, or linear. tie: which of equal extrema stays. condition: of an extremum, as the
    expression that decides. ordered: it takes unordered values too (!(e <= x)), so a NaN makes the order matter.
    guarded: some iterations leave the state alone.
    """

    operator: str
    guarded: bool = False
    tie: str = ""
    condition: Expr | None = None
    unordered: bool = False
    form: Linear | None = None


def update(value: Expr, state: Expr) -> Update | None:
    """How a value depends on one state; None if it does not, or in no known way."""

    def is_state(part: Expr) -> bool:
        return part == state

    if free(value, is_state):
        return None
    leaves = list(_leaves(value, is_state))
    if len(leaves) > 1 and all(leaf == state or free(leaf, is_state) for leaf in leaves):
        return Update("last", True)
    extreme = _extremum(value, state, is_state)
    if extreme is not None:
        return extreme
    if isinstance(value, Binary) and value.op in ("&", "|", "^"):
        sides = (value.left, value.right)
        if state in sides and free(sides[sides[0] == state], is_state):
            return Update(value.op)
    form = linear(value, is_state)
    if form is None:
        return None
    factor, guarded = form.factors[state], isinstance(form.rest, Select) and ZERO in (form.rest.then, form.rest.orelse)
    if factor == ONE:
        return Update("+", guarded, form=form)
    if form.rest == ZERO:
        return Update("*", isinstance(factor, Select) and ONE in (factor.then, factor.orelse), form=form)
    return Update("linear", form=form)


def _leaves(value: Expr, is_state: IsState):
    """What a tree of ?: on conditions without the state may give."""
    if isinstance(value, Select) and free(value.condition, is_state):
        yield from _leaves(value.then, is_state)
        yield from _leaves(value.orelse, is_state)
    else:
        yield value


def _extremum(value: Expr, state: Expr, is_state: IsState) -> Update | None:
    """e > x ? e : x and its relatives, also several in a row and under a condition without the state."""
    if not isinstance(value, Select):
        return None
    if free(value.condition, is_state):
        sides = [_extremum(side, state, is_state) for side in (value.then, value.orelse) if side != state]
        if not sides or any(side is None for side in sides):
            return None
        first, last = sides[0], sides[-1]
        assert first is not None and last is not None
        same = (first.operator, first.tie) == (last.operator, last.tie)
        return Update(first.operator, True, first.tie, None, first.unordered or last.unordered) if same else None
    for taken, kept, wanted in ((value.then, value.orelse, True), (value.orelse, value.then, False)):
        if not free(taken, is_state):
            continue
        inner = None if kept == state else _extremum(kept, state, is_state)
        if kept != state and inner is None:
            continue
        found = _compares(value.condition, taken, kept, wanted)
        if found is None or (inner and (inner.operator, inner.tie) != _TAKES[found[0]]):
            continue
        operator, tie = _TAKES[found[0]]
        single = value.condition if inner is None else None
        return Update(operator, False, tie, single, found[1] or bool(inner and inner.unordered))
    return None


def _compares(condition: Expr, taken: Expr, kept: Expr, wanted: bool) -> tuple[str, bool] | None:
    """(operator with which `taken` is compared to `kept` when it is taken, whether a NaN is taken too)."""
    while isinstance(condition, Unary) and condition.op == "!":
        condition, wanted = condition.operand, not wanted
    if not isinstance(condition, Binary) or condition.op not in _TAKES:
        return None
    op = condition.op
    if (condition.left, condition.right) == (kept, taken):
        op = _TURNED[op]
    elif (condition.left, condition.right) != (taken, kept):
        return None
    return (op, False) if wanted else (_OPPOSITE[op], kind_of(taken) == "real")
