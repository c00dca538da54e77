"""Elementwise over the lower triangle: element (j, i), i <= j, of bb is added to flat[j * (j + 1) / 2 + i];
one program per lower tile."""

import torch
import triton
import triton.language as tl


@triton.jit
def s141_kernel(bb_ptr, flat_ptr, m, tiles, BLOCK_SIZE: tl.constexpr):
    # Tile row r has r + 1 tiles; rows r and tiles - 1 - r share one line of the grid, tiles + 1 places long.
    line = tl.program_id(1)
    place = tl.program_id(0)
    folded = place > line
    tile_row = tl.where(folded, tiles - 1 - line, line)
    tile_col = tl.where(folded, place - line - 1, place)
    inside = (folded == 0) | (tile_row > line)
    rows = tile_row * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    cols = tile_col * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = (cols[None, :] <= rows[:, None]) & (rows[:, None] < m) & inside
    j = rows.to(tl.int64)[:, None]
    bb = tl.load(bb_ptr + j * m + cols[None, :], mask=mask)
    packed = j * (j + 1) // 2 + cols[None, :]
    flat = tl.load(flat_ptr + packed, mask=mask)
    tl.store(flat_ptr + packed, flat + bb, mask=mask)


def s141(bb: torch.Tensor, flat: torch.Tensor, m: int) -> None:
    BLOCK_SIZE, num_warps = (16, 8) if m <= 256 else (32, 8) if m <= 1024 else (64, 4)
    tiles = triton.cdiv(m, BLOCK_SIZE)
    s141_kernel[(tiles + 1, triton.cdiv(tiles, 2))](bb, flat, m, tiles, BLOCK_SIZE=BLOCK_SIZE, num_warps=num_warps)
