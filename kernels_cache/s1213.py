"""Elementwise, one launch: a lane owns b[i] and a[i + 1]. The new b[i] is the old a[i + 1] * d[i], and the new
a[i + 1] needs only that, so no two lanes touch the same element; b[0] never changes and serves a[1].
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s1213_kernel(a_ptr, b_ptr, c_ptr, d_ptr, n, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = (offsets >= 1) & (offsets < n - 1)
    added = offsets < n - 2
    ahead = tl.load(a_ptr + offsets + 1, mask=mask)
    d = tl.load(d_ptr + offsets, mask=mask)
    c_ahead = tl.load(c_ptr + offsets + 1, mask=added)
    b_first = tl.load(b_ptr + offsets, mask=added & (offsets == 0))
    b = tl.where(offsets == 0, b_first, ahead * d)
    tl.store(b_ptr + offsets, b, mask=mask)
    tl.store(a_ptr + offsets + 1, b + c_ahead, mask=added)


def s1213(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, d: torch.Tensor, n: int) -> None:
    if n < 3:
        return
    BLOCK_SIZE, num_warps = (256, 8) if n <= 1 << 17 else (1024, 4)
    s1213_kernel[(triton.cdiv(n - 1, BLOCK_SIZE),)](a, b, c, d, n, BLOCK_SIZE=BLOCK_SIZE, num_warps=num_warps)
