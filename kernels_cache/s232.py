"""The quadratic map along a row has no associative form, so a row is sequential; the rows are independent and
lie one in each lane. Four columns of a row lie in the registers of its lane, so that lanes exchange nothing; the next
32 are loaded meanwhile. aa[j][0], the start of a row, is never written.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s232_load(bb_ptr, rows, start, end, m, WHOLE: tl.constexpr):
    """Four columns of each row: those before end, or where the rows are not WHOLE those up to the diagonal."""
    columns = start + tl.arange(0, 4)[None, :]
    if WHOLE:
        mask = (rows < m)[:, None] & (start < end)
    else:
        mask = (rows < m)[:, None] & (columns <= rows[:, None])
    return tl.load(bb_ptr + rows[:, None] * m + columns, mask=mask, other=0.0)


@triton.jit
def s232_load_chunk(bb_ptr, rows, start, end, m, WHOLE: tl.constexpr):
    """32 columns of each row."""
    b0 = s232_load(bb_ptr, rows, start, end, m, WHOLE)
    b1 = s232_load(bb_ptr, rows, start + 4, end, m, WHOLE)
    b2 = s232_load(bb_ptr, rows, start + 8, end, m, WHOLE)
    b3 = s232_load(bb_ptr, rows, start + 12, end, m, WHOLE)
    b4 = s232_load(bb_ptr, rows, start + 16, end, m, WHOLE)
    b5 = s232_load(bb_ptr, rows, start + 20, end, m, WHOLE)
    b6 = s232_load(bb_ptr, rows, start + 24, end, m, WHOLE)
    b7 = s232_load(bb_ptr, rows, start + 28, end, m, WHOLE)
    return b0, b1, b2, b3, b4, b5, b6, b7


@triton.jit
def s232_chain(aa_ptr, x, bb, rows, start, own, m, LANES: tl.constexpr, WHOLE: tl.constexpr, FIRST: tl.constexpr):
    """The next four columns of each row; returns the last. Only a FIRST group may hold column 0, which stays."""
    even, odd = tl.split(tl.reshape(bb, (LANES, 2, 2)))
    b0, b2 = tl.split(even)
    b1, b3 = tl.split(odd)
    x0 = x * x + b0
    if FIRST:
        x0 = tl.where(start > 0, x0, x)
    x1 = x0 * x0 + b1
    x2 = x1 * x1 + b2
    x3 = x2 * x2 + b3
    values = tl.reshape(tl.join(tl.join(x0, x2), tl.join(x1, x3)), (LANES, 4))
    columns = start + tl.arange(0, 4)[None, :]
    mask = own[:, None]
    if FIRST:
        mask &= columns >= 1
    if not WHOLE:
        mask &= columns <= rows[:, None]
    tl.store(aa_ptr + rows[:, None] * m + columns, values, mask=mask)
    return x3


@triton.jit
def s232_chain_chunk(aa_ptr, x, bb, rows, start, end, own, m, LANES: tl.constexpr, WHOLE: tl.constexpr):
    """The next 32 columns of each row; returns the last. Nothing happens from end on."""
    b0, b1, b2, b3, b4, b5, b6, b7 = bb
    own &= start < end
    y = s232_chain(aa_ptr, x, b0, rows, start, own, m, LANES, WHOLE, True)
    y = s232_chain(aa_ptr, y, b1, rows, start + 4, own, m, LANES, WHOLE, False)
    y = s232_chain(aa_ptr, y, b2, rows, start + 8, own, m, LANES, WHOLE, False)
    y = s232_chain(aa_ptr, y, b3, rows, start + 12, own, m, LANES, WHOLE, False)
    y = s232_chain(aa_ptr, y, b4, rows, start + 16, own, m, LANES, WHOLE, False)
    y = s232_chain(aa_ptr, y, b5, rows, start + 20, own, m, LANES, WHOLE, False)
    y = s232_chain(aa_ptr, y, b6, rows, start + 24, own, m, LANES, WHOLE, False)
    y = s232_chain(aa_ptr, y, b7, rows, start + 28, own, m, LANES, WHOLE, False)
    return tl.where(start < end, y, x)


@triton.jit
def s232_kernel(aa_ptr, bb_ptr, m, BLOCK_ROWS: tl.constexpr, LANES: tl.constexpr):
    first_row = tl.program_id(0) * BLOCK_ROWS
    lanes = tl.arange(0, LANES)  # the rows several times: four columns of so few rows would not fill a warp's lanes
    rows = first_row.to(tl.int64) + lanes % BLOCK_ROWS
    own = (lanes < BLOCK_ROWS) & (rows < m)
    # Every row is whole up to column `end`, and no longer than another 32.
    end = first_row // 32 * 32
    x = tl.load(aa_ptr + rows * m, mask=rows < m, other=0.0)
    b = s232_load_chunk(bb_ptr, rows, 0, end, m, True)
    c = s232_load_chunk(bb_ptr, rows, 32, end, m, True)
    d = s232_load_chunk(bb_ptr, rows, 64, end, m, True)
    e = s232_load_chunk(bb_ptr, rows, 96, end, m, True)
    f = s232_load_chunk(bb_ptr, rows, end, m, m, False)
    for start in range(0, end, 128):
        x = s232_chain_chunk(aa_ptr, x, b, rows, start, end, own, m, LANES, True)
        b = s232_load_chunk(bb_ptr, rows, start + 128, end, m, True)
        x = s232_chain_chunk(aa_ptr, x, c, rows, start + 32, end, own, m, LANES, True)
        c = s232_load_chunk(bb_ptr, rows, start + 160, end, m, True)
        x = s232_chain_chunk(aa_ptr, x, d, rows, start + 64, end, own, m, LANES, True)
        d = s232_load_chunk(bb_ptr, rows, start + 192, end, m, True)
        x = s232_chain_chunk(aa_ptr, x, e, rows, start + 96, end, own, m, LANES, True)
        e = s232_load_chunk(bb_ptr, rows, start + 224, end, m, True)
    s232_chain_chunk(aa_ptr, x, f, rows, end, m, own, m, LANES, False)


def s232(aa: torch.Tensor, bb: torch.Tensor, m: int) -> None:
    BLOCK_ROWS = 8
    s232_kernel[(triton.cdiv(m, BLOCK_ROWS),)](aa, bb, m, BLOCK_ROWS=BLOCK_ROWS, LANES=32, num_warps=1)
