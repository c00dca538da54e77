"""Forward substitution a[i] += bb[i - 1 - k, i] * a[k], k < i, in blocks, a chain that is inherently
sequential from block to block. The first launch inverts all diagonal triangles of 32 and copies the other
tiles of the diagonal blocks of 256 into row order; then, for every 256 columns, one program solves them group
by group with those inverses, and many programs add their products to the columns behind."""

import torch
import triton
import triton.language as tl


@triton.jit
def s118_prepare_kernel(bb_ptr, inverse_ptr, tiles_ptr, m, GROUP: tl.constexpr, BLOCK_SIZE: tl.constexpr):
    group = tl.program_id(0)
    place = group % (BLOCK_SIZE // GROUP)
    part = tl.program_id(1)
    lane = tl.arange(0, GROUP)
    first = group.to(tl.int64) * GROUP
    cols = first + (part - place) * GROUP + lane
    if part == place:
        # Row r of the inverse solves the triangle for the unit vector r; all rows are solved together.
        x = tl.where(lane[:, None] == lane[None, :], 1.0, 0.0)
        row_ptr = bb_ptr + (lane.to(tl.int64) - 1) * m + cols
        for k in tl.static_range(GROUP):
            later = lane > k
            row = tl.load(row_ptr, mask=later & (cols < m), other=0.0)
            step = tl.gather(x, tl.full((GROUP, GROUP), k, dtype=tl.int32), axis=1)
            x = tl.where(later[None, :], x + row[None, :] * step, x)
            row_ptr -= m
        tl.store(inverse_ptr + cols[:, None] * GROUP + lane[None, :], x)
    elif part > place:
        rows = (first + lane)[:, None]
        source = (cols[None, :] - 1 - rows) * m + cols[None, :]
        tile = tl.load(bb_ptr + source, mask=cols[None, :] < m, other=0.0)
        tl.store(tiles_ptr + rows * BLOCK_SIZE + part * GROUP + lane[None, :], tile)


@triton.jit
def s118_load_group(
    tiles_ptr, inverse_ptr, first, start, last, GROUP: tl.constexpr, BLOCK_SIZE: tl.constexpr
):
    lane = tl.arange(0, GROUP)
    rows = first + lane
    cols = tl.arange(0, BLOCK_SIZE)[None, :]
    inside = (rows < last)[:, None]
    inverse = tl.load(
        inverse_ptr + rows.to(tl.int64)[:, None] * GROUP + lane[None, :], mask=inside, other=0.0
    )
    behind = inside & (cols >= first - start + GROUP) & (cols < last - start)
    tile = tl.load(tiles_ptr + rows.to(tl.int64)[:, None] * BLOCK_SIZE + cols, mask=behind, other=0.0)
    return inverse, tile


@triton.jit
def s118_solve_kernel(
    a_ptr, tiles_ptr, inverse_ptr, start, last, GROUP: tl.constexpr, BLOCK_SIZE: tl.constexpr
):
    lane = tl.arange(0, GROUP)
    triangle = lane[:, None] <= lane[None, :]
    cols = start + tl.arange(0, BLOCK_SIZE)
    rest = tl.load(a_ptr + cols, mask=cols < last, other=0.0)
    inverse, tile = s118_load_group(tiles_ptr, inverse_ptr, start, start, last, GROUP, BLOCK_SIZE)
    for first in range(start, last, GROUP):
        next_inverse, next_tile = s118_load_group(
            tiles_ptr, inverse_ptr, first + GROUP, start, last, GROUP, BLOCK_SIZE
        )
        right = tl.gather(rest, first - start + lane, axis=0)
        x = tl.sum(tl.where(triangle, right[:, None] * inverse, 0.0), axis=0)
        tl.store(a_ptr + first + lane, x, mask=first + lane < last)
        rest += tl.sum(tile * x[:, None], axis=0)
        inverse = next_inverse
        tile = next_tile


@triton.jit
def s118_update_kernel(
    a_ptr, bb_ptr, start, m, BLOCK_ROWS: tl.constexpr, BLOCK_COLS: tl.constexpr, BLOCK_SIZE: tl.constexpr
):
    # Row j of bb multiplies a[i - 1 - j]: it is read along its storage where that lies in the solved block.
    left = start + BLOCK_SIZE + tl.program_id(0) * BLOCK_COLS
    cols = left + tl.arange(0, BLOCK_COLS)
    top = left - start - BLOCK_SIZE
    products = tl.zeros((BLOCK_ROWS, BLOCK_COLS), dtype=tl.float32)
    for step in tl.static_range(0, BLOCK_SIZE + BLOCK_COLS - 1, BLOCK_ROWS):
        rows = (top + step + tl.arange(0, BLOCK_ROWS))[:, None]
        source = cols[None, :] - 1 - rows
        mask = (source >= start) & (source < start + BLOCK_SIZE) & (cols[None, :] < m)
        bb = tl.load(bb_ptr + rows.to(tl.int64) * m + cols[None, :], mask=mask, other=0.0)
        products += bb * tl.load(a_ptr + source, mask=mask, other=0.0)
    a = tl.load(a_ptr + cols, mask=cols < m)
    tl.store(a_ptr + cols, a + tl.sum(products, axis=0), mask=cols < m)


def s118(a: torch.Tensor, bb: torch.Tensor, m: int) -> None:
    if m < 2:
        return
    GROUP = 32
    BLOCK_SIZE = 256
    groups = triton.cdiv(m, GROUP)
    inverse = torch.empty(groups * GROUP * GROUP, dtype=bb.dtype, device=bb.device)
    tiles = torch.empty(groups * GROUP * BLOCK_SIZE, dtype=bb.dtype, device=bb.device)
    s118_prepare_kernel[(groups, BLOCK_SIZE // GROUP)](
        bb, inverse, tiles, m, GROUP=GROUP, BLOCK_SIZE=BLOCK_SIZE, num_warps=2
    )
    for start in range(0, m, BLOCK_SIZE):
        last = min(start + BLOCK_SIZE, m)
        s118_solve_kernel[(1,)](
            a, tiles, inverse, start, last, GROUP=GROUP, BLOCK_SIZE=BLOCK_SIZE, num_warps=8
        )
        if last < m:
            s118_update_kernel[(triton.cdiv(m - last, 32),)](
                a, bb, start, m, BLOCK_ROWS=64, BLOCK_COLS=32, BLOCK_SIZE=BLOCK_SIZE, num_warps=8
            )
