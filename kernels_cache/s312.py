"""Product: each lane multiplies its own elements, four neighbours at a time, every program of the first launch leaves
its own product, and the second launch multiplies those. In double precision, for float32 products of pairs of factors
near 1 round downwards on average.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def multiply(x, y):
    return x * y


@triton.jit
def four(values, LANES: tl.constexpr):
    """The four neighbouring elements of each lane, in order."""
    even, odd = tl.split(tl.reshape(values, (LANES, 2, 2)))
    x0, x2 = tl.split(even)
    x1, x3 = tl.split(odd)
    return x0, x1, x2, x3


@triton.jit
def s312_partial_kernel(a_ptr, partial_ptr, n, BLOCK_SIZE: tl.constexpr, OVERLAP: tl.constexpr):
    if OVERLAP:  # the second launch may begin: it waits for the products
        tl.extra.cuda.gdc_launch_dependents()
    pid = tl.program_id(0).to(tl.int64)
    step = tl.num_programs(0).to(tl.int64) * BLOCK_SIZE
    LANES: tl.constexpr = BLOCK_SIZE // 4
    acc = tl.full((LANES,), 1.0, dtype=tl.float64)
    for start in range(pid * BLOCK_SIZE, n, step):
        offsets = start + tl.arange(0, BLOCK_SIZE)
        a0, a1, a2, a3 = four(tl.load(a_ptr + offsets, mask=offsets < n, other=1.0).to(tl.float64), LANES)
        acc *= (a0 * a1) * (a2 * a3)
    tl.store(partial_ptr + pid, tl.reduce(acc, 0, multiply))


@triton.jit
def s312_finish_kernel(partial_ptr, result_ptr, programs, BLOCK_SIZE: tl.constexpr, OVERLAP: tl.constexpr):
    if OVERLAP:
        tl.extra.cuda.gdc_wait()
    offsets = tl.arange(0, BLOCK_SIZE)
    partial = tl.load(partial_ptr + offsets, mask=offsets < programs, other=1.0)
    tl.store(result_ptr, tl.reduce(partial, 0, multiply))


def s312(a: torch.Tensor, n: int) -> torch.Tensor:
    BLOCK_SIZE = 1024 if n <= 65536 else 2048
    programs = min(triton.cdiv(n, BLOCK_SIZE), 1056)
    partial = torch.empty(programs, dtype=torch.float64, device=a.device)
    result = torch.empty(1, dtype=torch.float32, device=a.device)
    overlap = a.is_cuda and torch.version.hip is None and torch.cuda.get_device_capability(a.device)[0] >= 9
    options = {"launch_pdl": True} if overlap else {}
    s312_partial_kernel[(programs,)](a, partial, n, BLOCK_SIZE=BLOCK_SIZE, OVERLAP=overlap, num_warps=8)
    PROGRAMS = max(32, triton.next_power_of_2(programs))
    s312_finish_kernel[(1,)](
        partial, result, programs, BLOCK_SIZE=PROGRAMS, OVERLAP=overlap, num_warps=max(1, PROGRAMS // 256), **options
    )
    return result
