"""Elementwise, with the test on the new a[i]. A large array b is read only where the test holds.

Product and sum are rounded separately, as in C, because a branch depends on them.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s273_kernel(a_ptr, b_ptr, c_ptr, d_ptr, e_ptr, n, BLOCK_SIZE: tl.constexpr, EAGER: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = offsets < n
    a = tl.load(a_ptr + offsets, mask=mask)
    c = tl.load(c_ptr + offsets, mask=mask)
    d = tl.load(d_ptr + offsets, mask=mask)
    e = tl.load(e_ptr + offsets, mask=mask)
    a += d * e
    negative = mask & (a < 0.0)
    b = tl.load(b_ptr + offsets, mask=mask if EAGER else negative)
    tl.store(a_ptr + offsets, a, mask=mask)
    tl.store(b_ptr + offsets, b + d * e, mask=negative)
    tl.store(c_ptr + offsets, c + a * d, mask=mask)


def s273(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, d: torch.Tensor, e: torch.Tensor, n: int) -> None:
    EAGER = n <= 1 << 16  # loads that wait for nothing are faster there
    BLOCK_SIZE = 512
    s273_kernel[(triton.cdiv(n, BLOCK_SIZE),)](
        a, b, c, d, e, n, BLOCK_SIZE=BLOCK_SIZE, num_warps=8, EAGER=EAGER, enable_fp_fusion=False
    )
