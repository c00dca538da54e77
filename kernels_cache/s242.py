"""Prefix sum of s1 + s2 + b + c + d: the first launch sums each tile, the second one adds the sums of the
preceding tiles and a[0], which nothing writes, to the scan of its own. Where there are many tiles, a launch
between them turns their sums into prefix sums, so that each program needs one of them only.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s242_terms(b_ptr, c_ptr, d_ptr, s1, s2, offsets, n):
    mask = offsets < n
    b = tl.load(b_ptr + offsets, mask=mask, other=0.0)
    c = tl.load(c_ptr + offsets, mask=mask, other=0.0)
    d = tl.load(d_ptr + offsets, mask=mask, other=0.0)
    return tl.where(mask & (offsets >= 1), s1 + s2 + b + c + d, 0.0)


@triton.jit
def s242_sum_kernel(b_ptr, c_ptr, d_ptr, sums_ptr, s1, s2, n, BLOCK_SIZE: tl.constexpr, OVERLAP: tl.constexpr):
    if OVERLAP:  # the next launch may start now; it waits where it needs what this one writes
        tl.extra.cuda.gdc_launch_dependents()
    tile = tl.program_id(0).to(tl.int64)
    offsets = tile * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    tl.store(sums_ptr + tile, tl.sum(s242_terms(b_ptr, c_ptr, d_ptr, s1, s2, offsets, n), 0))


@triton.jit
def s242_prefix_kernel(sums_ptr, tiles, BLOCK_SIZE: tl.constexpr, OVERLAP: tl.constexpr):
    if OVERLAP:
        tl.extra.cuda.gdc_launch_dependents()
        tl.extra.cuda.gdc_wait()
    carry = 0.0
    for start in range(0, tiles, BLOCK_SIZE):
        offsets = start + tl.arange(0, BLOCK_SIZE)
        sums = tl.load(sums_ptr + offsets, mask=offsets < tiles, other=0.0)
        tl.store(sums_ptr + offsets, carry + tl.cumsum(sums, 0), mask=offsets < tiles)
        carry += tl.sum(sums, 0)


@triton.jit
def s242_scan_kernel(
    a_ptr,
    b_ptr,
    c_ptr,
    d_ptr,
    sums_ptr,
    s1,
    s2,
    n,
    BLOCK_SIZE: tl.constexpr,
    BLOCK_TILES: tl.constexpr,
    PREFIXES: tl.constexpr,
    OVERLAP: tl.constexpr,
):
    tile = tl.program_id(0).to(tl.int64)
    if PREFIXES:  # the last tiles first: they are still in the cache
        tile = tl.num_programs(0) - 1 - tile
    offsets = tile * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    first = tl.load(a_ptr)
    scan = tl.cumsum(s242_terms(b_ptr, c_ptr, d_ptr, s1, s2, offsets, n), 0)
    if OVERLAP:
        tl.extra.cuda.gdc_wait()
    if PREFIXES:
        carry = tl.load(sums_ptr + tile - 1, mask=tile > 0, other=0.0)
    else:
        others = tl.arange(0, BLOCK_TILES)
        carry = tl.sum(tl.load(sums_ptr + others, mask=others < tile, other=0.0), 0)
    a_new = first + carry + scan
    if tile == 0:
        tl.store(a_ptr + offsets, a_new, mask=(offsets >= 1) & (offsets < n))
    else:  # with a simpler mask stores are wider
        tl.store(a_ptr + offsets, a_new, mask=offsets < n)


def s242(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, d: torch.Tensor, s1: float, s2: float, n: int) -> None:
    overlap = a.is_cuda and torch.version.hip is None and torch.cuda.get_device_capability(a.device)[0] >= 9
    options = {"launch_pdl": True} if overlap else {}
    BLOCK_SIZE, num_warps = (256, 1) if n <= 1 << 15 else (1024, 4) if n <= 1 << 18 else (2048, 4)
    tiles = triton.cdiv(n, BLOCK_SIZE)
    prefixes = tiles > 1024
    sums = torch.empty(tiles, dtype=a.dtype, device=a.device)
    s242_sum_kernel[(tiles,)](b, c, d, sums, s1, s2, n, BLOCK_SIZE=BLOCK_SIZE, OVERLAP=overlap, num_warps=num_warps)
    if prefixes:
        s242_prefix_kernel[(1,)](sums, tiles, BLOCK_SIZE=4096, OVERLAP=overlap, num_warps=16, **options)
    s242_scan_kernel[(tiles,)](
        a,
        b,
        c,
        d,
        sums,
        s1,
        s2,
        n,
        BLOCK_SIZE=BLOCK_SIZE,
        BLOCK_TILES=max(32, triton.next_power_of_2(tiles)) if not prefixes else 32,
        PREFIXES=prefixes,
        OVERLAP=overlap,
        num_warps=num_warps,
        **options,
    )
