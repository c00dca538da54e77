"""Elementwise; both sides of the branch are computed from the old values and the taken one is stored."""

import torch
import triton
import triton.language as tl


@triton.jit
def s2710_kernel(a_ptr, b_ptr, c_ptr, d_ptr, e_ptr, x0, n, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = offsets < n
    a = tl.load(a_ptr + offsets, mask=mask)
    b = tl.load(b_ptr + offsets, mask=mask)
    c = tl.load(c_ptr + offsets, mask=mask)
    d = tl.load(d_ptr + offsets, mask=mask)
    e = tl.load(e_ptr + offsets, mask=mask)
    above = a > b
    if n > 10:
        c_above = c + d * d
    else:
        c_above = d * e + 1.0
    if x0 > 0.0:
        c_below = a + d * d
    else:
        c_below = c + e * e
    tl.store(a_ptr + offsets, a + b * d, mask=mask & above)
    tl.store(b_ptr + offsets, a + e * e, mask=mask & ~above)
    tl.store(c_ptr + offsets, tl.where(above, c_above, c_below), mask=mask)


def s2710(
    a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, d: torch.Tensor, e: torch.Tensor, x0: float, n: int
) -> None:
    BLOCK_SIZE = 256
    s2710_kernel[(triton.cdiv(n, BLOCK_SIZE),)](a, b, c, d, e, x0, n, BLOCK_SIZE=BLOCK_SIZE, num_warps=8)
