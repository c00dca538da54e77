"""Each iteration needs the one before and nothing shortens the chain: one program, the value kept in a register."""

import torch
import triton
import triton.language as tl


@triton.jit
def sequential_kernel(y_ptr, x_ptr, n):
    y = tl.load(y_ptr)
    for i in range(1, n):
        y = tl.load(x_ptr + i) - y * y
        tl.store(y_ptr + i, y)


def sequential(y: torch.Tensor, x: torch.Tensor, n: int) -> None:
    sequential_kernel[(1,)](y, x, n, num_warps=1)
