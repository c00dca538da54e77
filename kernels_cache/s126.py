"""Every column i is an independent prefix sum of flat[i * m + j - 1] * cc[j, i] that starts in row 0, which is never
written. A program owns a few neighbouring columns and scans them in blocks of rows; flat is read along its storage and
transposed in the program. In a large matrix the next block of rows is loaded meanwhile.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s126_load(cc_ptr, flat_ptr, steps, columns, inside, m):
    """What the rows steps + 1 need; flat has an element more than that."""
    flat_offsets = columns[:, None] * m + steps[None, :]
    flat = tl.load(flat_ptr + flat_offsets, mask=inside[:, None] & (steps < m)[None, :], other=0.0)
    offsets = (steps + 1).to(tl.int64)[:, None] * m + columns[None, :]
    cc = tl.load(cc_ptr + offsets, mask=(steps + 1 < m)[:, None] & inside[None, :], other=0.0)
    return flat, cc


@triton.jit
def s126_kernel(bb_ptr, cc_ptr, flat_ptr, m, BLOCK_ROWS: tl.constexpr, BLOCK_COLUMNS: tl.constexpr):
    columns = tl.program_id(0).to(tl.int64) * BLOCK_COLUMNS + tl.arange(0, BLOCK_COLUMNS)
    inside = columns < m
    carry = tl.load(bb_ptr + columns, mask=inside, other=0.0)
    for start in range(0, m - 1, BLOCK_ROWS):
        steps = start + tl.arange(0, BLOCK_ROWS)
        flat, cc = s126_load(cc_ptr, flat_ptr, steps, columns, inside, m)
        terms = tl.trans(flat) * cc
        offsets = (steps + 1).to(tl.int64)[:, None] * m + columns[None, :]
        mask = (steps + 1 < m)[:, None] & inside[None, :]
        tl.store(bb_ptr + offsets, carry[None, :] + tl.cumsum(terms, 0), mask=mask)
        carry += tl.sum(terms, 0)


@triton.jit
def s126_ahead_kernel(bb_ptr, cc_ptr, flat_ptr, m, BLOCK_ROWS: tl.constexpr, BLOCK_COLUMNS: tl.constexpr):
    columns = tl.program_id(0).to(tl.int64) * BLOCK_COLUMNS + tl.arange(0, BLOCK_COLUMNS)
    inside = columns < m
    carry = tl.load(bb_ptr + columns, mask=inside, other=0.0)
    flat_ahead, cc_ahead = s126_load(cc_ptr, flat_ptr, tl.arange(0, BLOCK_ROWS), columns, inside, m)
    for start in range(0, m - 1, BLOCK_ROWS):
        steps = start + tl.arange(0, BLOCK_ROWS)
        flat, cc = flat_ahead, cc_ahead
        flat_ahead, cc_ahead = s126_load(cc_ptr, flat_ptr, steps + BLOCK_ROWS, columns, inside, m)
        terms = tl.trans(flat) * cc
        offsets = (steps + 1).to(tl.int64)[:, None] * m + columns[None, :]
        mask = (steps + 1 < m)[:, None] & inside[None, :]
        tl.store(bb_ptr + offsets, carry[None, :] + tl.cumsum(terms, 0), mask=mask)
        carry += tl.sum(terms, 0)


def s126(bb: torch.Tensor, cc: torch.Tensor, flat: torch.Tensor, m: int) -> None:
    if m <= 256:
        BLOCK_ROWS, BLOCK_COLUMNS, num_warps = 256, 4, 4
    elif m <= 1024:
        BLOCK_ROWS, BLOCK_COLUMNS, num_warps = 256, 8, 8
    else:
        BLOCK_ROWS, BLOCK_COLUMNS, num_warps = 128, 16, 4
    kernel = s126_kernel if m <= 1024 else s126_ahead_kernel
    kernel[(triton.cdiv(m, BLOCK_COLUMNS),)](
        bb, cc, flat, m, BLOCK_ROWS=BLOCK_ROWS, BLOCK_COLUMNS=BLOCK_COLUMNS, num_warps=num_warps
    )
