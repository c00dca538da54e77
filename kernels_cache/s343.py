"""Packing in column order by prefix counts. The matrix is cut into blocks of 32 columns and up to 32 strips
of rows; the first launch counts each block's positive elements, by column and in all. In the second every
program starts from the counts of the columns before each of its own and of the strips above, and stores its
elements at their ranks, tile by tile, transposed so that neighbours go to neighbouring places.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s343_count_kernel(
    bb_ptr, column_count_ptr, block_count_ptr, m, strip, strips, ROWS: tl.constexpr, COLUMNS: tl.constexpr
):
    pid = tl.program_id(0).to(tl.int64)
    columns = pid // strips * COLUMNS + tl.arange(0, COLUMNS)
    top = pid % strips * strip
    acc = tl.zeros((COLUMNS,), dtype=tl.int32)
    for start in range(top, tl.minimum(top + strip, m), ROWS):
        rows = start + tl.arange(0, ROWS)
        mask = (rows[:, None] < m) & (columns[None, :] < m)
        bb = tl.load(bb_ptr + rows[:, None] * m + columns[None, :], mask=mask, other=0.0)
        acc += tl.sum((bb > 0).to(tl.int32), axis=0)
    tl.store(column_count_ptr + pid * COLUMNS + tl.arange(0, COLUMNS), acc)
    tl.store(block_count_ptr + pid, tl.sum(acc, axis=0))


@triton.jit
def s343_pack_kernel(
    aa_ptr,
    bb_ptr,
    flat_ptr,
    column_count_ptr,
    block_count_ptr,
    m,
    strip,
    strips,
    STRIPS: tl.constexpr,
    COUNTS: tl.constexpr,
    ROWS: tl.constexpr,
    COLUMNS: tl.constexpr,
):
    pid = tl.program_id(0).to(tl.int64)
    lanes = tl.arange(0, COLUMNS)
    columns = pid // strips * COLUMNS + lanes
    top = pid % strips * strip
    first_block = pid // strips * strips
    acc = tl.zeros((COUNTS,), dtype=tl.int64)
    for start in range(0, first_block, COUNTS):
        blocks = start + tl.arange(0, COUNTS)
        acc += tl.load(block_count_ptr + blocks, mask=blocks < first_block, other=0)
    others = tl.arange(0, STRIPS)
    counts = tl.load(
        column_count_ptr + (first_block + others[:, None]) * COLUMNS + lanes[None, :],
        mask=others[:, None] < strips,
        other=0,
    )
    totals = tl.sum(counts, axis=0)
    above = tl.sum(tl.where(others[:, None] < pid % strips, counts, 0), axis=0)
    packed = tl.sum(acc, axis=0) + (tl.cumsum(totals, axis=0) - totals + above)
    for start in range(top, tl.minimum(top + strip, m), ROWS):
        rows = start + tl.arange(0, ROWS)
        offsets = rows[:, None] * m + columns[None, :]
        inside = (rows[:, None] < m) & (columns[None, :] < m)
        mask = tl.load(bb_ptr + offsets, mask=inside, other=0.0) > 0
        aa = tl.load(aa_ptr + offsets, mask=mask, other=0.0)
        flags = tl.trans(mask.to(tl.int32))
        k = packed[:, None] + tl.cumsum(flags, axis=1) - flags
        tl.store(flat_ptr + k, tl.trans(aa), mask=flags > 0)
        packed += tl.sum(flags, axis=1)


def s343(aa: torch.Tensor, bb: torch.Tensor, flat: torch.Tensor, m: int) -> None:
    ROWS, COLUMNS, STRIPS = 32, 32, 32
    strip = triton.cdiv(m, ROWS * STRIPS) * ROWS
    strips = triton.cdiv(m, strip)
    programs = triton.cdiv(m, COLUMNS) * strips
    column_count = torch.empty(programs * COLUMNS, dtype=torch.int32, device=flat.device)
    block_count = torch.empty(programs, dtype=torch.int32, device=flat.device)
    s343_count_kernel[(programs,)](
        bb, column_count, block_count, m, strip, strips, ROWS=ROWS, COLUMNS=COLUMNS
    )
    s343_pack_kernel[(programs,)](
        aa,
        bb,
        flat,
        column_count,
        block_count,
        m,
        strip,
        strips,
        STRIPS=STRIPS,
        COUNTS=1024,
        ROWS=ROWS,
        COLUMNS=COLUMNS,
    )
