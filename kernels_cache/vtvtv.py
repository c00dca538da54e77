"""Elementwise: one lane reads and writes an element, so the order of programs does not matter."""

import torch
import triton
import triton.language as tl


@triton.jit
def vtvtv_kernel(a_ptr, b_ptr, c_ptr, n, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = offsets < n
    a = tl.load(a_ptr + offsets, mask=mask)
    b = tl.load(b_ptr + offsets, mask=mask)
    c = tl.load(c_ptr + offsets, mask=mask)
    tl.store(a_ptr + offsets, a * b * c, mask=mask)


def vtvtv(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, n: int) -> None:
    BLOCK_SIZE = 1024
    vtvtv_kernel[(triton.cdiv(n, BLOCK_SIZE),)](a, b, c, n, BLOCK_SIZE=BLOCK_SIZE, num_warps=8)
