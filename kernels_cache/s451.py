"""Elementwise: one lane reads and writes an element, so the order of programs does not matter."""

import torch
import triton
import triton.language as tl


@triton.jit
def s451_kernel(a_ptr, b_ptr, c_ptr, n, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = offsets < n
    b = tl.load(b_ptr + offsets, mask=mask)
    c = tl.load(c_ptr + offsets, mask=mask)
    tl.store(a_ptr + offsets, tl.sin(b) + tl.cos(c), mask=mask)


def s451(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, n: int) -> None:
    # Sines and cosines take long: while there are few programs, more of them share the work.
    BLOCK_SIZE = 128 if n < 1 << 18 else 512
    s451_kernel[(triton.cdiv(n, BLOCK_SIZE),)](a, b, c, n, BLOCK_SIZE=BLOCK_SIZE)
