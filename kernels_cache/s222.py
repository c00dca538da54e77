"""a is elementwise, with fusion off so that it is rounded after the addition and again after the subtraction.
e[i] is e[0] squared i times in sequence: every float32 reaches 0, 1, inf or NaN, where squaring stops to
matter, in at most 31 squarings, so each program repeats those itself; e[0] is never written.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s222_kernel(a_ptr, b_ptr, c_ptr, e_ptr, n, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = (offsets >= 1) & (offsets < n)
    limit = tl.load(e_ptr)
    a = tl.load(a_ptr + offsets, mask=mask)
    b = tl.load(b_ptr + offsets, mask=mask)
    c = tl.load(c_ptr + offsets, mask=mask)
    product = b * c
    tl.store(a_ptr + offsets, (a + product) - product, mask=mask)

    if tl.program_id(0) == 0:
        chain = tl.zeros((BLOCK_SIZE,), dtype=tl.float32)
        for i in tl.static_range(1, 32):
            limit = limit * limit
            chain = tl.where(offsets == i, limit, chain)
        tl.store(e_ptr + offsets, tl.where(offsets < 32, chain, limit), mask=mask)
    else:
        for _ in tl.static_range(1, 32):
            limit = limit * limit
        tl.store(e_ptr + offsets, tl.broadcast_to(limit, (BLOCK_SIZE,)), mask=mask)


def s222(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, e: torch.Tensor, n: int) -> None:
    BLOCK_SIZE = 512
    grid = (triton.cdiv(n, BLOCK_SIZE),)
    s222_kernel[grid](a, b, c, e, n, BLOCK_SIZE=BLOCK_SIZE, num_warps=8, enable_fp_fusion=False)
