"""Times of a loop on both sides, and the clock that pytest-benchmark reads."""

import json
import statistics
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from clib.build import build
from tsvc.device import Device
from tsvc.domain import arguments
from tsvc.expected import expect
from tsvc.fast import fast_text
from tsvc.inputs import Case
from tsvc.judge import Judge, compare
from tsvc.kernel import request_for
from tsvc.loops import Loop
from tsvc.verdicts import HarnessError, Hung, KernelFailure

WARMUPS, CALLS, LIMIT = 10, 100, 60.0


@dataclass(frozen=True)
class Timing:
    """One side's samples, in seconds a call.

    method: "graph" (device time by CUDA-graph replay), "events" (an event pair around each call, launch included),
        "C" (one core), or "timeout" (the single sample is the limit, a lower bound).
    calls_per_sample: how many calls each sample averages; footprint: bytes they touch in turn.
    launch: for a GPU, launch-included samples: call and synchronise, from Python.
    """

    samples: tuple[float, ...]
    method: str
    calls_per_sample: int = 1
    footprint: int = 0
    launch: tuple[float, ...] = ()

    @property
    def median(self) -> float:
        return statistics.median(self.samples)

    def as_dict(self) -> dict:
        return json.loads(json.dumps(asdict(self)))


def time_kernel(judge: Judge, case: Case, warmups: int = WARMUPS, calls: int = CALLS, limit: float = LIMIT) -> Timing:
    """Device and launch-included time of a kernel on a GPU; what the timed calls left is judged too.

    Raises KernelFailure, Hung above the limits.
    """
    values = arguments(case.loop, case.n, case.m, case.params)
    header = request_for(judge.kernel, case.n, case.m, values, op="time", warmups=warmups, calls=calls, limit=limit)
    arrays = case.arrays()
    try:
        answer, got = judge.device.request({**header, "shown": case.seed}, arrays, timeout=4 * limit)
        result = got.pop("result", None)
        expected = expect(case)
        shown = result.reshape(())[()] if result is not None and result.size == 1 else None
        if answer["method"] == "events" and case.loop.result:
            shown = expected.result  # the event path keeps no result; it was judged before
        if failure := compare(case.loop, expected, 0, arrays, got, shown):
            raise type(failure)(f"after timed calls: {failure}")
    except KernelFailure as failure:
        raise judge.explained(failure, case) from None
    if answer["method"] == "events":
        judge.device.close()  # a failed capture poisons later ones
    return Timing(
        tuple(answer["device"]),
        answer["method"],
        answer["calls_per_sample"],
        answer["footprint"],
        tuple(answer["launch"]),
    )


def time_c(device: Device, case: Case, warmups: int = WARMUPS, calls: int = CALLS, limit: float = LIMIT) -> Timing:
    """Time of the fast build on one core, inputs restored before each call.

    device: a Device in mode "c". Raises BuildError when the C cannot be compiled, HarnessError when it crashes.
    """
    loop = case.loop
    library = build(loop.path, "fast", *fast_text(loop.path, case.n, case.m))
    header = {
        "op": "time_c",
        "library": str(library),
        "loop": loop.name,
        "signature": list(loop.signature),
        "scalars": {"n": case.n, "m": case.m, **arguments(loop, case.n, case.m, case.params)},
        "restored": [array.name for array in loop.outputs],
        "warmups": warmups,
        "calls": calls,
        "limit": limit,
    }
    arrays = case.arrays()
    try:
        # One call first: only if that alone does not end in time is the limit a lower bound of C's time.
        answer, _ = device.request({**header, "warmups": 0, "calls": 1}, arrays, timeout=1.1 * limit + 1)
        rough = answer["samples"][0]
        header["warmups"] = min(warmups, int(limit / max(rough, 1e-9)))
        answer, _ = device.request(header, arrays, timeout=4 * limit + 1)
    except Hung:
        return Timing((limit,), "timeout")
    except KernelFailure as failure:
        raise HarnessError(f"{loop.name}: the C reference cannot be timed: {failure}") from None
    return Timing(tuple(answer["samples"]), "C")


def speedup(c: Timing, kernel: Timing) -> tuple[float, bool]:
    """(C time over device time, whether that is only a lower bound because C met the limit)."""
    return c.median / kernel.median, c.method == "timeout"


def timing_case(loop: Loop, n: int, m: int) -> Case | None:
    """The case that is timed: TSVC's own data at the nearest legal size."""
    from tsvc.cases import make

    return make(loop, n, m, "tsvc", 0)


_elapsed = 0.0


def device_clock() -> float:
    """Seconds of device time replayed so far; a timer for pytest-benchmark, which calls it before and after."""
    return _elapsed


def replay(benchmark, samples: tuple[float, ...]) -> None:
    """Feed measured samples to pytest-benchmark through `device_clock`."""
    steps: Iterator[float] = iter(samples)

    def advance() -> None:
        global _elapsed
        _elapsed += next(steps)

    benchmark.pedantic(advance, rounds=len(samples))
