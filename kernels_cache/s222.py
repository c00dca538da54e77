"""a is elementwise, with fusion off so that it is rounded after the addition and again after the subtraction.
e[i] is e[0] squared i times in sequence: every float32 reaches 0, 1, inf or NaN, where squaring stops to
matter, in at most 31 squarings, so each program repeats the first 63 itself; e[0] is never written.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s222_kernel(a_ptr, b_ptr, c_ptr, e_ptr, n, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = (offsets >= 1) & (offsets < n)
    a = tl.load(a_ptr + offsets, mask=mask)
    b = tl.load(b_ptr + offsets, mask=mask)
    c = tl.load(c_ptr + offsets, mask=mask)
    product = b * c
    tl.store(a_ptr + offsets, (a + product) - product, mask=mask)

    lanes = tl.arange(0, 64)
    limit = tl.load(e_ptr)
    chain = tl.zeros((64,), dtype=tl.float32)
    for i in range(1, 64):
        limit = limit * limit
        chain = tl.where(lanes == i, limit, chain)
    first = tl.program_id(0) == 0
    tl.store(e_ptr + lanes, chain, mask=(lanes >= 1) & (lanes < n) & first)
    tl.store(e_ptr + offsets, tl.broadcast_to(limit, (BLOCK_SIZE,)), mask=(offsets >= 64) & (offsets < n))


def s222(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, e: torch.Tensor, n: int) -> None:
    BLOCK_SIZE = 1024
    s222_kernel[(triton.cdiv(n, BLOCK_SIZE),)](a, b, c, e, n, BLOCK_SIZE=BLOCK_SIZE, enable_fp_fusion=False)
