"""Recurrences that are scans: cycles of value-based flow whose next state is linear in the last one, or an extremum.

A cycle's state is the scalars and the array elements that an iteration reads and an earlier one wrote (at constant
distances, multiples of one vector). If the next state is matrix * state + offset with both free of the state, the
pairs (matrix, offset) compose associatively (Blelloch, "Prefix sums and their applications", section 1.4).
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from math import gcd

import islpy as isl

from analyses.findings._algebra import ONE, ZERO, linear, update
from analyses.findings._closed import inner_flow, is_closed
from analyses.findings._components import ordered
from analyses.findings._transfer import Key, Transfer, key, transfer
from analyses.findings._updates import reductions
from analyses.model import Dependence, Level, Model, Statement
from analyses.model.polynomial import Polynomial, expression
from analyses.model.program import Element, Expr, Name, rewrite

Vector = tuple[int, ...]


@dataclass(frozen=True)
class Scan:
    """state = matrix * state + offset, from iteration to iteration along `distance` (loops from level to body).

    operator: "+" (matrix 1), "*" (no offset), "max", "min", "last" (each iteration keeps or replaces), "linear".
    """

    level: Level
    body: Level
    distance: Vector
    statements: tuple[Statement, ...]
    states: tuple[Name | Element, ...]
    operator: str
    matrix: tuple[tuple[Expr, ...], ...] = ()
    offset: tuple[Expr, ...] = ()

    @property
    def stride(self) -> int:
        return gcd(*self.distance)

    @property
    def arrays(self) -> tuple[str, ...]:
        """The arrays and scalars that the state is in."""
        return tuple(dict.fromkeys(key(state)[0] for state in self.states))

    @property
    def is_coupled(self) -> bool:
        """Whether the cycle goes through more than one array or scalar."""
        return len({key(s.node.target)[0] for s in self.statements}) > 1  # type: ignore[union-attr]


@lru_cache(maxsize=1024)
def scans(model: Model) -> tuple[Scan, ...]:
    """Every scan of every loop level; what is a mere reduction at a level is left out."""
    found: list[Scan] = []
    for level in model.levels:
        if level.exits or level.is_while:
            continue
        reduced = {one.array for one in reductions(model) if one.level == level}
        reduced |= {name for one in reductions(model) if one.level == level for name in one.companions}
        deps = list(inner_flow(model, level))
        edges = {(dep.source, dep.sink) for dep in deps} | {(s, s) for s in _keepers(model, level, deps)}
        for group in ordered(model.inside(level), edges):
            if any((a, b) in edges for a in group for b in group):
                one = _scan(model, level, group, deps)
                fresh = one is not None and not any(one.statements == o.statements for o in found if o.level == level)
                if one is not None and fresh and one.distance[0] > 0 and not {*one.arrays} & reduced:
                    found.append(one)
    return tuple(found)


def _keepers(model: Model, level: Level, deps: list[Dependence]) -> set[Statement]:
    """Conditional writes of scalars that later iterations read: what they do not write, they hand on."""
    scalars = {dep.source for dep in deps if model.arrays[dep.array].is_scalar and dep.source.guards}
    return {s for s in scalars if model.carried(level, [d for d in deps if d.source == s])}


def _scan(model: Model, level: Level, group: tuple[Statement, ...], flow: list[Dependence]) -> Scan | None:
    """The scan of a cycle; flow: all of the loop's."""
    deps = [dep for dep in flow if {dep.source, dep.sink} <= {*group}]
    writers = [s for s in group if s.kind == "assign"]
    if not writers or len({s.loops for s in group}) > 1:
        return None
    body = group[0].loops[-1]
    effect = transfer(model, body)
    if effect is None:
        return None
    written = {key(s.node.target) for s in writers}  # type: ignore[union-attr]
    if any(effect.values.get(spot) is None for spot in written):
        return None
    names = {spot[0] for spot in written if model.arrays[spot[0]].is_scalar}
    group = tuple(s for s in model.inside(level) if s in group or (s.loops == group[0].loops and _writes(s, names)))
    others = [s for s in model.inside(level) for a in s.writes if a.array in names and s not in group]
    arrays = [d for d in deps if not model.arrays[d.array].is_scalar and not model.arrays[d.array].is_virtual]
    if others or (arrays and names and level != body):
        return None
    lags = _lags(model, level, arrays, effect, written)
    if lags is None or (level != body and not lags[1] and not names):
        return None
    distance, cells = lags
    if names and any(cells) and distance != (1,):
        return None
    one = _classified(model, level, body, group, effect, names, distance, cells)
    return one if one and is_closed(model, level, group, {key(s) for s in one.states}, flow) else None


def _writes(statement: Statement, names: set[str]) -> bool:
    return any(access.array in names for access in statement.writes)


def _lags(model: Model, level: Level, deps: list[Dependence], effect: Transfer, written: set[Key]):
    """(base vector, key -> [the element that many steps ago, ...]), None unless all flow is along one vector."""
    if not deps:
        return (1,), {}
    loops = deps[0].source.loops[level.depth :]
    vectors: dict[Vector, None] = {}
    for dep in deps:
        vectors |= dict.fromkeys(_vectors(dep, level.depth) or ())
    starts = {spot for own in written for spot, _ in effect.starts(effect.values[own])}  # type: ignore[arg-type]
    used: dict[Vector, list[Key]] = {}
    for vector in vectors:
        for own in written:
            ago = _moved(own, loops, vector)
            if any(vector) and own[1] and ago is not None and ago in starts:
                used.setdefault(vector, []).append(own)
    if not used or not all(_explained(dep, level.depth, used) for dep in deps):
        return None
    first = next(iter(used))
    unit = tuple(entry // gcd(*first) for entry in first)
    factors = {}
    for vector in used:
        at = next(k for k, entry in enumerate(unit) if entry)
        factors[vector] = vector[at] // unit[at]
        if vector != tuple(factors[vector] * entry for entry in unit) or factors[vector] < 1:
            return None
    # One element for all iterations: a guard may skip some, but each hands it on to the next.
    kept = {own for keys in used.values() for own in keys if _moved(own, loops, unit) == own}
    step = 1 if kept else gcd(*factors.values())
    base = tuple(step * entry for entry in unit)
    depth: dict[Key, int] = {}
    for vector, keys in used.items():
        for own in keys:
            depth[own] = 1 if own in kept else max(depth.get(own, 0), factors[vector] // step)
    return base, depth


def _vectors(dep: Dependence, depth: int) -> list[Vector] | None:
    """The distances of a dependence, if they are few and known."""
    options = []
    for entry in dep.distance[depth:]:
        if isinstance(entry, int):
            options.append(range(entry, entry + 1))
        elif isinstance(entry, tuple) and None not in entry and entry[1] - entry[0] <= 8:  # type: ignore[operator]
            options.append(range(entry[0], entry[1] + 1))  # type: ignore[arg-type, operator]
        else:
            return None
    return list(product(*options))


def _moved(own: Key, loops: tuple[Level, ...], vector: Vector) -> Key | None:
    """The element that the iteration `vector` ago has for own."""
    back = {
        level.name: Polynomial.atom(level.name) - Polynomial.constant(entry * level.step)
        for level, entry in zip(loops, vector, strict=True)
    }
    if any(isinstance(part, str) for part in own[1]):
        return None
    return own[0], tuple(part.substitute(back) for part in own[1] if isinstance(part, Polynomial))


def _explained(dep: Dependence, depth: int, vectors) -> bool:
    """Whether a dependence lies within one iteration or goes along the vectors."""
    relation = dep.relation
    outer = (0,) * depth
    for vector in [*vectors, (0,) * (len(dep.source.loops) - depth)]:
        relation = relation.subtract(_along(dep, (*outer, *vector)))
    return relation.is_empty()


def _along(dep: Dependence, vector: Vector) -> isl.Map:
    one = ", ".join(f"x{d}" for d in range(len(vector)))
    two = ", ".join(
        f"x{d} + {entry * level.step}" for d, (entry, level) in enumerate(zip(vector, dep.source.loops, strict=True))
    )
    return isl.Map(f"{{ {dep.source.name}[{one}] -> {dep.sink.name}[{two}] }}")


def _classified(
    model: Model, level: Level, body: Level, group, effect: Transfer, names, distance, cells
) -> Scan | None:
    """The scan with its matrix."""
    loops = body.chain[level.depth :]
    states: dict[Key, Name | Element] = {}
    following: list[Expr] = []
    for name in sorted(names):
        spot: Key = (name, ())
        if any(spot == start for own in effect.values.values() if own for start, _ in effect.starts(own)):
            states[spot] = effect.places[spot]
            following.append(effect.values[spot])  # type: ignore[arg-type]
    for own, count in cells.items():
        for lag in range(1, count + 1):
            ago = _moved(own, loops, tuple(lag * entry for entry in distance))
            assert ago is not None
            kind = effect.places[own].kind
            following.append(effect.values[own] if lag == 1 else list(states.values())[-1])  # type: ignore[arg-type]
            states[ago] = Element(ago[0], tuple(expression(p) for p in ago[1] if isinstance(p, Polynomial)), kind)
    if not states or len(states) > 6:
        return None
    statements = tuple(s for s in group if s.kind == "assign")
    places = tuple(states.values())

    def spelled(part: Expr) -> Expr:
        return states.get(key(part), part) if isinstance(part, Name | Element) and key(part) in states else part

    following = [rewrite(expr, spelled) for expr in following]
    found = lambda operator, matrix=(), offset=(): Scan(  # noqa: E731
        level, body, distance, statements, places, operator, matrix, offset
    )
    if len(places) == 1:
        kind_ = update(following[0], places[0])
        if kind_ is not None and kind_.operator in ("max", "min"):
            return found(kind_.operator)
    forms = [linear(expr, lambda part: part in places) for expr in following]
    if any(form is None for form in forms):
        return None
    matrix = tuple(tuple(form.factors.get(state, ZERO) for state in places) for form in forms)  # type: ignore[union-attr]
    offset = tuple(form.rest for form in forms)  # type: ignore[union-attr]
    if not any(entry != ZERO for row in matrix for entry in row):
        return None
    operator = "linear"
    if len(places) == 1:
        one = update(following[0], places[0])
        if matrix[0][0] == ONE:
            operator = "+"
        elif offset[0] == ZERO:
            operator = "*"
        elif one is not None and one.operator == "last":
            operator = "last"
    return found(operator, matrix, offset)
