"""Elementwise, one launch: the lane of element i computes the new c[i] and adds it to a[i + 1], which no
other lane touches; c[0] enters unchanged.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s261_kernel(a_ptr, b_ptr, c_ptr, d_ptr, n, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = offsets < n
    c = tl.load(c_ptr + offsets, mask=mask)
    d = tl.load(d_ptr + offsets, mask=mask)
    update = offsets < n - 1
    a = tl.load(a_ptr + offsets + 1, mask=update)
    b = tl.load(b_ptr + offsets + 1, mask=update)
    c_new = tl.where(offsets == 0, c, c * d)
    tl.store(a_ptr + offsets + 1, a + b + c_new, mask=update)
    tl.store(c_ptr + offsets, c_new, mask=mask & (offsets >= 1))


def s261(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, d: torch.Tensor, n: int) -> None:
    BLOCK_SIZE, num_warps = (256, 8) if n <= 1 << 17 else (1024, 4)
    s261_kernel[(triton.cdiv(n, BLOCK_SIZE),)](a, b, c, d, n, BLOCK_SIZE=BLOCK_SIZE, num_warps=num_warps)
