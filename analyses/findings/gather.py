"""Gathers: reads through an index array."""

from analyses.finding import OVERAPPROXIMATION, PROVEN, Finding
from analyses.findings._indirect import Indirect, indirect
from analyses.findings._transfer import key
from analyses.findings._updates import reductions
from analyses.model import Model
from analyses.model.program import text


def find(model: Model) -> list[Finding]:
    """One finding an array and loop."""
    groups: dict[tuple, list[Indirect]] = {}
    updated = {(cell.key, one.level) for one in reductions(model) for cell in one.cells}
    for one in indirect(model, writes=False):
        if one.access.node is None or (key(one.access.node), one.level) in updated:  # a histogram cell
            continue
        groups.setdefault((one.access.array, one.level), []).append(one)
    return [_finding(model, group) for group in groups.values()]


def _finding(model: Model, group: list[Indirect]) -> Finding:
    first = group[0]
    array, level = first.access.array, first.level
    written = any(access.array == array for s in model.statements for access in s.writes)
    here = any(access.array == array for s in model.inside(level.chain[0]) for access in s.writes)
    claim = {
        "type": "gather",
        "level": level.name,
        "array": array,
        "accesses": [[one.statement.name, [text(part) for part in one.subscripts]] for one in group],
        "index": list(dict.fromkeys(name for one in group for name in one.indices)),
        "read_only": not written,
    }
    place = array + "".join(f"[{text(part)}]" for part in first.subscripts)
    more = f" and {len(group) - 1} more" if len(group) > 1 else ""
    advice = (
        f"{place}{more} is gathered: neighbouring iterations of loop {level.name} may read distant or equal elements, "
        + f"and {f'the loop also writes {array}' if here else f'{array} is only read'}{' in it' * (written > here)}."
    )
    level_ = OVERAPPROXIMATION if here else PROVEN
    return Finding("gather", level_, model.name, first.statement.line, claim, advice)
