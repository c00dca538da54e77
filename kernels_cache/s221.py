"""a is elementwise and b the prefix sum of a + d: the first launch updates a and sums each chunk, the second
one adds the sums of the preceding chunks and b[0], which nothing writes, to the scan of its own.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s221_sum_kernel(a_ptr, c_ptr, d_ptr, sums_ptr, n, steps, BLOCK_SIZE: tl.constexpr):
    chunk = tl.program_id(0).to(tl.int64)
    total = tl.zeros((BLOCK_SIZE,), dtype=tl.float32)
    for step in range(steps):
        offsets = (chunk * steps + step) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
        mask = (offsets >= 1) & (offsets < n)
        a = tl.load(a_ptr + offsets, mask=mask, other=0.0)
        c = tl.load(c_ptr + offsets, mask=mask, other=0.0)
        d = tl.load(d_ptr + offsets, mask=mask, other=0.0)
        a_new = a + c * d
        tl.store(a_ptr + offsets, a_new, mask=mask)
        total += a_new + d
    tl.store(sums_ptr + chunk, tl.sum(total, 0))


@triton.jit
def s221_scan_kernel(
    a_ptr, b_ptr, d_ptr, sums_ptr, n, steps, BLOCK_SIZE: tl.constexpr, BLOCK_CHUNKS: tl.constexpr
):
    chunk = tl.program_id(0).to(tl.int64)
    others = tl.arange(0, BLOCK_CHUNKS)
    carry = tl.load(b_ptr) + tl.sum(tl.load(sums_ptr + others, mask=others < chunk, other=0.0), 0)
    for step in range(steps):
        offsets = (chunk * steps + step) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
        mask = (offsets >= 1) & (offsets < n)
        a = tl.load(a_ptr + offsets, mask=mask, other=0.0)
        d = tl.load(d_ptr + offsets, mask=mask, other=0.0)
        terms = a + d
        tl.store(b_ptr + offsets, carry + tl.cumsum(terms, 0), mask=mask)
        carry += tl.sum(terms, 0)


def s221(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, d: torch.Tensor, n: int) -> None:
    BLOCK_SIZE = 1024
    blocks = triton.cdiv(n, BLOCK_SIZE)
    steps = triton.cdiv(blocks, 1024)
    chunks = triton.cdiv(blocks, steps)
    sums = torch.empty(chunks, dtype=b.dtype, device=b.device)
    s221_sum_kernel[(chunks,)](a, c, d, sums, n, steps, BLOCK_SIZE=BLOCK_SIZE)
    s221_scan_kernel[(chunks,)](
        a, b, d, sums, n, steps, BLOCK_SIZE=BLOCK_SIZE, BLOCK_CHUNKS=triton.next_power_of_2(chunks)
    )
