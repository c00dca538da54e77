"""Elementwise over the first m elements and row 0 of aa; sums and products are rounded one by one
in C's order, because their terms may cancel. At m = 256 this is less work than a launch, and one core is faster.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def vbor_kernel(a_ptr, b_ptr, c_ptr, d_ptr, e_ptr, x_ptr, aa_ptr, m, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = offsets < m
    a = tl.load(a_ptr + offsets, mask=mask)
    b = tl.load(b_ptr + offsets, mask=mask)
    c = tl.load(c_ptr + offsets, mask=mask)
    d = tl.load(d_ptr + offsets, mask=mask)
    e = tl.load(e_ptr + offsets, mask=mask)
    u = tl.load(aa_ptr + offsets, mask=mask)
    p = a * b * c + a * b * d + a * b * e + a * b * u + a * c * d
    p = p + a * c * e + a * c * u + a * d * e + a * d * u + a * e * u
    q = b * c * d + b * c * e + b * c * u + b * d * e + b * d * u + b * e * u
    r = c * d * e + c * d * u + c * e * u
    s = d * e * u
    tl.store(x_ptr + offsets, p * q * r * s, mask=mask)


def vbor(
    a: torch.Tensor,
    b: torch.Tensor,
    c: torch.Tensor,
    d: torch.Tensor,
    e: torch.Tensor,
    x: torch.Tensor,
    aa: torch.Tensor,
    m: int,
) -> None:
    BLOCK_SIZE = 64
    vbor_kernel[(triton.cdiv(m, BLOCK_SIZE),)](
        a, b, c, d, e, x, aa, m, BLOCK_SIZE=BLOCK_SIZE, num_warps=2, enable_fp_fusion=False
    )
