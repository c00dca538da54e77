"""First element above t: each lane keeps its own first hit.

Every program of the first launch leaves its first hit as one word, the index in its upper half and the element in its
lower half; the second launch takes the smallest word, in which no hit is element -1 at index n.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def word(element, index):
    bits = element.to(tl.int32, bitcast=True).to(tl.int64) & 0xFFFFFFFF
    return (tl.cast(index, tl.int64) << 32) | bits


@triton.jit
def s332_partial_kernel(a_ptr, partial_ptr, t, n, BLOCK_SIZE: tl.constexpr, OVERLAP: tl.constexpr):
    if OVERLAP:  # the second launch may begin: it waits for the words
        tl.extra.cuda.gdc_launch_dependents()
    pid = tl.program_id(0).to(tl.int64)
    step = tl.num_programs(0).to(tl.int64) * BLOCK_SIZE
    first = tl.zeros((BLOCK_SIZE,), tl.int32) + n
    element = tl.full((BLOCK_SIZE,), -1.0, tl.float32)
    for start in range(pid * BLOCK_SIZE, n, step):
        offsets = start + tl.arange(0, BLOCK_SIZE)
        mask = offsets < n
        a = tl.load(a_ptr + offsets, mask=mask, other=0.0)
        hit = mask & (a > t) & (first == n)
        first = tl.where(hit, offsets.to(tl.int32), first)
        element = tl.where(hit, a, element)
    tl.store(partial_ptr + pid, tl.min(word(element, first), axis=0))


@triton.jit
def s332_finish_kernel(partial_ptr, result_ptr, programs, BLOCK_SIZE: tl.constexpr, OVERLAP: tl.constexpr):
    if OVERLAP:
        tl.extra.cuda.gdc_wait()
    offsets = tl.arange(0, BLOCK_SIZE)
    words = tl.load(partial_ptr + offsets, mask=offsets < programs, other=2**63 - 1)
    first = tl.min(words, axis=0)
    tl.store(result_ptr, first.to(tl.int32).to(tl.float32, bitcast=True))


def s332(a: torch.Tensor, t: float, n: int) -> torch.Tensor:
    BLOCK_SIZE = 1024 if n <= 65536 else 2048
    programs = min(triton.cdiv(n, BLOCK_SIZE), 1056)
    PROGRAMS = max(32, triton.next_power_of_2(programs))
    partial = torch.empty(programs, dtype=torch.int64, device=a.device)
    result = torch.empty(1, dtype=torch.float32, device=a.device)
    overlap = a.is_cuda and torch.version.hip is None and torch.cuda.get_device_capability(a.device)[0] >= 9
    options = {"launch_pdl": True} if overlap else {}
    s332_partial_kernel[(programs,)](a, partial, t, n, BLOCK_SIZE=BLOCK_SIZE, OVERLAP=overlap, num_warps=8)
    s332_finish_kernel[(1,)](
        partial, result, programs, BLOCK_SIZE=PROGRAMS, OVERLAP=overlap, num_warps=max(1, PROGRAMS // 256), **options
    )
    return result
