"""What the programs of one launch access, by address. Imported by the child alone."""

from dataclasses import dataclass

import numpy as np

LOAD, STORE, ATOMIC = range(3)
#: The lane of an access to a single element, which all threads of a program make together.
ALL_LANES = -1


@dataclass(frozen=True)
class Extent:
    """A stretch of memory that a launch may touch: its first address, the one behind it, a name for its elements."""

    low: int
    high: int
    name: str


@dataclass(frozen=True)
class Access:
    """One load, store or atomic of one program.

    addresses: of the active lanes, flat, `width` bytes each; lanes: which these are, or ALL_LANES.
    epoch: changes with the program and at each of its barriers. values: what a store stores, or None.
    acquires, releases: what an atomic orders. of_one_block: its scope ends there, so that to others it is none.
    """

    kind: int
    addresses: np.ndarray
    lanes: np.ndarray | int
    width: int
    program: int
    epoch: int
    values: np.ndarray | None = None
    acquires: bool = False
    releases: bool = False
    of_one_block: bool = False


class AccessLog:
    """The accesses of a launch in the order in which they were made.

    extents: all memory that it may access. programs: how many it has. made, stored: how many accesses each has made,
    and how many of them to store, those of an earlier log of the launch included, which is `before`.
    """

    def __init__(self, extents: list[Extent], programs: int, before: "AccessLog | None" = None):
        self.extents, self.programs = extents, programs
        self.made: np.ndarray = before.made if before else np.zeros(programs, np.int64)
        self.stored: np.ndarray = before.stored if before else np.zeros(programs, np.int64)
        self.program, self.epoch, self.size = 0, 0, 0
        self._epochs: dict[int, int] = {}
        self._latest = 0
        self.accesses: list[Access] = []

    def enter(self, program: int) -> None:
        """What follows is done by another program, which may have begun before."""
        self.program = program
        if program in self._epochs:
            self.epoch = self._epochs[program]
        else:
            self.barrier()

    def barrier(self) -> None:
        """What follows in this program comes after all that its lanes did so far."""
        self._latest += 1
        self.epoch = self._epochs[self.program] = self._latest

    def add(self, kind: int, addresses: np.ndarray, lanes: np.ndarray | None, width: int, *more) -> None:
        """One access; lanes: None when all are active; more: the last fields of Access."""
        addresses = addresses.reshape(-1)
        if lanes is None:
            where: np.ndarray | int = ALL_LANES if addresses.size == 1 else np.arange(addresses.size)
        else:
            where = lanes
        self.accesses.append(Access(kind, addresses, where, width, self.program, self.epoch, *more))
        self.size += addresses.size
        self.made[self.program] += addresses.size
        if kind != LOAD:
            self.stored[self.program] += addresses.size

    def elements(self) -> tuple[list[np.ndarray], int, int]:
        """For each access the elements that it touches, numbered through all extents; how many there are; their width.

        The width is that of the narrowest access: a wider one touches several elements in a row.
        """
        width = min((access.width for access in self.accesses), default=4)
        stretches = disjoint(self.extents)
        lows = np.array([extent.low for extent in stretches], np.int64)
        counts = [-(-(extent.high - extent.low) // width) for extent in stretches]
        starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        found = []
        for access in self.accesses:
            addresses = access.addresses.astype(np.int64)
            which = np.searchsorted(lows, addresses, "right") - 1 if len(lows) > 1 else np.zeros(1, np.int64)
            numbers = starts[which] + (addresses - lows[which]) // width
            if access.width > width:
                numbers = (numbers[:, None] + np.arange(access.width // width)).reshape(-1)
            found.append(numbers)
        return found, int(starts[-1]), width

    @property
    def stores(self) -> list[Access]:
        """The stores and atomics."""
        return [access for access in self.accesses if access.kind != LOAD]

    def words(self, address: int, width: int) -> str:
        """An element's name."""
        for extent in self.extents:
            if extent.low <= address < extent.high:
                return f"{extent.name}[{(address - extent.low) // width}]"
        return "an element of none of its tensors"


def mark(stores: list[Access], arrays: list[tuple[int, np.ndarray]], width: int) -> None:
    """Set the marks of what accesses stored.

    arrays: (address, marks, one for each element of some width) of each.
    """
    for access in stores:
        if not access.addresses.size:
            continue
        lowest, highest = int(access.addresses.min()), int(access.addresses.max())
        for low, marks in arrays:
            if highest < low or lowest >= low + marks.size * width:
                continue
            first = (access.addresses.astype(np.int64) - low) // width
            for step in range(max(1, access.width // width)):
                touched = first + step
                marks[touched[(touched >= 0) & (touched < marks.size)]] = True


def disjoint(extents: list[Extent]) -> list[Extent]:
    """The same memory in stretches that do not overlap, in order of their addresses."""
    found: list[Extent] = []
    for extent in sorted(extents, key=lambda each: each.low):
        if found and extent.low < found[-1].high:
            last = found.pop()
            extent = Extent(last.low, max(last.high, extent.high), last.name)
        found.append(extent)
    return found
