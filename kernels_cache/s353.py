"""Elementwise with a gather of b: only a is written, each element by one program."""

import torch
import triton
import triton.language as tl


@triton.jit
def s353_kernel(a_ptr, b_ptr, c_ptr, ip_ptr, n, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = offsets < n
    alpha = tl.load(c_ptr)
    index = tl.load(ip_ptr + offsets, mask=mask, other=0)
    a = tl.load(a_ptr + offsets, mask=mask)
    b = tl.load(b_ptr + index, mask=mask)
    tl.store(a_ptr + offsets, a + alpha * b, mask=mask)


def s353(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, ip: torch.Tensor, n: int) -> None:
    BLOCK_SIZE = 1024
    s353_kernel[(triton.cdiv(n, BLOCK_SIZE),)](a, b, c, ip, n, BLOCK_SIZE=BLOCK_SIZE)
