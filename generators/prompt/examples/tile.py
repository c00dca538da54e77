"""One program a tile; the column index is the fast one in memory, so it lies along the last axis."""

import torch
import triton
import triton.language as tl


@triton.jit
def tile_kernel(yy_ptr, xx_ptr, m, ROWS: tl.constexpr, COLUMNS: tl.constexpr):
    i = 1 + tl.program_id(1).to(tl.int64) * ROWS + tl.arange(0, ROWS)[:, None]
    j = tl.program_id(0).to(tl.int64) * COLUMNS + tl.arange(0, COLUMNS)[None, :]
    inside = (i < m) & (j < m - 1)
    above = tl.load(xx_ptr + (i - 1) * m + j + 1, mask=inside, other=0.0)
    across = tl.load(xx_ptr + j * m + i, mask=inside, other=0.0)
    tl.store(yy_ptr + i * m + j, above - across, mask=inside)


def tile(yy: torch.Tensor, xx: torch.Tensor, m: int) -> None:
    if m < 2:
        return
    ROWS, COLUMNS = 32, 32
    grid = (triton.cdiv(m - 1, COLUMNS), triton.cdiv(m - 1, ROWS))
    tile_kernel[grid](yy, xx, m, ROWS=ROWS, COLUMNS=COLUMNS)
