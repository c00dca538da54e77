"""Reductions: cells that a loop only updates with an associative operator, and extrema with their positions."""

from analyses.finding import CONDITION, PROVEN, REASSOCIATION, Finding
from analyses.findings._render import evidence, spelled
from analyses.findings._updates import Reduction, reductions
from analyses.model import Model
from analyses.model.program import Binary, Element, Expr, Select, text

_WORDS = {
    "+": "a sum",
    "*": "a product",
    "min": "the minimum",
    "max": "the maximum",
    "argmin": "the minimum",
    "argmax": "the maximum",
    "last": "the last value assigned",
    "&": "the bitwise and",
    "|": "the bitwise or",
    "^": "the bitwise exclusive or",
}


def find(model: Model) -> list[Finding]:
    """One finding a loop level and array."""
    return [_finding(model, one) for one in reductions(model)]


def _finding(model: Model, one: Reduction) -> Finding:
    how, place = one.update, one.cells[0].place
    claim: dict = {
        "type": "reduction",
        "level": one.level.name,
        "array": one.array,
        "operator": how.operator,
        "statements": [statement.name for statement in one.statements],
    }
    if how.tie:
        claim["tie"] = how.tie
    if one.companions:
        claim["companions"] = list(one.companions)
    if how.guarded:
        claim["guarded"] = True
    rounds = how.operator in ("+", "*") and model.arrays[one.array].kind == "real"
    level = REASSOCIATION if rounds else PROVEN
    if how.unordered:
        level, claim["assumes"], claim["condition"] = CONDITION, "no NaN", spelled(model.context)
    deps = [d for d in model.flow if d.array == one.array and {d.source, d.sink} <= {*one.statements}]
    facts = evidence(*model.carried(one.level, deps), limit=1)
    if how.form is not None and how.operator == "+":
        facts["term"] = text(how.form.rest)
        claim["form"] = "dot product" if _is_product(how.form.rest) else "sum"
    advice, line = _advice(one, text(place), rounds), one.statements[0].line
    return Finding("reduction", level, model.name, line, claim, advice, facts)


def _advice(one: Reduction, place: str, rounds: bool) -> str:
    how = one.update
    dot = how.operator == "+" and how.form is not None and _is_product(how.form.rest)
    words = f"{place} is {'a dot product' if dot else _WORDS[how.operator]} over loop {one.level.name}"
    if how.guarded and how.operator != "last":
        words += " of the iterations whose condition holds"
    if how.operator == "last":
        return f"{words}: the iteration with the largest position that assigns wins, so positions reduce with max."
    sure = " without NaN" if how.unordered else ""
    if one.companions:
        return (
            f"{words} and {' and '.join(one.companions)} its position: combine (value, position) pairs in any tree "
            f"that keeps their order{sure and ', which is exact' + sure}; among equal values the {how.tie} position "
            "stays."
        )
    if rounds:
        return f"{words}: partial results in any tree are exact up to rounding."
    return f"{words}: partial results in any tree{sure} give exactly C's value."


def _is_product(term: Expr) -> bool:
    if isinstance(term, Select):
        return any(_is_product(side) for side in (term.then, term.orelse))
    if isinstance(term, Binary) and term.op in "+-":
        return _is_product(term.left) and _is_product(term.right)
    return isinstance(term, Binary) and term.op == "*" and all(isinstance(s, Element) for s in (term.left, term.right))
