"""The quadratic map along a row has no associative form, so a row is sequential; the rows are independent and
lie one in each lane, eight to a program. A lane takes eight columns at a time, splits them into registers, runs
the chain and joins them again; the next 64 are loaded meanwhile. aa[j][0], the start of a row, is never written.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s232_load(bb_ptr, rows, start, m, BLOCK_ROWS: tl.constexpr):
    """Eight columns of each row, as far as they are written."""
    columns = start + tl.arange(0, 8)[None, :]
    mask = (rows < m)[:, None] & (columns >= 1) & (columns <= rows[:, None])
    return tl.load(bb_ptr + rows[:, None] * m + columns, mask=mask, other=0.0)


@triton.jit
def s232_chain(aa_ptr, x, bb, rows, start, m, BLOCK_ROWS: tl.constexpr):
    even, odd = tl.split(tl.reshape(bb, (BLOCK_ROWS, 2, 2, 2)))
    even04, even26 = tl.split(even)
    odd15, odd37 = tl.split(odd)
    b0, b4 = tl.split(even04)
    b2, b6 = tl.split(even26)
    b1, b5 = tl.split(odd15)
    b3, b7 = tl.split(odd37)
    x0 = tl.where(start > 0, x * x + b0, x)
    x1 = x0 * x0 + b1
    x2 = x1 * x1 + b2
    x3 = x2 * x2 + b3
    x4 = x3 * x3 + b4
    x5 = x4 * x4 + b5
    x6 = x5 * x5 + b6
    x7 = x6 * x6 + b7
    even = tl.join(tl.join(x0, x4), tl.join(x2, x6))
    odd = tl.join(tl.join(x1, x5), tl.join(x3, x7))
    columns = start + tl.arange(0, 8)[None, :]
    mask = (rows < m)[:, None] & (columns >= 1) & (columns <= rows[:, None])
    values = tl.reshape(tl.join(even, odd), (BLOCK_ROWS, 8))
    tl.store(aa_ptr + rows[:, None] * m + columns, values, mask=mask)
    return x7


@triton.jit
def s232_kernel(aa_ptr, bb_ptr, m, BLOCK_ROWS: tl.constexpr):
    first_row = tl.program_id(0).to(tl.int64) * BLOCK_ROWS
    rows = first_row + tl.arange(0, BLOCK_ROWS)
    end = tl.minimum(first_row + BLOCK_ROWS, m).to(tl.int32)
    x = tl.load(aa_ptr + rows * m, mask=rows < m, other=0.0)
    b0 = s232_load(bb_ptr, rows, 0, m, BLOCK_ROWS)
    b1 = s232_load(bb_ptr, rows, 8, m, BLOCK_ROWS)
    b2 = s232_load(bb_ptr, rows, 16, m, BLOCK_ROWS)
    b3 = s232_load(bb_ptr, rows, 24, m, BLOCK_ROWS)
    b4 = s232_load(bb_ptr, rows, 32, m, BLOCK_ROWS)
    b5 = s232_load(bb_ptr, rows, 40, m, BLOCK_ROWS)
    b6 = s232_load(bb_ptr, rows, 48, m, BLOCK_ROWS)
    b7 = s232_load(bb_ptr, rows, 56, m, BLOCK_ROWS)
    for start in range(0, end, 32):
        c0 = s232_load(bb_ptr, rows, start + 64, m, BLOCK_ROWS)
        c1 = s232_load(bb_ptr, rows, start + 72, m, BLOCK_ROWS)
        c2 = s232_load(bb_ptr, rows, start + 80, m, BLOCK_ROWS)
        c3 = s232_load(bb_ptr, rows, start + 88, m, BLOCK_ROWS)
        x = s232_chain(aa_ptr, x, b0, rows, start, m, BLOCK_ROWS)
        x = s232_chain(aa_ptr, x, b1, rows, start + 8, m, BLOCK_ROWS)
        x = s232_chain(aa_ptr, x, b2, rows, start + 16, m, BLOCK_ROWS)
        x = s232_chain(aa_ptr, x, b3, rows, start + 24, m, BLOCK_ROWS)
        b0, b1, b2, b3 = b4, b5, b6, b7
        b4, b5, b6, b7 = c0, c1, c2, c3


def s232(aa: torch.Tensor, bb: torch.Tensor, m: int) -> None:
    BLOCK_ROWS = 8
    s232_kernel[(triton.cdiv(m, BLOCK_ROWS),)](aa, bb, m, BLOCK_ROWS=BLOCK_ROWS, num_warps=1)
