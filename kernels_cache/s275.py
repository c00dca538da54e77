"""Columns are independent prefix sums of bb*cc from aa[0][i] on: a program sweeps a narrow block of columns.

Each tile of rows is a scan along the column, and its last row is carried on in registers. A program touches
no other columns than its own; those that do not start positive are stored back as they are: stores stay wide.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s275_kernel(aa_ptr, bb_ptr, cc_ptr, m, ROWS: tl.constexpr, COLUMNS: tl.constexpr):
    columns = tl.program_id(0).to(tl.int64) * COLUMNS + tl.arange(0, COLUMNS)
    rows = tl.arange(0, ROWS)
    inside = columns < m
    carry = tl.load(aa_ptr + columns, mask=inside, other=0.0)
    idle = ~(carry > 0.0)
    for start in range(1, m, ROWS):
        j = start + rows
        offsets = j.to(tl.int64)[:, None] * m + columns[None, :]
        mask = (j < m)[:, None] & inside[None, :]
        bb = tl.load(bb_ptr + offsets, mask=mask, other=0.0)
        cc = tl.load(cc_ptr + offsets, mask=mask, other=0.0)
        first = tl.where((rows == 0)[:, None], carry[None, :], 0.0)
        aa = tl.cumsum(first + bb * cc, axis=0)
        old = tl.load(aa_ptr + offsets, mask=mask & idle[None, :])
        tl.store(aa_ptr + offsets, tl.where(idle[None, :], old, aa), mask=mask)
        carry = tl.sum(tl.where((rows == ROWS - 1)[:, None], aa, 0.0), axis=0)


def s275(aa: torch.Tensor, bb: torch.Tensor, cc: torch.Tensor, m: int) -> None:
    ROWS = 256
    COLUMNS = 8 if m <= 2048 else 16
    s275_kernel[(triton.cdiv(m, COLUMNS),)](aa, bb, cc, m, ROWS=ROWS, COLUMNS=COLUMNS, num_warps=8)
