"""Broadcast of a[0], which every program reads and none writes."""

import torch
import triton
import triton.language as tl


@triton.jit
def s293_kernel(a_ptr, n, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = offsets < n
    first = tl.broadcast_to(tl.load(a_ptr), (BLOCK_SIZE,))
    if tl.program_id(0) == 0:  # the others keep wide stores
        tl.store(a_ptr + offsets, first, mask=mask & (offsets >= 1))
    else:
        tl.store(a_ptr + offsets, first, mask=mask)


def s293(a: torch.Tensor, n: int) -> None:
    BLOCK_SIZE = 1024
    s293_kernel[(triton.cdiv(n, BLOCK_SIZE),)](a, n, BLOCK_SIZE=BLOCK_SIZE, num_warps=8)
