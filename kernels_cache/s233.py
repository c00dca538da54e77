"""The columns of aa and the rows of bb are independent prefix sums of cc, from row 0 and column 0, which nothing
writes: in one launch the first programs take columns of aa, the others rows of bb. A program cuts its columns into
chunks of rows that lanes add up on their own, and scans the chunks' totals; rows are scanned by blocks. Column 0 is
kept out of the stores by the programs that have it alone, so that the others' stay wide. In a large matrix programs are
small, so that both kinds run side by side and find what the other has read in the cache.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def join(sum, before, next_sum, next_before):
    return sum + next_sum, sum + next_before


@triton.jit
def s233_columns(
    aa_ptr, cc_ptr, m, columns_before, CHUNKS: tl.constexpr, CHUNK_ROWS: tl.constexpr, COLUMNS: tl.constexpr
):
    columns = columns_before + tl.arange(0, COLUMNS)
    inside = columns < m
    chunks = tl.arange(0, CHUNKS)
    carry = tl.load(aa_ptr + columns, mask=inside, other=0.0)
    for start in range(1, m, CHUNKS * CHUNK_ROWS):
        rows = start + chunks * CHUNK_ROWS
        offsets = rows.to(tl.int64)[:, None] * m + columns[None, :]
        sums = ()
        total = tl.zeros((CHUNKS, COLUMNS), tl.float32)
        for k in tl.static_range(CHUNK_ROWS):
            mask = (rows + k < m)[:, None] & inside[None, :]
            total += tl.load(cc_ptr + offsets + k * m, mask=mask, other=0.0)
            sums += (total,)
        _, before = tl.associative_scan((total, tl.zeros_like(total)), 0, join)
        before += carry[None, :]
        if columns_before > 0:
            for k in tl.static_range(CHUNK_ROWS):
                mask = (rows + k < m)[:, None] & inside[None, :]
                tl.store(aa_ptr + offsets + k * m, before + sums[k], mask=mask)
        else:
            for k in tl.static_range(CHUNK_ROWS):
                mask = (rows + k < m)[:, None] & (inside & (columns > 0))[None, :]
                tl.store(aa_ptr + offsets + k * m, before + sums[k], mask=mask)
        carry += tl.sum(total, 0)


@triton.jit
def s233_rows(bb_ptr, cc_ptr, m, block, ROWS: tl.constexpr, BLOCK_COLUMNS: tl.constexpr):
    rows = block * ROWS + tl.arange(0, ROWS)
    inside = (rows >= 1) & (rows < m)
    carry = tl.zeros((ROWS,), tl.float32)
    for start in range(0, m, BLOCK_COLUMNS):
        columns = start + tl.arange(0, BLOCK_COLUMNS)
        offsets = rows[:, None] * m + columns[None, :]
        mask = inside[:, None] & (columns < m)[None, :]
        first = (columns == 0)[None, :]
        cc = tl.load(cc_ptr + offsets, mask=mask, other=0.0)
        bb = tl.load(bb_ptr + offsets, mask=mask & first, other=0.0)
        terms = tl.where(first, bb, cc)
        sums = carry[:, None] + tl.cumsum(terms, 1)
        tl.store(bb_ptr + offsets, sums, mask=mask)  # column 0 as it was
        carry += tl.sum(terms, 1)


@triton.jit
def s233_kernel(
    aa_ptr,
    bb_ptr,
    cc_ptr,
    m,
    blocks,
    CHUNKS: tl.constexpr,
    CHUNK_ROWS: tl.constexpr,
    COLUMNS: tl.constexpr,
    ROWS: tl.constexpr,
    BLOCK_COLUMNS: tl.constexpr,
):
    block = tl.program_id(0).to(tl.int64)
    if block < blocks:
        s233_columns(aa_ptr, cc_ptr, m, block * COLUMNS, CHUNKS, CHUNK_ROWS, COLUMNS)
    else:
        s233_rows(bb_ptr, cc_ptr, m, block - blocks, ROWS, BLOCK_COLUMNS)


def s233(aa: torch.Tensor, bb: torch.Tensor, cc: torch.Tensor, m: int) -> None:
    if m <= 256:
        CHUNKS, CHUNK_ROWS, COLUMNS, ROWS, BLOCK_COLUMNS, num_warps = 16, 16, 8, 2, 256, 2
    elif m <= 1024:
        CHUNKS, CHUNK_ROWS, COLUMNS, ROWS, BLOCK_COLUMNS, num_warps = 128, 8, 8, 8, 512, 8
    else:
        CHUNKS, CHUNK_ROWS, COLUMNS, ROWS, BLOCK_COLUMNS, num_warps = 32, 8, 16, 2, 2048, 4
    blocks = triton.cdiv(m, COLUMNS)
    s233_kernel[(blocks + triton.cdiv(m, ROWS),)](
        aa,
        bb,
        cc,
        m,
        blocks,
        CHUNKS=CHUNKS,
        CHUNK_ROWS=CHUNK_ROWS,
        COLUMNS=COLUMNS,
        ROWS=ROWS,
        BLOCK_COLUMNS=BLOCK_COLUMNS,
        num_warps=num_warps,
    )
