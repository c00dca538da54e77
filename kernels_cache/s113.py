"""Elementwise: a[0] is read by every program and written by none."""

import torch
import triton
import triton.language as tl


@triton.jit
def s113_kernel(a_ptr, b_ptr, n, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = offsets < n
    first = tl.load(a_ptr)
    b = tl.load(b_ptr + offsets, mask=mask)
    if tl.program_id(0) == 0:  # the others keep wide stores
        tl.store(a_ptr + offsets, first + b, mask=mask & (offsets >= 1))
    else:
        tl.store(a_ptr + offsets, first + b, mask=mask)


def s113(a: torch.Tensor, b: torch.Tensor, n: int) -> None:
    BLOCK_SIZE = 1024
    s113_kernel[(triton.cdiv(n, BLOCK_SIZE),)](a, b, n, BLOCK_SIZE=BLOCK_SIZE, num_warps=8)
