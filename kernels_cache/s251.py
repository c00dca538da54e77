"""Elementwise: the expanded scalar lives in a register."""

import torch
import triton
import triton.language as tl


@triton.jit
def s251_kernel(a_ptr, b_ptr, c_ptr, d_ptr, n, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = offsets < n
    b = tl.load(b_ptr + offsets, mask=mask)
    c = tl.load(c_ptr + offsets, mask=mask)
    d = tl.load(d_ptr + offsets, mask=mask)
    s = b + c * d
    tl.store(a_ptr + offsets, s * s, mask=mask)


def s251(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, d: torch.Tensor, n: int) -> None:
    BLOCK_SIZE = 1024
    s251_kernel[(triton.cdiv(n, BLOCK_SIZE),)](a, b, c, d, n, BLOCK_SIZE=BLOCK_SIZE, num_warps=8)
