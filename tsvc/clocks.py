"""The child's clocks, kept before any kernel is read: a kernel file can replace whatever it can name.

CudaClock    event pairs, and calls captured in a CUDA graph
HostClock    the host's clock, and calls kept in a list, for the interpreter: with it the guards of timing are tested on
             machines without a GPU; its times say nothing and are never reported

Nothing kept in a kernel's own process is out of its reach, so the parent checks the result by a clock of its own.
"""

import secrets
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import torch
import triton.testing

from tsvc import fresh

#: A number that nobody can foretell.
random_bits = secrets.randbits
#: A cache's size where nobody tells: not every build of torch knows that of a GPU's.
CACHE_BYTES = 32 << 20


class HostClock:
    """Times calls on the host."""

    device = "cpu"
    cache_bytes = CACHE_BYTES

    def __init__(self) -> None:
        self.own_now = time.perf_counter

    def now(self, kept: bool = True) -> float:
        """Seconds; kept: by the clock that was kept, not by what goes by its name now."""
        return self.own_now() if kept else time.perf_counter()

    def synchronize(self) -> None:
        """Wait until the whole device is idle."""

    def keep_busy(self) -> None:
        """Give the device something to do while the host queues what is timed."""

    def capture(self, calls: Iterable[Callable]) -> "HostCalls":
        """Calls that can be repeated."""
        return HostCalls(list(calls))

    def seconds(self, work: Callable, kept: bool = True) -> tuple[float, float]:
        """(until the stream is done, until the whole device is) from the start of work."""
        start = self.now(kept)
        work()
        elapsed = self.now(kept) - start
        return elapsed, elapsed


class HostCalls:
    """Repeats calls one by one. results: what each returned last."""

    def __init__(self, calls: list[Callable]) -> None:
        self.calls, self.results = calls, [None] * len(calls)

    def replay(self) -> None:
        self.results[:] = [call() for call in self.calls]


class CudaClock:
    """Times work on the GPU by events."""

    device = "cuda"

    @property
    def cache_bytes(self) -> int:
        """The L2 cache's size."""
        return getattr(torch.cuda.get_device_properties(0), "L2_cache_size", 0) or CACHE_BYTES

    def __init__(self) -> None:
        self.own_now = time.perf_counter
        self.event, self.graph, self.capturing = torch.cuda.Event, torch.cuda.CUDAGraph, torch.cuda.graph
        self.record, self.elapsed = torch.cuda.Event.record, torch.cuda.Event.elapsed_time
        self.own_replay, self.own_synchronize = torch.cuda.CUDAGraph.replay, torch.cuda.synchronize
        self.sleep = torch.cuda._sleep

    def now(self, kept: bool = True) -> float:
        return self.own_now() if kept else time.perf_counter()

    def synchronize(self) -> None:
        self.own_synchronize()

    def keep_busy(self) -> None:
        self.sleep(100_000)

    def capture(self, calls: Iterable[Callable]) -> "CapturedCalls":
        """Calls in a CUDA graph. Raises whatever a call raises that cannot be captured."""
        graph = self.graph()
        with self.capturing(graph):
            results = [call() for call in calls]
        return CapturedCalls(graph, results, self.own_replay)

    def seconds(self, work: Callable, kept: bool = True) -> tuple[float, float]:
        start, done, idle = (self.event(enable_timing=True) for _ in range(3))
        self.record(start)
        work()
        self.record(done)
        self.synchronize()
        self.record(idle)
        self.synchronize()
        elapsed = self.elapsed if kept else torch.cuda.Event.elapsed_time
        return elapsed(start, done) * 1e-3, elapsed(start, idle) * 1e-3


class CapturedCalls:
    """A CUDA graph of calls. results: what each returned, filled at each replay."""

    def __init__(self, graph, results: list, own_replay: Callable) -> None:
        self._graph, self.results, self._own_replay = graph, results, own_replay

    def replay(self) -> None:
        self._own_replay(self._graph)


def watched(*ours) -> dict[str, tuple]:
    """What the clocks rest on, by name: the object, and its code where it is written in Python.

    ours: modules whose functions and classes are watched as well.
    """
    owners = {
        "time": (time, ("perf_counter", "perf_counter_ns", "monotonic", "time")),
        "torch": (torch, ("stack", "arange", "empty", "zeros")),
        "torch.Tensor": (torch.Tensor, ("copy_", "clone", "to", "cpu", "double", "numpy")),
        "torch.cuda": (torch.cuda, ("Event", "CUDAGraph", "graph", "synchronize", "_sleep", "current_stream")),
        "torch.cuda.Event": (torch.cuda.Event, ("record", "elapsed_time", "synchronize", "query")),
        "torch.cuda.CUDAGraph": (torch.cuda.CUDAGraph, ("replay", "capture_begin", "capture_end")),
        "triton.testing": (triton.testing, ("do_bench", "do_bench_cudagraph")),
    }
    found = {
        f"{where}.{name}": getattr(owner, name, None) for where, (owner, names) in owners.items() for name in names
    }
    for module in (sys.modules[__name__], fresh, *ours):
        for name, value in vars(module).items():
            if getattr(value, "__module__", None) == module.__name__:
                found[f"{module.__name__}.{name}"] = value
                if isinstance(value, type):
                    found |= {f"{module.__name__}.{name}.{key}": method for key, method in vars(value).items()}
    return {name: (value, getattr(value, "__code__", None)) for name, value in found.items()}


def replaced(before: dict[str, tuple], *ours) -> list[str]:
    """The names of `watched` that mean something else than before."""
    after = watched(*ours)
    return [name for name, was in before.items() if any(x is not y for x, y in zip(was, after[name], strict=True))]


def at_work() -> int:
    """Threads of this process that run Python, and processes that it has started, the main thread excluded."""
    children = 0
    for path in Path("/proc/self/task").glob("*/children"):
        try:
            children += len(path.read_text().split())
        except OSError:
            continue
    return max(len(sys._current_frames()), threading.active_count()) - 1 + children
