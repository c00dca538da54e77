"""The a that a column leaves is aa[m - 1][i] - a[i - 1], a prefix sum with alternating signs: the first
launch, one program for the m values, scans the last row of aa by blocks into a; the second one is elementwise, since
every row of column i subtracts the final a[i - 1]. a[0] and column 0 are stored as they were: stores stay wide.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s257_scan_kernel(a_ptr, aa_ptr, m, BLOCK_SIZE: tl.constexpr, OVERLAP: tl.constexpr):
    if OVERLAP:  # the second launch may begin: it waits for a, and until aa has been read
        tl.extra.cuda.gdc_launch_dependents()
    carry = tl.load(a_ptr)
    tl.debug_barrier()  # all lanes have a[0] before one stores it
    row_ptr = aa_ptr + (m - 1).to(tl.int64) * m
    for start in range(0, m, BLOCK_SIZE):
        columns = start + tl.arange(0, BLOCK_SIZE)
        mask = columns < m
        aa = tl.load(row_ptr + columns, mask=mask, other=0.0)
        aa = tl.where(columns == 0, 0.0, aa)
        terms = tl.where(columns % 2 == 0, aa, -aa)
        signed = carry + tl.cumsum(terms, 0)
        tl.store(a_ptr + columns, tl.where(columns % 2 == 0, signed, -signed), mask=mask)
        carry += tl.sum(terms, 0)


@triton.jit
def s257_update_kernel(
    a_ptr, aa_ptr, bb_ptr, m, BLOCK_ROWS: tl.constexpr, BLOCK_COLUMNS: tl.constexpr, OVERLAP: tl.constexpr
):
    rows = tl.program_id(1).to(tl.int64) * BLOCK_ROWS + tl.arange(0, BLOCK_ROWS)
    columns = tl.program_id(0).to(tl.int64) * BLOCK_COLUMNS + tl.arange(0, BLOCK_COLUMNS)
    offsets = rows[:, None] * m + columns[None, :]
    mask = (rows < m)[:, None] & (columns < m)[None, :]
    aa = tl.load(aa_ptr + offsets, mask=mask)
    bb = tl.load(bb_ptr + offsets, mask=mask)
    if OVERLAP:
        tl.extra.cuda.gdc_wait()
    a_before = tl.load(a_ptr + columns - 1, mask=(columns >= 1) & (columns < m))
    new = (aa - a_before[None, :]) + bb
    tl.store(aa_ptr + offsets, tl.where((columns == 0)[None, :], aa, new), mask=mask)


def s257(a: torch.Tensor, aa: torch.Tensor, bb: torch.Tensor, m: int) -> None:
    if m < 2:
        return
    overlap = a.is_cuda and torch.version.hip is None and torch.cuda.get_device_capability(a.device)[0] >= 9
    options = {"launch_pdl": True} if overlap else {}
    BLOCK_SIZE = min(4096, max(128, triton.next_power_of_2(m)))
    s257_scan_kernel[(1,)](a, aa, m, BLOCK_SIZE=BLOCK_SIZE, OVERLAP=overlap, num_warps=max(1, BLOCK_SIZE // 256))
    BLOCK_ROWS, BLOCK_COLUMNS = 4, 256
    grid = (triton.cdiv(m, BLOCK_COLUMNS), triton.cdiv(m, BLOCK_ROWS))
    s257_update_kernel[grid](
        a, aa, bb, m, BLOCK_ROWS=BLOCK_ROWS, BLOCK_COLUMNS=BLOCK_COLUMNS, OVERLAP=overlap, **options
    )
