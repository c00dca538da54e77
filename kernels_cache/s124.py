"""Elementwise: both branches store once, so the counter j equals i. A large array c is read only
where it is taken.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s124_kernel(a_ptr, b_ptr, c_ptr, d_ptr, e_ptr, n, BLOCK_SIZE: tl.constexpr, EAGER: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = offsets < n
    b = tl.load(b_ptr + offsets, mask=mask)
    positive = b > 0.0
    c = tl.load(c_ptr + offsets, mask=mask if EAGER else mask & ~positive)
    d = tl.load(d_ptr + offsets, mask=mask)
    e = tl.load(e_ptr + offsets, mask=mask)
    tl.store(a_ptr + offsets, tl.where(positive, b, c) + d * e, mask=mask)


def s124(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, d: torch.Tensor, e: torch.Tensor, n: int) -> None:
    EAGER = n <= 1 << 16  # loads that wait for nothing are faster there
    BLOCK_SIZE = 1024
    s124_kernel[(triton.cdiv(n, BLOCK_SIZE),)](a, b, c, d, e, n, BLOCK_SIZE=BLOCK_SIZE, num_warps=8, EAGER=EAGER)
