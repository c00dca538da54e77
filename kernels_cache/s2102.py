"""The identity matrix, written by tiles along the rows."""

import torch
import triton
import triton.language as tl


@triton.jit
def s2102_kernel(aa_ptr, m, BLOCK_ROWS: tl.constexpr, BLOCK_COLUMNS: tl.constexpr):
    rows = tl.program_id(1).to(tl.int64) * BLOCK_ROWS + tl.arange(0, BLOCK_ROWS)
    columns = tl.program_id(0).to(tl.int64) * BLOCK_COLUMNS + tl.arange(0, BLOCK_COLUMNS)
    offsets = rows[:, None] * m + columns[None, :]
    mask = (rows < m)[:, None] & (columns < m)[None, :]
    identity = tl.where(rows[:, None] == columns[None, :], 1.0, 0.0)
    tl.store(aa_ptr + offsets, identity, mask=mask)


def s2102(aa: torch.Tensor, m: int) -> None:
    BLOCK_ROWS, BLOCK_COLUMNS = 4, 256
    grid = (triton.cdiv(m, BLOCK_COLUMNS), triton.cdiv(m, BLOCK_ROWS))
    s2102_kernel[grid](aa, m, BLOCK_ROWS=BLOCK_ROWS, BLOCK_COLUMNS=BLOCK_COLUMNS)
