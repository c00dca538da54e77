"""b[i] is b[0] plus the prefix sum of c * d + c * e: the first launch sums each chunk of these terms, the
second one scans them one place late, which gives b[i - 1], and does the two statements from there; b[0] is
never written.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s323_terms(c_ptr, d_ptr, e_ptr, offsets, n):
    """What iteration i - 1 adds to b."""
    mask = (offsets >= 2) & (offsets < n)
    c = tl.load(c_ptr + offsets - 1, mask=mask, other=0.0)
    d = tl.load(d_ptr + offsets - 1, mask=mask, other=0.0)
    e = tl.load(e_ptr + offsets - 1, mask=mask, other=0.0)
    return c * d + c * e


@triton.jit
def s323_sum_kernel(c_ptr, d_ptr, e_ptr, sums_ptr, n, steps, BLOCK_SIZE: tl.constexpr):
    chunk = tl.program_id(0).to(tl.int64)
    total = tl.zeros((BLOCK_SIZE,), dtype=tl.float32)
    for step in range(steps):
        offsets = (chunk * steps + step) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
        total += s323_terms(c_ptr, d_ptr, e_ptr, offsets, n)
    tl.store(sums_ptr + chunk, tl.sum(total, 0))


@triton.jit
def s323_scan_kernel(
    a_ptr,
    b_ptr,
    c_ptr,
    d_ptr,
    e_ptr,
    sums_ptr,
    n,
    steps,
    BLOCK_SIZE: tl.constexpr,
    BLOCK_CHUNKS: tl.constexpr,
):
    chunk = tl.program_id(0).to(tl.int64)
    others = tl.arange(0, BLOCK_CHUNKS)
    carry = tl.load(b_ptr) + tl.sum(tl.load(sums_ptr + others, mask=others < chunk, other=0.0), 0)
    for step in range(steps):
        offsets = (chunk * steps + step) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
        mask = (offsets >= 1) & (offsets < n)
        c = tl.load(c_ptr + offsets, mask=mask)
        d = tl.load(d_ptr + offsets, mask=mask)
        e = tl.load(e_ptr + offsets, mask=mask)
        terms = s323_terms(c_ptr, d_ptr, e_ptr, offsets, n)
        a_new = carry + tl.cumsum(terms, 0) + c * d
        tl.store(a_ptr + offsets, a_new, mask=mask)
        tl.store(b_ptr + offsets, a_new + c * e, mask=mask)
        carry += tl.sum(terms, 0)


def s323(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, d: torch.Tensor, e: torch.Tensor, n: int) -> None:
    BLOCK_SIZE = 1024
    blocks = triton.cdiv(n, BLOCK_SIZE)
    steps = triton.cdiv(blocks, 1024)
    chunks = triton.cdiv(blocks, steps)
    sums = torch.empty(chunks, dtype=b.dtype, device=b.device)
    s323_sum_kernel[(chunks,)](c, d, e, sums, n, steps, BLOCK_SIZE=BLOCK_SIZE)
    s323_scan_kernel[(chunks,)](
        a, b, c, d, e, sums, n, steps, BLOCK_SIZE=BLOCK_SIZE, BLOCK_CHUNKS=triton.next_power_of_2(chunks)
    )
