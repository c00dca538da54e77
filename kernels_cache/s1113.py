"""Elements up to the middle use the old middle value, later ones the new one (old + b[middle]). The first
launch writes everything but the middle, which it only reads; the second writes the middle."""

import torch
import triton
import triton.language as tl


@triton.jit
def s1113_kernel(a_ptr, b_ptr, half, n, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = (offsets < n) & (offsets != half)
    middle = tl.load(a_ptr + half)
    changed = middle + tl.load(b_ptr + half)
    b = tl.load(b_ptr + offsets, mask=mask)
    tl.store(a_ptr + offsets, tl.where(offsets < half, middle, changed) + b, mask=mask)


@triton.jit
def s1113_middle_kernel(a_ptr, b_ptr, half):
    tl.store(a_ptr + half, tl.load(a_ptr + half) + tl.load(b_ptr + half))


def s1113(a: torch.Tensor, b: torch.Tensor, n: int) -> None:
    BLOCK_SIZE = 1024
    half = n // 2
    s1113_kernel[(triton.cdiv(n, BLOCK_SIZE),)](a, b, half, n, BLOCK_SIZE=BLOCK_SIZE)
    s1113_middle_kernel[(1,)](a, b, half, num_warps=1)
