"""Four interleaved prefix sums, seen as the columns of a matrix of rows of four: the first launch sums each
chunk of rows, the second one adds the sums of the preceding chunks and b[0:4], which nothing writes, to the
scan of its own rows. It scans the first of them before it waits for the sums, where the GPU lets it start early.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s1221_sum_kernel(a_ptr, sums_ptr, n, steps, BLOCK_ROWS: tl.constexpr, OVERLAP: tl.constexpr):
    if OVERLAP:  # the second launch may start now; it waits where it needs what this one writes
        tl.extra.cuda.gdc_launch_dependents()
    chunk = tl.program_id(0).to(tl.int64)
    columns = tl.arange(0, 4)
    total = tl.zeros((BLOCK_ROWS, 4), dtype=tl.float32)
    for step in range(steps):
        rows = (chunk * steps + step) * BLOCK_ROWS + tl.arange(0, BLOCK_ROWS)
        offsets = rows[:, None] * 4 + columns[None, :]
        total += tl.load(a_ptr + offsets, mask=(offsets >= 4) & (offsets < n), other=0.0)
    tl.store(sums_ptr + chunk * 4 + columns, tl.sum(total, 0))


@triton.jit
def load_rows(a_ptr, row, n, BLOCK_ROWS: tl.constexpr):
    offsets = (row + tl.arange(0, BLOCK_ROWS))[:, None] * 4 + tl.arange(0, 4)[None, :]
    mask = (offsets >= 4) & (offsets < n)
    return offsets, mask, tl.load(a_ptr + offsets, mask=mask, other=0.0)


@triton.jit
def s1221_scan_kernel(
    a_ptr, b_ptr, sums_ptr, n, steps, BLOCK_ROWS: tl.constexpr, BLOCK_CHUNKS: tl.constexpr, OVERLAP: tl.constexpr
):
    chunk = tl.program_id(0).to(tl.int64)
    columns = tl.arange(0, 4)
    others = tl.arange(0, BLOCK_CHUNKS)
    start = tl.load(b_ptr + columns, mask=columns < n, other=0.0)
    offsets, mask, a = load_rows(a_ptr, chunk * steps * BLOCK_ROWS, n, BLOCK_ROWS)
    scan, total = tl.cumsum(a, 0), tl.sum(a, 0)
    if OVERLAP:
        tl.extra.cuda.gdc_wait()
    sums = tl.load(sums_ptr + others[:, None] * 4 + columns[None, :], mask=others[:, None] < chunk, other=0.0)
    carry = start + tl.sum(sums, 0)
    tl.store(b_ptr + offsets, carry[None, :] + scan, mask=mask)
    for step in range(1, steps):
        carry += total
        offsets, mask, a = load_rows(a_ptr, (chunk * steps + step) * BLOCK_ROWS, n, BLOCK_ROWS)
        total = tl.sum(a, 0)
        tl.store(b_ptr + offsets, carry[None, :] + tl.cumsum(a, 0), mask=mask)


def s1221(a: torch.Tensor, b: torch.Tensor, n: int) -> None:
    overlap = a.is_cuda and torch.version.hip is None and torch.cuda.get_device_capability(a.device)[0] >= 9
    options = {"launch_pdl": True} if overlap else {}
    BLOCK_ROWS, num_warps = (64, 1) if n <= 1 << 16 else (256, 4)
    blocks = triton.cdiv(n, 4 * BLOCK_ROWS)
    steps = triton.cdiv(blocks, 1024)
    chunks = triton.cdiv(blocks, steps)
    sums = torch.empty(chunks * 4, dtype=b.dtype, device=b.device)
    s1221_sum_kernel[(chunks,)](a, sums, n, steps, BLOCK_ROWS=BLOCK_ROWS, OVERLAP=overlap, num_warps=num_warps)
    s1221_scan_kernel[(chunks,)](
        a,
        b,
        sums,
        n,
        steps,
        BLOCK_ROWS=BLOCK_ROWS,
        BLOCK_CHUNKS=triton.next_power_of_2(chunks),
        OVERLAP=overlap,
        num_warps=num_warps,
        **options,
    )
