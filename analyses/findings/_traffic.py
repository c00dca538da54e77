"""How much memory a call must move and how much it computes, as polynomials of its sizes.

Distinct elements that are read before they are written, and distinct elements written, each counted once: the
compulsory traffic of the roofline model (Williams, Waterman, Patterson 2009).
"""

from fractions import Fraction

import islpy as isl

from analyses.finding import CONDITION, OVERAPPROXIMATION, PROVEN, Finding
from analyses.findings._count import SMALLEST, count, python, sizes
from analyses.findings._render import spelled
from analyses.model import Access, Model, Statement
from analyses.model.polynomial import Polynomial
from analyses.model.program import Binary, Call, Select, kind_of, walk

#: Bytes of an element: real is float, int has 32 bits.
ELEMENT = 4


def traffic(model: Model) -> Finding | None:
    """Bytes and operations of the whole call; None where neither has a closed form."""
    context = _running(model)
    if context.is_empty():
        return None
    moved = _bytes(model, context)
    work = _operations(model, context)
    claim: dict = {"type": "traffic", "sizes": {k: v for k, v in SMALLEST.items() if k in model.parameters}}
    given = "" if sizes(model).is_subset(context) else model.describe(context)
    if given:
        claim["condition"] = spelled(context)
    for name, (low, high) in (("bytes", moved), ("operations", work)):
        if low == high:
            claim[name] = python(high)
        else:
            claim[f"{name}_at_least"] = python(low)
            if high is not None:
                claim[f"{name}_at_most"] = python(high)
    if claim.get("bytes", claim.get("bytes_at_least")) == "0" and "bytes_at_most" not in claim:
        return None
    tight = moved[0] == moved[1] and work[0] == work[1]
    ratio = _intensity(work[1], moved[1])
    where = f"Where {given}, one" if given else "One"
    advice = f"{where} call moves {_range(*moved)} bytes for {_range(*work)} arithmetic operations"
    advice += f": {ratio} operations a byte." if ratio else "."
    evidence = {"operations_per_byte": ratio} if ratio else {}
    level = PROVEN if tight and not given else CONDITION if moved[1] is not None else OVERAPPROXIMATION
    return Finding("memory_access", level, model.name, model.loop.line, claim, advice, evidence)


Range = tuple[Polynomial, Polynomial | None]


def _running(model: Model) -> isl.Set:
    """The sizes and parameters that are counted for: where all statements run, unless their number is 0 elsewhere."""
    context = sizes(model)
    for statement in model.statements:
        where = statement.domain.params()
        if not context.is_subset(where) and count(statement.domain, context) is None:
            context = context.intersect(where)
    return context


def _bytes(model: Model, context: isl.Set) -> Range:
    low, high = Polynomial(), Polynomial()
    known = True
    for array in dict.fromkeys(a.array for s in model.statements for a in in_arrays(model, s)):
        if model.arrays[array].is_local:
            continue
        for is_write in (False, True):
            least, most = _footprint(model, context, array, is_write)
            low = low + least
            high, known = (high + most, known) if most is not None else (high, False)
    return low.scaled(ELEMENT), high.scaled(ELEMENT) if known else None


def _footprint(model: Model, context: isl.Set, array: str, is_write: bool) -> Range:
    """Distinct elements of an array that are written, or read before this call wrote them."""
    uses = [(s, a) for s in model.statements for a in in_arrays(model, s) if a.array == array]
    chosen = [(s, a) for s, a in uses if a.is_write == is_write]
    fresh = not any(a.is_write for _, a in uses)
    sure = [a.relation for s, a in chosen if _is_sure(s, a)]
    exact = [a.relation for _, a in chosen if a.exact]
    if not is_write and not fresh:
        before = model.live_in
        sure = [r for r in (_within(before, r) for r in sure) if r is not None]
        exact = [r for r in (_within(before, r) for r in exact) if r is not None]
        if not all(_is_sure(s, a) for s, a in uses):
            sure = []
    most = _size(exact, context)
    for statement, access in chosen:
        if not access.exact:  # each instance touches one element at most
            some = count(statement.domain, context)
            most = most + some if most is not None and some is not None else None
    return _size(sure, context) or Polynomial(), most


def _within(before: isl.UnionMap, relation: isl.Map) -> isl.Map | None:
    maps = isl.UnionMap.from_map(relation).intersect(before).get_map_list()
    return maps.get_at(0) if maps.n_map() else None


def _size(relations: list[isl.Map], context: isl.Set) -> Polynomial | None:
    if not relations:
        return Polynomial()
    touched = relations[0].range()
    for relation in relations[1:]:
        touched = touched.union(relation.range())
    return count(touched, context)


def _is_sure(statement: Statement, access: Access) -> bool:
    leaves = any(level.exits for level in statement.loops)
    return access.exact and statement.domain_exact and not statement.guards and not leaves


def _operations(model: Model, context: isl.Set) -> Range:
    low, high, known = Polynomial(), Polynomial(), True
    for statement in model.statements:
        least, most = operations(statement)
        if not most:
            continue
        times = count(statement.domain, context)
        if times is None:
            known = False
            continue
        sure = statement.domain_exact and not statement.guards and not any(level.exits for level in statement.loops)
        low = low + times.scaled(least if sure else 0)
        high = high + times.scaled(most)
    return low, high if known else None


def operations(statement: Statement) -> tuple[int, int]:
    """Arithmetic operations on real numbers in one instance, at least and at most (branches of ?:, && and ||)."""
    node = statement.node
    root = node.value if hasattr(node, "value") else getattr(node, "condition", None)
    if root is None:
        return 0, 0
    skipped = {
        id(part)
        for branch in walk(root)
        if isinstance(branch, Select) or (isinstance(branch, Binary) and branch.op in ("&&", "||"))
        for side in ((branch.then, branch.orelse) if isinstance(branch, Select) else (branch.right,))
        for part in walk(side)
    }
    every = [part for part in walk(root) if _computes(part)]
    return sum(id(part) not in skipped for part in every), len(every)


def _computes(part) -> bool:
    if isinstance(part, Binary):
        return part.op in "+-*/" and kind_of(part) == "real"
    return isinstance(part, Call)


def _range(low: Polynomial, high: Polynomial | None) -> str:
    if low == high:
        return python(low)
    return f"{python(low)} to {python(high)}" if high is not None else f"at least {python(low)}"


def _intensity(work: Polynomial | None, moved: Polynomial | None) -> str:
    """Operations a byte for large sizes: a number, or how it grows."""
    if work is None or moved is None or not moved.terms:
        return ""
    if not {*work.names, *moved.names} <= {"n", "m"} or len({*work.names, *moved.names}) > 1:
        return ""
    top, bottom = _leading(work), _leading(moved)
    if top[0] > bottom[0]:
        (name,) = work.names
        power = f"{name}^{top[0] - bottom[0]}" if top[0] - bottom[0] > 1 else name
        return f"about {float(top[1] / bottom[1]):.2g}*{power}"
    return f"{float(top[1] / bottom[1]) if top[0] == bottom[0] else 0:.2g}"


def _leading(poly: Polynomial) -> tuple[int, Fraction]:
    """(degree, coefficient) of the highest power; a floor counts as its fraction."""
    found: dict[int, Fraction] = {}
    for atoms, value in poly.terms:
        degree = 0
        for atom in atoms:
            if isinstance(atom, str):
                degree += 1
            else:
                inner, factor = _leading(atom.numerator)
                degree, value = degree + inner, value * factor / atom.divisor
        found[degree] = found.get(degree, Fraction(0)) + value
    degree = max((power for power, value in found.items() if value), default=0)
    return degree, found.get(degree, Fraction(0))


def in_arrays(model: Model, statement: Statement) -> list[Access]:
    """A statement's accesses to arrays, without scalars and guards."""
    return [a for a in statement.accesses if not a.virtual and not model.arrays[a.array].is_scalar]
