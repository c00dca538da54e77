"""Step i stores at i plus the number of earlier positive c, and once more behind it if its own c is positive.
The first launch counts the positive c of every tile, the second adds the counts of the preceding tiles to a
prefix count of its own tile and scatters; all positions are distinct. Where there are many tiles, a launch between
them turns the counts into prefix counts, so that each program needs one of them only.

A short array takes one launch, in which every program counts all elements before its own itself.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s123_count_kernel(c_ptr, counts_ptr, half, BLOCK_SIZE: tl.constexpr, OVERLAP: tl.constexpr):
    if OVERLAP:  # the next launch may start now; it waits where it needs what this one writes
        tl.extra.cuda.gdc_launch_dependents()
    tile = tl.program_id(0).to(tl.int64)
    offsets = tile * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    c = tl.load(c_ptr + offsets, mask=offsets < half, other=0.0)
    tl.store(counts_ptr + tile, tl.sum((c > 0).to(tl.int32), 0))


@triton.jit
def s123_prefix_kernel(counts_ptr, tiles, BLOCK_SIZE: tl.constexpr, OVERLAP: tl.constexpr):
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
def s123_kernel(
    a_ptr,
    b_ptr,
    c_ptr,
    d_ptr,
    e_ptr,
    counts_ptr,
    half,
    BLOCK_SIZE: tl.constexpr,
    BLOCK_TILES: tl.constexpr,
    PREFIXES: tl.constexpr,
    OVERLAP: tl.constexpr,
):
    tile = tl.program_id(0).to(tl.int64)
    if PREFIXES:  # the last tiles first: they are still in the cache
        tile = tl.num_programs(0) - 1 - tile
    offsets = tile * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = offsets < half
    b = tl.load(b_ptr + offsets, mask=mask)
    c = tl.load(c_ptr + offsets, mask=mask, other=0.0)
    d = tl.load(d_ptr + offsets, mask=mask)
    e = tl.load(e_ptr + offsets, mask=mask)
    positive = (c > 0).to(tl.int32)
    slots = offsets + tl.cumsum(positive, 0) - positive
    if OVERLAP:
        tl.extra.cuda.gdc_wait()
    if PREFIXES:
        carry = tl.load(counts_ptr + tile - 1, mask=tile > 0, other=0)
    else:
        others = tl.arange(0, BLOCK_TILES)
        carry = tl.sum(tl.load(counts_ptr + others, mask=others < tile, other=0), 0)
    tl.store(a_ptr + carry + slots, b + d * e, mask=mask)
    tl.store(a_ptr + carry + slots + 1, c + d * e, mask=mask & (c > 0))


@triton.jit
def s123_short_kernel(
    a_ptr, b_ptr, c_ptr, d_ptr, e_ptr, half, BLOCK_SIZE: tl.constexpr, BLOCK_EARLIER: tl.constexpr
):
    start = tl.program_id(0) * BLOCK_SIZE
    offsets = tl.max_contiguous(start + tl.arange(0, BLOCK_SIZE), 1)  # one element a lane, as they are stored
    mask = offsets < half
    b = tl.load(b_ptr + offsets, mask=mask)
    c = tl.load(c_ptr + offsets, mask=mask, other=0.0)
    d = tl.load(d_ptr + offsets, mask=mask)
    e = tl.load(e_ptr + offsets, mask=mask)
    others = tl.arange(0, BLOCK_EARLIER)
    earlier = tl.load(c_ptr + others, mask=others < start, other=0.0)
    positive = (c > 0).to(tl.int32)
    slots = offsets + tl.cumsum(positive, 0) - positive
    places = tl.sum((earlier > 0).to(tl.int32), 0) + slots
    tl.store(a_ptr + places, b + d * e, mask=mask)
    tl.store(a_ptr + places + 1, c + d * e, mask=mask & (c > 0))


def s123(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, d: torch.Tensor, e: torch.Tensor, n: int) -> None:
    half = n // 2
    if half == 0:
        return
    if half <= 1 << 14:
        BLOCK_SIZE = 512
        s123_short_kernel[(triton.cdiv(half, BLOCK_SIZE),)](
            a, b, c, d, e, half, BLOCK_SIZE=BLOCK_SIZE, BLOCK_EARLIER=1 << 14, num_warps=16
        )
        return
    overlap = a.is_cuda and torch.version.hip is None and torch.cuda.get_device_capability(a.device)[0] >= 9
    options = {"launch_pdl": True} if overlap else {}
    BLOCK_SIZE, num_warps = (256, 4) if half <= 1 << 15 else (1024, 4) if half <= 1 << 18 else (2048, 4)
    tiles = triton.cdiv(half, BLOCK_SIZE)
    prefixes = tiles > 1024
    counts = torch.empty(tiles, dtype=torch.int32, device=a.device)
    s123_count_kernel[(tiles,)](c, counts, half, BLOCK_SIZE=BLOCK_SIZE, OVERLAP=overlap, num_warps=num_warps)
    if prefixes:
        s123_prefix_kernel[(1,)](counts, tiles, BLOCK_SIZE=4096, OVERLAP=overlap, num_warps=16, **options)
    s123_kernel[(tiles,)](
        a,
        b,
        c,
        d,
        e,
        counts,
        half,
        BLOCK_SIZE=BLOCK_SIZE,
        BLOCK_TILES=32 if prefixes else max(32, triton.next_power_of_2(tiles)),
        PREFIXES=prefixes,
        OVERLAP=overlap,
        num_warps=num_warps,
        **options,
    )
