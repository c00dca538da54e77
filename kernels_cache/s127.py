"""Elementwise: step i fills a[2 * i] and a[2 * i + 1], stored together as one contiguous block."""

import torch
import triton
import triton.language as tl


@triton.jit
def s127_kernel(a_ptr, b_ptr, c_ptr, d_ptr, e_ptr, half, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = offsets < half
    b = tl.load(b_ptr + offsets, mask=mask)
    c = tl.load(c_ptr + offsets, mask=mask)
    d = tl.load(d_ptr + offsets, mask=mask)
    e = tl.load(e_ptr + offsets, mask=mask)
    pairs = tl.interleave(b + c * d, b + d * e)
    slots = tl.program_id(0).to(tl.int64) * (2 * BLOCK_SIZE) + tl.arange(0, 2 * BLOCK_SIZE)
    tl.store(a_ptr + slots, pairs, mask=slots // 2 < half)


def s127(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, d: torch.Tensor, e: torch.Tensor, n: int) -> None:
    half = n // 2
    if half == 0:
        return
    BLOCK_SIZE = 256
    s127_kernel[(triton.cdiv(half, BLOCK_SIZE),)](a, b, c, d, e, half, BLOCK_SIZE=BLOCK_SIZE)
