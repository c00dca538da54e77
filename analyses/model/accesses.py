"""Drafts -> statements: every read and write as an isl map from instances to elements."""

from collections.abc import Iterator

import islpy as isl

from analyses.model.context import Context
from analyses.model.program import Assign, Element, Expr, For, If, Name, Program, While, walk
from analyses.model.scop import Draft
from analyses.model.statements import Access, Statement, Storage
from analyses.model.subscripts import Layout, form, layouts, reason


def statements(
    program: Program, drafts: list[Draft], context: Context
) -> tuple[tuple[Statement, ...], dict[str, Storage]]:
    """The statements of a program and what they store in."""
    uses = [list(_uses(draft, program)) for draft in drafts]
    spots = _spots(drafts, uses)
    length = 2 * max((len(draft.loops) for draft in drafts), default=0) + 1
    found = tuple(
        _statement(draft, use, spots, context, program, length) for draft, use in zip(drafts, uses, strict=True)
    )
    return found, _storage(program, drafts, spots)


def _uses(draft: Draft, program: Program) -> Iterator[tuple[Element | Name, bool]]:
    """(place, is written) of each access in memory, the write last."""
    target: Element | Name | None = None
    match draft.node:
        case Assign(place, value):
            target = place
            sources: tuple[Expr, ...] = (value, *(place.subscripts if isinstance(place, Element) else ()))
        case If(condition) | While(_, condition):
            sources = (condition,)
        case For(_, lower, upper):
            sources = (lower, upper)
    seen = set()
    for part in (part for source in sources for part in walk(source)):
        in_memory = isinstance(part, Element) or (isinstance(part, Name) and part.name in program.scalars)
        if in_memory and part not in seen:
            seen.add(part)
            yield part, False
    if target is not None:
        yield target, True


Spots = dict[tuple[str, Element], Layout]


def _spots(drafts: list[Draft], uses) -> Spots:
    """Coordinates of each array element that occurs, by draft."""
    by_array: dict[str, list[tuple[Draft, Element]]] = {}
    for draft, use in zip(drafts, uses, strict=True):
        for place in dict.fromkeys(place for place, _ in use if isinstance(place, Element)):
            by_array.setdefault(place.array, []).append((draft, place))
    found: Spots = {}
    for entries in by_array.values():
        forms = []
        for draft, place in entries:
            region = draft.region
            forms.append((tuple(form(part, region) for part in place.subscripts), region))
        keys = [(draft.name, place) for draft, place in entries]
        found |= dict(zip(keys, layouts(forms), strict=True))
    return found


def _statement(draft: Draft, use, spots: Spots, context: Context, program: Program, length: int) -> Statement:
    instance = f"{draft.name}[{', '.join(level.name for level in draft.loops)}]"
    domain = context.set(instance, draft.region.constraints).coalesce()
    leaves = any(level.exits for level in draft.loops)
    sure = draft.exact and not draft.guards and not leaves
    accesses = []
    for place, is_write in use:
        accesses.append(_access(draft, place, is_write, spots, context, domain, instance, sure))
    accesses += _control(draft, context, domain, instance)
    return Statement(
        draft.name,
        draft.kind,
        draft.node,
        draft.node.line,
        draft.loops,
        domain,
        draft.exact,
        draft.guards,
        tuple(accesses),
        _time(draft, context, instance, length),
        draft.region,
        draft.position,
        draft.leaves,
    )


def _access(draft: Draft, place, is_write: bool, spots: Spots, context, domain, instance: str, sure: bool) -> Access:
    if isinstance(place, Name):
        relation = isl.Map(f"{context.head}{{ {instance} -> {place.name}[] }}").intersect_domain(domain)
        return Access(
            place.name, is_write, relation, (), place, is_write and sure, line=draft.node.line, region=draft.region
        )
    cases = spots[draft.name, place]
    disjuncts, exact = [], True
    for constraints, values in cases:
        exact = exact and None not in values
        target = ", ".join(f"e{d}" for d in range(len(values)))
        equal = [f"e{d} = {value}" for d, value in enumerate(values) if value is not None]
        body = " and ".join([*constraints, *equal]) or "true"
        disjuncts.append(f"{instance} -> {place.array}[{target}] : {body}")
    relation = isl.Map(f"{context.head}{{ {'; '.join(disjuncts)} }}").intersect_domain(domain)
    why = ""
    if not exact:
        opaque = [part for part in place.subscripts if form(part, draft.region) is None]
        why = reason(opaque[0] if opaque else place.subscripts[0], draft.region)
    return Access(
        place.array, is_write, relation, place.subscripts, place, is_write and sure and exact, exact, why,
        line=draft.node.line, region=draft.region,
    )  # fmt: skip


def _control(draft: Draft, context: Context, domain: isl.Set, instance: str) -> list[Access]:
    """Accesses to virtual arrays: the guard's own write, the guards it stands under, the exits before it."""
    names = [level.name for level in draft.loops]

    def virtual(array: str, text: str, is_write: bool = False) -> Access:
        relation = isl.Map(f"{context.head}{{ {text} }}").intersect_domain(domain)
        return Access(array, is_write, relation, must=is_write, virtual=True, line=draft.node.line)

    found = []
    for guard in draft.guards:
        array = cell(guard.statement)
        found.append(virtual(array, f"{instance} -> {array}[{', '.join(names[: guard.depth])}]"))
    for name, depth, also_now in draft.exits:
        above = any(guard.statement == name for guard in draft.guards)  # this iteration's value is read already
        array, outer = cell(name), names[: depth - 1]
        own, sign = names[depth - 1], "<" if draft.loops[depth - 1].is_rising else ">"
        sign += "=" if also_now and not above else ""
        spot = ", ".join([*outer, "round_"])
        found.append(virtual(array, f"{instance} -> {array}[{spot}] : round_ {sign} {own}"))
    if draft.kind == "guard":
        array = cell(draft.name)
        found.append(virtual(array, f"{instance} -> {array}[{', '.join(names)}]", is_write=True))
    return found


def cell(guard: str) -> str:
    """The virtual array that a guard writes."""
    return f"cond_{guard}"


def _time(draft: Draft, context: Context, instance: str, length: int) -> isl.Map:
    entries = [str(draft.position[0])]
    for level, position in zip(draft.loops, draft.position[1:], strict=True):
        entries += [level.name if level.is_rising else f"-{level.name}", str(position)]
    entries += ["0"] * (length - len(entries))
    return isl.Map(f"{context.head}{{ {instance} -> [{', '.join(entries)}] }}")


def _storage(program: Program, drafts: list[Draft], spots: Spots) -> dict[str, Storage]:
    found = {}
    for (_, place), layout in spots.items():
        kind, _ = program.arrays[place.array]
        rank = len(layout[0][1])
        found[place.array] = Storage(place.array, kind, rank, is_local=place.array in program.local)
    for name, kind in program.scalars.items():
        found[name] = Storage(name, kind, 0, is_scalar=True, is_local=name in program.local)
    for draft in drafts:
        if draft.kind == "guard":
            found[cell(draft.name)] = Storage(cell(draft.name), "int", len(draft.loops), is_local=True, is_virtual=True)
    return found
