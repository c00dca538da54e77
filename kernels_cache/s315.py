"""Maximum and its first index: each lane keeps the first maximum of its own elements, of which
four are neighbours.

Every program of the first launch leaves its own maximum and where it was, in one word that compares like the value and,
among equal values, prefers the smaller index. The second launch takes the largest word.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def word(values, indices):
    bits = (values + 0.0).to(tl.int32, bitcast=True)
    ordered = tl.where(bits < 0, bits ^ 0x7FFFFFFF, bits)  # integers in the order of the floats
    return (ordered.to(tl.int64) << 32) | (0xFFFFFFFF - indices.to(tl.int64))


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
def s315_partial_kernel(a_ptr, partial_ptr, n, BLOCK_SIZE: tl.constexpr, OVERLAP: tl.constexpr):
    if OVERLAP:  # the second launch may begin: it waits for the words
        tl.extra.cuda.gdc_launch_dependents()
    pid = tl.program_id(0).to(tl.int64)
    step = tl.num_programs(0).to(tl.int64) * BLOCK_SIZE
    LANES: tl.constexpr = BLOCK_SIZE // 4
    values = tl.full((LANES,), -float("inf"), dtype=tl.float32)
    places = tl.zeros((LANES,), dtype=tl.int32)  # four to a step: they take fewer registers than indices
    place = 0
    for start in range(pid * BLOCK_SIZE, n, step):
        offsets = start + tl.arange(0, BLOCK_SIZE)
        x0, x1, x2, x3 = four(tl.load(a_ptr + offsets, mask=offsets < n, other=-float("inf")), LANES)
        values, places = keep(values, places, x0, place)
        values, places = keep(values, places, x1, place + 1)
        values, places = keep(values, places, x2, place + 2)
        values, places = keep(values, places, x3, place + 3)
        place += 4
    indices = pid * BLOCK_SIZE + (places // 4).to(tl.int64) * step + tl.arange(0, LANES) * 4 + places % 4
    tl.store(partial_ptr + pid, tl.max(word(values, indices), axis=0))


@triton.jit
def s315_finish_kernel(a_ptr, partial_ptr, result_ptr, programs, BLOCK_SIZE: tl.constexpr, OVERLAP: tl.constexpr):
    first = tl.load(a_ptr)  # a NaN there stays the maximum: nothing compares greater
    if OVERLAP:
        tl.extra.cuda.gdc_wait()
    offsets = tl.arange(0, BLOCK_SIZE)
    words = tl.load(partial_ptr + offsets, mask=offsets < programs, other=-(2**63))
    best = tl.max(words, axis=0)
    ordered = (best >> 32).to(tl.int32)
    value = tl.where(ordered < 0, ordered ^ 0x7FFFFFFF, ordered).to(tl.float32, bitcast=True)
    index = 0xFFFFFFFF - (best & 0xFFFFFFFF)
    value = tl.where(first == first, value, first)
    tl.store(result_ptr, value + index.to(tl.float32) + 1.0)


def s315(a: torch.Tensor, n: int) -> torch.Tensor:
    BLOCK_SIZE = 1024 if n <= 65536 else 2048
    programs = min(triton.cdiv(n, BLOCK_SIZE), 1056)
    partial = torch.empty(programs, dtype=torch.int64, device=a.device)
    result = torch.empty(1, dtype=torch.float32, device=a.device)
    overlap = a.is_cuda and torch.version.hip is None and torch.cuda.get_device_capability(a.device)[0] >= 9
    options = {"launch_pdl": True} if overlap else {}
    s315_partial_kernel[(programs,)](a, partial, n, BLOCK_SIZE=BLOCK_SIZE, OVERLAP=overlap, num_warps=8)
    PROGRAMS = max(32, triton.next_power_of_2(programs))
    s315_finish_kernel[(1,)](
        a, partial, result, programs, BLOCK_SIZE=PROGRAMS, OVERLAP=overlap, num_warps=max(1, PROGRAMS // 256), **options
    )
    return result
