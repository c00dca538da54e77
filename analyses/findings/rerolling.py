"""Loop rerolling: a loop unrolled by hand, folded back to the one copy of its body that it repeats.

The copies are the same but for the counter, shifted by a constant (the loop reroll pass of LLVM, on expressions).
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

from analyses.finding import PROVEN, REASSOCIATION, Finding
from analyses.model import Level, Model
from analyses.model.polynomial import Polynomial, expression, polynomial
from analyses.model.program import Assign, Binary, Break, Element, Expr, For, If, Name, While, kind_of, text, walk


@dataclass(frozen=True)
class Rolled:
    """copies of a body, or of a sum's terms, that follow each other at distance step; exact: no sum is regrouped."""

    copies: int
    step: int
    terms: tuple[Expr, ...] = ()
    exact: bool = True


def find(model: Model) -> list[Finding]:
    """Each loop whose body, or whose only accumulation, repeats itself for the iterations that its step skips."""
    return [
        _finding(model, level, rolled)
        for level in model.levels
        if abs(level.step) > 1 and (rolled := rolled_body(level) or rolled_terms(level))
    ]


def rolled_body(level: Level) -> Rolled | None:
    """The most copies of the same statements that make up the body."""
    body = level.node.body
    if any(isinstance(node, For | While | Break) for node in walk(body)):
        return None
    for copies in range(len(body), 1, -1):
        if len(body) % copies or level.step % copies:
            continue
        size, step = len(body) // copies, level.step // copies
        first = body[:size]
        if all(
            body[copy * size : (copy + 1) * size] == _shifted(first, level, copy * step, body[copy * size :])
            for copy in range(1, copies)
        ):
            return Rolled(copies, step)
    return None


def rolled_terms(level: Level) -> Rolled | None:
    """The copies of one term that a body's only statement adds (multiplies) to a place that stays the same."""
    match level.node.body:
        case (Assign(target, Binary("+" | "*" as op)) as node,) if kind_of(target) == "real":
            left, terms = _chain(node.value, op)
        case _:
            return None
    if left != target:
        return None
    exact = len(terms) > 1
    if not exact:  # target + (e0 + e1 + ...)
        first, rest = _chain(terms[0], op)
        terms = (first, *rest)
    copies = len(terms)
    if copies < 2 or level.step % copies or _plain(target, level, 1) != _plain(target, level, 0):
        return None
    step = level.step // copies
    if any(_plain(terms[0], level, copy * step) != _plain(terms[copy], level, 0) for copy in range(copies)):
        return None
    return Rolled(copies, step, terms, exact)


def _chain(expr: Expr, op: str) -> tuple[Expr, tuple[Expr, ...]]:
    """((first op e0) op e1) ...: (first, (e0, e1, ...))"""
    terms: list[Expr] = []
    while isinstance(expr, Binary) and expr.op == op:
        terms.insert(0, expr.right)
        expr = expr.left
    return expr, tuple(terms)


def _shifted(first: Sequence, level: Level, amount: int, like: Sequence):
    """The statements for a counter that is larger by an amount, comparable with those at their own lines."""
    if all(_plain(one, level, amount) == _plain(two, level, 0) for one, two in zip(first, like, strict=False)):
        return tuple(like[: len(first)])
    return None


def _plain(node, level: Level, amount: int):
    """A statement or expression without lines, its integer parts as polynomials, the counter increased."""
    if isinstance(node, tuple):
        return tuple(_plain(part, level, amount) for part in node)
    if isinstance(node, Element | Name | Binary) and kind_of(node) == "int" and not isinstance(node, Element):
        found = polynomial(node, _Anything())
        if found is not None:
            counter = Polynomial.atom(level.name) + Polynomial.constant(amount)
            return expression(found.substitute({level.name: counter}))
    if hasattr(node, "__dataclass_fields__"):
        parts = [getattr(node, item.name) for item in fields(node) if item.name != "line"]
        return (type(node).__name__, *(_plain(part, level, amount) for part in parts))
    return node


class _Anything:
    """Every name is a symbol here: two equal scalars are equal whatever they hold."""

    def __contains__(self, name) -> bool:
        return True


def _finding(model: Model, level: Level, rolled: Rolled) -> Finding:
    node = level.node
    head = node.body[: len(node.body) // rolled.copies] if not rolled.terms else node.body
    lines = sorted({part.line for part in walk(head) if isinstance(part, Assign | If)})
    what = f"the term {text(rolled.terms[0])} of line {lines[0]}" if rolled.terms else f"line {lines[0]}"
    claim = {
        "type": "rerolling",
        "level": level.name,
        "copies": rolled.copies,
        "step": rolled.step,
        "terms": bool(rolled.terms),
        "exact": rolled.exact,
    }
    until = text(node.upper) if isinstance(node, For) else ""
    return Finding(
        "rerolling",
        PROVEN if rolled.exact else REASSOCIATION,
        model.name,
        level.line,
        claim,
        f"Loop {level.name} is unrolled by hand: it is {what} for every {level.name} in steps of {rolled.step}, "
        f"{rolled.copies} at a time (the last {rolled.copies} may run past {until}).",
    )
