"""Forward substitution in blocks, a chain that is inherently sequential from block to block: the first launch
inverts all diagonal triangles of 32 at once; then, for every 256 columns, one program solves them group by
group with those inverses, and many programs subtract their products from the columns behind."""

import torch
import triton
import triton.language as tl


@triton.jit
def s115_invert_kernel(aa_ptr, inverse_ptr, m, GROUP: tl.constexpr):
    # Row r of the inverse solves the triangle for the unit vector r; all rows are solved together.
    lane = tl.arange(0, GROUP)
    first = tl.program_id(0).to(tl.int64) * GROUP
    cols = first + lane
    x = tl.where(lane[:, None] == lane[None, :], 1.0, 0.0)
    row_ptr = aa_ptr + first * m + cols
    for k in tl.static_range(GROUP):
        later = lane > k
        row = tl.load(row_ptr, mask=later & (cols < m), other=0.0)
        step = tl.gather(x, tl.full((GROUP, GROUP), k, dtype=tl.int32), axis=1)
        x = tl.where(later[None, :], x - row[None, :] * step, x)
        row_ptr += m
    tl.store(inverse_ptr + cols[:, None] * GROUP + lane[None, :], x)


@triton.jit
def s115_load_group(aa_ptr, inverse_ptr, first, last, cols, m, GROUP: tl.constexpr):
    lane = tl.arange(0, GROUP)
    rows = first + lane
    inside = (rows < last)[:, None]
    inverse = tl.load(
        inverse_ptr + rows.to(tl.int64)[:, None] * GROUP + lane[None, :], mask=inside, other=0.0
    )
    behind = inside & (cols[None, :] >= first + GROUP) & (cols[None, :] < last)
    tile = tl.load(aa_ptr + rows.to(tl.int64)[:, None] * m + cols[None, :], mask=behind, other=0.0)
    return inverse, tile


@triton.jit
def s115_solve_kernel(
    a_ptr, aa_ptr, inverse_ptr, start, last, m, GROUP: tl.constexpr, BLOCK_SIZE: tl.constexpr
):
    lane = tl.arange(0, GROUP)
    triangle = lane[:, None] <= lane[None, :]
    cols = start + tl.arange(0, BLOCK_SIZE)
    rest = tl.load(a_ptr + cols, mask=cols < last, other=0.0)
    inverse, tile = s115_load_group(aa_ptr, inverse_ptr, start, last, cols, m, GROUP)
    for first in range(start, last, GROUP):
        next_inverse, next_tile = s115_load_group(aa_ptr, inverse_ptr, first + GROUP, last, cols, m, GROUP)
        right = tl.gather(rest, first - start + lane, axis=0)
        x = tl.sum(tl.where(triangle, right[:, None] * inverse, 0.0), axis=0)
        tl.store(a_ptr + first + lane, x, mask=first + lane < last)
        rest -= tl.sum(tile * x[:, None], axis=0)
        inverse = next_inverse
        tile = next_tile


@triton.jit
def s115_update_kernel(a_ptr, aa_ptr, start, m, BLOCK_SIZE: tl.constexpr, BLOCK_COLS: tl.constexpr):
    rows = start + tl.arange(0, BLOCK_SIZE)
    cols = start + BLOCK_SIZE + tl.program_id(0) * BLOCK_COLS + tl.arange(0, BLOCK_COLS)
    mask = cols < m
    tile = tl.load(aa_ptr + rows.to(tl.int64)[:, None] * m + cols[None, :], mask=mask[None, :], other=0.0)
    solved = tl.load(a_ptr + rows)
    a = tl.load(a_ptr + cols, mask=mask)
    tl.store(a_ptr + cols, a - tl.sum(tile * solved[:, None], axis=0), mask=mask)


def s115(a: torch.Tensor, aa: torch.Tensor, m: int) -> None:
    if m < 2:
        return
    GROUP = 32
    BLOCK_SIZE = 256
    groups = triton.cdiv(m, GROUP)
    inverse = torch.empty(groups * GROUP * GROUP, dtype=aa.dtype, device=aa.device)
    s115_invert_kernel[(groups,)](aa, inverse, m, GROUP=GROUP, num_warps=4)
    for start in range(0, m, BLOCK_SIZE):
        last = min(start + BLOCK_SIZE, m)
        s115_solve_kernel[(1,)](
            a, aa, inverse, start, last, m, GROUP=GROUP, BLOCK_SIZE=BLOCK_SIZE, num_warps=8
        )
        if last < m:
            programs = triton.cdiv(m - last, 32)
            s115_update_kernel[(programs,)](
                a, aa, start, m, BLOCK_SIZE=BLOCK_SIZE, BLOCK_COLS=32, num_warps=8
            )
