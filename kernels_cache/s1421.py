"""Elementwise: the lower half of b is written from the upper half, which nobody writes."""

import torch
import triton
import triton.language as tl


@triton.jit
def s1421_kernel(a_ptr, b_ptr, half, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = offsets < half
    a = tl.load(a_ptr + offsets, mask=mask)
    upper = tl.load(b_ptr + half + offsets, mask=mask)
    tl.store(b_ptr + offsets, upper + a, mask=mask)


def s1421(a: torch.Tensor, b: torch.Tensor, n: int) -> None:
    half = n // 2
    if half == 0:
        return
    BLOCK_SIZE = 1024
    s1421_kernel[(triton.cdiv(half, BLOCK_SIZE),)](a, b, half, BLOCK_SIZE=BLOCK_SIZE, num_warps=8)
