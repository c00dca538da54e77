"""Elementwise; both sides of the branch are computed and the taken one is stored."""

import torch
import triton
import triton.language as tl


@triton.jit
def s278_kernel(a_ptr, b_ptr, c_ptr, d_ptr, e_ptr, n, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = offsets < n
    a = tl.load(a_ptr + offsets, mask=mask)
    b = tl.load(b_ptr + offsets, mask=mask)
    c = tl.load(c_ptr + offsets, mask=mask)
    d = tl.load(d_ptr + offsets, mask=mask)
    e = tl.load(e_ptr + offsets, mask=mask)
    positive = a > 0.0
    b = tl.where(positive, b, -b + d * e)
    c = tl.where(positive, -c + d * e, c)
    tl.store(b_ptr + offsets, b, mask=mask & ~positive)
    tl.store(c_ptr + offsets, c, mask=mask & positive)
    tl.store(a_ptr + offsets, b + c * d, mask=mask)


def s278(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, d: torch.Tensor, e: torch.Tensor, n: int) -> None:
    BLOCK_SIZE = 256
    s278_kernel[(triton.cdiv(n, BLOCK_SIZE),)](a, b, c, d, e, n, BLOCK_SIZE=BLOCK_SIZE, num_warps=8)
