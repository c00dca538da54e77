"""Elementwise; the inner test compares the new b[i] with the old a[i].

Product and sum are rounded separately, as in C, because a branch depends on them.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s279_kernel(a_ptr, b_ptr, c_ptr, d_ptr, e_ptr, n, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = offsets < n
    a = tl.load(a_ptr + offsets, mask=mask)
    b = tl.load(b_ptr + offsets, mask=mask)
    c = tl.load(c_ptr + offsets, mask=mask)
    d = tl.load(d_ptr + offsets, mask=mask)
    e = tl.load(e_ptr + offsets, mask=mask)
    positive = a > 0.0
    b = tl.where(positive, b, -b + d * d)
    added = ~positive & ~(b <= a)
    c = tl.where(positive, -c + e * e, tl.where(added, c + d * e, c))
    tl.store(b_ptr + offsets, b, mask=mask & ~positive)
    tl.store(c_ptr + offsets, c, mask=mask & (positive | added))
    tl.store(a_ptr + offsets, b + c * d, mask=mask)


def s279(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, d: torch.Tensor, e: torch.Tensor, n: int) -> None:
    BLOCK_SIZE = 256
    s279_kernel[(triton.cdiv(n, BLOCK_SIZE),)](
        a, b, c, d, e, n, BLOCK_SIZE=BLOCK_SIZE, num_warps=8, enable_fp_fusion=False
    )
