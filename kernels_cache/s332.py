"""First element above t: each lane keeps its own first hit among its elements, of which four are neighbours.

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
def four(values, LANES: tl.constexpr):
    """The four neighbouring elements of each lane, in order."""
    even, odd = tl.split(tl.reshape(values, (LANES, 2, 2)))
    x0, x2 = tl.split(even)
    x1, x3 = tl.split(odd)
    return x0, x1, x2, x3


@triton.jit
def keep(places, elements, a, t, place):
    """The first hit so far; a place is negative where there was none."""
    hit = (a > t) & (places < 0)
    return tl.where(hit, place, places), tl.where(hit, a, elements)


@triton.jit
def s332_partial_kernel(a_ptr, partial_ptr, t, n, BLOCK_SIZE: tl.constexpr, OVERLAP: tl.constexpr):
    if OVERLAP:  # the second launch may begin: it waits for the words
        tl.extra.cuda.gdc_launch_dependents()
    pid = tl.program_id(0).to(tl.int64)
    step = tl.num_programs(0).to(tl.int64) * BLOCK_SIZE
    LANES: tl.constexpr = BLOCK_SIZE // 4
    places = tl.full((LANES,), -1, dtype=tl.int32)  # four to a step
    elements = tl.full((LANES,), -1.0, dtype=tl.float32)
    place = 0
    for start in range(pid * BLOCK_SIZE, n, step):
        offsets = start + tl.arange(0, BLOCK_SIZE)
        a0, a1, a2, a3 = four(tl.load(a_ptr + offsets, mask=offsets < n, other=-float("inf")), LANES)
        places, elements = keep(places, elements, a0, t, place)
        places, elements = keep(places, elements, a1, t, place + 1)
        places, elements = keep(places, elements, a2, t, place + 2)
        places, elements = keep(places, elements, a3, t, place + 3)
        place += 4
    indices = pid * BLOCK_SIZE + (places // 4).to(tl.int64) * step + tl.arange(0, LANES) * 4 + places % 4
    tl.store(partial_ptr + pid, tl.min(word(elements, tl.where(places < 0, n, indices)), axis=0))


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
