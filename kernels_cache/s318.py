"""Maximum of the absolute values at stride inc and its first step: each lane keeps the first maximum of its own
elements, of which four are neighbours.

Every program of the first launch leaves its own maximum and where it was, in one word that compares like the value and,
among equal values, prefers the smaller index. The second launch takes the largest word.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def word(values, indices):
    bits = values.to(tl.int32, bitcast=True)  # of a float that is not negative: in the order of the floats
    return (bits.to(tl.int64) << 32) | (0xFFFFFFFF - indices.to(tl.int64))


@triton.jit
def four(values, LANES: tl.constexpr):
    """The four neighbouring elements of each lane, in order."""
    even, odd = tl.split(tl.reshape(values, (LANES, 2, 2)))
    x0, x2 = tl.split(even)
    x1, x3 = tl.split(odd)
    return x0, x1, x2, x3


@triton.jit
def keep(values, places, x, place):
    greater = x > values
    return tl.where(greater, x, values), tl.where(greater, place, places)


@triton.jit
def s318_partial_kernel(a_ptr, partial_ptr, n, inc, BLOCK_SIZE: tl.constexpr, OVERLAP: tl.constexpr):
    if OVERLAP:  # the second launch may begin: it waits for the words
        tl.extra.cuda.gdc_launch_dependents()
    pid = tl.program_id(0).to(tl.int64)
    step = tl.num_programs(0).to(tl.int64) * BLOCK_SIZE
    LANES: tl.constexpr = BLOCK_SIZE // 4
    values = tl.zeros((LANES,), dtype=tl.float32)
    places = tl.zeros((LANES,), dtype=tl.int32)  # four to a step: they take fewer registers than indices
    place = 0
    for start in range(pid * BLOCK_SIZE, n, step):
        offsets = start + tl.arange(0, BLOCK_SIZE)
        x0, x1, x2, x3 = four(tl.abs(tl.load(a_ptr + offsets * inc, mask=offsets < n, other=0.0)), LANES)
        values, places = keep(values, places, x0, place)
        values, places = keep(values, places, x1, place + 1)
        values, places = keep(values, places, x2, place + 2)
        values, places = keep(values, places, x3, place + 3)
        place += 4
    indices = pid * BLOCK_SIZE + (places // 4).to(tl.int64) * step + tl.arange(0, LANES) * 4 + places % 4
    tl.store(partial_ptr + pid, tl.max(word(values, indices), axis=0))


@triton.jit
def s318_finish_kernel(partial_ptr, result_ptr, programs, BLOCK_SIZE: tl.constexpr, OVERLAP: tl.constexpr):
    if OVERLAP:
        tl.extra.cuda.gdc_wait()
    offsets = tl.arange(0, BLOCK_SIZE)
    words = tl.load(partial_ptr + offsets, mask=offsets < programs, other=-(2**63))
    best = tl.max(words, axis=0)
    value = (best >> 32).to(tl.int32).to(tl.float32, bitcast=True)
    index = 0xFFFFFFFF - (best & 0xFFFFFFFF)
    tl.store(result_ptr, value + index.to(tl.float32) + 1.0)


def s318(a: torch.Tensor, inc: int, n: int) -> torch.Tensor:
    BLOCK_SIZE = 1024 if n <= 65536 else 2048
    programs = min(triton.cdiv(n, BLOCK_SIZE), 1056)
    partial = torch.empty(programs, dtype=torch.int64, device=a.device)
    result = torch.empty(1, dtype=torch.float32, device=a.device)
    overlap = a.is_cuda and torch.version.hip is None and torch.cuda.get_device_capability(a.device)[0] >= 9
    options = {"launch_pdl": True} if overlap else {}
    s318_partial_kernel[(programs,)](a, partial, n, inc, BLOCK_SIZE=BLOCK_SIZE, OVERLAP=overlap, num_warps=8)
    PROGRAMS = max(32, triton.next_power_of_2(programs))
    s318_finish_kernel[(1,)](
        partial, result, programs, BLOCK_SIZE=PROGRAMS, OVERLAP=overlap, num_warps=max(1, PROGRAMS // 256), **options
    )
    return result
