"""Wavefront over square tiles, one launch for each anti-diagonal of tiles. Inside a tile a lane owns a row
and runs one column behind the lane above it, whose previous value it takes over in registers; eight steps are
stored together. float32(double(x) / 1.9) equals float32(double(x) * (1 / 1.9)) for each of the 2**32 float32
values, so the product is used.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s2111_tops(top_ptr, column, columns):
    """Eight elements of the row above the tile."""
    return (
        tl.load(top_ptr + column, mask=column < columns, other=0.0),
        tl.load(top_ptr + column + 1, mask=column + 1 < columns, other=0.0),
        tl.load(top_ptr + column + 2, mask=column + 2 < columns, other=0.0),
        tl.load(top_ptr + column + 3, mask=column + 3 < columns, other=0.0),
        tl.load(top_ptr + column + 4, mask=column + 4 < columns, other=0.0),
        tl.load(top_ptr + column + 5, mask=column + 5 < columns, other=0.0),
        tl.load(top_ptr + column + 6, mask=column + 6 < columns, other=0.0),
        tl.load(top_ptr + column + 7, mask=column + 7 < columns, other=0.0),
    )


@triton.jit
def s2111_step(x, top, active, lanes, above):
    """One step of the sweep: each active lane moves on to its next column."""
    up = tl.where(lanes == 0, top, tl.gather(x, above, 0))
    inverse = tl.full(x.shape, 0.5263157894736842, dtype=tl.float64)
    return tl.where(active, ((x + up).to(tl.float64) * inverse).to(tl.float32), x)


@triton.jit(do_not_specialize=["diagonal", "first"])
def s2111_kernel(aa_ptr, m, diagonal, first, BLOCK_SIZE: tl.constexpr):
    tile_row = first + tl.program_id(0)
    tile_column = diagonal - tile_row
    row = 1 + tile_row.to(tl.int64) * BLOCK_SIZE
    column = 1 + tile_column.to(tl.int64) * BLOCK_SIZE
    rows = tl.minimum(m - row, BLOCK_SIZE).to(tl.int32)
    columns = tl.minimum(m - column, BLOCK_SIZE).to(tl.int32)
    lanes = tl.arange(0, BLOCK_SIZE)
    above = tl.maximum(lanes - 1, 0)
    starts = aa_ptr + (row + lanes) * m + column
    top_ptr = aa_ptr + (row - 1) * m + column
    x = tl.load(starts - 1, mask=lanes < rows, other=0.0)
    t0, t1, t2, t3, t4, t5, t6, t7 = s2111_tops(top_ptr, 0, columns)
    for step in range(0, rows + columns - 1, 8):
        u0, u1, u2, u3, u4, u5, u6, u7 = s2111_tops(top_ptr, step + 8, columns)
        # The lane's column at the first of these eight steps; negative: not yet started.
        position = step - lanes
        x0 = s2111_step(x, t0, position >= 0, lanes, above)
        x1 = s2111_step(x0, t1, position >= -1, lanes, above)
        x2 = s2111_step(x1, t2, position >= -2, lanes, above)
        x3 = s2111_step(x2, t3, position >= -3, lanes, above)
        x4 = s2111_step(x3, t4, position >= -4, lanes, above)
        x5 = s2111_step(x4, t5, position >= -5, lanes, above)
        x6 = s2111_step(x5, t6, position >= -6, lanes, above)
        x = s2111_step(x6, t7, position >= -7, lanes, above)
        even = tl.join(tl.join(x0, x4), tl.join(x2, x6))
        odd = tl.join(tl.join(x1, x5), tl.join(x3, x))
        values = tl.reshape(tl.join(even, odd), (BLOCK_SIZE, 8))
        targets = position[:, None] + tl.arange(0, 8)[None, :]
        mask = (lanes < rows)[:, None] & (targets >= 0) & (targets < columns)
        tl.store(starts[:, None] + targets, values, mask=mask)
        t0, t1, t2, t3, t4, t5, t6, t7 = u0, u1, u2, u3, u4, u5, u6, u7


def s2111(aa: torch.Tensor, m: int) -> None:
    if m < 2:
        return
    BLOCK_SIZE = min(256, max(32, triton.next_power_of_2(m - 1)))
    tiles = triton.cdiv(m - 1, BLOCK_SIZE)
    for diagonal in range(2 * tiles - 1):
        first = max(0, diagonal - tiles + 1)
        grid = (min(diagonal, tiles - 1) - first + 1,)
        s2111_kernel[grid](aa, m, diagonal, first, BLOCK_SIZE=BLOCK_SIZE, num_warps=BLOCK_SIZE // 32)
