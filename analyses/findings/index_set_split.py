"""Index-set splitting: a loop cut at thresholds, so that no dependence, or no condition, is left in a part.

A crossing threshold is where all dependences cross from the lower to the upper part (Allen and Kennedy's "crossing
threshold" test; index-set splitting after Griebl, Feautrier and Lengauer).
"""

import islpy as isl

from analyses.finding import PROVEN, Finding
from analyses.findings._render import evidence
from analyses.findings._segments import LIMIT, Split, counters, crossing, ends, likeness, words
from analyses.model import Level, Model
from analyses.model.program import If, walk


def find(model: Model) -> list[Finding]:
    """Each loop that a cut inside its range makes parallel part by part, or frees of a condition on its counter."""
    found = []
    for level in model.levels:
        split = crossing(model, level)
        if split and not ends(split.parts):
            found.append(_parallel(model, level, split))
        elif split is None and (split := by_condition(model, level)) and not ends(split.parts):
            found.append(_uniform(model, level, split))
    return found


def by_condition(model: Model, level: Level) -> Split | None:
    """The parts of a loop in each of which the same statements run; None if it is one part."""
    if not any(isinstance(node, If) for node in walk(level.node.body)):
        return None
    inside = [statement for statement in model.inside(level) if statement.loops[-1] == level and statement.domain_exact]
    every = counters(model, level)
    domains = [statement.domain.reset_tuple_id() for statement in inside]
    if all(every.is_subset(domain) for domain in domains):
        return None
    parts = [every]
    for domain in domains:
        parts = [piece for part in parts for piece in (part.intersect(domain), part.subtract(domain))]
        parts = [part for part in parts if not part.is_empty()]
        if len(parts) > LIMIT:
            return None
    return ordered(model, level, parts)


def ordered(model: Model, level: Level, parts: list[isl.Set]) -> Split | None:
    """The parts in execution order; None if two of them interleave or only parameters tell them apart."""
    outer = [f"o{d}" for d in range(level.depth)]
    sign = "<" if level.is_rising else ">"
    before = isl.Map(f"{{ [{', '.join([*outer, 'a'])}] -> [{', '.join([*outer, 'b'])}] : a {sign} b }}")

    def precedes(one: isl.Set, two: isl.Set) -> bool:
        return before.intersect_domain(two).intersect_range(one).is_empty()

    condition = None
    for part in parts:
        if part.intersect_params(model.large).is_empty():
            condition = (model.context if condition is None else condition).subtract(part.params())
    parts = [part.coalesce() for part in parts if not part.intersect_params(model.large).is_empty()]
    found: list[isl.Set] = []
    while parts:
        first = [one for one in parts if all(one is two or precedes(one, two) for two in parts)]
        if not first:
            return None
        found.append(first[0])
        parts.remove(first[0])
    return Split(tuple(found), condition=condition) if len(found) > 1 else None


def _parallel(model: Model, level: Level, split: Split) -> Finding:
    places = ", then ".join(words(model, level, part) for part in split.parts)
    given = f", with a private copy of {' and '.join(split.private)} in each iteration" if split.private else ""
    return Finding(
        "index_set_split",
        PROVEN,
        model.name,
        level.line,
        split.claim(level, parallel=True),
        f"Loop {level.name} may run in {len(split.parts)} parts, one after the other and each all at once{given}: "
        f"{places}.",
        evidence(*(dep for dep in model.carried(level) if dep.array not in split.private)),
    )


def _uniform(model: Model, level: Level, split: Split) -> Finding:
    places = " and ".join(words(model, level, part) for part in split.parts)
    return Finding(
        "index_set_split",
        PROVEN,
        model.name,
        level.line,
        split.claim(level, **{likeness(model, level, one_form=False): True}),
        f"The condition on {level.name} is settled by splitting its loop into {places}: no branch is left in either.",
    )
