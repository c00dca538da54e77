"""Every diagonal is an independent prefix sum that starts in row 0 or column 0, which are never written.

In a small matrix a program owns a few neighbouring diagonals and scans them in blocks of rows. In a large one it owns a
band of them below the main diagonal and the band m further right, which together have as many rows as any other's, and
cuts a band into chunks of rows that lanes add up on their own; a scan of the chunks' totals gives each chunk what comes
before it. The next chunks are loaded meanwhile.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s119_kernel(aa_ptr, bb_ptr, m, BLOCK_ROWS: tl.constexpr, BLOCK_SIZE: tl.constexpr):
    left = tl.program_id(0) * BLOCK_SIZE - (m - 2)
    right = left + BLOCK_SIZE - 1
    diagonals = left + tl.arange(0, BLOCK_SIZE)
    carry = tl.zeros((BLOCK_SIZE,), dtype=tl.float32)
    for start in range(tl.maximum(0, -right), tl.minimum(m, m - left), BLOCK_ROWS):
        rows = (start + tl.arange(0, BLOCK_ROWS))[:, None]
        cols = rows + diagonals[None, :]
        inside = (rows < m) & (cols >= 0) & (cols < m)
        border = (rows == 0) | (cols == 0)
        offsets = rows.to(tl.int64) * m + cols
        first = tl.load(aa_ptr + offsets, mask=inside & border, other=0.0)
        bb = tl.load(bb_ptr + offsets, mask=inside & (border == 0), other=0.0)
        terms = tl.where(border, first, bb)
        sums = tl.cumsum(terms, axis=0) + carry[None, :]
        carry += tl.sum(terms, axis=0)
        tl.store(aa_ptr + offsets, sums, mask=inside & (border == 0))


@triton.jit
def join(sum, before, next_sum, next_before):
    return sum + next_sum, sum + next_before


@triton.jit
def load_chunks(bb_ptr, rows, diagonals, first, end, m, CHUNK_ROWS: tl.constexpr):
    """CHUNK_ROWS rows of each chunk, from its first row on."""
    offsets = rows.to(tl.int64)[:, None] * (m + 1) + diagonals[None, :]
    loaded = ()
    for k in tl.static_range(CHUNK_ROWS):
        mask = ((rows + k)[:, None] >= first[None, :]) & ((rows + k)[:, None] < end[None, :])
        loaded += (tl.load(bb_ptr + offsets + k * (m + 1), mask=mask, other=0.0),)
    return loaded


@triton.jit
def s119_bands_kernel(aa_ptr, bb_ptr, m, CHUNKS: tl.constexpr, CHUNK_ROWS: tl.constexpr, DIAGONALS: tl.constexpr):
    chunks = tl.arange(0, CHUNKS)
    STEP: tl.constexpr = CHUNKS * CHUNK_ROWS
    for band in range(2):
        left = tl.program_id(0) * DIAGONALS + (band - 1) * m
        diagonals = left + tl.arange(0, DIAGONALS)
        # Those of the first band lie below the main diagonal. They are written in these rows, and start before them:
        first = tl.maximum(1, 1 - diagonals)
        end = tl.where(diagonals < band * m, tl.minimum(m, m - diagonals), 0)
        corner = tl.where(diagonals < 0, -diagonals.to(tl.int64) * m, diagonals)
        carry = tl.load(aa_ptr + corner, mask=first < end, other=0.0)
        begin = tl.maximum(1, 2 - left - DIAGONALS)
        ahead = load_chunks(bb_ptr, begin + chunks * CHUNK_ROWS, diagonals, first, end, m, CHUNK_ROWS)
        for start in range(begin, tl.minimum(m, m - left), STEP):
            rows = start + chunks * CHUNK_ROWS
            loaded = ahead
            ahead = load_chunks(bb_ptr, rows + STEP, diagonals, first, end, m, CHUNK_ROWS)
            sums = ()
            total = tl.zeros((CHUNKS, DIAGONALS), tl.float32)
            for k in tl.static_range(CHUNK_ROWS):
                total += loaded[k]
                sums += (total,)
            _, before = tl.associative_scan((total, tl.zeros_like(total)), 0, join)
            before += carry[None, :]
            offsets = rows.to(tl.int64)[:, None] * (m + 1) + diagonals[None, :]
            for k in tl.static_range(CHUNK_ROWS):
                mask = ((rows + k)[:, None] >= first[None, :]) & ((rows + k)[:, None] < end[None, :])
                tl.store(aa_ptr + offsets + k * (m + 1), before + sums[k], mask=mask)
            carry += tl.sum(total, 0)


def s119(aa: torch.Tensor, bb: torch.Tensor, m: int) -> None:
    if m < 2:
        return
    if m <= 1024:
        BLOCK_SIZE = 2 if m <= 256 else 4
        # The diagonals -(m - 2) .. m - 2; the two corners hold nothing to write.
        s119_kernel[(triton.cdiv(2 * m - 3, BLOCK_SIZE),)](
            aa, bb, m, BLOCK_ROWS=256, BLOCK_SIZE=BLOCK_SIZE, num_warps=8
        )
        return
    CHUNKS, CHUNK_ROWS, DIAGONALS, num_warps = 128, 4, 32, 16
    s119_bands_kernel[(triton.cdiv(m, DIAGONALS),)](
        aa, bb, m, CHUNKS=CHUNKS, CHUNK_ROWS=CHUNK_ROWS, DIAGONALS=DIAGONALS, num_warps=num_warps
    )
