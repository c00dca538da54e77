"""Elementwise in square tiles; the transposed factor is read along its rows and transposed in the program."""

import torch
import triton
import triton.language as tl


@triton.jit
def s1115_kernel(aa_ptr, bb_ptr, cc_ptr, m, BLOCK_SIZE: tl.constexpr):
    rows = tl.program_id(1).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    cols = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = (rows[:, None] < m) & (cols[None, :] < m)
    turned = (cols[:, None] < m) & (rows[None, :] < m)
    cc = tl.load(cc_ptr + cols[:, None] * m + rows[None, :], mask=turned, other=0.0)
    offsets = rows[:, None] * m + cols[None, :]
    aa = tl.load(aa_ptr + offsets, mask=mask, other=0.0)
    bb = tl.load(bb_ptr + offsets, mask=mask, other=0.0)
    tl.store(aa_ptr + offsets, aa * tl.trans(cc) + bb, mask=mask)


def s1115(aa: torch.Tensor, bb: torch.Tensor, cc: torch.Tensor, m: int) -> None:
    BLOCK_SIZE, num_warps = (32, 8) if m <= 1024 else (64, 4)
    tiles = triton.cdiv(m, BLOCK_SIZE)
    s1115_kernel[(tiles, tiles)](aa, bb, cc, m, BLOCK_SIZE=BLOCK_SIZE, num_warps=num_warps)
