"""Elementwise into the even elements of a; the other arrays are only read."""

import torch
import triton
import triton.language as tl


@triton.jit
def s1111_kernel(a_ptr, b_ptr, c_ptr, d_ptr, half, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = offsets < half
    b = tl.load(b_ptr + offsets, mask=mask)
    c = tl.load(c_ptr + offsets, mask=mask)
    d = tl.load(d_ptr + offsets, mask=mask)
    tl.store(a_ptr + 2 * offsets, c * b + d * b + c * c + d * b + d * c, mask=mask)


def s1111(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, d: torch.Tensor, n: int) -> None:
    half = n // 2
    if half == 0:
        return
    BLOCK_SIZE, num_warps = (256, 8) if half <= 1 << 15 else (512, 4)
    s1111_kernel[(triton.cdiv(half, BLOCK_SIZE),)](a, b, c, d, half, BLOCK_SIZE=BLOCK_SIZE, num_warps=num_warps)
