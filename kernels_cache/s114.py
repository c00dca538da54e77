"""The strict lower triangle is written from the strict upper one, so all elements are independent; one
program per lower tile, both tiles read along their rows."""

import torch
import triton
import triton.language as tl


@triton.jit
def s114_kernel(aa_ptr, bb_ptr, m, tiles, BLOCK_SIZE: tl.constexpr):
    # Tile row r has r + 1 tiles; rows r and tiles - 1 - r share one line of the grid, tiles + 1 places long.
    line = tl.program_id(1)
    place = tl.program_id(0)
    folded = place > line
    tile_row = tl.where(folded, tiles - 1 - line, line)
    tile_col = tl.where(folded, place - line - 1, place)
    inside = (folded == 0) | (tile_row > line)
    rows = tile_row * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    cols = tile_col * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    offsets = rows.to(tl.int64)[:, None] * m + cols[None, :]
    mirrored_offsets = cols.to(tl.int64)[:, None] * m + rows[None, :]
    if inside & (tile_row != tile_col) & ((tile_row + 1) * BLOCK_SIZE <= m):  # without a mask accesses are wide
        mirrored = tl.load(aa_ptr + mirrored_offsets)
        bb = tl.load(bb_ptr + offsets)
        tl.store(aa_ptr + offsets, tl.trans(mirrored) + bb)
    else:
        lower = (cols[None, :] < rows[:, None]) & (rows[:, None] < m) & inside
        upper = (cols[:, None] < rows[None, :]) & (rows[None, :] < m) & inside
        mirrored = tl.load(aa_ptr + mirrored_offsets, mask=upper, other=0.0)
        bb = tl.load(bb_ptr + offsets, mask=lower, other=0.0)
        tl.store(aa_ptr + offsets, tl.trans(mirrored) + bb, mask=lower)


def s114(aa: torch.Tensor, bb: torch.Tensor, m: int) -> None:
    if m < 2:
        return
    BLOCK_SIZE, num_warps = (16, 8) if m <= 256 else (32, 4) if m <= 1024 else (64, 4)
    tiles = triton.cdiv(m, BLOCK_SIZE)
    s114_kernel[(tiles + 1, triton.cdiv(tiles, 2))](aa, bb, m, tiles, BLOCK_SIZE=BLOCK_SIZE, num_warps=num_warps)
