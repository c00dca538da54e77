"""Last negative element, counted from 1 (0: none).

One program takes a short array: the end of it first, and the rest, at once, only where that holds no hit. Of a longer
array every program of the first launch leaves its own last hit, of which its lanes keep one each, and the second launch
takes those together.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def last_negative(a_ptr, offsets, mask):
    a = tl.load(a_ptr + offsets, mask=mask, other=0.0)
    return tl.max(tl.where(a < 0, offsets + 1, 0), axis=0)


@triton.jit
def s331_kernel(a_ptr, result_ptr, n, TAIL: tl.constexpr, BLOCK_SIZE: tl.constexpr):
    end = n - TAIL + tl.arange(0, TAIL)
    last = last_negative(a_ptr, end, end >= 0)
    if last == 0:  # nothing in the last TAIL elements
        offsets = tl.arange(0, BLOCK_SIZE)
        last = last_negative(a_ptr, offsets, offsets < n - TAIL)
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
        num_warps = 4 if n <= 1024 else 16 if torch.version.hip else 32  # 1024 threads
        s331_kernel[(1,)](a, result, n, TAIL=1024, BLOCK_SIZE=BLOCK_SIZE, num_warps=num_warps)
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
