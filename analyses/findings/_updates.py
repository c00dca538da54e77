"""Cells that every iteration only updates: v = v (operator) something.

As in Polly's reduction dependences (Doerfert et al., "Polly's Polyhedral Scheduling in the Presence of Reductions"),
a cell qualifies at a loop if nothing else in that loop touches it; here for scalars, array elements that the loop
revisits, histogram cells, and extrema together with their positions.
"""

from dataclasses import dataclass, field
from functools import lru_cache

from analyses.findings._algebra import Update, update
from analyses.findings._transfer import Key, Transfer, key, transfer
from analyses.model import Access, Level, Model, Statement
from analyses.model.program import Element, Expr, If, Name, Select, walk

COMMUTATIVE = ("+", "*", "&", "|", "^")


@dataclass(frozen=True)
class Cell:
    """One place that the innermost loop `body` updates; companions: positions of an extremum, kept with it."""

    body: Level
    key: Key
    place: Name | Element
    update: Update
    statements: tuple[Statement, ...]
    companions: tuple["Cell", ...] = field(default=())


def direct(model: Model, level: Level) -> tuple[Statement, ...]:
    """The statements of a loop that stand in no inner loop."""
    return tuple(statement for statement in model.inside(level) if statement.loops[-1] == level)


@lru_cache(maxsize=1024)
def cells(model: Model) -> tuple[Cell, ...]:
    """Every updated place of every loop body; extrema have their companions, which are no entries of their own."""
    found: list[Cell] = []
    for level in model.levels:
        effect = transfer(model, level)
        if effect is None:
            continue
        own: list[Cell] = []
        for spot, value in effect.values.items():
            place = effect.places[spot]
            kind = update(value, place) if value is not None else None
            writers = tuple(s for s in direct(model, level) if s.kind == "assign" and key(s.node.target) == spot)  # type: ignore[union-attr]
            if kind is not None and writers:
                own.append(Cell(level, spot, place, kind, writers))
        found += _with_companions(own, effect)
    return tuple(found)


def _with_companions(own: list[Cell], effect: Transfer) -> list[Cell]:
    """Last values taken under an extremum's own condition belong to it; other last values must not read a state."""
    taken: set[Key] = set()
    found = []
    for cell in own:
        test = cell.update.condition
        if test is None or isinstance(cell.place, Element):
            continue
        with_it = []
        for other in own:
            value = effect.values[other.key]
            is_last = other.update.operator == "last" and isinstance(other.place, Name)
            if is_last and isinstance(value, Select) and value.condition == test:
                states = {one.place for one in own} - {other.place}
                if not any(part in states for side in (value.then, value.orelse) for part in walk(side)):
                    with_it.append(other)
        taken |= {other.key for other in with_it}
        if with_it:
            operator = {"max": "argmax", "min": "argmin"}[cell.update.operator]
            joint = Update(operator, cell.update.guarded, cell.update.tie, test, cell.update.unordered)
            found.append(Cell(cell.body, cell.key, cell.place, joint, cell.statements, tuple(with_it)))
            taken.add(cell.key)
    return found + [cell for cell in own if cell.key not in taken]


@dataclass(frozen=True)
class Reduction:
    """Cells of one array that a loop only updates, all with one operator."""

    level: Level
    array: str
    cells: tuple[Cell, ...]

    @property
    def update(self) -> Update:
        return self.cells[0].update

    @property
    def statements(self) -> tuple[Statement, ...]:
        return tuple(s for cell in self.cells for s in cell.statements)

    @property
    def companions(self) -> tuple[str, ...]:
        return tuple(other.key[0] for cell in self.cells for other in cell.companions)


@lru_cache(maxsize=1024)
def reductions(model: Model) -> tuple[Reduction, ...]:
    """Every loop level at which cells are reduced."""
    found = []
    for level in model.levels:
        by_array: dict[str, list[Cell]] = {}
        for cell in cells(model):
            if level in cell.body.chain:
                by_array.setdefault(cell.key[0], []).append(cell)
        for array, group in by_array.items():
            one = Reduction(level, array, tuple(group))
            if not level.exits and is_reduced(model, one):
                found.append(one)
    return tuple(found)


def is_reduced(model: Model, one: Reduction) -> bool:
    """Whether a loop carries the cells from iteration to iteration and does nothing else with them."""
    operators = {cell.update.operator for cell in one.cells}
    if len(operators) > 1 or operators <= {"linear"} or (len(one.cells) > 1 and not operators <= {*COMMUTATIVE}):
        return False
    return revisits(model, one) and not uses(model, one) and not any(_reads_other(model, one, c) for c in one.cells)


def revisits(model: Model, one: Reduction) -> bool:
    """Whether two iterations touch the same cell, whatever the parameters are."""
    deps = [d for d in model.dependences if d.array == one.array and {d.source, d.sink} <= {*one.statements}]
    carried = model.carried(one.level, deps)
    return bool(carried) and model.never(model.condition(carried))


def uses(model: Model, one: Reduction) -> list[tuple[Statement, Access]]:
    """What else in the loop may touch a cell: reads of running values, other writes."""
    arrays = (one.array, *one.companions)
    own = {s for cell in one.cells for part in (cell, *cell.companions) for s in part.statements}
    keys = {part.key for cell in one.cells for part in (cell, *cell.companions)}
    found = []
    for statement in model.inside(one.level):
        for access in statement.accesses:
            if access.array not in arrays or access.virtual or access.node is None:
                continue
            if key(access.node) in keys and (statement in own or _decides(model, one, statement, own)):
                continue
            if any(_meets(model, one.level, writer, statement, access) for writer in own):
                found.append((statement, access))
    return found


def _decides(model: Model, one: Reduction, statement: Statement, own: set[Statement]) -> bool:
    """Whether a condition is that of an extremum, and decides nothing else."""
    if one.update.operator not in ("max", "min", "argmax", "argmin") or not isinstance(statement.node, If):
        return False
    below = {s for s in model.statements if any(guard.statement == statement.name for guard in s.guards)}
    return bool(below) and below <= own


def _meets(model: Model, level: Level, writer: Statement, statement: Statement, access: Access) -> bool:
    if writer.write.array != access.array:
        return False
    pairs = writer.write.relation.apply_range(access.relation.reverse())
    return not pairs.intersect(model.same(writer, statement, level.depth)).is_empty()


def _reads_other(model: Model, one: Reduction, cell: Cell) -> bool:
    """Whether what is combined depends on another scalar that runs through this loop."""
    effect = transfer(model, cell.body)
    assert effect is not None
    mine = {cell.key, *(other.key for other in cell.companions)}
    value: Expr | None = effect.values[cell.key]
    assert value is not None
    for part in walk(value):
        if isinstance(part, Name) and part.name in model.program.scalars and key(part) not in mine:
            writers = [s for s in model.inside(one.level) if any(a.array == part.name for a in s.writes)]
            if writers and cell.update.operator == "last":
                return True
    return False
