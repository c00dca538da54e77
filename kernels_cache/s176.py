"""A convolution, written as matrix products: with i = I * WIDTH + p and j = I * WIDTH - shift * DEPTH + q, one
shift contributes c[j] times the Toeplitz tile b[shift * DEPTH + half - 1 + p - q] for all I at once. Programs
split the outputs and the shifts and add to a atomically."""

import torch
import triton
import triton.language as tl


@triton.jit
def s176_kernel(
    b_ptr, c_ptr, a_ptr, half, groups, shifts, BLOCK_GROUPS: tl.constexpr, WIDTH: tl.constexpr, DEPTH: tl.constexpr
):
    first = tl.program_id(0).to(tl.int64) * BLOCK_GROUPS
    part = tl.program_id(1).to(tl.int64)
    SIZE: tl.constexpr = BLOCK_GROUPS * WIDTH + DEPTH
    wide = tl.arange(0, WIDTH)
    deep = tl.arange(0, DEPTH)
    rows = tl.arange(0, BLOCK_GROUPS)[:, None] * WIDTH
    local = rows + deep[None, :]
    difference = wide[None, :] - deep[:, None]
    sums = tl.zeros((BLOCK_GROUPS, WIDTH), dtype=tl.float32)
    # Only these shifts pair one of this program's outputs with a factor in 0 .. half - 1.
    lowest = part * shifts - (half - 1 - first * WIDTH) // DEPTH
    highest = ((tl.minimum(first + BLOCK_GROUPS, groups) - 1) * WIDTH + DEPTH - 1) // DEPTH + 1
    for shift in range(lowest, tl.minimum(lowest + shifts, highest)):
        # Both masks compare 32-bit positions within the tile with clamped limits.
        factor = first * WIDTH - shift * DEPTH
        low = tl.minimum(tl.maximum(-factor, 0), SIZE).to(tl.int32)
        high = tl.minimum(tl.maximum(half - factor, 0), SIZE).to(tl.int32)
        c = tl.load(c_ptr + factor + local, mask=(local >= low) & (local < high), other=0.0)
        tap = shift * DEPTH + half - 1
        low = tl.minimum(tl.maximum(-tap, -DEPTH), WIDTH).to(tl.int32)
        high = tl.minimum(tl.maximum(half - 1 - shift * DEPTH, -DEPTH), WIDTH).to(tl.int32)
        b = tl.load(b_ptr + tap + difference, mask=(difference >= low) & (difference <= high), other=0.0)
        sums = tl.dot(c, b, sums, input_precision="ieee")
    outputs = first * WIDTH + rows + wide[None, :]
    tl.atomic_add(a_ptr + outputs, sums, mask=outputs < half, sem="relaxed")


def s176(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, n: int) -> None:
    half = n // 2
    if half == 0:
        return
    BLOCK_GROUPS, WIDTH, DEPTH = 64, 64, 32
    groups = triton.cdiv(half, WIDTH)
    tiles = triton.cdiv(groups, BLOCK_GROUPS)
    all_shifts = triton.cdiv(half, DEPTH) + triton.cdiv(min(groups, BLOCK_GROUPS) * WIDTH, DEPTH) + 1
    # About 264 programs, two on each multiprocessor of a large GPU.
    shifts = triton.cdiv(all_shifts, triton.cdiv(264, tiles))
    parts = triton.cdiv(all_shifts, shifts)
    s176_kernel[(tiles, parts)](
        b, c, a, half, groups, shifts, BLOCK_GROUPS=BLOCK_GROUPS, WIDTH=WIDTH, DEPTH=DEPTH, num_warps=4
    )
