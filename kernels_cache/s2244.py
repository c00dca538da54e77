"""Elementwise: a[i] is b[i] + c[i], and only the last element keeps what iteration n - 2 stored ahead, b[n -
2] + e[n - 2]; nothing that is written is read.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s2244_kernel(a_ptr, b_ptr, c_ptr, e_ptr, n, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = offsets < n
    index = tl.minimum(offsets, n - 2)
    last = offsets == n - 1
    b = tl.load(b_ptr + index, mask=mask)
    c = tl.load(c_ptr + index, mask=mask & (offsets < n - 1))
    e = tl.load(e_ptr + index, mask=mask & last)
    tl.store(a_ptr + offsets, b + tl.where(last, e, c), mask=mask)


def s2244(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, e: torch.Tensor, n: int) -> None:
    BLOCK_SIZE = 256 if n <= 1 << 16 else 1024
    if n < 2:
        return
    s2244_kernel[(triton.cdiv(n, BLOCK_SIZE),)](a, b, c, e, n, BLOCK_SIZE=BLOCK_SIZE)
