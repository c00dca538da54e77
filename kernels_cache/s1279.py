"""Elementwise and conditional: one lane reads and writes an element, and only where C writes it.

One element per lane: stores under a condition are never wider than that, and stay coalesced.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s1279_kernel(a_ptr, b_ptr, c_ptr, d_ptr, e_ptr, n, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = offsets < n
    a = tl.load(a_ptr + offsets, mask=mask)
    b = tl.load(b_ptr + offsets, mask=mask)
    c = tl.load(c_ptr + offsets, mask=mask)
    d = tl.load(d_ptr + offsets, mask=mask)
    e = tl.load(e_ptr + offsets, mask=mask)
    tl.store(c_ptr + offsets, c + d * e, mask=mask & (a < 0.0) & (b > a))


def s1279(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, d: torch.Tensor, e: torch.Tensor, n: int) -> None:
    BLOCK_SIZE = 256
    s1279_kernel[(triton.cdiv(n, BLOCK_SIZE),)](a, b, c, d, e, n, BLOCK_SIZE=BLOCK_SIZE, num_warps=8)
