"""Wavefronts: diagonals a*i + b*j of a nest run one after the other, the points of each at once.

Lamport's hyperplane method, for two loops, one directly in the other, that both carry dependences.
"""

from math import gcd

from analyses.finding import PROVEN, Finding
from analyses.findings._render import evidence, spelled
from analyses.model import Dependence, Level, Model
from analyses.model.schedule import skew
from analyses.model.verdict import judge

#: (a, b) in the order in which they are tried: the fewest wavefronts first.
FACTORS = sorted(((a, b) for a in range(1, 5) for b in range(1, 5) if gcd(a, b) == 1), key=lambda f: (sum(f), -f[0]))


def find(model: Model) -> list[Finding]:
    """Each perfect pair of loops that are not parallel but whose wavefronts are."""
    pairs = [(level.parent, level) for level in model.levels if level.parent is not None]
    return [finding for outer, inside in pairs if (finding := _finding(model, outer, inside))]


def _finding(model: Model, outer: Level, inside: Level) -> Finding | None:
    if set(model.inside(outer)) != set(model.inside(inside)) or outer.is_while or inside.is_while:
        return None
    if abs(outer.step) != 1 or abs(inside.step) != 1 or outer.exits or inside.exits:
        return None
    if any(_is_free(model, level) for level in (outer, inside)):
        return None
    carried = [*model.carried(outer), *model.carried(inside)]
    found = [_least(dep, outer.depth) for dep in carried]
    steps = [step for step in found if step is not None]
    if len(steps) < len(found):
        return None
    factors = next(((a, b) for a, b in FACTORS if all(a * one + b * two >= 1 for one, two in steps)), None)
    if factors is None:
        return None
    wave = skew(model, outer, inside, factors)
    if not model.violated(wave).is_empty():
        return None
    first, second = _term(factors[0], outer), _term(factors[1], inside)
    front = f"{first} - {second[1:]}" if second.startswith("-") else f"{first} + {second}"
    claim = {
        "type": "wavefront",
        "outer": outer.name,
        "inner": inside.name,
        "factors": list(factors),
        "schedule": spelled(wave),
    }
    return Finding(
        "wavefront",
        PROVEN,
        model.name,
        inside.line,
        claim,
        f"Loops {outer.name} and {inside.name} both carry dependences, but all points with one value of {front} may "
        f"run at once: one wavefront after the other, in rising order.",
        evidence(*carried),
    )


def _term(factor: int, level: Level) -> str:
    return f"{'' if level.is_rising else '-'}{f'{factor}*' if factor > 1 else ''}{level.name}"


def _is_free(model: Model, level: Level) -> bool:
    verdict = judge(model, level)
    return verdict.is_parallel and not verdict.snapshot


def _least(dep: Dependence, depth: int) -> tuple[int, int] | None:
    """The smallest distances in both loops; None if they have no bound."""
    one, two = (entry[0] if isinstance(entry, tuple) else entry for entry in dep.distance[depth : depth + 2])
    return (one, two) if isinstance(one, int) and isinstance(two, int) else None
