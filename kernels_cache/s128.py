"""Elementwise: step i reads and writes only its own b[2 * i] and a[i]."""

import torch
import triton
import triton.language as tl


@triton.jit
def s128_kernel(a_ptr, b_ptr, c_ptr, d_ptr, half, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = offsets < half
    b = tl.load(b_ptr + 2 * offsets, mask=mask)
    c = tl.load(c_ptr + 2 * offsets, mask=mask)
    d = tl.load(d_ptr + offsets, mask=mask)
    a = b - d
    tl.store(a_ptr + offsets, a, mask=mask)
    tl.store(b_ptr + 2 * offsets, a + c, mask=mask)


def s128(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, d: torch.Tensor, n: int) -> None:
    half = n // 2
    if half == 0:
        return
    BLOCK_SIZE, num_warps = 256, 8 if half <= 1 << 16 else 4
    s128_kernel[(triton.cdiv(half, BLOCK_SIZE),)](a, b, c, d, half, BLOCK_SIZE=BLOCK_SIZE, num_warps=num_warps)
