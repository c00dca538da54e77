"""The first 32 elements as eight sums of four, added up: one warp of one program."""

import torch
import triton
import triton.language as tl


@triton.jit
def s31111_kernel(a_ptr, result_ptr):
    a = tl.load(a_ptr + tl.arange(0, 32))
    sums = tl.sum(tl.reshape(a, (8, 4)), axis=1)
    tl.store(result_ptr, tl.sum(sums, axis=0))


def s31111(a: torch.Tensor) -> torch.Tensor:
    result = torch.empty(1, dtype=torch.float32, device=a.device)
    s31111_kernel[(1,)](a, result, num_warps=1)
    return result
