"""What this GPU does at best: measured in the child by kernels of our own, before it reads any other.

As in tsvc.gputime calls are captured in a graph and its replays timed by events. Of several replays and several ways
to write a kernel the fastest counts: the floors shall be what nothing undercuts, not what is usual.

The two floors of a launch are those of calls as tsvc.gputime times them: as many in a graph, each on arrays of its own
that another kernel has written just before. One call repeated on the same elements is 0.15 us faster on an H200, since
an SM finds them where the call before left them; no call of a loop can have that.
"""

from collections.abc import Callable, Iterable

import torch
import triton
import triton.language as tl

from tsvc.clocks import CudaClock, HostClock
from tsvc.gputime import CALLS_PER_GRAPH, MARGIN

#: (elements of a program, warps) of the kernels that stream.
SHAPES = ((1024, 4), (2048, 4), (4096, 4), (8192, 8))
#: Links of the chain in one round, and steps of the arithmetic.
UNROLLED = 32


def measure(
    clock: CudaClock | HostClock,
    cache_bytes: int,
    memory_bytes: int = 1 << 30,
    programs: int = 2048,
    launches: int = CALLS_PER_GRAPH,
    rounds: int = 128,
    turns: int = 16,
    replays: int = 20,
) -> dict[str, float]:
    """The fields of tsvc.limits.Floors; takes a few seconds, most of them to compile.

    cache_bytes: the L2 cache's size; a third of it is streamed through. memory_bytes: streamed through in memory.
    programs: of the kernel that computes. launches: in one graph, of the kernels that do next to nothing.
    rounds: of UNROLLED dependent operations. turns: how often a launch streams through the cache. replays: of each
    graph.
    """
    device = clock.device
    # For each launch two arrays, placed as those of a call.
    small = torch.ones(launches, 2, UNROLLED + MARGIN, dtype=torch.float32, device=device)
    large = torch.ones(memory_bytes // 4, dtype=torch.float32, device=device)

    def fastest(calls: list[Callable], before: Callable | None = None) -> float:
        """Seconds of one of these calls in a graph. before: is done in front of each replay."""
        calls[0]()
        clock.synchronize()
        graph = clock.capture(calls)
        graph.replay()
        samples = []
        for _ in range(replays):
            if before:
                before()
            clock.keep_busy()
            samples.append(clock.seconds(graph.replay)[0])
        return min(samples) / len(calls)

    def stream(reads: bool, writes: bool, size: int, turns: int) -> float:
        """Bytes a second of the fastest shape."""
        return max(rates(reads, writes, size, turns))

    def rates(reads: bool, writes: bool, size: int, turns: int) -> Iterable[float]:
        for elements, warps in SHAPES:
            blocks = max(1, size // (4 * (reads + writes) * elements))
            source, target = large[: blocks * elements], large[blocks * elements :]
            # In its next turn a program takes the block of a distant one, which no cache of its own can hold.
            constants = {"READS": reads, "WRITES": writes, "BLOCK_SIZE": elements, "num_warps": warps}
            arguments = (source, target if reads and writes else source, blocks, turns, blocks // 2 + 1)
            seconds = fastest([lambda a=arguments, c=constants: stream_kernel[(a[2],)](*a, **c)] * 4)
            yield blocks * elements * 4 * (reads + writes) * turns / seconds

    def chain(rounds: int) -> float:
        return fastest([lambda: chain_kernel[(1,)](small, 0.5, rounds, UNROLLED=UNROLLED, num_warps=1)] * 4)

    def one_launch(kernel) -> float:
        calls = [lambda one=one: kernel[(1,)](one[0], one[1], num_warps=1) for one in small]
        return fastest(calls, lambda: small.mul_(1))

    elements = 1024
    work = 2 * UNROLLED * rounds * elements * programs
    constants = {"UNROLLED": UNROLLED, "BLOCK_SIZE": elements, "num_warps": 4}
    computed = fastest([lambda: compute_kernel[(programs,)](large, 0.5, rounds, **constants)] * 4)
    found = {"operations": work / computed, "cache_bytes": float(cache_bytes)}
    for level, size, again in (("memory", memory_bytes, 1), ("cache", cache_bytes // 3, turns)):
        for name, reads, writes in (("read", True, False), ("write", False, True), ("copy", True, True)):
            found[f"{level}_{name}"] = stream(reads, writes, size, again)
    # The short ones last: by now the device has left its idle clocks.
    return found | {
        "latency": (chain(2 * rounds) - chain(rounds)) / (rounds * UNROLLED),
        "launch": one_launch(empty_kernel),
        "round_trip": one_launch(increment_kernel),
    }


@triton.jit
def empty_kernel(source_ptr, target_ptr):
    pass


@triton.jit
def increment_kernel(source_ptr, target_ptr):
    """One load and one store that waits for it."""
    lanes = tl.arange(0, 32)
    tl.store(target_ptr + lanes, tl.load(source_ptr + lanes) + 1)


@triton.jit(do_not_specialize=["blocks", "turns", "stride"])
def stream_kernel(
    source_ptr,
    target_ptr,
    blocks,
    turns,
    stride,
    READS: tl.constexpr,
    WRITES: tl.constexpr,
    BLOCK_SIZE: tl.constexpr,
):
    lanes = tl.arange(0, BLOCK_SIZE)
    values = tl.full((BLOCK_SIZE,), 1.0, dtype=tl.float32)
    block = tl.program_id(0)
    for _ in range(turns):
        offsets = block * BLOCK_SIZE + lanes
        if READS:
            read = tl.load(source_ptr + offsets, cache_modifier=".cg")
            values = read if WRITES else values + read
        if WRITES:
            tl.store(target_ptr + offsets, values)
        block = (block + stride) % blocks
    if not WRITES:  # a sum of ones is never negative, but the compiler does not know that they are ones
        tl.store(target_ptr + lanes, values, mask=values < 0)


@triton.jit(do_not_specialize=["rounds"])
def compute_kernel(target_ptr, factor, rounds, UNROLLED: tl.constexpr, BLOCK_SIZE: tl.constexpr):
    """Fused multiply-adds in registers."""
    x = (tl.program_id(0) + tl.arange(0, BLOCK_SIZE)).to(tl.float32)
    y = x * factor
    for _ in range(rounds):
        for _ in tl.static_range(UNROLLED):
            x = x * factor + y
    tl.store(target_ptr + tl.arange(0, BLOCK_SIZE), x, mask=x < 0)


@triton.jit(do_not_specialize=["rounds"])
def chain_kernel(target_ptr, factor, rounds, UNROLLED: tl.constexpr):
    """As compute_kernel, but by one warp, so that each step waits for the one before."""
    lanes = tl.arange(0, 32)
    x = tl.load(target_ptr + lanes)
    y = x * factor
    for _ in range(rounds):
        for _ in tl.static_range(UNROLLED):
            x = x * factor + y
    tl.store(target_ptr + lanes, x, mask=x < 0)
