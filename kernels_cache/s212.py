"""Elementwise, one launch: a lane owns b[i] and a[i + 1], which b[i] needs before it is multiplied, so that no
two lanes touch the same element; the first lane also does a[0].
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s212_kernel(a_ptr, b_ptr, c_ptr, d_ptr, n, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = offsets < n - 1
    scaled = offsets < n - 2  # a[n - 1] is only read
    first = mask & (offsets == 0)
    ahead = tl.load(a_ptr + offsets + 1, mask=mask)
    c_ahead = tl.load(c_ptr + offsets + 1, mask=scaled)
    b = tl.load(b_ptr + offsets, mask=mask)
    d = tl.load(d_ptr + offsets, mask=mask)
    a_first = tl.load(a_ptr + offsets, mask=first)
    c_first = tl.load(c_ptr + offsets, mask=first)
    tl.store(a_ptr + offsets + 1, ahead * c_ahead, mask=scaled)
    tl.store(b_ptr + offsets, b + ahead * d, mask=mask)
    tl.store(a_ptr + offsets, a_first * c_first, mask=first)


def s212(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, d: torch.Tensor, n: int) -> None:
    if n < 2:
        return
    BLOCK_SIZE, num_warps = (256, 8) if n <= 1 << 17 else (1024, 4)
    s212_kernel[(triton.cdiv(n - 1, BLOCK_SIZE),)](a, b, c, d, n, BLOCK_SIZE=BLOCK_SIZE, num_warps=num_warps)
