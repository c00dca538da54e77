"""A convolution, written as matrix products: with i = I * WIDTH + p and j = (I - shift) * WIDTH + q, one
shift contributes c[(I - shift), q] times the Toeplitz tile b[shift * WIDTH + half - 1 + p - q] for all I at
once. Programs split the outputs and the shifts, write partial sums to scratch, and a second launch adds those
to a."""

import torch
import triton
import triton.language as tl


@triton.jit
def s176_partial_kernel(
    b_ptr, c_ptr, partials_ptr, half, groups, shifts, BLOCK_GROUPS: tl.constexpr, WIDTH: tl.constexpr
):
    first = tl.program_id(0).to(tl.int64) * BLOCK_GROUPS
    part = tl.program_id(1).to(tl.int64)
    SIZE: tl.constexpr = BLOCK_GROUPS * WIDTH
    along = tl.arange(0, WIDTH)
    local = tl.arange(0, BLOCK_GROUPS)[:, None] * WIDTH + along[None, :]
    difference = along[None, :] - along[:, None]
    sums = tl.zeros((BLOCK_GROUPS, WIDTH), dtype=tl.float32)
    # Only these shifts pair one of this program's outputs with a factor in 0 .. half - 1.
    lowest = first - groups + 1 + part * shifts
    highest = tl.minimum(first + BLOCK_GROUPS, groups)
    for shift in range(lowest, tl.minimum(lowest + shifts, highest)):
        # Both masks compare 32-bit positions within the tile with clamped limits.
        factor = (first - shift) * WIDTH
        low = tl.minimum(tl.maximum(-factor, 0), SIZE).to(tl.int32)
        high = tl.minimum(tl.maximum(half - factor, 0), SIZE).to(tl.int32)
        c = tl.load(c_ptr + factor + local, mask=(local >= low) & (local < high), other=0.0)
        tap = shift * WIDTH + half - 1
        low = tl.minimum(tl.maximum(-tap, -WIDTH), WIDTH).to(tl.int32)
        high = tl.minimum(tl.maximum(half - 1 - shift * WIDTH, -WIDTH), WIDTH).to(tl.int32)
        b = tl.load(b_ptr + tap + difference, mask=(difference >= low) & (difference <= high), other=0.0)
        sums = tl.dot(c, b, sums, input_precision="ieee")
    outputs = first * WIDTH + local
    tl.store(partials_ptr + part * half + outputs, sums, mask=outputs < half)


@triton.jit
def s176_add_kernel(a_ptr, partials_ptr, half, parts, BLOCK_PARTS: tl.constexpr, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = offsets < half
    sums = tl.zeros((BLOCK_PARTS, BLOCK_SIZE), dtype=tl.float32)
    for start in range(0, parts, BLOCK_PARTS):
        rows = (start + tl.arange(0, BLOCK_PARTS)).to(tl.int64)[:, None]
        inside = (rows < parts) & mask[None, :]
        sums += tl.load(partials_ptr + rows * half + offsets[None, :], mask=inside, other=0.0)
    a = tl.load(a_ptr + offsets, mask=mask)
    tl.store(a_ptr + offsets, a + tl.sum(sums, axis=0), mask=mask)


def s176(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, n: int) -> None:
    half = n // 2
    if half == 0:
        return
    BLOCK_GROUPS = 64
    WIDTH = 64
    groups = triton.cdiv(half, WIDTH)
    tiles = triton.cdiv(groups, BLOCK_GROUPS)
    # About 400 programs, three on each multiprocessor of a large GPU, with at least 4 shifts each.
    all_shifts = groups + min(groups, BLOCK_GROUPS) - 1
    shifts = max(4, triton.cdiv(all_shifts, triton.cdiv(396, tiles)))
    parts = triton.cdiv(all_shifts, shifts)
    partials = torch.empty(parts * half, dtype=a.dtype, device=a.device)
    s176_partial_kernel[(tiles, parts)](
        b, c, partials, half, groups, shifts, BLOCK_GROUPS=BLOCK_GROUPS, WIDTH=WIDTH, num_warps=4
    )
    s176_add_kernel[(triton.cdiv(half, 128),)](a, partials, half, parts, BLOCK_PARTS=16, BLOCK_SIZE=128)
