"""Elementwise from n1 - 1 on, with a gather of c from its end: only a is written, each element by one
program.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s4114_kernel(a_ptr, b_ptr, c_ptr, d_ptr, ip_ptr, n1, n, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    offsets += n1 - 1
    mask = offsets < n
    index = tl.load(ip_ptr + offsets, mask=mask, other=0)
    b = tl.load(b_ptr + offsets, mask=mask)
    c = tl.load(c_ptr + (n - 1 - index), mask=mask)
    d = tl.load(d_ptr + offsets, mask=mask)
    tl.store(a_ptr + offsets, b + c * d, mask=mask)


def s4114(
    a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, d: torch.Tensor, ip: torch.Tensor, n1: int, n: int
) -> None:
    if n1 > n:
        return
    BLOCK_SIZE = 1024
    s4114_kernel[(triton.cdiv(n - n1 + 1, BLOCK_SIZE),)](a, b, c, d, ip, n1, n, BLOCK_SIZE=BLOCK_SIZE, num_warps=8)
