"""Prefix sum in tiles: the first launch sums each tile, the second one adds the sums of the preceding tiles to the
scan of its own. Where there are many tiles, a launch between
them turns these into prefix sums, so that each program needs one of them only.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s3112_sum_kernel(a_ptr, sums_ptr, n, BLOCK_SIZE: tl.constexpr, OVERLAP: tl.constexpr):
    if OVERLAP:  # the next launch may start now; it waits where it needs what this one writes
        tl.extra.cuda.gdc_launch_dependents()
    tile = tl.program_id(0).to(tl.int64)
    offsets = tile * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    tl.store(sums_ptr + tile, tl.sum(tl.load(a_ptr + offsets, mask=offsets < n, other=0.0), 0))


@triton.jit
def s3112_prefix_kernel(sums_ptr, tiles, BLOCK_SIZE: tl.constexpr, OVERLAP: tl.constexpr):
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
def s3112_scan_kernel(
    a_ptr,
    b_ptr,
    result_ptr,
    sums_ptr,
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
    mask = offsets < n
    scan = tl.cumsum(tl.load(a_ptr + offsets, mask=mask, other=0.0), 0)
    if OVERLAP:
        tl.extra.cuda.gdc_wait()
    if PREFIXES:
        carry = tl.load(sums_ptr + tile - 1, mask=tile > 0, other=0.0)
    else:
        others = tl.arange(0, BLOCK_TILES)
        carry = tl.sum(tl.load(sums_ptr + others, mask=others < tile, other=0.0), 0)
    b = carry + scan
    tl.store(b_ptr + offsets, b, mask=mask)
    tl.store(result_ptr + tl.zeros_like(offsets), b, mask=offsets == n - 1)


def s3112(a: torch.Tensor, b: torch.Tensor, n: int) -> torch.Tensor:
    overlap = a.is_cuda and torch.version.hip is None and torch.cuda.get_device_capability(a.device)[0] >= 9
    options = {"launch_pdl": True} if overlap else {}
    BLOCK_SIZE, num_warps = (256, 1) if n <= 1 << 15 else (1024, 4) if n <= 1 << 18 else (2048, 4)
    tiles = triton.cdiv(n, BLOCK_SIZE)
    prefixes = tiles > 1024
    sums = torch.empty(tiles, dtype=a.dtype, device=a.device)
    result = torch.empty(1, dtype=a.dtype, device=a.device)
    s3112_sum_kernel[(tiles,)](a, sums, n, BLOCK_SIZE=BLOCK_SIZE, OVERLAP=overlap, num_warps=num_warps)
    if prefixes:
        s3112_prefix_kernel[(1,)](sums, tiles, BLOCK_SIZE=4096, OVERLAP=overlap, num_warps=16, **options)
    s3112_scan_kernel[(tiles,)](
        a,
        b,
        result,
        sums,
        n,
        BLOCK_SIZE=BLOCK_SIZE,
        BLOCK_TILES=32 if prefixes else max(32, triton.next_power_of_2(tiles)),
        PREFIXES=prefixes,
        OVERLAP=overlap,
        num_warps=num_warps,
        **options,
    )
    return result
