"""Time a kernel on the GPU. Imported by the child alone; the statistics are the parent's.

Device time: a CUDA graph holds many calls, each on its own copy of the arrays, all restored before every replay and
outside the clock. The graph is queued while the device still works on the restore, so that no gap of the launching
host counts. A kernel that cannot be captured is timed by an event pair around each call, which includes the launch.
"""

import time
from collections.abc import Callable

import numpy as np
import torch

#: Calls in one graph, and the memory that their arrays may take.
CALLS_PER_GRAPH = 32
MEMORY = 8 << 30


def measure(call: Callable, arrays: dict[str, np.ndarray], request: dict) -> tuple[dict, dict]:
    """Samples of device time and of launch-included time, in seconds, and the arrays of one timed call.

    request: warmups, calls and limit (seconds for each of the two sections).
    """
    saved = {name: torch.from_numpy(array).cuda() for name, array in arrays.items()}
    first = {name: tensor.clone() for name, tensor in saved.items()}
    rough = _rough_seconds(call, first, saved)
    launched = _launch_included(call, first, saved, request)
    size = sum(array.nbytes for array in arrays.values())
    copies = max(1, min(CALLS_PER_GRAPH, MEMORY // max(1, size), int(0.05 / rough) or 1))
    sets = [first, *({name: tensor.clone() for name, tensor in saved.items()} for _ in range(copies - 1))]
    _restore(sets, saved)
    torch.cuda.synchronize()
    header = {"status": "ok", "launch": launched, "calls_per_sample": copies, "footprint": copies * size}
    try:
        graph, results = _capture(call, sets)
    except Exception as error:
        header |= {"method": "events", "why": f"{type(error).__name__}: {error}"[:500]}
        torch.cuda.synchronize()
        _restore(sets, saved)
        header |= {"device": _by_events(call, first, saved, request), "calls_per_sample": 1, "footprint": size}
        return header, {name: tensor.cpu().numpy() for name, tensor in first.items()}
    header |= {"method": "graph", "device": _by_replay(graph, sets, saved, request)}
    shown = sets[int(request["shown"]) % copies]
    answer = {name: tensor.cpu().numpy() for name, tensor in shown.items()}
    result = results[int(request["shown"]) % copies]
    if isinstance(result, torch.Tensor) and result.numel() == 1:
        kind = torch.float64 if result.dtype.is_floating_point else torch.int64
        answer["result"] = result.detach().to("cpu", kind).reshape(1).numpy()
    return header, answer


def _restore(sets: list[dict], saved: dict) -> None:
    for one in sets:
        for name, tensor in saved.items():
            one[name].copy_(tensor)


def _rough_seconds(call: Callable, arrays: dict, saved: dict) -> float:
    """One call's time after compilation, launch included."""
    for _ in range(2):
        _restore([arrays], saved)
        torch.cuda.synchronize()
        start = time.perf_counter()
        call(arrays)
        torch.cuda.synchronize()
        seconds = time.perf_counter() - start
    return seconds


def _launch_included(call: Callable, arrays: dict, saved: dict, request: dict) -> list[float]:
    samples: list[float] = []
    start = time.perf_counter()
    for index in range(-request["warmups"], request["calls"]):
        _restore([arrays], saved)
        torch.cuda.synchronize()
        before = time.perf_counter()
        call(arrays)
        torch.cuda.synchronize()
        after = time.perf_counter()
        if index >= 0:
            samples.append(after - before)
        if samples and after - start > request["limit"]:
            break
    return samples


def _capture(call: Callable, sets: list[dict]) -> tuple[torch.cuda.CUDAGraph, list]:
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        call(sets[0])
    torch.cuda.current_stream().wait_stream(stream)
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        results = [call(one) for one in sets]
    return graph, results


def _by_replay(graph, sets: list[dict], saved: dict, request: dict) -> list[float]:
    restore = torch.cuda.CUDAGraph()
    with torch.cuda.graph(restore):
        _restore(sets, saved)

    def once() -> float:
        restore.replay()
        torch.cuda._sleep(100_000)  # keeps the device busy until the graph is queued behind the first event
        return _between_events(graph.replay) / len(sets)

    return _samples(once, request)


def _by_events(call: Callable, arrays: dict, saved: dict, request: dict) -> list[float]:
    def once() -> float:
        _restore([arrays], saved)
        torch.cuda._sleep(100_000)
        return _between_events(lambda: call(arrays))

    return _samples(once, request)


def _between_events(work: Callable) -> float:
    before, after = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    before.record()
    work()
    after.record()
    torch.cuda.synchronize()
    return before.elapsed_time(after) * 1e-3


def _samples(once: Callable[[], float], request: dict) -> list[float]:
    samples: list[float] = []
    start = time.perf_counter()
    for index in range(-request["warmups"], request["calls"]):
        seconds = once()
        if index >= 0:
            samples.append(seconds)
        if samples and time.perf_counter() - start > request["limit"]:
            break
    return samples
