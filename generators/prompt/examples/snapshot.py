"""y[i + 2] is read before a later iteration overwrites it: read it from a copy made before the launch."""

import torch
import triton
import triton.language as tl


@triton.jit
def snapshot_kernel(y_ptr, old_ptr, x_ptr, count, BLOCK: tl.constexpr):
    i = tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
    inside = i < count
    ahead = tl.load(old_ptr + i + 2, mask=inside, other=0.0)
    y = tl.load(old_ptr + i, mask=inside, other=0.0)
    x = tl.load(x_ptr + i, mask=inside, other=0.0)
    tl.store(y_ptr + i, ahead - x * y, mask=inside)


def snapshot(y: torch.Tensor, x: torch.Tensor, n: int) -> None:
    if n <= 2:
        return
    BLOCK = 1024
    snapshot_kernel[(triton.cdiv(n - 2, BLOCK),)](y, y.clone(), x, n - 2, BLOCK=BLOCK)
