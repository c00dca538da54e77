"""Each column whose aa[0][i] is positive is a prefix sum of bb * cc from there, which nothing writes.

A program owns a few neighbouring columns and cuts them into chunks of rows that lanes add up on their own, all loads at
once; a scan of the chunks' totals gives each chunk what comes before it. Where all columns of a program are updated its
stores need no mask of columns and stay wide.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def join(sum, before, next_sum, next_before):
    return sum + next_sum, sum + next_before


@triton.jit
def s275_kernel(aa_ptr, bb_ptr, cc_ptr, m, CHUNKS: tl.constexpr, CHUNK_ROWS: tl.constexpr, COLUMNS: tl.constexpr):
    columns = tl.program_id(0).to(tl.int64) * COLUMNS + tl.arange(0, COLUMNS)
    inside = columns < m
    chunks = tl.arange(0, CHUNKS)
    carry = tl.load(aa_ptr + columns, mask=inside, other=1.0)
    updated = carry > 0.0
    all_updated = tl.min(updated.to(tl.int32), 0) == 1
    for start in range(1, m, CHUNKS * CHUNK_ROWS):
        rows = start + chunks * CHUNK_ROWS
        offsets = rows.to(tl.int64)[:, None] * m + columns[None, :]
        sums = ()
        total = tl.zeros((CHUNKS, COLUMNS), tl.float32)
        for k in tl.static_range(CHUNK_ROWS):
            mask = (rows + k < m)[:, None] & inside[None, :]
            bb = tl.load(bb_ptr + offsets + k * m, mask=mask, other=0.0)
            cc = tl.load(cc_ptr + offsets + k * m, mask=mask, other=0.0)
            total += bb * cc
            sums += (total,)
        _, before = tl.associative_scan((total, tl.zeros_like(total)), 0, join)
        before += carry[None, :]
        if all_updated:
            for k in tl.static_range(CHUNK_ROWS):
                mask = (rows + k < m)[:, None] & inside[None, :]
                tl.store(aa_ptr + offsets + k * m, before + sums[k], mask=mask)
        else:
            for k in tl.static_range(CHUNK_ROWS):
                mask = (rows + k < m)[:, None] & (inside & updated)[None, :]
                tl.store(aa_ptr + offsets + k * m, before + sums[k], mask=mask)
        carry += tl.sum(total, 0)


def s275(aa: torch.Tensor, bb: torch.Tensor, cc: torch.Tensor, m: int) -> None:
    if m <= 256:
        CHUNKS, CHUNK_ROWS, COLUMNS, num_warps = 32, 8, 4, 4
    elif m <= 1024:
        CHUNKS, CHUNK_ROWS, COLUMNS, num_warps = 128, 8, 8, 8
    else:
        CHUNKS, CHUNK_ROWS, COLUMNS, num_warps = 64, 8, 16, 8
    s275_kernel[(triton.cdiv(m, COLUMNS),)](
        aa, bb, cc, m, CHUNKS=CHUNKS, CHUNK_ROWS=CHUNK_ROWS, COLUMNS=COLUMNS, num_warps=num_warps
    )
