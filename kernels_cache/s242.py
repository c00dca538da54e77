"""Prefix sum of s1 + s2 + b + c + d: the first launch sums each chunk, the second one adds the sums of the
preceding chunks and a[0], which nothing writes, to the scan of its own.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s242_terms(b_ptr, c_ptr, d_ptr, s1, s2, offsets, mask):
    b = tl.load(b_ptr + offsets, mask=mask, other=0.0)
    c = tl.load(c_ptr + offsets, mask=mask, other=0.0)
    d = tl.load(d_ptr + offsets, mask=mask, other=0.0)
    return tl.where(mask, s1 + s2 + b + c + d, 0.0)


@triton.jit
def s242_sum_kernel(b_ptr, c_ptr, d_ptr, sums_ptr, s1, s2, n, steps, BLOCK_SIZE: tl.constexpr):
    chunk = tl.program_id(0).to(tl.int64)
    total = tl.zeros((BLOCK_SIZE,), dtype=tl.float32)
    for step in range(steps):
        offsets = (chunk * steps + step) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
        mask = (offsets >= 1) & (offsets < n)
        total += s242_terms(b_ptr, c_ptr, d_ptr, s1, s2, offsets, mask)
    tl.store(sums_ptr + chunk, tl.sum(total, 0))


@triton.jit
def s242_scan_kernel(
    a_ptr,
    b_ptr,
    c_ptr,
    d_ptr,
    sums_ptr,
    s1,
    s2,
    n,
    steps,
    BLOCK_SIZE: tl.constexpr,
    BLOCK_CHUNKS: tl.constexpr,
):
    chunk = tl.program_id(0).to(tl.int64)
    others = tl.arange(0, BLOCK_CHUNKS)
    carry = tl.load(a_ptr) + tl.sum(tl.load(sums_ptr + others, mask=others < chunk, other=0.0), 0)
    for step in range(steps):
        offsets = (chunk * steps + step) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
        mask = (offsets >= 1) & (offsets < n)
        terms = s242_terms(b_ptr, c_ptr, d_ptr, s1, s2, offsets, mask)
        tl.store(a_ptr + offsets, carry + tl.cumsum(terms, 0), mask=mask)
        carry += tl.sum(terms, 0)


def s242(
    a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, d: torch.Tensor, s1: float, s2: float, n: int
) -> None:
    BLOCK_SIZE = 1024
    blocks = triton.cdiv(n, BLOCK_SIZE)
    steps = triton.cdiv(blocks, 1024)
    chunks = triton.cdiv(blocks, steps)
    sums = torch.empty(chunks, dtype=a.dtype, device=a.device)
    s242_sum_kernel[(chunks,)](b, c, d, sums, s1, s2, n, steps, BLOCK_SIZE=BLOCK_SIZE)
    s242_scan_kernel[(chunks,)](
        a,
        b,
        c,
        d,
        sums,
        s1,
        s2,
        n,
        steps,
        BLOCK_SIZE=BLOCK_SIZE,
        BLOCK_CHUNKS=triton.next_power_of_2(chunks),
    )
