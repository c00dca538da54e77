"""Times of a loop on both sides over sizes, and where the device overtakes one core and all cores.

Sizes go up in powers of 4 elements. Each costs what its data cost, about four times as much as the one before; a loop
stops where the next would take it beyond its seconds, so that a sweep over all loops ends in time. C is compiled for
each size, as TSVC is: ahead of the clock, for all loops asked for side by side.
"""

import math
import os
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from clib.build import build
from tsvc.cases import make
from tsvc.device import Device
from tsvc.fast import fast_text
from tsvc.inputs import Case
from tsvc.kernel import Kernel
from tsvc.limits import Floors
from tsvc.load import Load
from tsvc.loops import Loop
from tsvc.quick import time_quickly
from tsvc.timing import Timing, limit_facts, time_c

#: Powers of two: elements of the arrays, from 2**FIRST to 2**LAST; the side of 2-D arrays ends at LARGEST_SIDE.
FIRST, LAST, STEP = 10, 26, 2
LARGEST_SIDE = 4096
#: Up to so many elements a size costs what any does.
SMALL = 1 << 18
#: The most elements for which a loop's work is counted: seconds for the limit of each size.
COUNTED = 1 << 24
#: Calls of the C fast build at each size, and the seconds for them.
C_CALLS, C_LIMIT = 7, 10.0

#: Cores that others may keep busy while C is timed without a word.
BUSY = 0.5

#: Seconds of C on all cores for a case, or None where there is none.
OnAllCores = Callable[[Case], float | None]


@dataclass(frozen=True)
class Point:
    """Microseconds at one size; None: not timed.

    gb_per_s: least bytes over the device time, in 10^9 bytes a second; sector_gb_per_s: the same of the whole sectors
        of 32 bytes in which they lie. busy_cores: that others kept busy while C was timed, where it was more than BUSY:
        its time is too long.
    """

    n: int
    m: int
    device_us: float
    c_us: float
    c_all_us: float | None = None
    limit_us: float | None = None
    gb_per_s: float | None = None
    sector_gb_per_s: float | None = None
    busy_cores: float | None = None

    def as_dict(self) -> dict:
        return {name: value for name, value in vars(self).items() if value is not None}


@dataclass(frozen=True)
class Sweep:
    """points: by size, from the smallest. ended: why there are no larger ones, "" where all were timed."""

    points: tuple[Point, ...] = field(default=())
    ended: str = ""

    def facts(self) -> dict:
        """What a loop's record holds of it."""
        pairs = {
            "crossover_n": [(point.n, point.c_us / point.device_us) for point in self.points],
            "crossover_all_n": [(p.n, p.c_all_us / p.device_us) for p in self.points if p.c_all_us],
        }
        found: dict = {"sweep": [point.as_dict() for point in self.points]}
        found |= {name: crossover(ratios) for name, ratios in pairs.items() if ratios}
        return {**found, "sweep_ended": self.ended} if self.ended else found


def cases(loop: Loop, points: int | None = None, last: int = LAST) -> list[Case]:
    """The cases of a loop's sweep, TSVC's own data, from the smallest.

    points: only so many, spread evenly over the sizes with the first and the last among them. last: the largest size
    as a power of two. 2-D loops take m*m elements, whatever n they have is as large.
    """
    powers = list(range(FIRST, last + 1, STEP))
    if loop.is_2d:
        powers = [power for power in powers if 2 ** (power // 2) <= LARGEST_SIDE]
    if points is not None and points < len(powers):
        powers = [powers[round(k * (len(powers) - 1) / max(1, points - 1))] for k in range(points)]
    found = [make(loop, 2**power, 2 ** (power // 2), "tsvc", 0) for power in powers]
    return list({(case.n, case.m): case for case in found if case is not None}.values())


def compile_ahead(wanted: Iterable[Case]) -> None:
    """Build the fast libraries of cases side by side, as many as there are cores. Raises BuildError."""
    keys = {(case.loop.path, case.n, case.m) for case in wanted}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda key: build(key[0], "fast", *fast_text(*key)), sorted(keys)))


def sweep(
    kernel: Kernel,
    device: Device,
    c_clock: Device,
    wanted: list[Case],
    seconds: float,
    on_all_cores: OnAllCores | None = None,
    floors: Floors | None = None,
) -> Sweep:
    """Time a kernel and C at each size in turn.

    device: one for kernels; c_clock: in mode "c". seconds: that timing may take; the first two sizes are always
    timed. on_all_cores: times C on all cores. floors: of the machine, for the limit at sizes small enough to count.
    Raises KernelFailure: what became of the kernel at a size.
    """
    points: list[Point] = []
    took: list[float] = []
    start = time.monotonic()
    for case in wanted:
        spent = time.monotonic() - start
        if len(points) >= 2 and spent + _predicted(case, points[-1].n, took) > seconds:
            return Sweep(tuple(points), f"a larger size would have taken more than {seconds:g} s")
        began = time.monotonic()
        load = Load()
        c = time_c(c_clock, case, warmups=2, calls=C_CALLS, limit=C_LIMIT)
        others = load.others(own=1)
        if c.method == "timeout":
            return Sweep(tuple(points), f"C takes more than {C_LIMIT:g} s at the next size")
        timing = time_quickly(kernel, device, case)
        all_cores = on_all_cores(case) if on_all_cores else None
        ended = time.monotonic()
        took.append(ended - began)
        points.append(_point(case, timing, c, all_cores, _least(c_clock, case, timing, floors), others))
        start += time.monotonic() - ended  # counting is no timing: it ends no sweep
    return Sweep(tuple(points))


def elements(case: Case) -> int:
    """What a sweep counts sizes by: the length of a 1-D array, all of a 2-D one."""
    return case.m**2 if case.loop.is_2d else case.n


def _predicted(case: Case, before: int, took: list[float]) -> float:
    """Seconds that a size will take after another of `before` elements: some for any size, the rest as its work grows.

    took: those of the sizes before. Compiling a kernel counts among the first ones': small sizes are not judged by it.
    """
    least, growth = min(took), elements(case) / before
    if case.loop.is_superlinear:
        growth **= 1.5 if case.loop.is_2d else 2
    elif elements(case) <= SMALL:
        return least
    return least + (took[-1] - least) * growth


def _point(case: Case, timing: Timing, c: Timing, all_cores: float | None, least: dict, others: float | None) -> Point:
    all_us = None if all_cores is None else all_cores * 1e6
    busy = round(others, 1) if others is not None and others > BUSY else None
    return Point(elements(case), case.m, timing.median * 1e6, c.median * 1e6, all_us, **least, busy_cores=busy)


def _least(c_clock: Device, case: Case, timing: Timing, floors: Floors | None) -> dict[str, float]:
    """A point's limit and how many bytes it moves in its time; {} without floors, or where the work is not counted."""
    if floors is None or elements(case) > COUNTED:
        return {}
    facts = limit_facts(c_clock, case, timing, floors)
    return {name: facts[name] for name in ("limit_us", "gb_per_s", "sector_gb_per_s") if name in facts}


def crossover(ratios: list[tuple[int, float]]) -> int | None:
    """The size from which the device stays faster, between points where both times follow a power of the size.

    ratios: (size, the other side's time over the device's), by size. The first size where it is faster at all; None
    where it is not at the last.
    """
    slower = [at for at, (_, ratio) in enumerate(ratios) if ratio < 1]
    if not slower:
        return ratios[0][0]
    at = slower[-1]
    if at + 1 == len(ratios):
        return None
    (low, before), (high, after) = ratios[at], ratios[at + 1]
    share = -math.log(before) / (math.log(after) - math.log(before))
    return math.ceil(low * (high / low) ** share)
