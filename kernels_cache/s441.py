"""Elementwise: d < 0 adds b*c, d == 0 adds b*b, anything else (a NaN too) adds c*c. Large arrays are read only where
they are needed.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s441_kernel(a_ptr, b_ptr, c_ptr, d_ptr, n, BLOCK_SIZE: tl.constexpr, EAGER: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = offsets < n
    a = tl.load(a_ptr + offsets, mask=mask)
    d = tl.load(d_ptr + offsets, mask=mask)
    b = tl.load(b_ptr + offsets, mask=mask if EAGER else mask & (d <= 0.0))
    c = tl.load(c_ptr + offsets, mask=mask if EAGER else mask & ~(d == 0.0))
    left = tl.where(d <= 0.0, b, c)
    right = tl.where(d == 0.0, b, c)
    tl.store(a_ptr + offsets, a + left * right, mask=mask)


def s441(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, d: torch.Tensor, n: int) -> None:
    EAGER = n <= 1 << 16  # loads that wait for nothing are faster there
    BLOCK_SIZE = 1024
    s441_kernel[(triton.cdiv(n, BLOCK_SIZE),)](a, b, c, d, n, BLOCK_SIZE=BLOCK_SIZE, num_warps=8, EAGER=EAGER)
