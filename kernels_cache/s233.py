"""The columns of aa and the rows of bb are independent prefix sums of cc, from row 0 and column 0, which
nothing writes: in one launch the first programs take columns of aa, the others rows of bb, each walking along
them by blocks.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s233_columns(aa_ptr, cc_ptr, m, block, BLOCK_LONG: tl.constexpr, BLOCK_SHORT: tl.constexpr):
    columns = block * BLOCK_SHORT + tl.arange(0, BLOCK_SHORT)
    inside = (columns >= 1) & (columns < m)
    carry = tl.load(aa_ptr + columns, mask=inside, other=0.0)
    for start in range(1, m, BLOCK_LONG):
        rows = start + tl.arange(0, BLOCK_LONG)
        offsets = rows.to(tl.int64)[:, None] * m + columns[None, :]
        mask = (rows < m)[:, None] & inside[None, :]
        cc = tl.load(cc_ptr + offsets, mask=mask, other=0.0)
        tl.store(aa_ptr + offsets, carry[None, :] + tl.cumsum(cc, 0), mask=mask)
        carry += tl.sum(cc, 0)


@triton.jit
def s233_rows(bb_ptr, cc_ptr, m, block, BLOCK_LONG: tl.constexpr, BLOCK_SHORT: tl.constexpr):
    rows = block * BLOCK_SHORT + tl.arange(0, BLOCK_SHORT)
    inside = (rows >= 1) & (rows < m)
    carry = tl.load(bb_ptr + rows * m, mask=inside, other=0.0)
    for start in range(0, m, BLOCK_LONG):
        columns = start + tl.arange(0, BLOCK_LONG)
        offsets = rows[:, None] * m + columns[None, :]
        mask = inside[:, None] & ((columns >= 1) & (columns < m))[None, :]
        cc = tl.load(cc_ptr + offsets, mask=mask, other=0.0)
        tl.store(bb_ptr + offsets, carry[:, None] + tl.cumsum(cc, 1), mask=mask)
        carry += tl.sum(cc, 1)


@triton.jit
def s233_kernel(aa_ptr, bb_ptr, cc_ptr, m, blocks, BLOCK_LONG: tl.constexpr, BLOCK_SHORT: tl.constexpr):
    block = tl.program_id(0).to(tl.int64)
    if block < blocks:
        s233_columns(aa_ptr, cc_ptr, m, block, BLOCK_LONG, BLOCK_SHORT)
    else:
        s233_rows(bb_ptr, cc_ptr, m, block - blocks, BLOCK_LONG, BLOCK_SHORT)


def s233(aa: torch.Tensor, bb: torch.Tensor, cc: torch.Tensor, m: int) -> None:
    BLOCK_SHORT = 8 if m <= 1024 else 16
    blocks = triton.cdiv(m, BLOCK_SHORT)
    s233_kernel[(2 * blocks,)](aa, bb, cc, m, blocks, BLOCK_LONG=256, BLOCK_SHORT=BLOCK_SHORT, num_warps=8)
