"""One lane an iteration; a condition of the loop is a mask of the store."""

import torch
import triton
import triton.language as tl


@triton.jit
def elementwise_kernel(y_ptr, x_ptr, alpha, n, BLOCK: tl.constexpr):
    i = tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
    inside = i < n
    x = tl.load(x_ptr + (n - 1 - i), mask=inside, other=0.0)
    tl.store(y_ptr + i, alpha * x, mask=inside & (x > alpha))


def elementwise(y: torch.Tensor, x: torch.Tensor, n: int, alpha: float) -> None:
    BLOCK = 1024
    elementwise_kernel[(triton.cdiv(n, BLOCK),)](y, x, alpha, n, BLOCK=BLOCK)
