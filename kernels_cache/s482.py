"""Search, then update, in two launches. Programs of the first one find their first c > b, those of the second
take the smallest index and update the elements up to and with it.

Programs whose elements all come before the end store them without a mask, so that their stores stay wide. A short
array is loaded before the end is known, a long one only up to there.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s482_find_kernel(b_ptr, c_ptr, partial_ptr, n, BLOCK_SIZE: tl.constexpr, OVERLAP: tl.constexpr):
    if OVERLAP:  # the second launch may begin: it waits for the indices
        tl.extra.cuda.gdc_launch_dependents()
    pid = tl.program_id(0).to(tl.int64)
    step = tl.num_programs(0).to(tl.int64) * BLOCK_SIZE
    end = tl.zeros((BLOCK_SIZE,), dtype=tl.int32) + n
    for start in range(pid * BLOCK_SIZE, n, step):
        offsets = start + tl.arange(0, BLOCK_SIZE)
        mask = offsets < n
        b = tl.load(b_ptr + offsets, mask=mask, other=0.0)
        c = tl.load(c_ptr + offsets, mask=mask, other=0.0)
        end = tl.minimum(end, tl.where(c > b, offsets.to(tl.int32) + 1, n))
    tl.store(partial_ptr + pid, tl.min(end, axis=0))


@triton.jit
def s482_update_kernel(
    a_ptr,
    b_ptr,
    c_ptr,
    partial_ptr,
    n,
    programs,
    PROGRAMS: tl.constexpr,
    BLOCK_SIZE: tl.constexpr,
    AHEAD: tl.constexpr,
    OVERLAP: tl.constexpr,
):
    start = tl.program_id(0).to(tl.int64) * BLOCK_SIZE
    offsets = start + tl.arange(0, BLOCK_SIZE)
    mask = offsets < n
    if AHEAD:
        a = tl.load(a_ptr + offsets, mask=mask)
        b = tl.load(b_ptr + offsets, mask=mask)
        c = tl.load(c_ptr + offsets, mask=mask)
    if OVERLAP:
        tl.extra.cuda.gdc_wait()
    places = tl.arange(0, PROGRAMS)
    end = tl.min(tl.load(partial_ptr + places, mask=places < programs, other=n), axis=0)
    if start < end:
        if not AHEAD:
            a = tl.load(a_ptr + offsets, mask=mask)
            b = tl.load(b_ptr + offsets, mask=mask)
            c = tl.load(c_ptr + offsets, mask=mask)
        if start + BLOCK_SIZE <= end:
            tl.store(a_ptr + offsets, a + b * c)
        else:
            tl.store(a_ptr + offsets, a + b * c, mask=offsets < end)


def s482(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, n: int) -> None:
    FIND_SIZE, find_warps, BLOCK_SIZE, num_warps = (1024, 4, 512, 4) if n <= 65536 else (4096, 8, 1024, 8)
    programs = min(triton.cdiv(n, FIND_SIZE), 256)
    partial = torch.empty(programs, dtype=torch.int32, device=a.device)
    overlap = a.is_cuda and torch.version.hip is None and torch.cuda.get_device_capability(a.device)[0] >= 9
    options = {"launch_pdl": True} if overlap else {}
    s482_find_kernel[(programs,)](b, c, partial, n, BLOCK_SIZE=FIND_SIZE, OVERLAP=overlap, num_warps=find_warps)
    s482_update_kernel[(triton.cdiv(n, BLOCK_SIZE),)](
        a,
        b,
        c,
        partial,
        n,
        programs,
        PROGRAMS=max(32, triton.next_power_of_2(programs)),
        BLOCK_SIZE=BLOCK_SIZE,
        AHEAD=n <= 2**20,
        OVERLAP=overlap,
        num_warps=num_warps,
        **options,
    )
