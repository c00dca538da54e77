"""Each lane sums its own elements, each program its lanes; a second launch adds up the programs."""

import torch
import triton
import triton.language as tl


@triton.jit
def partial_kernel(partial_ptr, x_ptr, y_ptr, n, BLOCK: tl.constexpr):
    pid = tl.program_id(0).to(tl.int64)
    total = tl.zeros((BLOCK,), dtype=tl.float32)
    for start in range(pid * BLOCK, n, tl.num_programs(0).to(tl.int64) * BLOCK):
        i = start + tl.arange(0, BLOCK)
        x = tl.load(x_ptr + i, mask=i < n, other=0.0)
        y = tl.load(y_ptr + i, mask=i < n, other=0.0)
        total += tl.where(x > y, x - y, 0.0)
    tl.store(partial_ptr + pid, tl.sum(total, axis=0))


@triton.jit
def total_kernel(result_ptr, partial_ptr, programs, BLOCK: tl.constexpr):
    p = tl.arange(0, BLOCK)
    tl.store(result_ptr, tl.sum(tl.load(partial_ptr + p, mask=p < programs, other=0.0), axis=0))


def reduction(x: torch.Tensor, y: torch.Tensor, n: int) -> torch.Tensor:
    BLOCK = 1024
    programs = min(triton.cdiv(n, BLOCK), 512)
    partial = torch.empty(programs, dtype=torch.float32, device=x.device)
    result = torch.empty(1, dtype=torch.float32, device=x.device)
    partial_kernel[(programs,)](partial, x, y, n, BLOCK=BLOCK)
    total_kernel[(1,)](result, partial, programs, BLOCK=512)
    return result
