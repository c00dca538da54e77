"""A gather: one lane per element of a; b is only read, so the order of programs does not matter."""

import torch
import triton
import triton.language as tl


@triton.jit
def vag_kernel(a_ptr, b_ptr, ip_ptr, n, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = offsets < n
    index = tl.load(ip_ptr + offsets, mask=mask, other=0)
    b = tl.load(b_ptr + index, mask=mask)
    tl.store(a_ptr + offsets, b, mask=mask)


def vag(a: torch.Tensor, b: torch.Tensor, ip: torch.Tensor, n: int) -> None:
    BLOCK_SIZE = 1024
    vag_kernel[(triton.cdiv(n, BLOCK_SIZE),)](a, b, ip, n, BLOCK_SIZE=BLOCK_SIZE, num_warps=8)
