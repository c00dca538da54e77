"""Elementwise; a tile loads c only where it lies before the split, and d only where it lies behind it."""

import torch
import triton
import triton.language as tl


@triton.jit
def s276_kernel(a_ptr, b_ptr, c_ptr, d_ptr, n, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = offsets < n
    split = n // 2 - 1
    start = tl.program_id(0).to(tl.int64) * BLOCK_SIZE
    a = tl.load(a_ptr + offsets, mask=mask)
    b = tl.load(b_ptr + offsets, mask=mask)
    c = tl.load(c_ptr + offsets, mask=mask & (start < split), other=0.0)
    d = tl.load(d_ptr + offsets, mask=mask & (start + BLOCK_SIZE > split), other=0.0)
    tl.store(a_ptr + offsets, a + b * tl.where(offsets < split, c, d), mask=mask)


def s276(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, d: torch.Tensor, n: int) -> None:
    BLOCK_SIZE = 1024
    s276_kernel[(triton.cdiv(n, BLOCK_SIZE),)](a, b, c, d, n, BLOCK_SIZE=BLOCK_SIZE, num_warps=8)
