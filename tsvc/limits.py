"""The least time that a machine allows a loop: what it must do, over what the machine can do.

    limit = max(floor, bytes / bandwidth, operations / rate, chain * latency)

floor       one launch in a replayed graph: an empty one for a loop that reads nothing, else one with a load and a store
bytes       what must be read and written (tsvc.work), at the rates of the memory or of the L2 cache
operations  those of the C text, at the rate of fp32 fused multiply-adds (two operations each)
chain       multiplications that no algorithm can make side by side, at the latency of one

Each of the four is a limit by itself, and their maximum supposes that all else is hidden behind it. The rates are the
best that were measured on this machine, so a limit is seldom beaten. It can be by an algorithm that does other work
than the C text: a convolution by a Fourier transform, a search that starts at the end where the last hit counts.
"""

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Floors:
    """What one GPU can do at best, measured by tsvc.floors; seconds, bytes a second, operations a second.

    launch, round_trip: of one launch of many in a replayed graph, each on arrays of its own: of an empty kernel, and
        of one with a load and a store.
    memory_read, memory_write, memory_copy: of kernels that only read, only write, and copy (bytes read and written).
    cache_read, cache_write, cache_copy: the same within the L2 cache; cache_bytes: its size.
    operations: fp32 operations, two in a fused multiply-add; latency: of one that waits for the one before it.
    """

    launch: float
    round_trip: float
    memory_read: float
    memory_write: float
    memory_copy: float
    cache_read: float
    cache_write: float
    cache_copy: float
    cache_bytes: float
    operations: float
    latency: float

    @classmethod
    def of(cls, facts: dict) -> "Floors":
        """From a child's answer, or from `machine.floors` of a record.

        Raises ValueError where a figure is missing or none.
        """
        try:
            values = {field.name: float(facts[field.name]) for field in fields(cls)}
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"not the floors of a machine: {error}") from None
        if not all(0 < value < float("inf") for value in values.values()):
            raise ValueError(f"not the floors of a machine: {values}")
        return cls(**values)

    def as_dict(self) -> dict[str, float]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True)
class Work:
    """The least that a loop must do on given data, counted by tsvc.work; in the order in which tsvc.counted gives it.

    read, written: distinct elements read before they were written, and distinct elements written, 4 bytes each; a
    scalar result counts as written. operations: arithmetic on real numbers. chain: dependent multiplications.
    sectors_read, sectors_written: in how many sectors of 32 bytes the elements lie, which is how GPUs move memory.
    """

    read: int
    written: int
    operations: int
    chain: int
    sectors_read: int = 0
    sectors_written: int = 0

    @property
    def bytes(self) -> int:
        return 4 * (self.read + self.written)

    @property
    def sector_bytes(self) -> int:
        """What moves at least where memory moves by whole sectors."""
        return 32 * (self.sectors_read + self.sectors_written)


@dataclass(frozen=True)
class Limit:
    """What no call undercuts.

    by: floor, bytes, operations or chain; level: whether what the replayed calls move fits in the cache, or memory.
    """

    seconds: float
    by: str
    level: str


def limit(work: Work, floors: Floors, calls: int = 1) -> Limit:
    """The least time of one call.

    calls: how many calls on arrays of their own one sample replays in turn. Together they find in the cache at most
    what fits in it; all else they move from and to memory. One call repeated on one set of arrays is calls=1.
    """
    level = "cache" if work.bytes * calls <= floors.cache_bytes else "memory"
    seconds = {
        "floor": floors.round_trip if work.read else floors.launch,
        "bytes": _moving(work, floors, calls),
        "operations": work.operations / floors.operations,
        "chain": work.chain * floors.latency,
    }
    by = max(seconds, key=lambda name: seconds[name])
    return Limit(seconds[by], by, level)


def _moving(work: Work, floors: Floors, calls: int) -> float:
    """Seconds a call for its bytes, as much of them as the cache can hold between two replays taken from there."""
    inside = min(1.0, floors.cache_bytes / (work.bytes * calls)) if work.bytes else 1.0
    cache = _rates(floors.cache_read, floors.cache_write, floors.cache_copy)
    memory = _rates(floors.memory_read, floors.memory_write, floors.memory_copy)
    seconds = [4 * (work.read / read + work.written / write) for read, write in (cache, memory)]
    return inside * seconds[0] + (1 - inside) * seconds[1]


def _rates(read: float, write: float, copy: float) -> tuple[float, float]:
    """(reading, writing) in bytes a second that explain all three measured rates, or more.

    A copy may be faster than reading and writing one after the other would be: then each is taken to be faster.
    """
    together = 2 / (1 / read + 1 / write)
    more = max(1.0, copy / together)
    return read * more, write * more
