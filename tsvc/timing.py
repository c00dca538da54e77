"""Times of a loop on both sides, and the clock that pytest-benchmark reads."""

import contextlib
import json
import os
import random
import secrets
import statistics
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace

import numpy as np

from clib.build import BuildError, build
from tsvc.compare import SIGNIFICANT
from tsvc.comparison import compare
from tsvc.counted import NotCounted, counted_text
from tsvc.device import START_LIMIT, Device
from tsvc.domain import arguments
from tsvc.doubts import compare_clocks, doubt_process, doubt_seconds, least_seconds
from tsvc.expected import Expected, expect
from tsvc.fast import fast_text
from tsvc.inputs import Case, before_fresh
from tsvc.judge import Judge
from tsvc.kernel import request_for
from tsvc.lease import clock_turn
from tsvc.limits import Floors, limit
from tsvc.loops import Loop
from tsvc.statistics import mann_whitney
from tsvc.verdicts import Crashed, HarnessError, Hung, InvalidTiming, KernelFailure
from tsvc.work import count

WARMUPS, CALLS, LIMIT = 10, 100, 60.0
#: Kinds of data, besides the fresh data of timed calls, on which what is timed is checked.
DATASETS = ("uniform", "exact", "awkward")
#: How many of each section's calls are looked at; of those that are only checked all.
CHECKED = {"check": 0, "launch": 3, "device": 8}
_RANDOM = random.SystemRandom()


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

    @property
    def samples_us(self) -> list[float]:
        """Microseconds, as records keep them: to 0.1 ns, which is finer than either side's clock."""
        return [round(seconds * 1e6, 4) for seconds in self.samples]

    def as_dict(self) -> dict:
        return json.loads(json.dumps(asdict(self)))


def time_kernel(judge: Judge, case: Case, warmups: int = WARMUPS, calls: int = CALLS, limit: float = LIMIT) -> Timing:
    """Device and launch-included time of a kernel; what the timed calls left is judged, and so is the time.

    case: gives sizes and parameters; the data are fresh ones of tsvc.fresh, new in each call.
    Raises KernelFailure: Wrong for what a timed call left, InvalidTiming for a time that cannot be believed, Hung above
    the limits. A failure in a child in which another kernel has run is looked at again in a fresh one.
    """
    try:
        try:
            return _time(judge, case, warmups, calls, limit)
        except KernelFailure:
            if not judge.device.tenants - {judge.kernel.sha256}:
                raise
        judge.device.close()
        return _time(judge, case, warmups, calls, limit)
    except KernelFailure as failure:
        raise judge.explained(failure, case) from None


def _time(judge: Judge, case: Case, warmups: int, calls: int, limit: float) -> Timing:
    base, amplitudes = before_fresh(case)
    others = [replace(case, kind=kind, seed=secrets.randbits(32)) for kind in DATASETS]
    arrays = base | {f"{k}/{name}": a for k, one in enumerate(others, 1) for name, a in one.arrays().items()}
    header = request_for(judge.kernel, case.n, case.m, arguments(case.loop, case.n, case.m, case.params), op="time")
    more = {"warmups": warmups, "calls": calls, "limit": limit, "amplitudes": amplitudes, "datasets": len(others)}
    with clock_turn():
        answer, _ = judge.device.request({**header, **more, "gates": sorted(judge.gates)}, arrays, timeout=4 * limit)
    timing, kept = read(answer)
    if "checked_outputs" in judge.gates:
        expected = [expect(one) for one in others]
        for index, row in drawn_calls(kept):
            _check_call(judge, case, expected, kept[index], index, row)
    doubt_process(judge.gates, answer)
    doubt_seconds(judge.gates, timing, answer, _least(case) if "floor" in judge.gates else 0.0)
    if "clock" in judge.gates:
        with clock_turn():
            _compare_clocks(judge, timing)
    if timing.method == "events":
        judge.device.close()  # a failed capture poisons later ones
    return timing


def _least(case: Case) -> float:
    """Seconds that no GPU undercuts on fresh data; 0 where doing nothing would be right."""
    fresh = expect(replace(case, kind="fresh", seed=0))
    return least_seconds(fresh) if fresh.is_evidence else 0.0


def read(answer: dict) -> tuple[Timing, list[dict]]:
    """An answer of tsvc.gputime as (timing, what was kept). Raises Crashed when it is none."""
    try:
        copies = int(answer["calls_per_sample"])
        device = tuple(float(seconds) / copies for seconds in answer["device"])
        launch = tuple(float(seconds) for seconds in answer["launch"])
        kept = [
            {
                "section": str(one["section"]),
                "seed": int(one["seed"]),
                "calls": int(one["calls"]),
                "datasets": [int(k) for k in one["datasets"]],
            }
            for one in answer["kept"]
        ]
        if not device or not launch or not all(0 < seconds < np.inf for seconds in device + launch):
            raise ValueError("times that are none")
        answer["stream"] = [float(seconds) / copies for seconds in answer["stream"]]
        return Timing(device, str(answer["method"]), copies, int(answer["footprint"]), launch), kept
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise Crashed(f"the process answered with something that is no timing: {error}") from None


def drawn_calls(kept: list[dict]) -> list[tuple[int, int]]:
    """Which calls to look at, as (index, row): of each graph that was only checked its last, and some of all others."""
    chosen = []
    for section, most in CHECKED.items():
        own = [index for index, one in enumerate(kept) if one["section"] == section and one["calls"] > 0]
        for index in own if section == "check" else _RANDOM.sample(own, min(most, len(own))):
            chosen.append((index, _RANDOM.randrange(kept[index]["calls"])))
            if section == "check":
                chosen.append((index, kept[index]["calls"] - 1))
    return chosen


def _check_call(judge: Judge, case: Case, others: list[Expected], kept: dict, index: int, row: int) -> None:
    """Compare what one timed call left with C. others: of the datasets. Raises KernelFailure."""
    if kept["section"] == "check":
        expected = others[kept["datasets"][row]]
    else:
        seed = kept["seed"] + (row if "fresh_data" in judge.gates else 0)
        expected = expect(replace(case, kind="fresh", seed=seed))
    own = expected.case
    sent = own.arrays_cached()
    room = sum(array.nbytes for array in sent.values())
    _, got = judge.device.request({"op": "left", "index": index, "row": row}, room=room)
    result = got.pop("result", None)
    for name, array in sent.items():
        if name not in got or got[name].dtype != array.dtype or got[name].shape != array.shape:
            raise Crashed(f"the process did not answer with array {name} as a timed call left it")
    value = result.reshape(())[()] if result is not None and result.size == 1 else None
    if failure := compare(own.loop, expected, 0, sent, got, value, judge.gates):
        where = f"call {row + 1} of {kept['calls']}, section {kept['section']}"
        raise type(failure)(f"in a timed call: {failure}\n  timed   {where}: {own}")


def _compare_clocks(judge: Judge, timing: Timing) -> None:
    """Raises InvalidTiming when the child's times are not borne out by our own clock, which others may keep waiting."""
    claims = [("launch", statistics.median(timing.launch), True), ("device", timing.median, False)]
    for section, claimed, by_call in claims:
        calls = 1 if by_call else timing.calls_per_sample
        for patience in reversed(range(4)):
            try:
                compare_clocks(section, claimed, calls, _ours(judge, timing, by_call))
                break
            except InvalidTiming:
                if not patience:
                    raise


def _ours(judge: Judge, timing: Timing, by_call: bool) -> float:
    """Seconds a call by this process's clock: the shortest of three runs, less those of a request for nothing."""
    calls = 1 if by_call else timing.calls_per_sample
    claimed = statistics.median(timing.launch) if by_call else timing.median
    count = max(1, min(1000, int(0.02 / (claimed * calls))))

    def run(count: int) -> float:
        start = time.perf_counter()
        judge.device.request({"op": "again", "count": count, "by_call": by_call})
        return time.perf_counter() - start

    idle = min(run(0) for _ in range(3))
    return max(0.0, min(run(count) for _ in range(3)) - idle) / (count * calls)


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


def build_ahead(cases: Iterable[Case]) -> None:
    """Build all C that judging, timing and counting these cases needs, side by side on all cores.

    It is done before a clock runs. What does not compile is left to whoever needs it.
    """
    sizes = {(case.loop.path, case.n, case.m) for case in cases}
    paths = {path for path, _, _ in sizes}
    jobs: list[tuple] = [(path, kind) for path in paths for kind in ("strict", "contracted", "double")]
    jobs += [(path, "fast", *fast_text(path, n, m)) for path, n, m in sizes]
    jobs += [(path, "strict", "", counted_text(path)[0]) for path in paths]

    def one(job: tuple) -> None:
        with contextlib.suppress(BuildError):
            build(*job)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(one, jobs))


def speedup(c: Timing, kernel: Timing) -> tuple[float, bool]:
    """(C time over device time, whether that is only a lower bound because C met the limit).

    1.0 where the samples of both, eight at least, cannot be told apart by Mann and Whitney's test.
    """
    ratio, is_bound = c.median / kernel.median, c.method == "timeout"
    are_many = min(len(c.samples), len(kernel.samples)) >= 8
    if are_many and mann_whitney(c.samples, kernel.samples) >= SIGNIFICANT:
        ratio = 1.0
    return ratio, is_bound


def measure_floors(device: Device, scale: dict | None = None, tries: int = 3) -> Floors:
    """What the device does at best, measured in a child in which no kernel has run; takes seconds.

    scale: arguments of tsvc.floors. tries: how often figures that cannot be are measured again, as on a machine that
    others keep busy, where a chain may take longer than one of twice its length. Raises HarnessError.
    """
    if device.tenants:
        device.close()
    try:
        answer, _ = device.request({"op": "floors", "scale": scale or {}}, timeout=START_LIMIT)
        return Floors.of(answer["floors"])
    except (KernelFailure, KeyError, ValueError) as error:
        if tries > 1 and isinstance(error, ValueError):
            return measure_floors(device, scale, tries - 1)
        raise HarnessError(f"the machine's floors cannot be measured: {error!r}") from None


def limit_facts(c_clock: Device, case: Case, timing: Timing, floors: Floors) -> dict:
    """The limit of a timed loop and what it is made of, as a record has it; {} where its work cannot be counted.

    c_clock: a Device in mode "c"; case: one draw of the data that were timed.
    """
    try:
        work = count(c_clock, case)
    except NotCounted:
        return {}
    least = limit(work, floors, timing.calls_per_sample)
    return {
        "limit_us": least.seconds * 1e6,
        "limited_by": least.by,
        "memory_level": least.level,
        "least_bytes": work.bytes,
        "operations": work.operations,
        "chain": work.chain,
        "gb_per_s": work.bytes / timing.median / 1e9,
        "sector_gb_per_s": work.sector_bytes / timing.median / 1e9,
    }


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
