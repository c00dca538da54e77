"""Elementwise: the first half of a is only read and the second half only written."""

import torch
import triton
import triton.language as tl


@triton.jit
def s173_kernel(a_ptr, b_ptr, half, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = offsets < half
    a = tl.load(a_ptr + offsets, mask=mask)
    b = tl.load(b_ptr + offsets, mask=mask)
    tl.store(a_ptr + offsets + half, a + b, mask=mask)


def s173(a: torch.Tensor, b: torch.Tensor, n: int) -> None:
    half = n // 2
    if half == 0:
        return
    BLOCK_SIZE = 1024
    s173_kernel[(triton.cdiv(half, BLOCK_SIZE),)](a, b, half, BLOCK_SIZE=BLOCK_SIZE, num_warps=8)
