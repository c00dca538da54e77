"""Last negative element: each lane keeps its own last hit, counted from 1, and the largest wins; a single
program while n is small, else partial results of up to 1024 programs and a second launch over those.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def last_negative(a_ptr, n, BLOCK_SIZE: tl.constexpr, UNROLL: tl.constexpr):
    pid = tl.program_id(0).to(tl.int64)
    step = tl.num_programs(0).to(tl.int64) * BLOCK_SIZE * UNROLL
    last = tl.zeros((BLOCK_SIZE,), dtype=tl.int32)
    for start in range(pid * BLOCK_SIZE * UNROLL, n, step):
        for k in tl.static_range(UNROLL):
            offsets = start + k * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
            a = tl.load(a_ptr + offsets, mask=offsets < n, other=0.0)
            last = tl.where(a < 0, (offsets + 1).to(tl.int32), last)
    return tl.max(last, axis=0)


@triton.jit
def s331_kernel(a_ptr, result_ptr, n, BLOCK_SIZE: tl.constexpr, UNROLL: tl.constexpr):
    last = last_negative(a_ptr, n, BLOCK_SIZE, UNROLL)
    tl.store(result_ptr, last.to(tl.float32))


@triton.jit
def s331_partial_kernel(a_ptr, partial_ptr, n, BLOCK_SIZE: tl.constexpr, UNROLL: tl.constexpr):
    last = last_negative(a_ptr, n, BLOCK_SIZE, UNROLL)
    tl.store(partial_ptr + tl.program_id(0), last)


@triton.jit
def s331_finish_kernel(partial_ptr, result_ptr, programs, BLOCK_SIZE: tl.constexpr):
    offsets = tl.arange(0, BLOCK_SIZE)
    last = tl.load(partial_ptr + offsets, mask=offsets < programs, other=0)
    tl.store(result_ptr, tl.max(last, axis=0).to(tl.float32))


def s331(a: torch.Tensor, n: int) -> torch.Tensor:
    result = torch.empty(1, dtype=torch.float32, device=a.device)
    if n <= 32768:
        s331_kernel[(1,)](a, result, n, BLOCK_SIZE=4096, UNROLL=8, num_warps=16)
        return result
    programs = min(triton.cdiv(n, 2048), 1024)
    partial = torch.empty(programs, dtype=torch.int32, device=a.device)
    s331_partial_kernel[(programs,)](a, partial, n, BLOCK_SIZE=1024, UNROLL=2, num_warps=8)
    s331_finish_kernel[(1,)](partial, result, programs, BLOCK_SIZE=1024)
    return result
