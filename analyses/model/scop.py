"""The program as drafts of polyhedral statements: domains, guards, exits and textual positions.

A condition that isl cannot see becomes a statement of its own that writes a virtual array; what stands under it
reads that array, and so does every later iteration of a loop that the condition may leave (pet's encoding): control
dependences are flow dependences, and no legality test needs a special case.
"""

from dataclasses import dataclass

from analyses.model.context import Region
from analyses.model.induction import affine_condition, may_break
from analyses.model.polynomial import ONE, Polynomial, polynomial
from analyses.model.program import Assign, Binary, Break, Element, Expr, For, If, Name, Number, Program, While, walk
from analyses.model.statements import Guard, Level


@dataclass
class Draft:
    """A statement before its array layouts are known."""

    name: str
    kind: str
    node: Assign | If | For | While
    loops: tuple[Level, ...]
    region: Region
    exact: bool
    guards: tuple[Guard, ...]
    position: tuple[int, ...]
    exits: tuple[tuple[str, int, bool], ...]  # (guard, depth of the loop it may leave, also in this iteration)
    leaves: bool  # a break of the innermost loop surely follows


class Walk:
    """One pass over the program: statements in textual order with loops, domain, guards and position."""

    def __init__(self, program: Program, region: Region):
        self.program = program
        self.drafts: list[Draft] = []
        self.levels: list[Level] = []
        self.numbers = {"S": 0, "G": 0}
        self.exit_guards: dict[str, list[str]] = {}
        self.leaving: list[bool] = [False]
        self.block(program.body, (), region, True, (), [0], ())

    def draft(self, kind, node, loops, region, exact, guards, position, exits) -> str:
        letter = "S" if kind == "assign" else "G"
        name = f"{letter}{self.numbers[letter]}"
        self.numbers[letter] += 1
        self.drafts.append(
            Draft(name, kind, node, loops, region, exact, guards, tuple(position), exits, self.leaving[-1])
        )
        position[-1] += 1
        return name

    def block(self, body, loops, region, exact, guards, position, exits) -> tuple:
        """exits: guards that this point has passed in this iteration, and those of earlier iterations."""
        self.leaving.append(self.leaving[-1] or any(isinstance(node, Break) for node in body))
        for node in body:
            match node:
                case Assign():
                    self.draft("assign", node, loops, region, exact, guards, position, exits)
                case If():
                    exits = self.branch(node, loops, region, exact, guards, position, exits)
                case For():
                    self.for_loop(node, loops, region, exact, guards, position, exits)
                case While():
                    self.while_loop(node, loops, region, exact, guards, position, exits)
        self.leaving.pop()
        return exits

    def branch(self, node: If, loops, region, exact, guards, position, exits):
        affine = affine_condition(node.condition, region)
        leaves = may_break((node,))
        inside, outside = affine if affine else ((), ())
        yes = no = guards
        if affine is None or leaves:
            name = self.draft("guard", node, loops, region, exact, guards, position, exits)
            yes, no = ((*guards, Guard(name, side, len(loops))) for side in (True, False))
            if leaves:
                self.exit_guards.setdefault(loops[-1].name, []).append(name)
        self.block(node.then, loops, region.where(*inside), exact, yes, position, exits)
        self.block(node.orelse, loops, region.where(*outside), exact, no, position, exits)
        if leaves:  # what follows in this iteration depends on every condition on the way to the break
            inner = [d.name for d in self.drafts if d.name in self.exit_guards[loops[-1].name]]
            known = {entry[:2] for entry in exits}
            exits = (*exits, *((g, len(loops), True) for g in inner if (g, len(loops)) not in known))
        return exits

    def for_loop(self, node: For, loops, region, exact, guards, position, exits) -> None:
        constraints, sure, known, starts = bounds(node, region)
        parent = loops[-1] if loops else None
        level = Level(node.iterator, node.line, node, parent, node.step, may_break(node.body), starts)
        if not known:  # how often it runs depends on data: known when it starts
            name = self.draft("guard", node, loops, region, exact, guards, position, exits)
            guards = (*guards, Guard(name, True, len(loops)))
        self.levels.append(level)
        inside = region.inside(node.iterator, constraints)
        self.inside(level, node.body, (*loops, level), inside, exact and sure, guards, position, exits)

    def while_loop(self, node: While, loops, region, exact, guards, position, exits) -> None:
        level = Level(node.iterator, node.line, node, loops[-1] if loops else None, 1, True)
        self.levels.append(level)
        inside, own, place = region.inside(node.iterator, (f"{node.iterator} >= 0",)), (*loops, level), [*position, 0]
        if not isinstance(node.condition, Number):
            name = self.draft("guard", node, own, inside, False, guards, place, exits)
            guards = (*guards, Guard(name, True, len(own)))
            self.exit_guards.setdefault(level.name, []).append(name)
        self.inside(level, node.body, own, inside, False, guards, position, exits, place)

    def inside(self, level, body, loops, region, exact, guards, position, exits, place=None) -> None:
        start = len(self.drafts) - (1 if place and place[-1] else 0)
        self.leaving.append(False)
        self.block(body, loops, region, exact, guards, place or [*position, 0], exits)
        self.leaving.pop()
        # Every iteration depends on the exits of all earlier ones.
        for draft in self.drafts[start:]:
            known = {entry[:2] for entry in draft.exits}
            before = [(g, level.depth + 1, False) for g in self.exit_guards.get(level.name, ())]
            draft.exits += tuple(entry for entry in before if entry[:2] not in known)
        position[-1] += 1


def bounds(node: For, region: Region) -> tuple[list[str], bool, bool, bool]:
    """(constraints on the counter; are they exact, are the bounds known without data, is the start affine)."""
    name, sign, found, exact, known = node.iterator, 1 if node.step > 0 else -1, [], True, True
    lower, upper = (polynomial(side, region.symbols, region.proves) for side in (node.lower, node.upper))
    if lower is not None and lower.is_affine:
        found.append(f"{name} {'>=' if sign > 0 else '<='} {lower}")
        if abs(node.step) > 1:
            found.append(f"({name} - ({lower})) mod {abs(node.step)} = 0")
    else:
        exact = False
    match node.upper:
        case _ if upper is not None and upper.is_affine:
            found.append(f"{name} {'<' if sign > 0 else '>'} {upper}")
        case Binary("/", top, Name(stride)) if sign > 0 and lower is not None and _positive(stride, region):
            # For i >= 0, i < room/stride means (i + 1)*stride <= room, and then
            # stride >= 1 gives i + stride <= (i + 1)*stride <= room.
            room = polynomial(top, region.symbols, region.proves)
            exact = False
            if room is not None and room.is_affine and region.proves(lower):
                found.append(f"{name} + {stride} <= {room}")
        case _:
            exact = False
    for side, poly in ((node.lower, lower), (node.upper, upper)):
        known = known and (poly is not None or _is_symbolic(side, region))
    return found, exact, known, lower is not None and lower.is_affine


def _positive(name: str, region: Region) -> bool:
    return name in region.context.parameters and region.proves(Polynomial.atom(name) - ONE)


def _is_symbolic(expr: Expr, region: Region) -> bool:
    return all(
        not isinstance(part, Element) and (not isinstance(part, Name) or part.name in region.symbols)
        for part in walk(expr)
    )
