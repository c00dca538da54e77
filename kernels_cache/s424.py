"""64 interleaved prefix sums that start from flat[0..63]: a as rows of 64 in up to 512 chunks of rows; the
first launch sums every chunk's columns, in the second each program adds up the sums before its own and scans
its chunk tile by tile. The elements read from flat are never written.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s424_chunk_sum_kernel(a_ptr, partial_ptr, count, chunk, ROWS: tl.constexpr):
    pid = tl.program_id(0).to(tl.int64)
    columns = tl.arange(0, 64)
    end = tl.minimum((pid + 1) * chunk, count)
    acc = tl.zeros((64,), dtype=tl.float32)
    for start in range(pid * chunk, end, ROWS * 64):
        offsets = start + tl.arange(0, ROWS)[:, None] * 64 + columns[None, :]
        acc += tl.sum(tl.load(a_ptr + offsets, mask=offsets < count, other=0.0), axis=0)
    tl.store(partial_ptr + pid * 64 + columns, acc)


@triton.jit
def scan_tile(a_ptr, flat_ptr, carry, start, mask, ROWS: tl.constexpr):
    offsets = start + tl.arange(0, ROWS)[:, None] * 64 + tl.arange(0, 64)[None, :]
    a = tl.load(a_ptr + offsets, mask=mask, other=0.0)
    tl.store(flat_ptr + 64 + offsets, carry[None, :] + tl.cumsum(a, axis=0), mask=mask)
    return carry + tl.sum(a, axis=0)


@triton.jit
def s424_scan_kernel(a_ptr, flat_ptr, partial_ptr, count, chunk, ROWS: tl.constexpr):
    pid = tl.program_id(0).to(tl.int64)
    columns = tl.arange(0, 64)
    rows = tl.arange(0, ROWS)
    end = tl.minimum((pid + 1) * chunk, count)
    carry = tl.load(flat_ptr + columns, mask=columns < count, other=0.0)
    for first in range(0, pid, ROWS):
        before = first + rows
        partial = tl.load(
            partial_ptr + before[:, None] * 64 + columns[None, :], mask=before[:, None] < pid, other=0.0
        )
        carry += tl.sum(partial, axis=0)
    for start in range(pid * chunk, end, ROWS * 64):
        if start + ROWS * 64 <= count:
            mask = tl.full((ROWS, 64), True, dtype=tl.int1)  # a constant mask keeps wide accesses
            carry = scan_tile(a_ptr, flat_ptr, carry, start, mask, ROWS)
        else:
            mask = start + rows[:, None] * 64 + columns[None, :] < count
            carry = scan_tile(a_ptr, flat_ptr, carry, start, mask, ROWS)


def s424(a: torch.Tensor, flat: torch.Tensor, n: int) -> None:
    if n == 1:
        return
    ROWS = 16 if n <= 2**18 else 64
    num_warps = ROWS // 8
    chunk = triton.cdiv(n - 1, ROWS * 64 * 512) * ROWS * 64
    programs = triton.cdiv(n - 1, chunk)
    partial = torch.empty(programs * 64, dtype=torch.float32, device=a.device)
    if programs > 1:
        s424_chunk_sum_kernel[(programs,)](a, partial, n - 1, chunk, ROWS=ROWS, num_warps=num_warps)
    s424_scan_kernel[(programs,)](a, flat, partial, n - 1, chunk, ROWS=ROWS, num_warps=num_warps)
