"""Elementwise and conditional: one lane owns an element. Where C leaves it alone its old value is read and stored
again, so that stores are wide.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def vif_kernel(a_ptr, b_ptr, n, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = offsets < n
    b = tl.load(b_ptr + offsets, mask=mask)
    taken = b > 0.0
    a = tl.load(a_ptr + offsets, mask=mask & ~taken)
    tl.store(a_ptr + offsets, tl.where(taken, b, a), mask=mask)


def vif(a: torch.Tensor, b: torch.Tensor, n: int) -> None:
    BLOCK_SIZE = 1024
    vif_kernel[(triton.cdiv(n, BLOCK_SIZE),)](a, b, n, BLOCK_SIZE=BLOCK_SIZE, num_warps=8)
