"""Product: each lane multiplies its own elements; up to 1024 programs, whose partial products a second launch
multiplies. In double precision, for float32 products of pairs of factors near 1 round downwards on average.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def multiply(x, y):
    return x * y


@triton.jit
def s312_kernel(x_ptr, out_ptr, n, BLOCK_SIZE: tl.constexpr, UNROLL: tl.constexpr):
    pid = tl.program_id(0).to(tl.int64)
    step = tl.num_programs(0).to(tl.int64) * BLOCK_SIZE * UNROLL
    acc = tl.full((BLOCK_SIZE,), 1.0, dtype=tl.float64)
    for start in range(pid * BLOCK_SIZE * UNROLL, n, step):
        for k in tl.static_range(UNROLL):
            offsets = start + k * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
            x = tl.load(x_ptr + offsets, mask=offsets < n, other=1.0)
            acc *= x.to(tl.float64)
    tl.store(out_ptr + pid, tl.reduce(acc, 0, multiply))


def s312(a: torch.Tensor, n: int) -> torch.Tensor:
    BLOCK_SIZE, UNROLL = 512, 4
    programs = min(triton.cdiv(n, BLOCK_SIZE * UNROLL), 1024)
    result = torch.empty(1, dtype=torch.float32, device=a.device)
    if programs == 1:
        s312_kernel[(1,)](a, result, n, BLOCK_SIZE=BLOCK_SIZE, UNROLL=UNROLL)
        return result
    partial = torch.empty(programs, dtype=torch.float64, device=a.device)
    s312_kernel[(programs,)](a, partial, n, BLOCK_SIZE=BLOCK_SIZE, UNROLL=UNROLL)
    s312_kernel[(1,)](partial, result, programs, BLOCK_SIZE=BLOCK_SIZE, UNROLL=2)
    return result
