"""Elementwise, one launch: the lane of iteration i reads only its own b[i]; it stores a[i + 1] and passes
that value on to d[i + 1], so no new element is read back and a[0] serves d[0] unchanged.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s3251_kernel(a_ptr, b_ptr, c_ptr, d_ptr, e_ptr, n, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = offsets < n - 1
    b = tl.load(b_ptr + offsets, mask=mask)
    c = tl.load(c_ptr + offsets, mask=mask)
    e = tl.load(e_ptr + offsets, mask=mask)
    next_mask = offsets < n - 2
    e_next = tl.load(e_ptr + offsets + 1, mask=next_mask)
    first = mask & (offsets == 0)
    a_first = tl.load(a_ptr + offsets, mask=first)
    tl.debug_barrier()
    t = b + c
    tl.store(a_ptr + offsets + 1, t, mask=mask)
    tl.store(b_ptr + offsets, c * e, mask=mask)
    tl.store(d_ptr + offsets + 1, t * e_next, mask=next_mask)
    tl.store(d_ptr + offsets, a_first * e, mask=first)


def s3251(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, d: torch.Tensor, e: torch.Tensor, n: int) -> None:
    BLOCK_SIZE, num_warps = (256, 8) if n <= 1 << 17 else (1024, 4)
    s3251_kernel[(triton.cdiv(n, BLOCK_SIZE),)](a, b, c, d, e, n, BLOCK_SIZE=BLOCK_SIZE, num_warps=num_warps)
