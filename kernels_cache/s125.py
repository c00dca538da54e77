"""Elementwise over the flat storage: the counter k is the row-major position of (i, j)."""

import torch
import triton
import triton.language as tl


@triton.jit
def s125_kernel(aa_ptr, bb_ptr, cc_ptr, flat_ptr, size, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = offsets < size
    aa = tl.load(aa_ptr + offsets, mask=mask)
    bb = tl.load(bb_ptr + offsets, mask=mask)
    cc = tl.load(cc_ptr + offsets, mask=mask)
    tl.store(flat_ptr + offsets, aa + bb * cc, mask=mask)


def s125(aa: torch.Tensor, bb: torch.Tensor, cc: torch.Tensor, flat: torch.Tensor, m: int) -> None:
    size = m * m
    BLOCK_SIZE = 1024
    s125_kernel[(triton.cdiv(size, BLOCK_SIZE),)](aa, bb, cc, flat, size, BLOCK_SIZE=BLOCK_SIZE, num_warps=8)
