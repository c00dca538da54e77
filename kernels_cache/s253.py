"""Elementwise: the branch tests input values and becomes the mask of the stores."""

import torch
import triton
import triton.language as tl


@triton.jit
def s253_kernel(a_ptr, b_ptr, c_ptr, d_ptr, n, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = offsets < n
    a = tl.load(a_ptr + offsets, mask=mask)
    b = tl.load(b_ptr + offsets, mask=mask)
    c = tl.load(c_ptr + offsets, mask=mask)
    d = tl.load(d_ptr + offsets, mask=mask)
    taken = mask & (a > b)
    s = a - b * d
    tl.store(c_ptr + offsets, c + s, mask=taken)
    tl.store(a_ptr + offsets, s, mask=taken)


def s253(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, d: torch.Tensor, n: int) -> None:
    BLOCK_SIZE = 512
    s253_kernel[(triton.cdiv(n, BLOCK_SIZE),)](a, b, c, d, n, BLOCK_SIZE=BLOCK_SIZE, num_warps=8)
