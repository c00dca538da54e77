"""Every column i is an independent prefix sum of flat[i * m + j - 1] * cc[j, i] that starts in row 0, which
is never written. A program owns a few neighbouring columns and scans them in blocks of rows; flat is read
along its storage."""

import torch
import triton
import triton.language as tl


@triton.jit
def s126_kernel(bb_ptr, cc_ptr, flat_ptr, m, BLOCK_ROWS: tl.constexpr, BLOCK_SIZE: tl.constexpr):
    cols = tl.program_id(0) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    carry = tl.zeros((BLOCK_SIZE,), dtype=tl.float32)
    for start in range(0, m, BLOCK_ROWS):
        rows = start + tl.arange(0, BLOCK_ROWS)
        top = rows[:, None] == 0
        mask = (rows[:, None] < m) & (cols[None, :] < m)
        turned = (rows[None, :] > 0) & (rows[None, :] < m) & (cols[:, None] < m)
        offsets = rows.to(tl.int64)[:, None] * m + cols[None, :]
        along = cols.to(tl.int64)[:, None] * m + rows[None, :] - 1
        flat = tl.trans(tl.load(flat_ptr + along, mask=turned, other=0.0))
        first = tl.load(bb_ptr + offsets, mask=mask & top, other=0.0)
        cc = tl.load(cc_ptr + offsets, mask=mask & (top == 0), other=0.0)
        terms = tl.where(top, first, flat * cc)
        sums = tl.cumsum(terms, axis=0) + carry[None, :]
        carry += tl.sum(terms, axis=0)
        tl.store(bb_ptr + offsets, sums, mask=mask & (top == 0))


def s126(bb: torch.Tensor, cc: torch.Tensor, flat: torch.Tensor, m: int) -> None:
    if m < 2:
        return
    BLOCK_SIZE = 8 if m <= 1024 else 16
    s126_kernel[(triton.cdiv(m, BLOCK_SIZE),)](
        bb, cc, flat, m, BLOCK_ROWS=256, BLOCK_SIZE=BLOCK_SIZE, num_warps=8
    )
