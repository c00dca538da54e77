"""Elementwise: the wrap-around index is i - 1, with n - 1 before the first element."""

import torch
import triton
import triton.language as tl


@triton.jit
def s291_kernel(a_ptr, b_ptr, n, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = offsets < n
    before = tl.where(offsets == 0, n, offsets) - 1
    b = tl.load(b_ptr + offsets, mask=mask)
    b_before = tl.load(b_ptr + before, mask=mask)
    tl.store(a_ptr + offsets, (b + b_before) * 0.5, mask=mask)


def s291(a: torch.Tensor, b: torch.Tensor, n: int) -> None:
    BLOCK_SIZE = 1024
    s291_kernel[(triton.cdiv(n, BLOCK_SIZE),)](a, b, n, BLOCK_SIZE=BLOCK_SIZE, num_warps=8)
