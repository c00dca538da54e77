"""A convolution, written as matrix products: with i = I * WIDTH + p and j = I * WIDTH - shift * DEPTH + q, one
shift contributes c[j] times the Toeplitz tile b[shift * DEPTH + half - 1 + p - q] for all I at once. Programs
split the outputs and the shifts, and add their sums to a atomically."""

import torch
import triton
import triton.language as tl


@triton.jit
def s176_add_shifts(
    b_ptr, c_ptr, sums, first, start, end, half, INSIDE: tl.constexpr, WIDTH: tl.constexpr, DEPTH: tl.constexpr
):
    """Add these shifts' products to the sums; INSIDE: none of them leaves b or c."""
    SIZE: tl.constexpr = sums.shape[0] * WIDTH + DEPTH
    deep = tl.arange(0, DEPTH)
    local = tl.arange(0, sums.shape[0])[:, None] * WIDTH + deep[None, :]
    difference = tl.arange(0, WIDTH)[None, :] - deep[:, None]
    for shift in range(start, end):
        factor = first * WIDTH - shift * DEPTH
        tap = shift * DEPTH + half - 1
        if INSIDE:
            c = tl.load(c_ptr + factor + local)
            b = tl.load(b_ptr + tap + difference)
        else:
            # Both masks compare 32-bit positions within the tile with clamped limits.
            low = tl.minimum(tl.maximum(-factor, 0), SIZE).to(tl.int32)
            high = tl.minimum(tl.maximum(half - factor, 0), SIZE).to(tl.int32)
            c = tl.load(c_ptr + factor + local, mask=(local >= low) & (local < high), other=0.0)
            low = tl.minimum(tl.maximum(-tap, -DEPTH), WIDTH).to(tl.int32)
            high = tl.minimum(tl.maximum(half - 1 - shift * DEPTH, -DEPTH), WIDTH).to(tl.int32)
            b = tl.load(b_ptr + tap + difference, mask=(difference >= low) & (difference <= high), other=0.0)
        sums = tl.dot(c, b, sums, input_precision="ieee")
    return sums


@triton.jit
def s176_kernel(
    a_ptr, b_ptr, c_ptr, half, groups, shifts, BLOCK_GROUPS: tl.constexpr, WIDTH: tl.constexpr, DEPTH: tl.constexpr
):
    first = tl.program_id(0).to(tl.int64) * BLOCK_GROUPS
    behind = tl.minimum(first + BLOCK_GROUPS, groups)
    # Only these shifts pair one of this program's outputs with a factor in 0 .. half - 1.
    start = tl.program_id(1).to(tl.int64) * shifts - (half - 1 - first * WIDTH) // DEPTH
    end = tl.minimum(start + shifts, ((behind - 1) * WIDTH + DEPTH - 1) // DEPTH + 1)
    # In between are those that need no mask: all their factors and all elements of b exist.
    lowest = tl.maximum((first + BLOCK_GROUPS) * WIDTH - half, 2 * DEPTH - half)
    highest = tl.minimum(first * WIDTH, half - WIDTH)
    inside = tl.minimum(tl.maximum((tl.maximum(lowest, 0) + DEPTH - 1) // DEPTH, start), end)
    if lowest < 0:
        inside = tl.minimum(tl.maximum(-(-lowest // DEPTH), start), end)
    outside = inside
    if highest >= 0:
        outside = tl.minimum(tl.maximum(highest // DEPTH + 1, inside), end)
    sums = tl.zeros((BLOCK_GROUPS, WIDTH), dtype=tl.float32)
    if (inside == start) & (outside == end):
        sums = s176_add_shifts(b_ptr, c_ptr, sums, first, start, end, half, True, WIDTH, DEPTH)
    else:
        sums = s176_add_shifts(b_ptr, c_ptr, sums, first, start, end, half, False, WIDTH, DEPTH)
    outputs = first * WIDTH + tl.arange(0, BLOCK_GROUPS)[:, None] * WIDTH + tl.arange(0, WIDTH)[None, :]
    tl.atomic_add(a_ptr + outputs, sums, mask=outputs < half, sem="relaxed")


def s176(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, n: int) -> None:
    half = n // 2
    if half == 0:
        return
    BLOCK_GROUPS, WIDTH, DEPTH = 64, 64, 16
    groups = triton.cdiv(half, WIDTH)
    tiles = triton.cdiv(groups, BLOCK_GROUPS)
    all_shifts = triton.cdiv(half, DEPTH) + triton.cdiv(min(groups, BLOCK_GROUPS) * WIDTH, DEPTH) + 1
    shifts = triton.cdiv(all_shifts, triton.cdiv(396, tiles))
    parts = triton.cdiv(all_shifts, shifts)
    s176_kernel[(tiles, parts)](
        a, b, c, half, groups, shifts, BLOCK_GROUPS=BLOCK_GROUPS, WIDTH=WIDTH, DEPTH=DEPTH, num_warps=4
    )
