"""Elementwise on the lower triangle: tiles wholly above the diagonal do nothing, those wholly below need no mask of
their own, so that their accesses stay wide.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def add(aa_ptr, bb_ptr, cc_ptr, offsets, mask):
    bb = tl.load(bb_ptr + offsets, mask=mask)
    cc = tl.load(cc_ptr + offsets, mask=mask)
    tl.store(aa_ptr + offsets, bb + cc, mask=mask)


@triton.jit
def s1232_kernel(aa_ptr, bb_ptr, cc_ptr, m, BLOCK_ROWS: tl.constexpr, BLOCK_COLUMNS: tl.constexpr):
    first_row = tl.program_id(1).to(tl.int64) * BLOCK_ROWS
    first_column = tl.program_id(0).to(tl.int64) * BLOCK_COLUMNS
    rows = first_row + tl.arange(0, BLOCK_ROWS)
    columns = first_column + tl.arange(0, BLOCK_COLUMNS)
    offsets = rows[:, None] * m + columns[None, :]
    mask = (rows < m)[:, None] & (columns < m)[None, :]
    if first_column + BLOCK_COLUMNS <= first_row + 1:
        add(aa_ptr, bb_ptr, cc_ptr, offsets, mask)
    elif first_column < first_row + BLOCK_ROWS:
        add(aa_ptr, bb_ptr, cc_ptr, offsets, mask & (columns[None, :] <= rows[:, None]))


def s1232(aa: torch.Tensor, bb: torch.Tensor, cc: torch.Tensor, m: int) -> None:
    BLOCK_ROWS, BLOCK_COLUMNS = (8 if m <= 256 else 16), 64
    grid = (triton.cdiv(m, BLOCK_COLUMNS), triton.cdiv(m, BLOCK_ROWS))
    s1232_kernel[grid](aa, bb, cc, m, BLOCK_ROWS=BLOCK_ROWS, BLOCK_COLUMNS=BLOCK_COLUMNS)
