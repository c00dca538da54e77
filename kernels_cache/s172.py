"""Elementwise over the steps k: step k updates a[n1 - 1 + k * n3], and no two steps share an element."""

import torch
import triton
import triton.language as tl


@triton.jit
def s172_kernel(a_ptr, b_ptr, first, stride, steps, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = offsets < steps
    where = first + offsets * stride
    a = tl.load(a_ptr + where, mask=mask)
    b = tl.load(b_ptr + where, mask=mask)
    tl.store(a_ptr + where, a + b, mask=mask)


def s172(a: torch.Tensor, b: torch.Tensor, n1: int, n3: int, n: int) -> None:
    steps = max(0, triton.cdiv(n - n1 + 1, n3))
    if steps == 0:
        return
    BLOCK_SIZE = 1024
    s172_kernel[(triton.cdiv(steps, BLOCK_SIZE),)](a, b, n1 - 1, n3, steps, BLOCK_SIZE=BLOCK_SIZE, num_warps=8)
