"""a is elementwise and b the prefix sum of a + d: the first launch sums each tile, the second one adds the sums of
the preceding tiles and b[0], which nothing writes, to the scan of its own. Where there are many tiles, a launch between
them turns these into prefix sums, so that each program needs one of them only.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s221_update(a_ptr, c_ptr, d_ptr, offsets, n):
    """The new a, and what the iteration adds to b."""
    mask = offsets < n
    a = tl.load(a_ptr + offsets, mask=mask, other=0.0)
    c = tl.load(c_ptr + offsets, mask=mask, other=0.0)
    d = tl.load(d_ptr + offsets, mask=mask, other=0.0)
    a_new = a + c * d
    return a_new, tl.where(offsets >= 1, a_new + d, 0.0)


@triton.jit
def s221_sum_kernel(a_ptr, c_ptr, d_ptr, sums_ptr, n, BLOCK_SIZE: tl.constexpr, OVERLAP: tl.constexpr):
    if OVERLAP:  # the next launch may start now; it waits where it needs what this one writes
        tl.extra.cuda.gdc_launch_dependents()
    tile = tl.program_id(0).to(tl.int64)
    offsets = tile * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    _a_new, terms = s221_update(a_ptr, c_ptr, d_ptr, offsets, n)
    tl.store(sums_ptr + tile, tl.sum(terms, 0))


@triton.jit
def s221_prefix_kernel(sums_ptr, tiles, BLOCK_SIZE: tl.constexpr, OVERLAP: tl.constexpr):
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
def s221_scan_kernel(
    a_ptr,
    b_ptr,
    c_ptr,
    d_ptr,
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
    first = tl.load(b_ptr)
    a_new, terms = s221_update(a_ptr, c_ptr, d_ptr, offsets, n)
    scan = tl.cumsum(terms, 0)
    if OVERLAP:
        tl.extra.cuda.gdc_wait()
    if PREFIXES:
        carry = tl.load(sums_ptr + tile - 1, mask=tile > 0, other=0.0)
    else:
        others = tl.arange(0, BLOCK_TILES)
        carry = tl.sum(tl.load(sums_ptr + others, mask=others < tile, other=0.0), 0)
    b_new = first + carry + scan
    if tile == 0:
        mask = (offsets >= 1) & (offsets < n)
        tl.store(a_ptr + offsets, a_new, mask=mask)
        tl.store(b_ptr + offsets, b_new, mask=mask)
    else:  # with a simpler mask stores are wider
        tl.store(a_ptr + offsets, a_new, mask=offsets < n)
        tl.store(b_ptr + offsets, b_new, mask=offsets < n)


def s221(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, d: torch.Tensor, n: int) -> None:
    overlap = b.is_cuda and torch.version.hip is None and torch.cuda.get_device_capability(b.device)[0] >= 9
    options = {"launch_pdl": True} if overlap else {}
    BLOCK_SIZE, num_warps = (256, 1) if n <= 1 << 15 else (1024, 4) if n <= 1 << 18 else (2048, 4)
    tiles = triton.cdiv(n, BLOCK_SIZE)
    prefixes = tiles > 1024
    sums = torch.empty(tiles, dtype=b.dtype, device=b.device)
    s221_sum_kernel[(tiles,)](a, c, d, sums, n, BLOCK_SIZE=BLOCK_SIZE, OVERLAP=overlap, num_warps=num_warps)
    if prefixes:
        s221_prefix_kernel[(1,)](sums, tiles, BLOCK_SIZE=4096, OVERLAP=overlap, num_warps=16, **options)
    s221_scan_kernel[(tiles,)](
        a,
        b,
        c,
        d,
        sums,
        n,
        BLOCK_SIZE=BLOCK_SIZE,
        BLOCK_TILES=32 if prefixes else max(32, triton.next_power_of_2(tiles)),
        PREFIXES=prefixes,
        OVERLAP=overlap,
        num_warps=num_warps,
        **options,
    )
