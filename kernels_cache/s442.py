"""Elementwise: the index chooses which square is added; any value outside 2..4 chooses b."""

import torch
import triton
import triton.language as tl


@triton.jit
def s442_kernel(a_ptr, b_ptr, c_ptr, d_ptr, e_ptr, indx_ptr, n, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = offsets < n
    index = tl.load(indx_ptr + offsets, mask=mask, other=0)
    a = tl.load(a_ptr + offsets, mask=mask)
    b = tl.load(b_ptr + offsets, mask=mask)
    c = tl.load(c_ptr + offsets, mask=mask)
    d = tl.load(d_ptr + offsets, mask=mask)
    e = tl.load(e_ptr + offsets, mask=mask)
    x = tl.where(index == 2, c, tl.where(index == 3, d, tl.where(index == 4, e, b)))
    tl.store(a_ptr + offsets, a + x * x, mask=mask)


def s442(
    a: torch.Tensor,
    b: torch.Tensor,
    c: torch.Tensor,
    d: torch.Tensor,
    e: torch.Tensor,
    indx: torch.Tensor,
    n: int,
) -> None:
    BLOCK_SIZE = 512
    s442_kernel[(triton.cdiv(n, BLOCK_SIZE),)](a, b, c, d, e, indx, n, BLOCK_SIZE=BLOCK_SIZE, num_warps=8)
