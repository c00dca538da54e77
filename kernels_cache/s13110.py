"""Maximum of the matrix and its first position in row order: each lane keeps the first maximum of its own
elements, and among equal maxima of lanes and programs the smallest index wins; a single program while there
are few elements, else partial results and a second launch.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def lane_maxima(aa_ptr, size, BLOCK_SIZE: tl.constexpr, UNROLL: tl.constexpr):
    pid = tl.program_id(0).to(tl.int64)
    step = tl.num_programs(0).to(tl.int64) * BLOCK_SIZE * UNROLL
    values = tl.full((BLOCK_SIZE,), -float("inf"), dtype=tl.float32)
    indices = pid * BLOCK_SIZE * UNROLL + tl.arange(0, BLOCK_SIZE)
    for start in range(pid * BLOCK_SIZE * UNROLL, size, step):
        for k in tl.static_range(UNROLL):
            offsets = start + k * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
            x = tl.load(aa_ptr + offsets, mask=offsets < size, other=-float("inf"))
            indices = tl.where(x > values, offsets, indices)
            values = tl.where(x > values, x, values)
    return values, indices


@triton.jit
def first_maximum(values, indices):
    value = tl.max(values, axis=0)
    return value, tl.min(tl.where(values == value, indices, 2**62), axis=0)


@triton.jit
def s13110_kernel(aa_ptr, result_ptr, size, m, BLOCK_SIZE: tl.constexpr, UNROLL: tl.constexpr):
    values, indices = lane_maxima(aa_ptr, size, BLOCK_SIZE, UNROLL)
    value, index = first_maximum(values, indices)
    tl.store(result_ptr, value + (index // m).to(tl.float32) + 1.0 + (index % m).to(tl.float32) + 1.0)


@triton.jit
def s13110_partial_kernel(aa_ptr, value_ptr, index_ptr, size, BLOCK_SIZE: tl.constexpr, UNROLL: tl.constexpr):
    values, indices = lane_maxima(aa_ptr, size, BLOCK_SIZE, UNROLL)
    value, index = first_maximum(values, indices)
    tl.store(value_ptr + tl.program_id(0), value)
    tl.store(index_ptr + tl.program_id(0), index)


@triton.jit
def s13110_finish_kernel(value_ptr, index_ptr, result_ptr, programs, m, BLOCK_SIZE: tl.constexpr):
    offsets = tl.arange(0, BLOCK_SIZE)
    mask = offsets < programs
    values = tl.load(value_ptr + offsets, mask=mask, other=-float("inf"))
    indices = tl.load(index_ptr + offsets, mask=mask, other=2**62)
    value, index = first_maximum(values, indices)
    tl.store(result_ptr, value + (index // m).to(tl.float32) + 1.0 + (index % m).to(tl.float32) + 1.0)


def s13110(aa: torch.Tensor, m: int) -> torch.Tensor:
    size = m * m
    result = torch.empty(1, dtype=torch.float32, device=aa.device)
    if size <= 32768:
        s13110_kernel[(1,)](aa, result, size, m, BLOCK_SIZE=4096, UNROLL=4, num_warps=16)
        return result
    programs = min(triton.cdiv(size, 2048), 1024)
    value = torch.empty(programs, dtype=torch.float32, device=aa.device)
    index = torch.empty(programs, dtype=torch.int64, device=aa.device)
    s13110_partial_kernel[(programs,)](aa, value, index, size, BLOCK_SIZE=1024, UNROLL=2, num_warps=8)
    s13110_finish_kernel[(1,)](value, index, result, programs, m, BLOCK_SIZE=1024)
    return result
