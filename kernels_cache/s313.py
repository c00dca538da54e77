"""Dot product: each lane adds up its own products.

One program takes a short array at once. Of a longer one every program of the first launch leaves its own sum, and
the second launch takes those together.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s313_kernel(a_ptr, b_ptr, result_ptr, n, BLOCK_SIZE: tl.constexpr):
    offsets = tl.arange(0, BLOCK_SIZE)
    mask = offsets < n
    a = tl.load(a_ptr + offsets, mask=mask, other=0.0)
    b = tl.load(b_ptr + offsets, mask=mask, other=0.0)
    tl.store(result_ptr, tl.sum(a * b, axis=0))


@triton.jit
def s313_partial_kernel(a_ptr, b_ptr, partial_ptr, n, BLOCK_SIZE: tl.constexpr, OVERLAP: tl.constexpr):
    if OVERLAP:  # the second launch may begin: it waits for what this one leaves
        tl.extra.cuda.gdc_launch_dependents()
    pid = tl.program_id(0).to(tl.int64)
    step = tl.num_programs(0).to(tl.int64) * BLOCK_SIZE
    acc = tl.zeros((BLOCK_SIZE,), dtype=tl.float32)
    for start in range(pid * BLOCK_SIZE, n, step):
        offsets = start + tl.arange(0, BLOCK_SIZE)
        mask = offsets < n
        a = tl.load(a_ptr + offsets, mask=mask, other=0.0)
        b = tl.load(b_ptr + offsets, mask=mask, other=0.0)
        acc += a * b
    tl.store(partial_ptr + pid, tl.sum(acc, axis=0))


@triton.jit
def s313_finish_kernel(partial_ptr, result_ptr, programs, BLOCK_SIZE: tl.constexpr, OVERLAP: tl.constexpr):
    if OVERLAP:
        tl.extra.cuda.gdc_wait()
    offsets = tl.arange(0, BLOCK_SIZE)
    partial = tl.load(partial_ptr + offsets, mask=offsets < programs, other=0.0)
    tl.store(result_ptr, tl.sum(partial, axis=0))


def s313(a: torch.Tensor, b: torch.Tensor, n: int) -> torch.Tensor:
    result = torch.empty(1, dtype=torch.float32, device=a.device)
    if n <= 4096:
        BLOCK_SIZE = max(1024, triton.next_power_of_2(n))
        s313_kernel[(1,)](a, b, result, n, BLOCK_SIZE=BLOCK_SIZE, num_warps=BLOCK_SIZE // 256)
        return result
    overlap = a.is_cuda and torch.version.hip is None and torch.cuda.get_device_capability(a.device)[0] >= 9
    options = {"launch_pdl": True} if overlap else {}
    BLOCK_SIZE = 1024 if n <= 65536 else 2048
    programs = min(triton.cdiv(n, BLOCK_SIZE), 1056)
    PROGRAMS = max(32, triton.next_power_of_2(programs))
    partial = torch.empty(programs, dtype=torch.float32, device=a.device)
    s313_partial_kernel[(programs,)](a, b, partial, n, BLOCK_SIZE=BLOCK_SIZE, OVERLAP=overlap, num_warps=8)
    s313_finish_kernel[(1,)](
        partial, result, programs, BLOCK_SIZE=PROGRAMS, OVERLAP=overlap, num_warps=max(1, PROGRAMS // 256), **options
    )
    return result
