"""Elementwise and conditional: one lane owns an element. Where C leaves a[i] alone its old value is stored again,
so that these stores are wide; b[i] is stored only where C does. A large array a is read only where its old
values count.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s1161_kernel(a_ptr, b_ptr, c_ptr, d_ptr, e_ptr, n, BLOCK_SIZE: tl.constexpr, EAGER: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = offsets < n
    c = tl.load(c_ptr + offsets, mask=mask)
    d = tl.load(d_ptr + offsets, mask=mask)
    e = tl.load(e_ptr + offsets, mask=mask)
    inside = offsets < n - 1
    negative = c < 0.0
    kept = negative | ~inside
    a = tl.load(a_ptr + offsets, mask=mask if EAGER else mask & kept)
    tl.store(b_ptr + offsets, a + d * d, mask=inside & negative)
    tl.store(a_ptr + offsets, tl.where(kept, a, c + d * e), mask=mask)


def s1161(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, d: torch.Tensor, e: torch.Tensor, n: int) -> None:
    EAGER = n <= 1 << 16  # loads that wait for nothing are faster there
    BLOCK_SIZE = 512
    s1161_kernel[(triton.cdiv(n, BLOCK_SIZE),)](a, b, c, d, e, n, BLOCK_SIZE=BLOCK_SIZE, num_warps=8, EAGER=EAGER)
