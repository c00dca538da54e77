"""Each column is a prefix sum of bb from aa[0][i], which nothing writes: a program takes a few columns and
walks down them by blocks of rows, scanning each block at once.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s231_kernel(aa_ptr, bb_ptr, m, BLOCK_ROWS: tl.constexpr, BLOCK_COLUMNS: tl.constexpr):
    columns = tl.program_id(0).to(tl.int64) * BLOCK_COLUMNS + tl.arange(0, BLOCK_COLUMNS)
    carry = tl.load(aa_ptr + columns, mask=columns < m, other=0.0)
    for start in range(1, m, BLOCK_ROWS):
        rows = start + tl.arange(0, BLOCK_ROWS)
        offsets = rows.to(tl.int64)[:, None] * m + columns[None, :]
        mask = (rows < m)[:, None] & (columns < m)[None, :]
        bb = tl.load(bb_ptr + offsets, mask=mask, other=0.0)
        tl.store(aa_ptr + offsets, carry[None, :] + tl.cumsum(bb, 0), mask=mask)
        carry += tl.sum(bb, 0)


def s231(aa: torch.Tensor, bb: torch.Tensor, m: int) -> None:
    BLOCK_COLUMNS = 8 if m <= 1024 else 16
    s231_kernel[(triton.cdiv(m, BLOCK_COLUMNS),)](
        aa, bb, m, BLOCK_ROWS=256, BLOCK_COLUMNS=BLOCK_COLUMNS, num_warps=8
    )
