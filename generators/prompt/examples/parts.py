"""z[i] reads the y[i - 1] that the iteration before wrote: all of y in one launch, then all of z in the next."""

import torch
import triton
import triton.language as tl


@triton.jit
def y_kernel(y_ptr, x_ptr, n, BLOCK: tl.constexpr):
    i = 1 + tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
    x = tl.load(x_ptr + i, mask=i < n, other=0.0)
    tl.store(y_ptr + i, x + 1.0, mask=i < n)


@triton.jit
def z_kernel(z_ptr, y_ptr, x_ptr, n, BLOCK: tl.constexpr):
    i = 1 + tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
    y = tl.load(y_ptr + i - 1, mask=i < n, other=0.0)
    x = tl.load(x_ptr + i, mask=i < n, other=0.0)
    tl.store(z_ptr + i, y * x, mask=i < n)


def parts(y: torch.Tensor, z: torch.Tensor, x: torch.Tensor, n: int) -> None:
    if n < 2:
        return
    BLOCK = 1024
    grid = (triton.cdiv(n - 1, BLOCK),)
    y_kernel[grid](y, x, n, BLOCK=BLOCK)
    z_kernel[grid](z, y, x, n, BLOCK=BLOCK)
