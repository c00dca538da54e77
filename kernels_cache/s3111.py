"""Sum of the positive elements: each lane adds up its own; a single program while n is small, else partial
results of up to 1024 programs and a second launch over those.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s3111_kernel(a_ptr, out_ptr, n, BLOCK_SIZE: tl.constexpr, UNROLL: tl.constexpr):
    pid = tl.program_id(0).to(tl.int64)
    step = tl.num_programs(0).to(tl.int64) * BLOCK_SIZE * UNROLL
    acc = tl.zeros((BLOCK_SIZE,), dtype=tl.float32)
    for start in range(pid * BLOCK_SIZE * UNROLL, n, step):
        for k in tl.static_range(UNROLL):
            offsets = start + k * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
            mask = offsets < n
            x = tl.load(a_ptr + offsets, mask=mask, other=0.0)
            acc += tl.where(x > 0, x, 0.0)
    tl.store(out_ptr + pid, tl.sum(acc, axis=0))


@triton.jit
def s3111_finish_kernel(partial_ptr, result_ptr, programs, BLOCK_SIZE: tl.constexpr):
    offsets = tl.arange(0, BLOCK_SIZE)
    acc = tl.load(partial_ptr + offsets, mask=offsets < programs, other=0.0)
    tl.store(result_ptr, tl.sum(acc, axis=0))


def s3111(a: torch.Tensor, n: int) -> torch.Tensor:
    result = torch.empty(1, dtype=torch.float32, device=a.device)
    if n <= 32768:
        s3111_kernel[(1,)](a, result, n, BLOCK_SIZE=4096, UNROLL=8, num_warps=16)
        return result
    programs = min(triton.cdiv(n, 2048), 1024)
    partial = torch.empty(programs, dtype=torch.float32, device=a.device)
    s3111_kernel[(programs,)](a, partial, n, BLOCK_SIZE=1024, UNROLL=2, num_warps=8)
    s3111_finish_kernel[(1,)](partial, result, programs, BLOCK_SIZE=1024)
    return result
