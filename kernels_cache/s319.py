"""Elementwise, with the sum of all new elements: every program of the first launch writes its elements and leaves the
sum of those; the second launch adds up the sums.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s319_kernel(a_ptr, b_ptr, c_ptr, d_ptr, e_ptr, partial_ptr, n, BLOCK_SIZE: tl.constexpr, OVERLAP: tl.constexpr):
    if OVERLAP:  # the second launch may begin: it waits for the sums
        tl.extra.cuda.gdc_launch_dependents()
    pid = tl.program_id(0).to(tl.int64)
    step = tl.num_programs(0).to(tl.int64) * BLOCK_SIZE
    acc = tl.zeros((BLOCK_SIZE,), dtype=tl.float32)
    for start in range(pid * BLOCK_SIZE, n, step):
        offsets = start + tl.arange(0, BLOCK_SIZE)
        mask = offsets < n
        c = tl.load(c_ptr + offsets, mask=mask, other=0.0)
        d = tl.load(d_ptr + offsets, mask=mask, other=0.0)
        e = tl.load(e_ptr + offsets, mask=mask, other=0.0)
        a = c + d
        b = c + e
        tl.store(a_ptr + offsets, a, mask=mask)
        tl.store(b_ptr + offsets, b, mask=mask)
        acc += a
        acc += b
    tl.store(partial_ptr + pid, tl.sum(acc, axis=0))


@triton.jit
def s319_finish_kernel(partial_ptr, result_ptr, programs, BLOCK_SIZE: tl.constexpr, OVERLAP: tl.constexpr):
    if OVERLAP:
        tl.extra.cuda.gdc_wait()
    offsets = tl.arange(0, BLOCK_SIZE)
    partial = tl.load(partial_ptr + offsets, mask=offsets < programs, other=0.0)
    tl.store(result_ptr, tl.sum(partial, axis=0))


def s319(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, d: torch.Tensor, e: torch.Tensor, n: int) -> torch.Tensor:
    BLOCK_SIZE = 1024
    programs = min(triton.cdiv(n, BLOCK_SIZE), 1056)
    PROGRAMS = max(32, triton.next_power_of_2(programs))
    partial = torch.empty(programs, dtype=torch.float32, device=a.device)
    result = torch.empty(1, dtype=torch.float32, device=a.device)
    overlap = a.is_cuda and torch.version.hip is None and torch.cuda.get_device_capability(a.device)[0] >= 9
    options = {"launch_pdl": True} if overlap else {}
    s319_kernel[(programs,)](a, b, c, d, e, partial, n, BLOCK_SIZE=BLOCK_SIZE, OVERLAP=overlap, num_warps=8)
    s319_finish_kernel[(1,)](
        partial, result, programs, BLOCK_SIZE=PROGRAMS, OVERLAP=overlap, num_warps=max(1, PROGRAMS // 256), **options
    )
    return result
