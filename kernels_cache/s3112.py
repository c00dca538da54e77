"""Prefix sum in chunks: the first launch sums each of up to 1024 chunks, in the second every program adds up
the sums of the chunks before its own and scans its chunk tile by tile, carrying the total.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s3112_chunk_sum_kernel(a_ptr, partial_ptr, n, chunk, BLOCK_SIZE: tl.constexpr):
    pid = tl.program_id(0).to(tl.int64)
    end = tl.minimum((pid + 1) * chunk, n)
    acc = tl.zeros((BLOCK_SIZE,), dtype=tl.float32)
    for start in range(pid * chunk, end, BLOCK_SIZE):
        offsets = start + tl.arange(0, BLOCK_SIZE)
        acc += tl.load(a_ptr + offsets, mask=offsets < n, other=0.0)
    tl.store(partial_ptr + pid, tl.sum(acc, axis=0))


@triton.jit
def s3112_scan_kernel(
    a_ptr, b_ptr, partial_ptr, result_ptr, n, chunk, PARTIALS: tl.constexpr, BLOCK_SIZE: tl.constexpr
):
    pid = tl.program_id(0).to(tl.int64)
    end = tl.minimum((pid + 1) * chunk, n)
    chunks = tl.arange(0, PARTIALS)
    carry = tl.sum(tl.load(partial_ptr + chunks, mask=chunks < pid, other=0.0), axis=0)
    for start in range(pid * chunk, end, BLOCK_SIZE):
        offsets = start + tl.arange(0, BLOCK_SIZE)
        mask = offsets < n
        a = tl.load(a_ptr + offsets, mask=mask, other=0.0)
        prefix = carry + tl.cumsum(a, axis=0)
        tl.store(b_ptr + offsets, prefix, mask=mask)
        last = tl.minimum(start + BLOCK_SIZE, n) - 1
        carry = tl.sum(tl.where(offsets == last, prefix, 0.0), axis=0)
    if end == n:
        tl.store(result_ptr, carry)


def s3112(a: torch.Tensor, b: torch.Tensor, n: int) -> torch.Tensor:
    BLOCK_SIZE = 1024 if n <= 2**18 else 4096
    num_warps = BLOCK_SIZE // 256
    chunk = triton.cdiv(n, BLOCK_SIZE * 1024) * BLOCK_SIZE
    programs = triton.cdiv(n, chunk)
    result = torch.empty(1, dtype=torch.float32, device=a.device)
    partial = torch.empty(programs, dtype=torch.float32, device=a.device)
    if programs > 1:
        s3112_chunk_sum_kernel[(programs,)](a, partial, n, chunk, BLOCK_SIZE=BLOCK_SIZE, num_warps=num_warps)
    s3112_scan_kernel[(programs,)](
        a, b, partial, result, n, chunk, PARTIALS=1024, BLOCK_SIZE=BLOCK_SIZE, num_warps=num_warps
    )
    return result
