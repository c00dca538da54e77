"""Whether a time can be believed."""

import statistics
from typing import TYPE_CHECKING

import numpy as np

from tsvc.expected import Expected
from tsvc.verdicts import InvalidTiming

if TYPE_CHECKING:
    from tsvc.timing import Timing

#: An empty kernel replayed in a graph takes 0.6 us on an H200; its L2 cache reads 7 TB/s.
LAUNCH_SECONDS, BYTES_A_SECOND = 0.3e-6, 20e12
#: Seconds that waiting for an idle device takes from Python.
ELSEWHERE = 100e-6


def doubt_process(gates: frozenset[str], answer: dict) -> None:
    """Raises InvalidTiming when a clock was replaced, or work goes on beside it.

    answer: of tsvc.gputime: names that were replaced, and how many threads and processes are at work.
    """
    if "clock" in gates and answer["replaced"]:
        raise InvalidTiming(f"what measures time was replaced: {', '.join(map(str, answer['replaced'][:5]))}")
    if "quiescence" in gates and answer["at_work"] > 0:
        raise InvalidTiming(f"{answer['at_work']} threads or processes that it started are left at work")


def doubt_seconds(gates: frozenset[str], timing: "Timing", answer: dict, floor: float) -> None:
    """Raises InvalidTiming when the device works on after the kernel's stream is done, or no GPU could be as fast.

    answer: its "stream" holds, for each sample, seconds a call until the stream that was current is done.
    """
    elsewhere = timing.median - statistics.median(answer["stream"])
    if "quiescence" in gates and elsewhere > timing.median / 2 + ELSEWHERE:
        raise InvalidTiming(f"{elsewhere * 1e6:.0f} us of work go on elsewhere on the device when its stream is done")
    if "floor" in gates and timing.median < floor:
        raise InvalidTiming(f"{timing.median * 1e6:.3g} us a call, at least {floor * 1e6:.3g} us are needed")


def least_seconds(expected: Expected) -> float:
    """What no GPU of today undercuts: a launch, and the elements that C changes at the bandwidth of a cache.

    expected: of the data that are timed, or of data like them.
    """
    before, after = expected.case.arrays_cached(), expected.arrays
    changed = sum(int(np.sum(before[array.name] != after[array.name])) for array in expected.case.loop.outputs)
    return LAUNCH_SECONDS + 4 * changed / BYTES_A_SECOND


def compare_clocks(section: str, claimed: float, calls: int, ours: float) -> None:
    """Raises InvalidTiming when a call by our own clock takes more than twice what the child says.

    ours: seconds a call, of calls one behind the other; the 20 us of queueing a graph count among its calls.
    """
    if ours > 2 * claimed + 20e-6 / calls:
        raise InvalidTiming(
            f"{section} time {claimed * 1e6:.3g} us by the kernel's process, {ours * 1e6:.3g} us by our own clock"
        )
