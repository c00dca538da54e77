"""Both updates are prefix sums of the same columns of cc, from aa[0][i] and bb[0][i], which nothing writes: a
program takes a few columns and walks down them by blocks of rows, scanning each block once for both.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s2233_kernel(aa_ptr, bb_ptr, cc_ptr, m, BLOCK_ROWS: tl.constexpr, BLOCK_COLUMNS: tl.constexpr):
    columns = tl.program_id(0).to(tl.int64) * BLOCK_COLUMNS + tl.arange(0, BLOCK_COLUMNS)
    inside = (columns >= 1) & (columns < m)
    aa_carry = tl.load(aa_ptr + columns, mask=inside, other=0.0)
    bb_carry = tl.load(bb_ptr + columns, mask=inside, other=0.0)
    for start in range(1, m, BLOCK_ROWS):
        rows = start + tl.arange(0, BLOCK_ROWS)
        offsets = rows.to(tl.int64)[:, None] * m + columns[None, :]
        mask = (rows < m)[:, None] & inside[None, :]
        cc = tl.load(cc_ptr + offsets, mask=mask, other=0.0)
        prefix = tl.cumsum(cc, 0)
        tl.store(aa_ptr + offsets, aa_carry[None, :] + prefix, mask=mask)
        tl.store(bb_ptr + offsets, bb_carry[None, :] + prefix, mask=mask)
        total = tl.sum(cc, 0)
        aa_carry += total
        bb_carry += total


def s2233(aa: torch.Tensor, bb: torch.Tensor, cc: torch.Tensor, m: int) -> None:
    BLOCK_COLUMNS = 8 if m <= 1024 else 16
    s2233_kernel[(triton.cdiv(m, BLOCK_COLUMNS),)](
        aa, bb, cc, m, BLOCK_ROWS=256, BLOCK_COLUMNS=BLOCK_COLUMNS, num_warps=8
    )
