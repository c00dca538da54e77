"""Elementwise: after step i the float32 counter s is 2 * (i + 1), exact up to 2^25, where adding 2 no longer
changes it."""

import torch
import triton
import triton.language as tl


@triton.jit
def s453_kernel(a_ptr, b_ptr, n, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = offsets < n
    s = tl.minimum(2 * (offsets + 1), 33554432).to(tl.float32)
    b = tl.load(b_ptr + offsets, mask=mask)
    tl.store(a_ptr + offsets, s * b, mask=mask)


def s453(a: torch.Tensor, b: torch.Tensor, n: int) -> None:
    BLOCK_SIZE = 1024
    s453_kernel[(triton.cdiv(n, BLOCK_SIZE),)](a, b, n, BLOCK_SIZE=BLOCK_SIZE, num_warps=8)
