"""Subscripts as piecewise polynomials, and the layout in which an array's elements are affine.

delinearise: a flat array's elements get coordinates in which every subscript is affine, if isl proves that two
accesses meet in the new coordinates exactly when they meet in the old one:
    rows      N*q + r with 0 <= r < N                         -> [q, r]      flat[m*i + j]
    strided   N*q + r, r one number in all accesses, N != 0   -> [q]         a[inc*i]; N = 0: one element
    packed    f(v) + w, f quadratic, 0 <= w < f(v+1) - f(v)   -> [v, w]      the packed triangle
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from analyses.model.context import Region
from analyses.model.induction import affine_condition
from analyses.model.polynomial import ONE, ZERO, Polynomial, polynomial
from analyses.model.program import Binary, Element, Expr, Name, Select, Unary, text, walk


@dataclass(frozen=True)
class Piece:
    """One case of a subscript: its value where the constraints (isl text) hold."""

    constraints: tuple[str, ...]
    value: Polynomial


Form = tuple[Piece, ...]  # one subscript
# For one access: a tuple of coordinates per case; None for a coordinate that may be anything.
Layout = tuple[tuple[tuple[str, ...], tuple[Polynomial | None, ...]], ...]


def form(expr: Expr, region: Region) -> Form | None:
    """A subscript as cases; None if it is not a polynomial of counters and parameters."""
    match expr:
        case Select(condition, then, orelse):
            affine = affine_condition(condition, region)
            yes, no = form(then, region), form(orelse, region)
            if affine is None or yes is None or no is None:
                return None
            return tuple(
                Piece((*side, *piece.constraints), piece.value)
                for side, part in zip(affine, (yes, no), strict=True)
                for piece in part
            )
        case Binary("+" | "-" | "*" as op, left, right) if _selects(expr):
            one, two = form(left, region), form(right, region)
            if one is None or two is None or len(one) * len(two) > 16:
                return None
            sums = {"+": Polynomial.__add__, "-": Polynomial.__sub__, "*": Polynomial.__mul__}
            return tuple(Piece(a.constraints + b.constraints, sums[op](a.value, b.value)) for a, b in product(one, two))
        case Unary("-", operand) if _selects(expr):
            inner = form(operand, region)
            return None if inner is None else tuple(Piece(p.constraints, -p.value) for p in inner)
    found = polynomial(expr, region.symbols, region.proves)
    return None if found is None else (Piece((), found),)


def _selects(expr: Expr) -> bool:
    return any(isinstance(part, Select) for part in walk(expr))


def reason(expr: Expr, region: Region) -> str:
    """Why a subscript has no form."""
    for part in walk(expr):
        if isinstance(part, Element):
            return f"indirect: {text(part)}"
        if isinstance(part, Name) and part.name not in region.symbols:
            return f"scalar {part.name}"
    return f"not affine: {text(expr)}"


def layouts(accesses: Sequence[tuple[tuple[Form | None, ...], Region]]) -> list[Layout]:
    """Coordinates for each access of one array: (its subscripts' forms, where it stands)."""
    cases = [_cases(forms) for forms, _ in accesses]
    regions = [region for _, region in accesses]
    known = [(at, c) for at, case in enumerate(cases) for c in range(len(case)) if None not in case[c][1]]
    flat = all(len(forms) == 1 for forms, _ in accesses)
    bent = [(at, c) for at, c in known if any(p is not None and not p.is_affine for p in cases[at][c][1])]
    if flat and bent:
        values = [(cases[at][c][1][0], regions[at].where(*cases[at][c][0])) for at, c in known]
        for rule in (_rows, _strided, _packed):
            coordinates = rule(values)
            if coordinates is not None:
                rank = len(coordinates[0][0][1])
                placed = dict(zip(known, coordinates, strict=True))
                return [
                    tuple(
                        (case[c][0] + extra, spot)
                        for c in range(len(case))
                        for extra, spot in placed.get((at, c), [((), (None,) * rank)])
                    )
                    for at, case in enumerate(cases)
                ]
    return [
        tuple((where, tuple(p if p is not None and p.is_affine else None for p in values)) for where, values in case)
        for case in cases
    ]


def _cases(forms: tuple[Form | None, ...]) -> list[tuple[tuple[str, ...], tuple[Polynomial | None, ...]]]:
    """All combinations of the subscripts' pieces."""
    options = [[((), None)] if f is None else [(p.constraints, p.value) for p in f] for f in forms]
    return [
        (tuple(text for where, _ in choice for text in where), tuple(value for _, value in choice))
        for choice in product(*options)
    ]


def _factors(values) -> list[str]:
    """Parameters that a counter is multiplied with, in order."""
    found: dict[str, None] = {}
    for poly, region in values:
        for atoms, _ in poly.terms:
            if len(atoms) > 1:
                found |= {a: None for a in atoms if isinstance(a, str) and a in region.context.parameters}
    return list(found)


def _split(values, factor: str):
    """(q, r, region) of factor*q + r for each value; None unless every q is affine."""
    found = []
    for poly, region in values:
        q = poly.coefficient(factor)
        if q is None or not q.is_affine:
            return None
        found.append((q, poly - q * Polynomial.atom(factor), region))
    return found


def _rows(values):
    for factor in _factors(values):
        rows = [_row(factor, *part) for part in _split(values, factor) or ()]
        if rows and None not in rows:
            return [[((), row)] for row in rows]
    return None


def _row(factor: str, q: Polynomial, r: Polynomial, region: Region) -> tuple[Polynomial, Polynomial] | None:
    """(q, r) with 0 <= r < factor; m*i + m - 1 - j comes as m*(i + 1) + (-1 - j), a row too far."""
    size = Polynomial.atom(factor)
    for row, column in ((q, r), (q - ONE, r + size), (q + ONE, r - size)):
        if column.is_affine and region.proves(column) and region.proves(size - column - ONE):
            return row, column
    return None


def _strided(values):
    for factor in _factors(values):
        parts = _split(values, factor)
        if not parts or len({r for _, r, _ in parts}) > 1:
            continue
        _, rest, region = parts[0]
        if rest.names & set(region.iterators):  # another number in every iteration
            continue
        size = Polynomial.atom(factor)
        outside = Region(region.context)
        if outside.proves(size - ONE):
            return [[((), (q,))] for q, _, _ in parts]
        return [[((f"{factor} != 0",), (q,)), ((f"{factor} = 0",), (ZERO,))] for q, _, _ in parts]
    return None


def _packed(values):
    shape, found = None, []
    for poly, region in values:
        candidates = [v for v in region.iterators if (v, v) in dict(poly.terms)]
        if len(candidates) != 1:
            return None
        (v,) = candidates
        own = Polynomial.of({atoms: value for atoms, value in poly.terms if atoms and set(atoms) == {v}})
        rest, at = poly - own, Polynomial.atom(v)
        room = own.substitute({v: at + ONE}) - own
        curve = own.substitute({v: Polynomial.atom("@")})
        if shape not in (None, curve) or not rest.is_affine or not room.is_affine:
            return None
        if not (region.proves(at) and region.proves(rest) and region.proves(room - rest - ONE)):
            return None
        shape = curve
        found.append([((), (at, rest))])
    return found
