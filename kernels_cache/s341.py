"""Packing by prefix counts: the first launch counts the positive elements of each tile, in the second every program
starts from the counts of the tiles before its own and stores its elements at their ranks. Where there are many tiles,
a launch between them turns the counts into prefix counts, so that each program needs one of them only.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s341_count_kernel(b_ptr, counts_ptr, n, BLOCK_SIZE: tl.constexpr, OVERLAP: tl.constexpr):
    if OVERLAP:  # the next launch may start now; it waits where it needs what this one writes
        tl.extra.cuda.gdc_launch_dependents()
    tile = tl.program_id(0).to(tl.int64)
    offsets = tile * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    b = tl.load(b_ptr + offsets, mask=offsets < n, other=0.0)
    tl.store(counts_ptr + tile, tl.sum((b > 0).to(tl.int32), 0))


@triton.jit
def s341_prefix_kernel(counts_ptr, tiles, BLOCK_SIZE: tl.constexpr, OVERLAP: tl.constexpr):
    if OVERLAP:
        tl.extra.cuda.gdc_launch_dependents()
        tl.extra.cuda.gdc_wait()
    carry = tl.full((), 0, dtype=tl.int32)
    for start in range(0, tiles, BLOCK_SIZE):
        offsets = start + tl.arange(0, BLOCK_SIZE)
        counts = tl.load(counts_ptr + offsets, mask=offsets < tiles, other=0)
        tl.store(counts_ptr + offsets, carry + tl.cumsum(counts, 0), mask=offsets < tiles)
        carry += tl.sum(counts, 0)


@triton.jit
def s341_kernel(
    a_ptr,
    b_ptr,
    counts_ptr,
    n,
    BLOCK_SIZE: tl.constexpr,
    BLOCK_TILES: tl.constexpr,
    PREFIXES: tl.constexpr,
    OVERLAP: tl.constexpr,
):
    tile = tl.program_id(0).to(tl.int64)
    if PREFIXES:  # the last tiles first: they are still in the cache
        tile = tl.num_programs(0) - 1 - tile
    # One element a lane, so that lanes next to each other store next to each other.
    offsets = tl.max_contiguous(tile * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE), 1)
    b = tl.load(b_ptr + offsets, mask=offsets < n, other=0.0)
    positive = b > 0
    ranks = tl.cumsum(positive.to(tl.int32), 0) - 1
    if OVERLAP:
        tl.extra.cuda.gdc_wait()
    if PREFIXES:
        carry = tl.load(counts_ptr + tile - 1, mask=tile > 0, other=0)
    else:
        others = tl.arange(0, BLOCK_TILES)
        carry = tl.sum(tl.load(counts_ptr + others, mask=others < tile, other=0), 0)
    tl.store(a_ptr + carry + ranks, b, mask=positive)


def s341(a: torch.Tensor, b: torch.Tensor, n: int) -> None:
    overlap = a.is_cuda and torch.version.hip is None and torch.cuda.get_device_capability(a.device)[0] >= 9
    options = {"launch_pdl": True} if overlap else {}
    BLOCK_SIZE, num_warps = (256, 1) if n <= 1 << 15 else (1024, 4) if n <= 1 << 18 else (2048, 4)
    tiles = triton.cdiv(n, BLOCK_SIZE)
    prefixes = tiles > 1024
    counts = torch.empty(tiles, dtype=torch.int32, device=a.device)
    s341_count_kernel[(tiles,)](b, counts, n, BLOCK_SIZE=BLOCK_SIZE, OVERLAP=overlap, num_warps=num_warps)
    if prefixes:
        s341_prefix_kernel[(1,)](counts, tiles, BLOCK_SIZE=4096, OVERLAP=overlap, num_warps=16, **options)
    s341_kernel[(tiles,)](
        a,
        b,
        counts,
        n,
        BLOCK_SIZE=BLOCK_SIZE,
        BLOCK_TILES=32 if prefixes else max(32, triton.next_power_of_2(tiles)),
        PREFIXES=prefixes,
        OVERLAP=overlap,
        num_warps=num_warps,
        **options,
    )
