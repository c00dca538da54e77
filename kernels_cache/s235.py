"""Each column of aa is a prefix sum of bb[j][i] * a[i] from aa[0][i], which nothing writes.

A program owns a few neighbouring columns and cuts them into chunks of rows that lanes add up on their own, all loads at
once; a scan of the chunks' totals gives each chunk what comes before it. Its a[i]
are updated first, loaded by all its threads before a barrier.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def join(sum, before, next_sum, next_before):
    return sum + next_sum, sum + next_before


@triton.jit
def s235_kernel(
    a_ptr, b_ptr, c_ptr, aa_ptr, bb_ptr, m, CHUNKS: tl.constexpr, CHUNK_ROWS: tl.constexpr, COLUMNS: tl.constexpr
):
    columns = tl.program_id(0).to(tl.int64) * COLUMNS + tl.arange(0, COLUMNS)
    inside = columns < m
    chunks = tl.arange(0, CHUNKS)
    carry = tl.load(aa_ptr + columns, mask=inside, other=0.0)
    a = tl.load(a_ptr + columns, mask=inside, other=0.0)
    b = tl.load(b_ptr + columns, mask=inside, other=0.0)
    c = tl.load(c_ptr + columns, mask=inside, other=0.0)
    tl.debug_barrier()
    a += b * c
    tl.store(a_ptr + columns, a, mask=inside)
    for start in range(1, m, CHUNKS * CHUNK_ROWS):
        rows = start + chunks * CHUNK_ROWS
        offsets = rows.to(tl.int64)[:, None] * m + columns[None, :]
        sums = ()
        total = tl.zeros((CHUNKS, COLUMNS), tl.float32)
        for k in tl.static_range(CHUNK_ROWS):
            mask = (rows + k < m)[:, None] & inside[None, :]
            bb = tl.load(bb_ptr + offsets + k * m, mask=mask, other=0.0)
            total += tl.where(mask, bb * a[None, :], 0.0)
            sums += (total,)
        _, before = tl.associative_scan((total, tl.zeros_like(total)), 0, join)
        before += carry[None, :]
        for k in tl.static_range(CHUNK_ROWS):
            mask = (rows + k < m)[:, None] & inside[None, :]
            tl.store(aa_ptr + offsets + k * m, before + sums[k], mask=mask)
        carry += tl.sum(total, 0)


def s235(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, aa: torch.Tensor, bb: torch.Tensor, m: int) -> None:
    if m <= 256:
        CHUNKS, CHUNK_ROWS, COLUMNS, num_warps = 16, 16, 8, 1
    elif m <= 1024:
        CHUNKS, CHUNK_ROWS, COLUMNS, num_warps = 64, 16, 8, 4
    else:
        CHUNKS, CHUNK_ROWS, COLUMNS, num_warps = 64, 8, 16, 8
    s235_kernel[(triton.cdiv(m, COLUMNS),)](
        a, b, c, aa, bb, m, CHUNKS=CHUNKS, CHUNK_ROWS=CHUNK_ROWS, COLUMNS=COLUMNS, num_warps=num_warps
    )
