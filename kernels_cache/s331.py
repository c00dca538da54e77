"""Last negative element, counted from 1 (0: none): each lane keeps its own last hit.

One program takes a short array at once. Of a longer one every program of the first launch leaves its own last hit, and
the second launch takes those together.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s331_kernel(a_ptr, result_ptr, n, TAIL: tl.constexpr, BLOCK_SIZE: tl.constexpr):
    offsets = n - TAIL + tl.arange(0, TAIL)
    a = tl.load(a_ptr + offsets, mask=offsets >= 0, other=0.0)
    last = tl.max(tl.where(a < 0, offsets + 1, 0), axis=0)
    if (last == 0) & (n > TAIL):
        offsets = tl.arange(0, BLOCK_SIZE)
        a = tl.load(a_ptr + offsets, mask=offsets < n - TAIL, other=0.0)
        last = tl.max(tl.where(a < 0, offsets + 1, 0), axis=0)
    tl.store(result_ptr, last.to(tl.float32))


@triton.jit
def s331_partial_kernel(a_ptr, partial_ptr, n, BLOCK_SIZE: tl.constexpr, OVERLAP: tl.constexpr):
    if OVERLAP:  # the second launch may begin: it waits for what this one leaves
        tl.extra.cuda.gdc_launch_dependents()
    pid = tl.program_id(0).to(tl.int64)
    step = tl.num_programs(0).to(tl.int64) * BLOCK_SIZE
    last = tl.zeros((BLOCK_SIZE,), dtype=tl.int32)
    for start in range(pid * BLOCK_SIZE, n, step):
        offsets = start + tl.arange(0, BLOCK_SIZE)
        mask = offsets < n
        a = tl.load(a_ptr + offsets, mask=mask, other=0.0)
        last = tl.where(a < 0, (offsets + 1).to(tl.int32), last)
    tl.store(partial_ptr + pid, tl.max(last, axis=0))


@triton.jit
def s331_finish_kernel(partial_ptr, result_ptr, programs, BLOCK_SIZE: tl.constexpr, OVERLAP: tl.constexpr):
    if OVERLAP:
        tl.extra.cuda.gdc_wait()
    offsets = tl.arange(0, BLOCK_SIZE)
    partial = tl.load(partial_ptr + offsets, mask=offsets < programs, other=0)
    tl.store(result_ptr, tl.max(partial, axis=0).to(tl.float32))


def s331(a: torch.Tensor, n: int) -> torch.Tensor:
    result = torch.empty(1, dtype=torch.float32, device=a.device)
    if n <= 32768:
        BLOCK_SIZE = max(1024, triton.next_power_of_2(n))
        s331_kernel[(1,)](a, result, n, TAIL=1024, BLOCK_SIZE=BLOCK_SIZE, num_warps=min(32, BLOCK_SIZE // 256))
        return result
    overlap = a.is_cuda and torch.version.hip is None and torch.cuda.get_device_capability(a.device)[0] >= 9
    options = {"launch_pdl": True} if overlap else {}
    BLOCK_SIZE = 1024 if n <= 65536 else 2048
    programs = min(triton.cdiv(n, BLOCK_SIZE), 1056)
    PROGRAMS = max(32, triton.next_power_of_2(programs))
    partial = torch.empty(programs, dtype=torch.int32, device=a.device)
    s331_partial_kernel[(programs,)](a, partial, n, BLOCK_SIZE=BLOCK_SIZE, OVERLAP=overlap, num_warps=8)
    s331_finish_kernel[(1,)](
        partial, result, programs, BLOCK_SIZE=PROGRAMS, OVERLAP=overlap, num_warps=max(1, PROGRAMS // 256), **options
    )
    return result
