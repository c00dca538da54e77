"""A dot product, reassociated: lanes add their own products, then a tree adds the lanes.

One program adds a short array, up to 1024 programs a long one; a second launch then adds their partial sums.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def vdotr_kernel(a_ptr, b_ptr, result_ptr, n, BLOCKS: tl.constexpr, BLOCK_SIZE: tl.constexpr):
    total = tl.zeros((BLOCK_SIZE,), dtype=tl.float32)
    for block in tl.static_range(BLOCKS):
        offsets = block * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
        mask = offsets < n
        a = tl.load(a_ptr + offsets, mask=mask, other=0.0)
        b = tl.load(b_ptr + offsets, mask=mask, other=0.0)
        total += a * b
    tl.store(result_ptr, tl.sum(total, axis=0))


@triton.jit
def vdotr_partial_kernel(a_ptr, b_ptr, partial_ptr, n, BLOCK_SIZE: tl.constexpr):
    program = tl.program_id(0).to(tl.int64)
    total = tl.zeros((BLOCK_SIZE,), dtype=tl.float32)
    for start in range(program * BLOCK_SIZE, n, tl.num_programs(0) * BLOCK_SIZE):
        offsets = start + tl.arange(0, BLOCK_SIZE)
        mask = offsets < n
        a = tl.load(a_ptr + offsets, mask=mask, other=0.0)
        b = tl.load(b_ptr + offsets, mask=mask, other=0.0)
        total += a * b
    tl.store(partial_ptr + program, tl.sum(total, axis=0))


@triton.jit
def vdotr_total_kernel(partial_ptr, result_ptr, count, BLOCK_SIZE: tl.constexpr):
    offsets = tl.arange(0, BLOCK_SIZE)
    partial = tl.load(partial_ptr + offsets, mask=offsets < count, other=0.0)
    tl.store(result_ptr, tl.sum(partial, axis=0))


def vdotr(a: torch.Tensor, b: torch.Tensor, n: int) -> torch.Tensor:
    result = torch.empty(1, dtype=a.dtype, device=a.device)
    if n <= 65536:
        BLOCK_SIZE, num_warps = (1024, 4) if n <= 1024 else (16384, 32)
        blocks = triton.cdiv(n, BLOCK_SIZE)
        vdotr_kernel[(1,)](a, b, result, n, BLOCKS=blocks, BLOCK_SIZE=BLOCK_SIZE, num_warps=num_warps)
    else:
        BLOCK_SIZE = 4096
        programs = min(1024, triton.cdiv(n, BLOCK_SIZE))
        partial = torch.empty(programs, dtype=a.dtype, device=a.device)
        vdotr_partial_kernel[(programs,)](a, b, partial, n, BLOCK_SIZE=BLOCK_SIZE, num_warps=8)
        vdotr_total_kernel[(1,)](partial, result, programs, BLOCK_SIZE=1024)
    return result
