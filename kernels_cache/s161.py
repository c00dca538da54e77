"""One lane owns a[j] and c[j]: a[j] comes from iteration j, c[j] from j - 1 if that took the negative side.

The only foreign element read is a[j-1] where b[j-1] < 0, and exactly those elements of a are never written:
programs and lanes may run in any order.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s161_kernel(a_ptr, b_ptr, c_ptr, d_ptr, e_ptr, n, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = offsets < n
    has_previous = mask & (offsets > 0)
    b_previous = tl.load(b_ptr + offsets - 1, mask=has_previous, other=0.0)
    d_previous = tl.load(d_ptr + offsets - 1, mask=has_previous, other=0.0)
    b = tl.load(b_ptr + offsets, mask=mask)
    c = tl.load(c_ptr + offsets, mask=mask)
    d = tl.load(d_ptr + offsets, mask=mask)
    e = tl.load(e_ptr + offsets, mask=mask)
    replaced = has_previous & (b_previous < 0.0)
    a_previous = tl.load(a_ptr + offsets - 1, mask=replaced, other=0.0)
    c = tl.where(replaced, a_previous + d_previous * d_previous, c)
    tl.store(c_ptr + offsets, c, mask=replaced)
    tl.store(a_ptr + offsets, c + d * e, mask=(offsets < n - 1) & ~(b < 0.0))


def s161(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, d: torch.Tensor, e: torch.Tensor, n: int) -> None:
    BLOCK_SIZE = 512
    s161_kernel[(triton.cdiv(n, BLOCK_SIZE),)](a, b, c, d, e, n, BLOCK_SIZE=BLOCK_SIZE, num_warps=8)
