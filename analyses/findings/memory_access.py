"""What the iterations of a loop touch side by side, and how much memory the whole program must move.

Patterns: the distance in memory between the elements that two consecutive iterations of a loop touch, from the
subscripts' polynomials (the stride classes of GPU programming guides). Traffic: see analyses.findings._traffic.
"""

from collections.abc import Iterator

from analyses.finding import OVERAPPROXIMATION, PROVEN, Finding
from analyses.findings._count import python
from analyses.findings._traffic import in_arrays, traffic
from analyses.model import Access, Level, Model
from analyses.model.polynomial import ONE, Polynomial, polynomial
from analyses.model.program import text


def find(model: Model) -> list[Finding]:
    found = [_patterns(model, level) for level in model.levels]
    return [finding for finding in (*found, traffic(model)) if finding]


# --- patterns


def _patterns(model: Model, level: Level) -> Finding | None:
    accesses = []
    for statement in model.inside(level):
        for access in in_arrays(model, statement):
            name, stride = pattern(model, level, access)
            entry = {
                "array": access.array,
                "line": access.line,
                "pattern": name,
                "statement": statement.name,
                "subscripts": [text(part) for part in access.subscripts],
                "write": access.is_write,
            }
            if stride is not None:
                entry["stride"] = python(stride)
            if entry not in accesses:
                accesses.append(entry)
    if not accesses:
        return None
    opaque = any(entry["pattern"] in ("gather", "scatter", "irregular") for entry in accesses)
    claim = {"type": "memory_access", "level": level.name, "accesses": accesses}
    level_of = OVERAPPROXIMATION if opaque else PROVEN
    return Finding("memory_access", level_of, model.name, level.line, claim, _words(level, accesses))


def pattern(model: Model, level: Level, access: Access) -> tuple[str, Polynomial | None]:
    """(name, elements between consecutive iterations); the stride is None where it varies or is not known.

    broadcast 0, coalesced 1, reversed -1, strided any other number or parameter, column a multiple of a row's length,
    varying, gather and scatter (through memory).
    """
    forms = access.subscript_forms()
    if any(form is None for form in forms):
        indirect = access.reason.startswith("indirect")
        return ("scatter" if access.is_write else "gather") if indirect else "irregular", None
    rows = extents(model, access.array)
    known = {"n", "m", *model.parameters}
    steps = {_step(level, subscripts, rows) for subscripts in _cases(forms)}
    stride = steps.pop() if len(steps) == 1 else None
    if stride is None or not stride.names <= known:
        return "varying", None
    if stride.value is not None:
        return {0: "broadcast", 1: "coalesced", -1: "reversed"}.get(stride.value, "strided"), stride
    return ("column" if any(set(atoms) & {"n", "m"} for atoms, _ in stride.terms) else "strided"), stride


def extents(model: Model, array: str) -> list[Polynomial]:
    """The lengths of an array's rows: every extent but the first."""
    for argument in model.loop.arrays:
        if argument.name == array:
            return [_parsed(part) for part in argument.extents[1:]]
    parts = model.program.arrays[array][1][1:]
    found = [part and polynomial(part, {*model.parameters, "n", "m"}) for part in parts]
    return [part or Polynomial.atom("?") for part in found]


def _parsed(extent: str) -> Polynomial:
    total = ONE
    for factor in extent.replace(" ", "").split("*"):
        if not factor.isalnum():
            return Polynomial.atom("?")
        total = total * (Polynomial.constant(int(factor)) if factor.isdigit() else Polynomial.atom(factor))
    return total


def _cases(forms) -> Iterator[tuple[Polynomial, ...]]:
    """The subscripts of each case; where a case holds for one iteration only, the other one counts."""
    general = []
    for form in forms:
        wide = [piece for piece in form if not any(_is_equation(part) for part in piece.constraints)]
        general.append(wide or list(form))
    if all(len(pieces) == 1 for pieces in general):
        yield tuple(pieces[0].value for pieces in general)
        return
    for at in range(max(len(pieces) for pieces in general)):
        yield tuple(pieces[min(at, len(pieces) - 1)].value for pieces in general)


def _is_equation(constraint: str) -> bool:
    return " = " in constraint and "mod" not in constraint


def _step(level: Level, subscripts: tuple[Polynomial, ...], rows: list[Polynomial]) -> Polynomial:
    """Elements from one iteration to the next, in terms of counters and parameters."""
    later = {level.name: Polynomial.atom(level.name) + Polynomial.constant(level.step)}
    total, size = Polynomial(), ONE
    for subscript, row in zip(reversed(subscripts), [*reversed(rows), ONE], strict=False):
        total = total + (subscript.substitute(later) - subscript) * size
        size = size * row
    return total


def _words(level: Level, accesses: list[dict]) -> str:
    names: dict[str, dict[str, None]] = {}
    for entry in accesses:
        known = f" (stride {entry['stride']})" if entry["pattern"] in ("strided", "column") else ""
        names.setdefault(entry["pattern"] + known, {})[entry["array"]] = None
    parts = [f"{', '.join(arrays)} {how}" for how, arrays in names.items()]
    return f"Consecutive iterations of loop {level.name} touch {'; '.join(parts)}."
