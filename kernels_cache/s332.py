"""First element above t: each lane keeps its own first hit, the smallest index wins and its element is looked
up; a single program while n is small, else partial results of up to 1024 programs and a second launch over
those.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def first_above(a_ptr, t, n, BLOCK_SIZE: tl.constexpr, UNROLL: tl.constexpr):
    pid = tl.program_id(0).to(tl.int64)
    step = tl.num_programs(0).to(tl.int64) * BLOCK_SIZE * UNROLL
    first = tl.zeros((BLOCK_SIZE,), dtype=tl.int32) + n
    for start in range(pid * BLOCK_SIZE * UNROLL, n, step):
        for k in tl.static_range(UNROLL):
            offsets = start + k * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
            mask = offsets < n
            a = tl.load(a_ptr + offsets, mask=mask, other=0.0)
            hit = tl.where(mask & (a > t), offsets.to(tl.int32), n)
            first = tl.minimum(first, hit)
    return tl.min(first, axis=0)


@triton.jit
def s332_kernel(a_ptr, result_ptr, t, n, BLOCK_SIZE: tl.constexpr, UNROLL: tl.constexpr):
    first = first_above(a_ptr, t, n, BLOCK_SIZE, UNROLL)
    tl.store(result_ptr, tl.load(a_ptr + first, mask=first < n, other=-1.0))


@triton.jit
def s332_partial_kernel(a_ptr, partial_ptr, t, n, BLOCK_SIZE: tl.constexpr, UNROLL: tl.constexpr):
    first = first_above(a_ptr, t, n, BLOCK_SIZE, UNROLL)
    tl.store(partial_ptr + tl.program_id(0), first)


@triton.jit
def s332_finish_kernel(a_ptr, partial_ptr, result_ptr, programs, n, BLOCK_SIZE: tl.constexpr):
    offsets = tl.arange(0, BLOCK_SIZE)
    first = tl.min(tl.load(partial_ptr + offsets, mask=offsets < programs, other=n), axis=0)
    tl.store(result_ptr, tl.load(a_ptr + first, mask=first < n, other=-1.0))


def s332(a: torch.Tensor, t: float, n: int) -> torch.Tensor:
    result = torch.empty(1, dtype=torch.float32, device=a.device)
    if n <= 32768:
        s332_kernel[(1,)](a, result, t, n, BLOCK_SIZE=4096, UNROLL=8, num_warps=16)
        return result
    programs = min(triton.cdiv(n, 2048), 1024)
    partial = torch.empty(programs, dtype=torch.int32, device=a.device)
    s332_partial_kernel[(programs,)](a, partial, t, n, BLOCK_SIZE=1024, UNROLL=2, num_warps=8)
    s332_finish_kernel[(1,)](a, partial, result, programs, n, BLOCK_SIZE=1024)
    return result
