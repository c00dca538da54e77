"""A kernel under the clock. Imported by the child alone; statistics and verdict are the parent's.

Device time: a graph holds many calls, each on arrays of its own, all with new data before every replay and outside the
clock. Before the new data are where the calls find them, the graph is replayed once on the old ones, not timed; then it
is queued while the device still works on the data, so that no gap of the launching host counts. A kernel that cannot be
captured is timed call by call, which includes the launch.

What timed calls left is kept, and the parent asks for some of it when the times are in; so the child cannot know which
calls count. For the same reason the number of calls in a graph is drawn, and short graphs of drawn lengths are made
beside it: a kernel that leaves work for a later call of the same graph does not know which call is the last.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch

from tsvc.clocks import CudaClock, HostClock, at_work, random_bits, replaced, watched
from tsvc.fresh import shrinking

#: Calls in one graph at most, the bytes that their arrays may take, and those that what calls left may.
CALLS_PER_GRAPH = 32
MEMORY = 2 << 30
#: The share of the cache that they may take where so many calls or more fit in it. Before each replay the arrays, and
#: what they are made from, go through the cache several times; on an H200 more than a fifth of it leaves too little
#: for the launches' code and parameters, and a kernel took up to a third longer with 32 calls than with 20.
CACHE_SHARE, LEAST_CALLS = 5, 8
KEPT = 4 << 30
#: Elements between an array and the next allocation, as in calls that are not timed.
MARGIN = 4096
#: Lengths of the graphs that are only checked: two drawn before the timed one, two after it.
SHORT = 8


@dataclass
class Kept:
    """What calls left: arrays stacked by call, and what each returned.

    seed: of the first call's fresh data, the next one's is one more; or datasets: which of the parent's each had.
    """

    section: str
    arrays: dict[str, torch.Tensor]
    results: list
    seed: int = 0
    datasets: list[int] = field(default_factory=list)

    def words(self) -> dict:
        return {"section": self.section, "seed": self.seed, "datasets": self.datasets, "calls": len(self.results)}


class Bench:
    """Times one kernel; made before the kernel is read, so that it can tell what the kernel replaced."""

    def __init__(self, clock: CudaClock | HostClock) -> None:
        self.clock, self.idle, self.rest = clock, at_work(), time.sleep
        self.before = watched(sys.modules[__name__])

    def measure(self, call: Callable, arrays: dict[str, np.ndarray], request: dict) -> dict:
        """Raw samples in seconds: "device", one for each replay, and "launch", one for each call.

        call: runs the kernel on a dict of tensors. arrays: name -> what fresh data are made from, and "1/name" ... for
        the other datasets. request: amplitudes, datasets (how many), warmups, calls, limit (seconds for each section)
        and gates.
        """
        self.call, self.request, self.gates = call, request, frozenset(request["gates"])
        self.kept: list[Kept] = []
        on_device = {name: torch.from_numpy(array).to(self.clock.device) for name, array in arrays.items()}
        self.base = {name: tensor for name, tensor in on_device.items() if "/" not in name}
        self.datasets = [
            {name: on_device[f"{k}/{name}"] for name in self.base} for k in range(1, request["datasets"] + 1)
        ]
        self.size = sum(tensor.nbytes for tensor in self.base.values())
        self.sets, self.staged = [self._placed()], self._rows(1)
        rough = self._rough_seconds()
        header: dict = {"status": "ok", "launch": self._by_call("launch", launch_included=True)}
        wanted = max(1, min(calls_that_fit(self.size, self.clock.cache_bytes), int(0.05 / rough) or 1))
        copies = wanted - random_bits(16) % (wanted // 4 + 1)
        self.sets += [self._placed() for _ in range(copies - 1)]
        self.staged = self._rows(copies)
        self._place_fresh()  # the first replay finds data too
        try:
            header |= self._by_graph()
        except Exception as error:
            self.clock.synchronize()
            header |= {"method": "events", "why": f"{type(error).__name__}: {error}"[:500]}
            self.repeated = lambda: self.call(self.sets[0])
            header |= {"device": self._by_call("device"), "stream": self.stream, "calls_per_sample": 1}
        header["footprint"] = header["calls_per_sample"] * self.size
        header["kept"] = [kept.words() for kept in self.kept]
        header["replaced"] = replaced(self.before, sys.modules[__name__])
        header["at_work"] = at_work() - self.idle
        return header

    def again(self, count: int, by_call: bool) -> None:
        """Repeat what was timed, for the parent's clock."""
        for _ in range(count):
            if by_call:
                self.call(self.sets[0])
            else:
                self.repeated()
        self.clock.synchronize()

    def left(self, index: int, row: int) -> dict[str, np.ndarray]:
        """The arrays, and "result", that one kept call left."""
        kept = self.kept[index]
        found = {name: tensor[row].cpu().numpy() for name, tensor in kept.arrays.items()}
        result = kept.results[row]
        return found if result is None else {**found, "result": result.cpu().numpy()}

    # -- data ---------------------------------------------------------------------

    def _placed(self) -> dict[str, torch.Tensor]:
        """Arrays for one call, each within a larger storage."""
        found = {}
        for name, tensor in self.base.items():
            room = torch.zeros(tensor.numel() + 2 * MARGIN, dtype=tensor.dtype, device=tensor.device)
            found[name] = room[MARGIN : MARGIN + tensor.numel()].view(tensor.shape)
        return found

    def _rows(self, copies: int) -> dict[str, torch.Tensor]:
        return {name: torch.stack([tensor] * copies) for name, tensor in self.base.items()}

    def _stage_fresh(self) -> int:
        """New data for every call, not yet where the calls find them; returns the first one's seed."""
        is_fresh = "fresh_data" in self.gates
        seed = random_bits(61) if is_fresh else 0
        copies = next((len(rows) for rows in self.staged.values()), 0)
        device = self.clock.device
        seeds = (seed + torch.arange(copies, dtype=torch.int64, device=device) * is_fresh).reshape(-1, 1)
        for name in self.base.keys() - self.request["amplitudes"].keys():
            self.staged[name].copy_(self.base[name])
        for name, size in self.request["amplitudes"].items():
            flat = self.base[name].reshape(1, -1).double()
            draws = shrinking(torch.arange(flat.numel(), device=device), seeds, name).double()
            self.staged[name].copy_((flat * (1 - size * 2.0**-15 * draws)).float().view(self.staged[name].shape))
        return seed

    def _place_fresh(self) -> int:
        """New data where the calls find them; returns the first call's seed."""
        seed = self._stage_fresh()
        self._restore()
        return seed

    def _stage_dataset(self) -> list[int]:
        """One of the parent's datasets, drawn for each call."""
        chosen = [random_bits(16) % len(self.datasets) for _ in self.sets]
        for row, k in enumerate(chosen):
            for name, tensor in self.datasets[k].items():
                self.staged[name][row].copy_(tensor)
        return chosen

    def _restore(self) -> None:
        """What is staged to where the calls find it."""
        for row, one in enumerate(self.sets[: len(next(iter(self.staged.values()), []))]):
            for name, tensor in one.items():
                tensor.copy_(self.staged[name][row])

    def _touch(self) -> None:
        """Leave what the calls will find in the cache, rather than what it was made from."""
        for one in self.sets:
            for tensor in one.values():
                tensor.mul_(1)

    def _keep(self, section: str, rows: int, results: list, seed: int = 0, datasets: list | None = None) -> None:
        if "quiescence" not in self.gates:
            self.rest(0.2)  # as a judge that looks only when everything has settled
        arrays = {name: torch.stack([one[name] for one in self.sets[:rows]]) for name in self.base}
        self.kept.append(Kept(section, arrays, [as_number(value) for value in results], seed, (datasets or [])[:rows]))

    # -- time ---------------------------------------------------------------------

    def _rough_seconds(self) -> float:
        """One call's time after compilation, launch included."""
        for _ in range(2):
            self._place_fresh()
            self.clock.synchronize()
            start = self.clock.now()
            self.call(self.sets[0])
            self.clock.synchronize()
            seconds = self.clock.now() - start
        return max(seconds, 1e-7)

    def _by_call(self, section: str, launch_included: bool = False) -> list[float]:
        """Samples of single calls: by the host's clock with a synchronisation, or by events."""
        kept = "clock" in self.gates
        self.staged = self._rows(1)
        self.stream: list[float] = []
        results: list = []

        def once() -> float:
            seed = self._place_fresh()
            self.clock.synchronize()
            results.clear()
            if launch_included:
                start = self.clock.now(kept)
                results.append(self.call(self.sets[0]))
                self.clock.synchronize()
                seconds = self.clock.now(kept) - start
            else:
                self.clock.keep_busy()
                stream, seconds = self.clock.seconds(lambda: results.append(self.call(self.sets[0])), kept)
                self.stream.append(stream)
                seconds = seconds if "quiescence" in self.gates else stream
            if self._is_kept(self.size):
                self._keep(section, 1, results, seed)
            return seconds

        return self._samples(once)

    def _by_graph(self) -> dict:
        """Captures the graphs, checks them on the parent's datasets, and times the long one."""
        self._warm_capture()
        shorts = [self._captured(1 + random_bits(16) % min(SHORT, len(self.sets))) for _ in range(2)]
        graph = self._captured(len(self.sets))
        shorts += [self._captured(1 + random_bits(16) % min(SHORT, len(self.sets))) for _ in range(2)]
        for short in shorts:
            self._check(short)
        self._check(graph)
        samples = self._by_replay(graph)
        self._check(graph)
        # What the parent's clock repeats is what was timed: on a check's data a loop may take longer, or less.
        self._place_fresh()
        self.clock.synchronize()
        self.repeated = graph.replay
        return {"method": "graph", "device": samples, "stream": samples, "calls_per_sample": len(self.sets)}

    def _warm_capture(self) -> None:
        """One call on another stream, as capture wants it."""
        if self.clock.device == "cuda":
            stream = torch.cuda.Stream()
            stream.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(stream):
                self.call(self.sets[0])
            torch.cuda.current_stream().wait_stream(stream)
            self.clock.synchronize()

    def _captured(self, length: int):
        return self.clock.capture((lambda one=one: self.call(one)) for one in self.sets[:length])

    def _check(self, graph) -> None:
        """Replay a graph, outside the clock, on data unlike those that are timed."""
        if not self.datasets or "fresh_data" not in self.gates:
            return
        chosen = self._stage_dataset()
        self._restore()
        self.clock.synchronize()
        graph.replay()
        self.clock.synchronize()
        self._keep("check", len(graph.results), graph.results, datasets=chosen)

    def _by_replay(self, graph) -> list[float]:
        restore = self.clock.capture([self._restore, self._touch])
        kept = "clock" in self.gates

        def once() -> float:
            seed = self._stage_fresh()
            # Making new data takes the launches' own code and parameters out of the cache, which costs each launch
            # 0.2 us on an H200. This replay, on the old data, brings them back; C finds its code in the cache as well.
            graph.replay()
            restore.replay()
            self.clock.keep_busy()
            stream, _ = self.clock.seconds(graph.replay, kept)
            if self._is_kept(self.size * len(self.sets)):
                self._keep("device", len(self.sets), graph.results, seed)
            return stream

        return self._samples(once)

    def _is_kept(self, size: int) -> bool:
        """All of them where there is room for all, else about as many as there is room for."""
        return random_bits(30) * size * self.request["calls"] < KEPT << 30

    def _samples(self, once: Callable[[], float]) -> list[float]:
        samples: list[float] = []
        start = self.clock.now()
        for index in range(-self.request["warmups"], self.request["calls"]):
            seconds = once()
            if index >= 0:
                samples.append(seconds)
            if samples and self.clock.now() - start > self.request["limit"]:
                break
        return samples


def calls_that_fit(size: int, cache_bytes: int) -> int:
    """How many calls one graph may hold whose arrays take `size` bytes each."""
    cached = cache_bytes // CACHE_SHARE // max(1, size)
    most = cached if cached >= LEAST_CALLS else MEMORY // max(1, size)
    return max(1, min(CALLS_PER_GRAPH, most))


def as_number(value) -> torch.Tensor | None:
    """A kernel's scalar result as a tensor of one element, or None: subclasses may do anything when they are read."""
    if type(value) in (int, float):
        value = torch.tensor(value, dtype=torch.float64 if type(value) is float else torch.int64)
    if type(value) is not torch.Tensor or value.numel() != 1:
        return None
    kind = torch.float64 if value.dtype.is_floating_point else torch.int64
    return value.detach().to(kind).reshape(1).clone()
