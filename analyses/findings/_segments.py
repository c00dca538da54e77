"""Parts of a loop's range, one after the other, in each of which its iterations may run at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import islpy as isl

from analyses.findings._render import spelled
from analyses.model import Level, Model
from analyses.model.polynomial import Polynomial
from analyses.model.verdict import judge

#: More parts than this are a loop of their own.
LIMIT = 4


@dataclass(frozen=True)
class Split:
    """parts: isl.Set over the counters of the loops around and of the loop itself, in execution order.

    private: arrays and scalars that each iteration needs an own copy of.
    condition: the parameters at which these are all parts (large sizes always); None: all legal ones.
    """

    parts: tuple[isl.Set, ...]
    private: tuple[str, ...] = ()
    condition: isl.Set | None = None

    def claim(self, level: Level, **more) -> dict:
        found = {"type": "split", "level": level.name, "parts": [spelled(part) for part in self.parts], **more}
        if self.private:
            found["private"] = list(self.private)
        if self.condition is not None:
            found["condition"] = spelled(self.condition)
        return found


def likeness(model: Model, level: Level, *, one_form: bool) -> str:
    """What is claimed of the iterations of a part in which the same statements run: "uniform" or "alike".

    Uniform: their subscripts change by the same amount each time. one_form: a subscript has one form in a part.
    """
    later = {level.name: Polynomial.atom(level.name) + Polynomial.constant(level.step)}
    for access in (a for s in model.inside(level) if s.loops[-1] == level for a in s.accesses):
        for form in (form for form in access.subscript_forms() if form is not None):
            steps = (piece.value.substitute(later) - piece.value for piece in form)
            if any(level.name in step.names for step in steps) or (len(form) > 1 and not one_form):
                return "alike"
    return "uniform"


def head(model: Model) -> str:
    return f"[{', '.join(model.parameters)}] -> " if model.parameters else ""


def counters(model: Model, level: Level) -> isl.Set:
    """All values that the counters of a loop and of those around it take together."""
    size = len(level.chain)
    found = isl.Set(f"{head(model)}{{ [{', '.join(level.iterators)}] : false }}")
    for statement in model.inside(level):
        found = found.union(_cut(statement.domain, size))
    return found.intersect_params(model.context).coalesce()


def _cut(points: isl.Set, size: int) -> isl.Set:
    points = points.project_out(isl.dim_type.set, size, points.dim(isl.dim_type.set) - size)
    return points.reset_tuple_id()


@lru_cache(maxsize=1024)
def crossing(model: Model, level: Level) -> Split | None:
    """The fewest parts that no carried dependence has both ends in; None if there are too many, or no need.

    Each part ends before the first iteration that depends on one of the same part.
    """
    verdict = judge(model, level)
    private = verdict.private
    deps = [dep for dep in model.carried(level) if dep.array not in private]
    if not deps or level.is_while or any(model.arrays[dep.array].is_scalar for dep in deps):
        return None
    if verdict.is_parallel and not verdict.snapshot:
        return None
    if any(isinstance(dep.distance[level.depth], int) for dep in deps):  # chains as long as the loop
        return None
    every = counters(model, level)
    size = len(level.chain)
    names = ", ".join(f"c{d}" for d in range(size))
    pairs = isl.Map(f"{head(model)}{{ [{names}] -> [{names}] : false }}")
    for dep in deps:
        one = dep.relation
        for kind in (isl.dim_type.in_, isl.dim_type.out):
            one = one.project_out(kind, size, one.dim(kind) - size)
        pairs = pairs.union(one.reset_tuple_id(isl.dim_type.in_).reset_tuple_id(isl.dim_type.out))
    later = _later(level)
    parts: list[isl.Set] = []
    rest = every
    while len(parts) < LIMIT:
        sinks = pairs.range()
        part = rest.subtract(sinks.union(sinks.apply(later)))
        if pairs.is_empty():
            found = (*parts, rest.coalesce())
            return Split(found, private) if parts and any(length(part) is None for part in found) else None
        if part.is_empty():
            return None
        parts.append(part.coalesce())
        rest = rest.subtract(part)
        pairs = pairs.intersect_domain(rest)
    return None


def _later(level: Level) -> isl.Map:
    """Iterations after a given one, for the same outer counters."""
    outer = [f"o{d}" for d in range(level.depth)]
    sign = "<" if level.is_rising else ">"
    return isl.Map(f"{{ [{', '.join([*outer, 'a'])}] -> [{', '.join([*outer, 'b'])}] : a {sign} b }}")


def length(part: isl.Set) -> int | None:
    """How many iterations a part has at most, None if that depends on sizes."""
    size = part.dim(isl.dim_type.set)
    names = [f"o{d}" for d in range(size - 1)]
    text = f"{{ [{', '.join([*names, 'a'])}] -> [{', '.join([*names, 'b'])}] }}"
    same = isl.Map(text).intersect_domain(part).intersect_range(part)
    value = same.deltas().dim_max_val(size - 1)
    return int(value.to_python()) + 1 if value.is_int() else 0 if value.is_neginfty() or value.is_nan() else None


def words(model: Model, level: Level, part: isl.Set) -> str:
    """A part for people, at large sizes."""
    part = part.intersect_params(model.large)
    hull = isl.Set.from_basic_set(part.unshifted_simple_hull())
    part = hull if hull.is_equal(part) else part
    known = counters(model, level).intersect_params(model.large)
    body = str(part.gist(known).coalesce())
    facts = body[body.index("{") + 1 : body.rindex("}")].strip()
    found = []
    for fact in facts.split(";"):
        inside, _, condition = fact.partition(":")
        fixed = [entry.strip() for entry in inside.strip(" []").split(",") if "=" in entry]
        found.append(" and ".join([*fixed, *([condition.strip()] if condition.strip() else [])]) or "all others")
    return " or ".join(found)


def ends(parts: Sequence[isl.Set], limit: int = 2) -> list[int]:
    """Which parts at the start and at the end have a few iterations only, together at most limit at each end."""
    found: set[int] = set()
    for places in (range(len(parts)), range(len(parts) - 1, -1, -1)):
        room = limit
        for at in places:
            count = length(parts[at])
            if count is None or count > room:
                break
            room -= count
            found.add(at)
    return sorted(found) if len(found) < len(parts) else []
