"""Search, then update: up to 1024 programs find their first negative d; the second launch takes the smallest
index and updates the elements before it.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s481_find_kernel(d_ptr, partial_ptr, n, BLOCK_SIZE: tl.constexpr):
    pid = tl.program_id(0).to(tl.int64)
    step = tl.num_programs(0).to(tl.int64) * BLOCK_SIZE
    first = tl.zeros((BLOCK_SIZE,), dtype=tl.int32) + n
    for start in range(pid * BLOCK_SIZE, n, step):
        offsets = start + tl.arange(0, BLOCK_SIZE)
        mask = offsets < n
        d = tl.load(d_ptr + offsets, mask=mask, other=0.0)
        first = tl.minimum(first, tl.where(d < 0, offsets.to(tl.int32), n))
    tl.store(partial_ptr + pid, tl.min(first, axis=0))


@triton.jit
def s481_update_kernel(
    a_ptr,
    b_ptr,
    c_ptr,
    partial_ptr,
    result_ptr,
    n,
    programs,
    PROGRAMS: tl.constexpr,
    BLOCK_SIZE: tl.constexpr,
):
    pid = tl.program_id(0).to(tl.int64)
    programs_offsets = tl.arange(0, PROGRAMS)
    firsts = tl.load(partial_ptr + programs_offsets, mask=programs_offsets < programs, other=n)
    stop = tl.min(firsts, axis=0)
    if pid == 0:
        tl.store(result_ptr, stop)
    offsets = pid * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = (offsets < n) & (offsets < stop)
    a = tl.load(a_ptr + offsets, mask=mask)
    b = tl.load(b_ptr + offsets, mask=mask)
    c = tl.load(c_ptr + offsets, mask=mask)
    tl.store(a_ptr + offsets, a + b * c, mask=mask)


def s481(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, d: torch.Tensor, n: int) -> torch.Tensor:
    BLOCK_SIZE = 1024 if n <= 2**20 else 4096
    programs = min(triton.cdiv(n, 1024), 1024)
    partial = torch.empty(programs, dtype=torch.int32, device=a.device)
    result = torch.empty(1, dtype=torch.int32, device=a.device)
    s481_find_kernel[(programs,)](d, partial, n, BLOCK_SIZE=1024)
    s481_update_kernel[(triton.cdiv(n, BLOCK_SIZE),)](
        a,
        b,
        c,
        partial,
        result,
        n,
        programs,
        PROGRAMS=1024,
        BLOCK_SIZE=BLOCK_SIZE,
        num_warps=BLOCK_SIZE // 256,
    )
    return result
