"""Each column of aa is a prefix sum of bb[j][i] * a[i] from aa[0][i], which nothing writes: a program takes a
few columns, updates their a[i] (loaded by all its threads before a barrier) and walks down by blocks of rows.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s235_kernel(
    a_ptr, b_ptr, c_ptr, aa_ptr, bb_ptr, m, BLOCK_ROWS: tl.constexpr, BLOCK_COLUMNS: tl.constexpr
):
    columns = tl.program_id(0).to(tl.int64) * BLOCK_COLUMNS + tl.arange(0, BLOCK_COLUMNS)
    inside = columns < m
    a = tl.load(a_ptr + columns, mask=inside, other=0.0)
    b = tl.load(b_ptr + columns, mask=inside, other=0.0)
    c = tl.load(c_ptr + columns, mask=inside, other=0.0)
    carry = tl.load(aa_ptr + columns, mask=inside, other=0.0)
    tl.debug_barrier()
    a_new = a + b * c
    tl.store(a_ptr + columns, a_new, mask=inside)
    for start in range(1, m, BLOCK_ROWS):
        rows = start + tl.arange(0, BLOCK_ROWS)
        offsets = rows.to(tl.int64)[:, None] * m + columns[None, :]
        mask = (rows < m)[:, None] & inside[None, :]
        bb = tl.load(bb_ptr + offsets, mask=mask, other=0.0)
        terms = tl.where(mask, bb * a_new[None, :], 0.0)
        tl.store(aa_ptr + offsets, carry[None, :] + tl.cumsum(terms, 0), mask=mask)
        carry += tl.sum(terms, 0)


def s235(
    a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, aa: torch.Tensor, bb: torch.Tensor, m: int
) -> None:
    BLOCK_COLUMNS = 8 if m <= 1024 else 16
    s235_kernel[(triton.cdiv(m, BLOCK_COLUMNS),)](
        a, b, c, aa, bb, m, BLOCK_ROWS=256, BLOCK_COLUMNS=BLOCK_COLUMNS, num_warps=8
    )
