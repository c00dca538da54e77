"""Loop peeling: the first or last few iterations on their own, so that the rest is parallel, or regular."""

import islpy as isl

from analyses.finding import PROVEN, Finding
from analyses.findings._render import evidence
from analyses.findings._segments import Split, counters, crossing, ends, head, length, likeness, words
from analyses.findings.index_set_split import by_condition, ordered
from analyses.model import Level, Model, Statement

#: Peel no more iterations than this.
LIMIT = 3


def find(model: Model) -> list[Finding]:
    """Each loop whose first or last iterations alone carry its dependences, its conditions or its odd subscripts."""
    found = []
    for level in model.levels:
        split = crossing(model, level)
        if split and ends(split.parts, LIMIT):
            found.append(_finding(model, level, split, "parallel"))
            continue
        by_form = _by_subscripts(model, level)
        split = by_form or by_condition(model, level)
        if split and ends(split.parts, LIMIT):
            found.append(_finding(model, level, split, likeness(model, level, one_form=by_form is not None)))
    return found


def _by_subscripts(model: Model, level: Level) -> Split | None:
    """The parts of a loop in each of which every subscript has one form."""
    pieces = [
        isl.Set(f"{head(model)}{{ [{', '.join(level.iterators)}] : {' and '.join(piece.constraints)} }}")
        for statement in model.inside(level)
        if statement.loops[-1] == level
        for form in _forms(statement)
        for piece in form
        if piece.constraints
    ]
    if not pieces:
        return None
    parts = [counters(model, level)]
    for piece in pieces:
        parts = [side for part in parts for side in (part.intersect(piece), part.subtract(piece))]
        parts = [part for part in parts if not part.is_empty()]
    return ordered(model, level, parts)


def _forms(statement: Statement):
    return [form for access in statement.accesses for form in access.subscript_forms() if form is not None]


def _finding(model: Model, level: Level, split: Split, what: str) -> Finding:
    small = ends(split.parts, LIMIT)
    own = " and ".join(words(model, level, split.parts[at]) for at in small)
    count = sum(length(split.parts[at]) or 0 for at in small)
    rest = "all others may run at once" if what == "parallel" else "all others are alike"
    deps = [dep for dep in model.carried(level) if dep.array not in split.private] if what == "parallel" else []
    return Finding(
        "peeling",
        PROVEN,
        model.name,
        level.line,
        split.claim(level, **{what: True}),
        f"Peel {count} iteration{'s' if count > 1 else ''} off loop {level.name} ({own}): {rest}.",
        evidence(*deps),
    )
