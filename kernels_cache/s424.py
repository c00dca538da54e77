"""64 interleaved prefix sums that start from flat[0..63]: a as rows of 64, cut into strips of rows. A short a is one
launch, in which each program scans a few columns: the strips' sums first, then the rows of each strip in sequence.
For a long one the first launch sums the columns of each tile of rows, the second turns these into what comes before
each tile, and the third loads a tile at once and scans it as above. The elements read from flat are never written.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s424_load(a_ptr, offsets, count, FULL: tl.constexpr):
    if FULL:  # without a mask accesses are wide
        return tl.load(a_ptr + offsets, eviction_policy="evict_first")
    else:
        return tl.load(a_ptr + offsets, mask=offsets < count, other=0.0)


@triton.jit
def s424_store(flat_ptr, offsets, values, count, FULL: tl.constexpr):
    if FULL:
        tl.store(flat_ptr + 64 + offsets, values, eviction_policy="evict_first")
    else:
        tl.store(flat_ptr + 64 + offsets, values, mask=offsets < count)


@triton.jit
def s424_load_rows(a_ptr, offsets, count, FULL: tl.constexpr):
    """Eight rows of a, from offsets on."""
    a0 = s424_load(a_ptr, offsets, count, FULL)
    a1 = s424_load(a_ptr, offsets + 64, count, FULL)
    a2 = s424_load(a_ptr, offsets + 128, count, FULL)
    a3 = s424_load(a_ptr, offsets + 192, count, FULL)
    a4 = s424_load(a_ptr, offsets + 256, count, FULL)
    a5 = s424_load(a_ptr, offsets + 320, count, FULL)
    a6 = s424_load(a_ptr, offsets + 384, count, FULL)
    a7 = s424_load(a_ptr, offsets + 448, count, FULL)
    return a0, a1, a2, a3, a4, a5, a6, a7


@triton.jit
def s424_store_rows(flat_ptr, offsets, carry, a0, a1, a2, a3, a4, a5, a6, a7, count, FULL: tl.constexpr):
    """Eight rows of flat, carry being the row before them; returns the last."""
    p0 = carry + a0
    p1 = p0 + a1
    p2 = p1 + a2
    p3 = p2 + a3
    p4 = p3 + a4
    p5 = p4 + a5
    p6 = p5 + a6
    p7 = p6 + a7
    s424_store(flat_ptr, offsets, p0, count, FULL)
    s424_store(flat_ptr, offsets + 64, p1, count, FULL)
    s424_store(flat_ptr, offsets + 128, p2, count, FULL)
    s424_store(flat_ptr, offsets + 192, p3, count, FULL)
    s424_store(flat_ptr, offsets + 256, p4, count, FULL)
    s424_store(flat_ptr, offsets + 320, p5, count, FULL)
    s424_store(flat_ptr, offsets + 384, p6, count, FULL)
    s424_store(flat_ptr, offsets + 448, p7, count, FULL)
    return p7


@triton.jit
def s424_columns_kernel(
    first_ptr, a_ptr, flat_ptr, count, STRIPS: tl.constexpr, COLUMNS: tl.constexpr, OVERLAP: tl.constexpr
):
    """From the 64 at first, and a, all of flat but its first 64; the strips have eight rows."""
    columns = (tl.program_id(0) * COLUMNS + tl.arange(0, COLUMNS))[None, :]
    carry = tl.load(first_ptr + columns, mask=columns < count, other=0.0)
    strips = tl.arange(0, STRIPS)[:, None]
    above = tl.broadcast_to(tl.maximum(strips - 1, 0), (STRIPS, COLUMNS))
    if OVERLAP:
        tl.extra.cuda.gdc_launch_dependents()
        tl.extra.cuda.gdc_wait()
    for start in range(0, count, STRIPS * 8 * 64):
        offsets = start + strips * 8 * 64 + columns
        a0, a1, a2, a3, a4, a5, a6, a7 = s424_load_rows(a_ptr, offsets, count, False)
        scan = carry + tl.cumsum(((a0 + a1) + (a2 + a3)) + ((a4 + a5) + (a6 + a7)), 0)
        before = tl.where(strips == 0, carry, tl.gather(scan, above, 0))
        s424_store_rows(flat_ptr, offsets, before, a0, a1, a2, a3, a4, a5, a6, a7, count, False)
        carry = tl.sum(tl.where(strips == STRIPS - 1, scan, 0.0), 0)[None, :]


@triton.jit
def s424_sum_kernel(
    a_ptr, sums_ptr, count, ROWS: tl.constexpr, BLOCK_ROWS: tl.constexpr, KEPT: tl.constexpr, OVERLAP: tl.constexpr
):
    if OVERLAP:  # the next launch may start now; it waits where it needs what this one writes
        tl.extra.cuda.gdc_launch_dependents()
    tile = tl.program_id(0).to(tl.int64)
    columns = tl.arange(0, 64)
    offsets = tile * ROWS * 64 + tl.arange(0, BLOCK_ROWS)[:, None] * 64 + columns[None, :]
    sums = tl.zeros((BLOCK_ROWS, 64), dtype=tl.float32)
    if (tile + 1) * ROWS * 64 <= count - KEPT:  # the third launch reads these when others have taken their place
        for row in tl.static_range(0, ROWS, BLOCK_ROWS):
            sums += tl.load(a_ptr + offsets + row * 64, eviction_policy="evict_first")
    elif (tile + 1) * ROWS * 64 <= count:  # and these, the last, first: they shall still be in the cache
        for row in tl.static_range(0, ROWS, BLOCK_ROWS):
            sums += tl.load(a_ptr + offsets + row * 64, eviction_policy="evict_last")
    else:
        for row in range(0, ROWS, BLOCK_ROWS):
            sums += s424_load(a_ptr, offsets + row * 64, count, False)
    tl.store(sums_ptr + tile * 64 + columns, tl.sum(sums, 0))


@triton.jit
def s424_join(sum, before, next_sum, next_before):
    return sum + next_sum, sum + next_before


@triton.jit
def s424_carry_kernel(
    flat_ptr, sums_ptr, count, tiles, COLUMNS: tl.constexpr, BLOCK_SIZE: tl.constexpr, OVERLAP: tl.constexpr
):
    """Each tile's sums become what comes before it."""
    columns = (tl.program_id(0) * COLUMNS + tl.arange(0, COLUMNS))[None, :]
    carry = tl.load(flat_ptr + columns, mask=columns < count, other=0.0)
    if OVERLAP:
        tl.extra.cuda.gdc_launch_dependents()
        tl.extra.cuda.gdc_wait()
    for start in range(0, tiles, BLOCK_SIZE):
        tile = (start + tl.arange(0, BLOCK_SIZE))[:, None]
        offsets = tile.to(tl.int64) * 64 + columns
        sums = tl.load(sums_ptr + offsets, mask=tile < tiles, other=0.0)
        _, before = tl.associative_scan((sums, tl.zeros_like(sums)), 0, s424_join)
        tl.store(sums_ptr + offsets, carry + before, mask=tile < tiles)
        carry += tl.sum(sums, 0)[None, :]


@triton.jit
def s424_scan_tile(
    a_ptr,
    flat_ptr,
    carries_ptr,
    count,
    tile,
    STRIPS: tl.constexpr,
    STRIP_ROWS: tl.constexpr,
    OVERLAP: tl.constexpr,
    FULL: tl.constexpr,
):
    columns = tl.arange(0, 64)
    offsets = (tile * STRIPS + tl.arange(0, STRIPS)[:, None]) * STRIP_ROWS * 64 + columns[None, :]
    total = tl.zeros((STRIPS, 64), dtype=tl.float32)
    sums = ()
    for row in tl.static_range(STRIP_ROWS):
        total += s424_load(a_ptr, offsets + row * 64, count, FULL)
        sums += (total,)
    _, before = tl.associative_scan((total, tl.zeros_like(total)), 0, s424_join)
    if OVERLAP:
        tl.extra.cuda.gdc_wait()
    before += tl.load(carries_ptr + tile * 64 + columns)[None, :]
    for row in tl.static_range(STRIP_ROWS):
        s424_store(flat_ptr, offsets + row * 64, before + sums[row], count, FULL)


@triton.jit
def s424_scan_kernel(
    a_ptr,
    flat_ptr,
    carries_ptr,
    count,
    STRIPS: tl.constexpr,
    STRIP_ROWS: tl.constexpr,
    OVERLAP: tl.constexpr,
):
    tile = tl.num_programs(0) - 1 - tl.program_id(0).to(tl.int64)  # the last first: they are still in the cache
    if (tile + 1) * STRIPS * STRIP_ROWS * 64 <= count:
        s424_scan_tile(a_ptr, flat_ptr, carries_ptr, count, tile, STRIPS, STRIP_ROWS, OVERLAP, True)
    else:
        s424_scan_tile(a_ptr, flat_ptr, carries_ptr, count, tile, STRIPS, STRIP_ROWS, OVERLAP, False)


def s424(a: torch.Tensor, flat: torch.Tensor, n: int) -> None:
    count = n - 1
    if count == 0:
        return
    if count <= 1 << 16:
        COLUMNS, num_warps = 2, 4
        s424_columns_kernel[(64 // COLUMNS,)](
            flat, a, flat, count, STRIPS=64, COLUMNS=COLUMNS, OVERLAP=False, num_warps=num_warps
        )
        return
    overlap = a.is_cuda and torch.version.hip is None and torch.cuda.get_device_capability(a.device)[0] >= 9
    options = {"launch_pdl": True} if overlap else {}
    STRIPS, STRIP_ROWS, num_warps = (8, 8, 4) if count <= 1 << 21 else (16, 8, 8)
    ROWS = STRIPS * STRIP_ROWS
    tiles = triton.cdiv(count, ROWS * 64)
    sums = torch.empty(tiles * 64, dtype=a.dtype, device=a.device)
    s424_sum_kernel[(tiles,)](a, sums, count, ROWS=ROWS, BLOCK_ROWS=64, KEPT=6 << 20, OVERLAP=overlap, num_warps=8)
    s424_carry_kernel[(16,)](
        flat, sums, count, tiles, COLUMNS=4, BLOCK_SIZE=2048, OVERLAP=overlap, num_warps=16, **options
    )
    s424_scan_kernel[(tiles,)](
        a, flat, sums, count, STRIPS=STRIPS, STRIP_ROWS=STRIP_ROWS, OVERLAP=overlap, num_warps=num_warps, **options
    )
