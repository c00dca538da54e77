"""How many points an isl set has, as a polynomial of the parameters (Faulhaber's sums over exact bounds)."""

from fractions import Fraction
from math import lcm

import islpy as isl

from analyses.model.polynomial import ONE, Floor, Polynomial, floored, summed

#: Sizes from which on a count holds: smaller ones have corners of their own (n - 5 points of n = 3).
SMALLEST = {"n": 32, "m": 8}


def sizes(model) -> isl.Set:
    """The legal parameters from which on counts hold."""
    bounds = [f"{name} >= {low}" for name, low in SMALLEST.items() if name in model.parameters]
    head = f"[{', '.join(model.parameters)}] -> " if model.parameters else ""
    return model.context.intersect(isl.Set(f"{head}{{ : {' and '.join(bounds) or 'true'} }}"))


def count(points: isl.Set, context: isl.Set) -> Polynomial | None:
    """The number of points of a set, for parameters in the context; None if it has no such form.

    Exact: each dimension must run through all whole numbers (or all of one residue) between two affine bounds, and
    the form must give 0 for parameters without points, which isl proves.
    """
    points = points.intersect_params(context).coalesce()
    without = context.subtract(points.params())
    points = points.reset_tuple_id() if points.has_tuple_id() else points
    for d in range(points.dim(isl.dim_type.set)):
        points = points.set_dim_name(isl.dim_type.set, d, f"@{d}")
    total = _counted(str(points), points)
    if total is None or points.is_empty() or without.is_empty():
        return total
    names = [str(context.get_dim_name(isl.dim_type.param, d)) for d in range(context.dim(isl.dim_type.param))]
    is_zero = total.is_affine and without.is_subset(isl.Set(f"[{', '.join(names)}] -> {{ : {total} = 0 }}"))
    return total if is_zero else None


#: By text: most loops run over the same few sets.
_KNOWN: dict[str, Polynomial | None] = {}


def _counted(key: str, points: isl.Set) -> Polynomial | None:
    if key not in _KNOWN:
        _KNOWN[key] = _total(points)
    return _KNOWN[key]


def _total(points: isl.Set) -> Polynomial | None:
    if points.is_empty():
        return Polynomial()
    whole = _sum(points, ONE)
    if whole is not None or points.n_basic_set() == 1:
        return whole
    total = Polynomial()
    for part in points.make_disjoint().get_basic_sets():
        some = isl.Set.from_basic_set(part)
        found = _sum(some, ONE) if points.params().is_subset(some.params()) else None
        if found is None:
            return None
        total = total + found
    return total


def python(poly: Polynomial) -> str:
    """A count as a Python expression of the parameters."""
    bottom = lcm(*(value.denominator for _, value in poly.terms)) if poly.terms else 1
    parts = []
    for atoms, value in poly.terms:
        factors = [a if isinstance(a, str) else f"({_inner(a)}//{a.divisor})" for a in atoms]
        if abs(value * bottom) != 1 or not factors:
            factors.insert(0, str(abs(value * bottom)))
        parts.append(("- " if value < 0 else "+ ") + "*".join(factors))
    total = " ".join(parts).removeprefix("+ ") or "0"
    return total if bottom == 1 else f"({total})//{bottom}"


def _inner(floor: Floor) -> str:
    inside = python(floor.numerator)
    return inside if inside.isidentifier() else f"({inside})"


def _sum(points: isl.Set, weight: Polynomial) -> Polynomial | None:
    rank = points.dim(isl.dim_type.set)
    if rank == 0:
        return weight
    # The last dimension in terms of the outer ones, which become parameters.
    line = points
    given = line.dim(isl.dim_type.param)
    if rank > 1:
        line = line.move_dims(isl.dim_type.param, given, isl.dim_type.set, 0, rank - 1)
        for d in range(rank - 1):
            line = line.set_dim_name(isl.dim_type.param, given + d, f"o{d}")
    ends = _ends(line)
    if ends is None:
        return None
    names = {f"o{d}": Polynomial.atom(f"@{d}") for d in range(rank - 1)}
    low, high = (end.substitute(names) for end in ends[:2])
    here = low + Polynomial.atom("@t").scaled(ends[2])
    times = floored(high - low, ends[2]) + ONE
    total = summed(weight.substitute({f"@{rank - 1}": here}), "@t", times)
    return None if total is None else _sum(points.project_out(isl.dim_type.set, rank - 1, 1), total)


def _ends(line: isl.Set) -> tuple[Polynomial, Polynomial, int] | None:
    """(lowest, bound, stride): the one-dimensional set is lowest, lowest + stride, ... up to the bound."""
    stride = 1
    try:
        low = _affine(line.dim_min(0))
        if line.n_basic_set() == 1:
            stride = int(line.get_stride(0).to_python())
        high = _affine((line.remove_divs() if stride > 1 else line).dim_max(0))
    except isl.Error:
        return None
    if low is None or high is None:
        return None
    names = [str(line.get_dim_name(isl.dim_type.param, d)) for d in range(line.dim(isl.dim_type.param))]
    head = f"[{', '.join(names)}] -> " if names else ""
    steps = f" and (x - ({low})) mod {stride} = 0" if stride > 1 else ""
    every = isl.Set(f"{head}{{ [x] : {low} <= x <= {high}{steps} }}").intersect_params(line.params())
    return (low, high, stride) if every.is_subset(line) else None


def _affine(bound: isl.PwAff) -> Polynomial | None:
    """A bound as a polynomial of parameters and floors; None unless it is one expression."""
    if bound.n_piece() != 1 or bound.involves_nan():
        return None
    return _polynomial(bound.get_pieces()[0][1])


def _polynomial(aff: isl.Aff) -> Polynomial:
    total = Polynomial.constant(_fraction(aff.get_constant_val()))
    for d in range(aff.dim(isl.dim_type.param)):
        if factor := _fraction(aff.get_coefficient_val(isl.dim_type.param, d)):
            total = total + Polynomial.atom(str(aff.get_dim_name(isl.dim_type.param, d))).scaled(factor)
    for d in range(aff.dim(isl.dim_type.div)):
        if factor := _fraction(aff.get_coefficient_val(isl.dim_type.div, d)):
            inner = _polynomial(aff.get_div(d))
            bottom = lcm(*(value.denominator for _, value in inner.terms))
            total = total + floored(inner.scaled(bottom), bottom).scaled(factor)
    return total


def _fraction(value: isl.Val) -> Fraction:
    return Fraction(value.get_num_si(), value.get_den_val().get_num_si())
