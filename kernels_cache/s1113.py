"""Elements up to the middle use the old middle value, later ones the new one (old + b[middle]). The first
launch writes everything but the middle, which it only reads; the second writes the middle. Only the tile of the middle
masks it out, so that the accesses of all others stay wide."""

import torch
import triton
import triton.language as tl


@triton.jit
def s1113_tile(a_ptr, b_ptr, offsets, mask, half):
    middle = tl.load(a_ptr + half)
    changed = middle + tl.load(b_ptr + half)
    b = tl.load(b_ptr + offsets, mask=mask)
    tl.store(a_ptr + offsets, tl.where(offsets < half, middle, changed) + b, mask=mask)


@triton.jit
def s1113_kernel(a_ptr, b_ptr, half, n, OVERLAP: tl.constexpr, BLOCK_SIZE: tl.constexpr):
    if OVERLAP:  # the next launch may start now; it waits before it writes what this one reads
        tl.extra.cuda.gdc_launch_dependents()
    start = tl.program_id(0).to(tl.int64) * BLOCK_SIZE
    offsets = start + tl.arange(0, BLOCK_SIZE)
    if (start <= half) & (half < start + BLOCK_SIZE):
        s1113_tile(a_ptr, b_ptr, offsets, (offsets < n) & (offsets != half), half)
    else:
        s1113_tile(a_ptr, b_ptr, offsets, offsets < n, half)


@triton.jit
def s1113_middle_kernel(a_ptr, b_ptr, half, OVERLAP: tl.constexpr):
    changed = tl.load(a_ptr + half) + tl.load(b_ptr + half)
    if OVERLAP:
        tl.extra.cuda.gdc_wait()
    tl.store(a_ptr + half, changed)


def s1113(a: torch.Tensor, b: torch.Tensor, n: int) -> None:
    BLOCK_SIZE, num_warps = (512, 4) if n <= 1 << 16 else (1024, 8)
    half = n // 2
    overlap = a.is_cuda and torch.version.hip is None and torch.cuda.get_device_capability(a.device)[0] >= 9
    options = {"launch_pdl": True} if overlap else {}
    s1113_kernel[(triton.cdiv(n, BLOCK_SIZE),)](
        a, b, half, n, OVERLAP=overlap, BLOCK_SIZE=BLOCK_SIZE, num_warps=num_warps
    )
    s1113_middle_kernel[(1,)](a, b, half, OVERLAP=overlap, num_warps=1, **options)
