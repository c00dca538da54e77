"""Races by address: what one program of a launch writes, no other may read or write unless atomics order them.

Imported by the child alone. The interpreter runs programs one after another, so a race need not show in any value; the
accesses of a launch are compared by address when it has ended.

Between programs, two accesses to one element race when one of them writes and not both are atomics. An atomic that
acquires orders its program behind what others released on the same element before (vector clocks, as in Flanagan and
Freund, FastTrack, 2009). A release counts what came before the program's last barrier, since no thread has waited for
the others of its block; an access to a single element is the thread's own and counts at once.

Within a program lanes are threads, and nothing but a barrier orders two threads' accesses to global memory
(tl.debug_barrier, or the one inside a reduction, a scan or an atomic on a single element). Lanes that touch one element
between two barriers, one of them writing, race, unless all write, and all the same value.
"""

import numpy as np

from tsvc.accesses import ALL_LANES, ATOMIC, LOAD, STORE, Access, AccessLog

_WORDS = {LOAD: "reads", STORE: "writes", ATOMIC: "updates"}
_NOBODY, _SEVERAL = -1, -2


def find_race(log: AccessLog) -> str | None:
    """The first race in a launch's log, in words, or None."""
    if {_kind_to_others(access) for access in log.accesses} in (set(), {LOAD}, {ATOMIC}):
        return None
    elements, count, width = log.elements()
    found = _between_programs(log, elements, count) if log.programs > 1 else None
    return found or _within_programs(log, elements, count, width)


def _between_programs(log: AccessLog, elements: list[np.ndarray], count: int) -> str | None:
    loaded, stored, updated = (_owners(log, elements, count, kind) for kind in (LOAD, STORE, ATOMIC))
    clash = stored == _SEVERAL
    for one, other in ((loaded, stored), (loaded, updated), (stored, updated)):
        clash |= (one != _NOBODY) & (other != _NOBODY) & (one != other)
    if not clash.any():
        return None
    if not any(access.acquires for access in log.accesses):
        first = np.flatnonzero(clash)[0]
        clash[:] = False
        clash[first] = True
    return _unordered(log, elements, clash)


def _kind_to_others(access: Access) -> int:
    """An access's kind as another program sees it."""
    return STORE if access.of_one_block else access.kind


def _owners(log: AccessLog, elements: list[np.ndarray], count: int, kind: int) -> np.ndarray:
    """For each element the program that accesses it in this way, _NOBODY or _SEVERAL."""
    owners = np.full(count, _NOBODY, np.int32)
    chosen = [k for k, access in enumerate(log.accesses) if _kind_to_others(access) == kind]
    if chosen:
        touched = np.concatenate([elements[k] for k in chosen])
        programs = np.repeat([log.accesses[k].program for k in chosen], [elements[k].size for k in chosen])
        owners[touched] = programs
        owners[touched[owners[touched] != programs]] = _SEVERAL
    return owners


def _unordered(log: AccessLog, elements: list[np.ndarray], clash: np.ndarray) -> str | None:
    """The first two accesses to one of the elements that clash which no atomic orders."""
    seen: dict[int, list[Access]] = {}
    clocks: dict[int, np.ndarray] = {}
    released: dict[int, np.ndarray] = {}
    for access, touched in zip(log.accesses, elements, strict=True):
        _synchronise(access, clocks, released, log.programs)
        clock = clocks.get(access.program)
        for element in np.unique(touched[clash[touched]]).tolist():
            earlier = seen.setdefault(element, [])
            for other in earlier:
                if _conflict(other, access) and (clock is None or _stamp(other) > clock[other.program]):
                    address = int(access.addresses[np.argmax(np.resize(touched == element, access.addresses.size))])
                    return _between(other, access, log.words(address, access.width))
            earlier.append(access)
    return None


def _synchronise(access: Access, clocks: dict, released: dict, programs: int) -> None:
    if not access.acquires and not access.releases:
        return
    clock = clocks.get(access.program, np.full(programs, -1, np.int64))
    addresses = access.addresses.tolist()
    if access.acquires:
        clock = np.max([clock, *(released[k] for k in addresses if k in released)], axis=0)
        clocks[access.program] = clock
    if access.releases:
        shown = clock.copy()
        shown[access.program] = 2 * access.epoch
        for k in addresses:
            released[k] = np.maximum(shown, released.get(k, -1))


def _stamp(access: Access) -> int:
    """When an access was made; a release shows all up to twice its epoch: its own epoch's single elements alone."""
    return 2 * access.epoch + (access.lanes is not ALL_LANES)


def _conflict(one: Access, other: Access) -> bool:
    kinds = _kind_to_others(one), _kind_to_others(other)
    return one.program != other.program and kinds not in ((LOAD, LOAD), (ATOMIC, ATOMIC))


def _between(one: Access, other: Access, element: str) -> str:
    writer, second = (other, one) if one.kind == LOAD else (one, other)
    return (
        f"program {writer.program} {_WORDS[writer.kind]} {element}, which program {second.program} "
        f"{_WORDS[second.kind]} in the same launch, and no atomic orders them"
    )


def _within_programs(log: AccessLog, elements: list[np.ndarray], count: int, width: int) -> str | None:
    """Two lanes of one program that touch one element between two barriers, one of them writing."""
    sizes = [numbers.size for numbers in elements]
    touched, kinds = np.concatenate(elements), np.repeat([access.kind for access in log.accesses], sizes)
    lanes = np.concatenate([_lanes_of(access, size) for access, size in zip(log.accesses, sizes, strict=True)])
    suspect = _of_several_lanes(touched, lanes, kinds, count)[touched]
    if not suspect.any():
        return None
    which = np.repeat(np.arange(len(sizes)), sizes)[suspect]
    places = np.concatenate([np.arange(size) for size in sizes])[suspect]
    touched, kinds, lanes = touched[suspect], kinds[suspect], lanes[suspect]
    epochs = np.array([access.epoch for access in log.accesses])[which]
    order = np.lexsort((touched, epochs))
    changes = (np.diff(epochs[order]) != 0) | (np.diff(touched[order]) != 0)
    starts = np.flatnonzero(np.r_[True, changes])
    lowest, highest = (bound.reduceat(lanes[order], starts) for bound in (np.minimum, np.maximum))
    mildest, strongest = (bound.reduceat(kinds[order], starts) for bound in (np.minimum, np.maximum))
    racing = (lowest != highest) & (strongest != LOAD) & (mildest != ATOMIC)
    for group in np.flatnonzero(racing):
        members = order[starts[group] : starts[group + 1] if group + 1 < starts.size else None]
        made = [(log.accesses[which[k]], int(places[k])) for k in members]
        if race := _between_lanes(log, [(each, place // (each.width // width)) for each, place in made]):
            return race
    return None


def _of_several_lanes(touched: np.ndarray, lanes: np.ndarray, kinds: np.ndarray, count: int) -> np.ndarray:
    """For each element whether more than one lane touches it and some access writes it."""
    written, differs = np.zeros(count, bool), np.zeros(count, bool)
    lane = np.full(count, ALL_LANES, np.int64)
    written[touched[kinds != LOAD]] = True
    lane[touched] = lanes
    differs[touched[lane[touched] != lanes]] = True
    return written & differs


def _lanes_of(access: Access, size: int) -> np.ndarray:
    if isinstance(access.lanes, int):
        return np.full(size, access.lanes)
    return np.repeat(access.lanes, size // access.addresses.size)


def _between_lanes(log: AccessLog, made: list[tuple[Access, int]]) -> str | None:
    """Words for accesses of several lanes to one element, None when all store the same value.

    made: each access with its place among the access's addresses.
    """
    only_stores = all(access.kind == STORE for access, _ in made)
    if only_stores and len({_value(access, place) for access, place in made}) == 1:
        return None
    writer, place = next((access, place) for access, place in made if access.kind != LOAD)
    element = log.words(int(writer.addresses[place]), writer.width)
    if only_stores:
        return f"lanes of program {writer.program} store different values to {element}, and nothing orders them"
    return (
        f"in program {writer.program} one lane {_WORDS[writer.kind]} {element}, another touches it, and no barrier "
        "(tl.debug_barrier) stands between them"
    )


def _value(access: Access, place: int) -> bytes:
    values = np.asarray(access.values).reshape(-1)
    lane = 0 if isinstance(access.lanes, int) or values.size == 1 else access.lanes[place]
    return values[lane].tobytes()
