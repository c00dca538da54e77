"""b[i] is b[0] plus the prefix sum of c * d + c * e: the first launch sums each tile of these terms, the second one
scans them one place late, which gives b[i - 1], and does the two statements from there; b[0] is never written.
Where there are many tiles, a launch between
them turns these into prefix sums, so that each program needs one of them only.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s323_products(c_ptr, d_ptr, e_ptr, offsets, n):
    """What iteration i adds to b for a, and what for b after that."""
    mask = offsets < n
    c = tl.load(c_ptr + offsets, mask=mask, other=0.0)
    d = tl.load(d_ptr + offsets, mask=mask, other=0.0)
    e = tl.load(e_ptr + offsets, mask=mask, other=0.0)
    counts = offsets >= 1
    return tl.where(counts, c * d, 0.0), tl.where(counts, c * e, 0.0)


@triton.jit
def s323_split(values, GROUPS: tl.constexpr):
    even, odd = tl.split(tl.reshape(values, (GROUPS, 2, 2)))
    v0, v2 = tl.split(even)
    v1, v3 = tl.split(odd)
    return v0, v1, v2, v3


@triton.jit
def s323_sum_kernel(c_ptr, d_ptr, e_ptr, sums_ptr, n, BLOCK_SIZE: tl.constexpr, OVERLAP: tl.constexpr):
    if OVERLAP:  # the next launch may start now; it waits where it needs what this one writes
        tl.extra.cuda.gdc_launch_dependents()
    tile = tl.program_id(0).to(tl.int64)
    offsets = tile * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    cd, ce = s323_products(c_ptr, d_ptr, e_ptr, offsets, n)
    tl.store(sums_ptr + tile, tl.sum(cd + ce, 0))


@triton.jit
def s323_prefix_kernel(sums_ptr, tiles, BLOCK_SIZE: tl.constexpr, OVERLAP: tl.constexpr):
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
def s323_scan_kernel(
    a_ptr,
    b_ptr,
    c_ptr,
    d_ptr,
    e_ptr,
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
    GROUPS: tl.constexpr = BLOCK_SIZE // 4
    groups = tl.arange(0, GROUPS)
    offsets = tile * BLOCK_SIZE + groups[:, None] * 4 + tl.arange(0, 4)[None, :]
    first = tl.load(b_ptr)
    cd, ce = s323_products(c_ptr, d_ptr, e_ptr, offsets, n)
    t0, t1, t2, t3 = s323_split(cd + ce, GROUPS)
    t1 += t0
    t2 += t1
    scan = tl.cumsum(t2 + t3, 0)
    before = tl.where(groups == 0, 0.0, tl.gather(scan, tl.maximum(groups - 1, 0), 0))
    rest = tl.reshape(tl.join(tl.join(tl.zeros_like(t0), t1), tl.join(t0, t2)), (GROUPS, 4))
    if OVERLAP:
        tl.extra.cuda.gdc_wait()
    if PREFIXES:
        carry = tl.load(sums_ptr + tile - 1, mask=tile > 0, other=0.0)
    else:
        others = tl.arange(0, BLOCK_TILES)
        carry = tl.sum(tl.load(sums_ptr + others, mask=others < tile, other=0.0), 0)
    a_new = first + carry + before[:, None] + rest + cd
    b_new = a_new + ce
    if tile == 0:
        mask = (offsets >= 1) & (offsets < n)
        tl.store(a_ptr + offsets, a_new, mask=mask)
        tl.store(b_ptr + offsets, b_new, mask=mask)
    else:  # with a simpler mask stores are wider
        tl.store(a_ptr + offsets, a_new, mask=offsets < n)
        tl.store(b_ptr + offsets, b_new, mask=offsets < n)


def s323(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, d: torch.Tensor, e: torch.Tensor, n: int) -> None:
    overlap = b.is_cuda and torch.version.hip is None and torch.cuda.get_device_capability(b.device)[0] >= 9
    options = {"launch_pdl": True} if overlap else {}
    BLOCK_SIZE, num_warps = (256, 1) if n <= 1 << 15 else (1024, 4) if n <= 1 << 18 else (2048, 4)
    tiles = triton.cdiv(n, BLOCK_SIZE)
    prefixes = tiles > 1024
    sums = torch.empty(tiles, dtype=b.dtype, device=b.device)
    s323_sum_kernel[(tiles,)](c, d, e, sums, n, BLOCK_SIZE=BLOCK_SIZE, OVERLAP=overlap, num_warps=num_warps)
    if prefixes:
        s323_prefix_kernel[(1,)](sums, tiles, BLOCK_SIZE=4096, OVERLAP=overlap, num_warps=16, **options)
    s323_scan_kernel[(tiles,)](
        a,
        b,
        c,
        d,
        e,
        sums,
        n,
        BLOCK_SIZE=BLOCK_SIZE,
        BLOCK_TILES=32 if prefixes else max(32, triton.next_power_of_2(tiles)),
        PREFIXES=prefixes,
        OVERLAP=overlap,
        num_warps=num_warps,
        **options,
    )
