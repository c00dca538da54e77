"""The quadratic map along a row has no associative form, so a row is sequential; the rows are independent. A row's next
columns lie in the registers of several lanes, DEPTH in each, and those after them are loaded meanwhile: so much must be
on its way that no row waits for memory. All lanes compute from the last column that is known, each from what it holds;
the one whose turn it is stores, and hands its last column on. aa[j][0], the start of a row, is never written.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s232_load(bb_ptr, rows, lanes, start, end, m, DEPTH: tl.constexpr, WHOLE: tl.constexpr):
    """DEPTH columns for each lane, by fours: those before end, or where the rows are not WHOLE up to the diagonal."""
    groups = ()
    for q in tl.static_range(DEPTH // 4):
        columns = start + (lanes * DEPTH)[None, :, None] + 4 * q + tl.arange(0, 4)[None, None, :]
        if WHOLE:
            mask = (rows < m)[:, None, None] & (start < end)
        else:
            mask = (rows < m)[:, None, None] & (columns <= rows[:, None, None])
        groups += (tl.load(bb_ptr + rows[:, None, None] * m + columns, mask=mask, other=0.0),)
    return groups


@triton.jit
def s232_chain(
    aa_ptr,
    last,
    groups,
    rows,
    lanes,
    start,
    m,
    BLOCK_ROWS: tl.constexpr,
    LANES: tl.constexpr,
    DEPTH: tl.constexpr,
    WHOLE: tl.constexpr,
):
    """The next LANES * DEPTH columns of each row; returns the last one."""
    for lane in range(LANES):
        x3 = last
        for q in tl.static_range(DEPTH // 4):
            even, odd = tl.split(tl.reshape(groups[q], (BLOCK_ROWS, LANES, 2, 2)))
            b0, b2 = tl.split(even)
            b1, b3 = tl.split(odd)
            x0 = x3 * x3 + b0
            if q == 0:
                x0 = tl.where(start + lane > 0, x0, x3)
            x1 = x0 * x0 + b1
            x2 = x1 * x1 + b2
            x3 = x2 * x2 + b3
            values = tl.reshape(tl.join(tl.join(x0, x2), tl.join(x1, x3)), (BLOCK_ROWS, LANES, 4))
            columns = start + lane * DEPTH + 4 * q + tl.arange(0, 4)[None, None, :]
            mask = (rows < m)[:, None, None] & (lanes == lane)[None, :, None]
            if q == 0:
                mask &= columns >= 1
            if not WHOLE:
                mask &= columns <= rows[:, None, None]
            tl.store(aa_ptr + rows[:, None, None] * m + tl.broadcast_to(columns, (1, LANES, 4)), values, mask=mask)
        last = tl.sum(tl.where((lanes == lane)[None, :], x3, 0.0), axis=1)[:, None]
        last = tl.broadcast_to(last, (BLOCK_ROWS, LANES))
    return last


@triton.jit
def s232_kernel(aa_ptr, bb_ptr, m, BLOCK_ROWS: tl.constexpr, LANES: tl.constexpr, DEPTH: tl.constexpr):
    first_row = (tl.num_programs(0) - 1 - tl.program_id(0)) * BLOCK_ROWS  # the longest rows begin first
    rows = first_row.to(tl.int64) + tl.arange(0, BLOCK_ROWS)
    lanes = tl.arange(0, LANES)
    # Every row is whole up to column `end`, and no longer than another chunk.
    CHUNK: tl.constexpr = LANES * DEPTH
    end = first_row // CHUNK * CHUNK
    last = tl.load(aa_ptr + rows * m, mask=rows < m, other=0.0)
    last = tl.broadcast_to(last[:, None], (BLOCK_ROWS, LANES))
    groups = s232_load(bb_ptr, rows, lanes, 0, end, m, DEPTH, True)
    for start in range(0, end, CHUNK):
        ahead = s232_load(bb_ptr, rows, lanes, start + CHUNK, end, m, DEPTH, True)
        last = s232_chain(aa_ptr, last, groups, rows, lanes, start, m, BLOCK_ROWS, LANES, DEPTH, True)
        groups = ahead
    groups = s232_load(bb_ptr, rows, lanes, end, end, m, DEPTH, False)
    s232_chain(aa_ptr, last, groups, rows, lanes, end, m, BLOCK_ROWS, LANES, DEPTH, False)


def s232(aa: torch.Tensor, bb: torch.Tensor, m: int) -> None:
    BLOCK_ROWS, LANES = (8, 4) if m <= 512 else (4, 8)
    s232_kernel[(triton.cdiv(m, BLOCK_ROWS),)](aa, bb, m, BLOCK_ROWS=BLOCK_ROWS, LANES=LANES, DEPTH=16, num_warps=1)
