"""64 interleaved prefix sums that start from flat[0..63]: a as rows of 64, cut into strips of rows. A short a is one
launch, in which each program scans a few columns: the strips' sums first, then the rows of each strip in sequence.
For a long one the first launch sums every strip's columns, the second scans these sums as it would a short a, and the
third goes through every strip from there. The elements read from flat are never written.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s424_load(a_ptr, offsets, count, FULL: tl.constexpr):
    if FULL:  # without a mask accesses are wide
        return tl.load(a_ptr + offsets)
    else:
        return tl.load(a_ptr + offsets, mask=offsets < count, other=0.0)


@triton.jit
def s424_store(flat_ptr, offsets, values, count, FULL: tl.constexpr):
    if FULL:
        tl.store(flat_ptr + 64 + offsets, values)
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
def s424_sum_strips(a_ptr, sums_ptr, count, strips, ROWS: tl.constexpr, FULL: tl.constexpr):
    columns = tl.arange(0, 64)[None, :]
    offsets = strips * ROWS * 64 + columns
    total = tl.zeros(offsets.shape, dtype=tl.float32)
    for row in range(0, ROWS, 8):
        a0, a1, a2, a3, a4, a5, a6, a7 = s424_load_rows(a_ptr, offsets + row * 64, count, FULL)
        total += ((a0 + a1) + (a2 + a3)) + ((a4 + a5) + (a6 + a7))
    tl.store(sums_ptr + strips * 64 + columns, total)


@triton.jit
def s424_sum_kernel(a_ptr, sums_ptr, count, STRIPS: tl.constexpr, ROWS: tl.constexpr, OVERLAP: tl.constexpr):
    if OVERLAP:  # the next launch may start now; it waits where it needs what this one writes
        tl.extra.cuda.gdc_launch_dependents()
    program = tl.program_id(0).to(tl.int64)
    strips = program * STRIPS + tl.arange(0, STRIPS)[:, None]
    if (program + 1) * STRIPS * ROWS * 64 <= count:
        s424_sum_strips(a_ptr, sums_ptr, count, strips, ROWS, True)
    else:
        s424_sum_strips(a_ptr, sums_ptr, count, strips, ROWS, False)


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
def s424_scan_strips(a_ptr, flat_ptr, carry, count, strips, ROWS: tl.constexpr, FULL: tl.constexpr):
    offsets = strips * ROWS * 64 + tl.arange(0, 64)[None, :]
    for row in range(0, ROWS, 8):
        a0, a1, a2, a3, a4, a5, a6, a7 = s424_load_rows(a_ptr, offsets + row * 64, count, FULL)
        carry = s424_store_rows(flat_ptr, offsets + row * 64, carry, a0, a1, a2, a3, a4, a5, a6, a7, count, FULL)


@triton.jit
def s424_scan_kernel(
    a_ptr, flat_ptr, carries_ptr, count, STRIPS: tl.constexpr, ROWS: tl.constexpr, OVERLAP: tl.constexpr
):
    program = tl.num_programs(0) - 1 - tl.program_id(0).to(tl.int64)  # the last first: they are still in the cache
    columns = tl.arange(0, 64)[None, :]
    strips = program * STRIPS + tl.arange(0, STRIPS)[:, None]
    if OVERLAP:
        tl.extra.cuda.gdc_wait()
    first = tl.load(flat_ptr + columns, mask=columns < count, other=0.0)
    carry = tl.where(strips == 0, first, tl.load(carries_ptr + strips * 64 + columns, mask=strips > 0, other=0.0))
    if (program + 1) * STRIPS * ROWS * 64 <= count:
        s424_scan_strips(a_ptr, flat_ptr, carry, count, strips, ROWS, True)
    else:
        s424_scan_strips(a_ptr, flat_ptr, carry, count, strips, ROWS, False)


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
    STRIPS, ROWS, num_warps = (4, 8, 2) if count <= 1 << 21 else (8, 32, 4)
    programs = triton.cdiv(count, STRIPS * ROWS * 64)
    strips = programs * STRIPS
    sums = torch.empty(strips * 64, dtype=a.dtype, device=a.device)
    carries = torch.empty(strips * 64 + 64, dtype=a.dtype, device=a.device)
    s424_sum_kernel[(programs,)](a, sums, count, STRIPS=STRIPS, ROWS=ROWS, OVERLAP=overlap, num_warps=num_warps)
    s424_columns_kernel[(32,)](
        flat, sums, carries, strips * 64, STRIPS=256, COLUMNS=2, OVERLAP=overlap, num_warps=8, **options
    )
    s424_scan_kernel[(programs,)](
        a, flat, carries, count, STRIPS=STRIPS, ROWS=ROWS, OVERLAP=overlap, num_warps=num_warps, **options
    )
