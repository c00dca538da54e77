"""Elementwise: x[i] takes the old b[i], which the same lane replaces afterwards."""

import torch
import triton
import triton.language as tl


@triton.jit
def s471_kernel(b_ptr, c_ptr, d_ptr, e_ptr, x_ptr, n, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = offsets < n
    b = tl.load(b_ptr + offsets, mask=mask)
    c = tl.load(c_ptr + offsets, mask=mask)
    d = tl.load(d_ptr + offsets, mask=mask)
    e = tl.load(e_ptr + offsets, mask=mask)
    tl.store(x_ptr + offsets, b + d * d, mask=mask)
    tl.store(b_ptr + offsets, c + d * e, mask=mask)


def s471(b: torch.Tensor, c: torch.Tensor, d: torch.Tensor, e: torch.Tensor, x: torch.Tensor, n: int) -> None:
    BLOCK_SIZE = 512
    s471_kernel[(triton.cdiv(n, BLOCK_SIZE),)](b, c, d, e, x, n, BLOCK_SIZE=BLOCK_SIZE, num_warps=8)
