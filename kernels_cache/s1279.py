"""Elementwise and conditional: one lane reads and writes an element, and only where C writes it. The rest is read only
where the first test holds.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s1279_kernel(a_ptr, b_ptr, c_ptr, d_ptr, e_ptr, n, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = offsets < n
    a = tl.load(a_ptr + offsets, mask=mask)
    negative = mask & (a < 0.0)
    b = tl.load(b_ptr + offsets, mask=negative)
    c = tl.load(c_ptr + offsets, mask=negative)
    d = tl.load(d_ptr + offsets, mask=negative)
    e = tl.load(e_ptr + offsets, mask=negative)
    tl.store(c_ptr + offsets, c + d * e, mask=negative & (b > a))


def s1279(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, d: torch.Tensor, e: torch.Tensor, n: int) -> None:
    BLOCK_SIZE, num_warps = 1024, 8 if n <= 1 << 16 else 4
    s1279_kernel[(triton.cdiv(n, BLOCK_SIZE),)](a, b, c, d, e, n, BLOCK_SIZE=BLOCK_SIZE, num_warps=num_warps)
