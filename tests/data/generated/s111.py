"""Every odd element takes its even left neighbour: even elements are only read and odd ones only written, so
all steps are independent."""

import torch
import triton
import triton.language as tl


@triton.jit
def s111_kernel(a_ptr, b_ptr, half, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = offsets < half
    a = tl.load(a_ptr + 2 * offsets, mask=mask)
    b = tl.load(b_ptr + 2 * offsets + 1, mask=mask)
    tl.store(a_ptr + 2 * offsets + 1, a + b, mask=mask)


def s111(a: torch.Tensor, b: torch.Tensor, n: int) -> None:
    half = n // 2
    if half == 0:
        return
    BLOCK_SIZE = 1024
    s111_kernel[(triton.cdiv(half, BLOCK_SIZE),)](a, b, half, BLOCK_SIZE=BLOCK_SIZE)
