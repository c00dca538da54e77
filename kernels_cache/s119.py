"""Every diagonal is an independent prefix sum that starts in row 0 or column 0, which are never written. A
program owns a few neighbouring diagonals and scans them in blocks of rows."""

import torch
import triton
import triton.language as tl


@triton.jit
def s119_kernel(aa_ptr, bb_ptr, m, BLOCK_ROWS: tl.constexpr, BLOCK_SIZE: tl.constexpr):
    left = tl.program_id(0) * BLOCK_SIZE - (m - 2)
    right = left + BLOCK_SIZE - 1
    diagonals = left + tl.arange(0, BLOCK_SIZE)
    carry = tl.zeros((BLOCK_SIZE,), dtype=tl.float32)
    for start in range(tl.maximum(0, -right), tl.minimum(m, m - left), BLOCK_ROWS):
        rows = (start + tl.arange(0, BLOCK_ROWS))[:, None]
        cols = rows + diagonals[None, :]
        inside = (rows < m) & (cols >= 0) & (cols < m)
        border = (rows == 0) | (cols == 0)
        offsets = rows.to(tl.int64) * m + cols
        first = tl.load(aa_ptr + offsets, mask=inside & border, other=0.0)
        bb = tl.load(bb_ptr + offsets, mask=inside & (border == 0), other=0.0)
        terms = tl.where(border, first, bb)
        sums = tl.cumsum(terms, axis=0) + carry[None, :]
        carry += tl.sum(terms, axis=0)
        tl.store(aa_ptr + offsets, sums, mask=inside & (border == 0))


def s119(aa: torch.Tensor, bb: torch.Tensor, m: int) -> None:
    if m < 2:
        return
    BLOCK_SIZE = 2 if m <= 256 else 4
    # The diagonals -(m - 2) .. m - 2; the two corners hold nothing to write.
    s119_kernel[(triton.cdiv(2 * m - 3, BLOCK_SIZE),)](
        aa, bb, m, BLOCK_ROWS=256, BLOCK_SIZE=BLOCK_SIZE, num_warps=8
    )
