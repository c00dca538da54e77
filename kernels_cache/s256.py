"""Every pass over i leaves the same a, which follows from a[0] alone; a[0] is never written. From a[3] on it
alternates between two values: 1 - x is exact for x >= 1/2 below 2**24, and the roundings before that (tiny,
negative or huge a[0]) have all happened by then, which holds for each of the 2**32 float32 values. The rest
is elementwise.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s256_kernel(a_ptr, d_ptr, aa_ptr, bb_ptr, m, BLOCK_ROWS: tl.constexpr, BLOCK_COLUMNS: tl.constexpr):
    rows = tl.program_id(1).to(tl.int64) * BLOCK_ROWS + tl.arange(0, BLOCK_ROWS)
    columns = tl.program_id(0).to(tl.int64) * BLOCK_COLUMNS + tl.arange(0, BLOCK_COLUMNS)
    inside = (rows >= 1) & (rows < m)
    a1 = 1.0 - tl.load(a_ptr)
    a2 = 1.0 - a1
    a3 = 1.0 - a2
    a4 = 1.0 - a3
    odd = tl.where(rows == 1, a1, a3)
    even = tl.where(rows == 2, a2, a4)
    a = tl.where(rows % 2 == 1, odd, even)
    d = tl.load(d_ptr + rows, mask=inside)
    offsets = rows[:, None] * m + columns[None, :]
    mask = inside[:, None] & (columns < m)[None, :]
    bb = tl.load(bb_ptr + offsets, mask=mask)
    tl.store(aa_ptr + offsets, a[:, None] + bb * d[:, None], mask=mask)
    tl.store(a_ptr + rows, a, mask=inside & (tl.program_id(0) == 0))


def s256(a: torch.Tensor, d: torch.Tensor, aa: torch.Tensor, bb: torch.Tensor, m: int) -> None:
    BLOCK_ROWS, BLOCK_COLUMNS = 4, 256
    grid = (triton.cdiv(m, BLOCK_COLUMNS), triton.cdiv(m, BLOCK_ROWS))
    s256_kernel[grid](a, d, aa, bb, m, BLOCK_ROWS=BLOCK_ROWS, BLOCK_COLUMNS=BLOCK_COLUMNS)
