"""The smallest value and, because of <=, its last position: among equal values the largest index is taken."""

import torch
import triton
import triton.language as tl


@triton.jit
def last_minimum(values, indices):
    low = tl.min(values, axis=0)
    return low, tl.max(tl.where(values == low, indices, -1), axis=0)


@triton.jit
def partial_kernel(low_ptr, where_ptr, x_ptr, n, BLOCK: tl.constexpr):
    pid = tl.program_id(0)
    low = tl.full((BLOCK,), float("inf"), dtype=tl.float32)
    where = tl.full((BLOCK,), -1, dtype=tl.int32)
    for start in range(pid * BLOCK, n, tl.num_programs(0) * BLOCK):
        i = start + tl.arange(0, BLOCK)
        x = tl.load(x_ptr + i, mask=i < n, other=float("inf"))
        takes = (i < n) & (x <= low)
        low, where = tl.where(takes, x, low), tl.where(takes, i, where)
    value, index = last_minimum(low, where)
    tl.store(low_ptr + pid, value)
    tl.store(where_ptr + pid, index)


@triton.jit
def total_kernel(result_ptr, low_ptr, where_ptr, programs, BLOCK: tl.constexpr):
    p = tl.arange(0, BLOCK)
    low = tl.load(low_ptr + p, mask=p < programs, other=float("inf"))
    where = tl.load(where_ptr + p, mask=p < programs, other=-1)
    _, index = last_minimum(low, where)
    tl.store(result_ptr, index)


def position(x: torch.Tensor, n: int) -> torch.Tensor:
    BLOCK = 1024
    programs = min(triton.cdiv(n, BLOCK), 512)
    low = torch.empty(programs, dtype=torch.float32, device=x.device)
    where = torch.empty(programs, dtype=torch.int32, device=x.device)
    result = torch.empty(1, dtype=torch.int32, device=x.device)
    partial_kernel[(programs,)](low, where, x, n, BLOCK=BLOCK)
    total_kernel[(1,)](result, low, where, programs, BLOCK=512)
    return result
