"""The place of an element is the number of hits before it: the first launch counts the hits of each chunk, the
second one adds up the counts of the chunks before its own and ranks its hits with tl.cumsum, which is inclusive.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def count_kernel(count_ptr, x_ptr, w_ptr, n, steps, BLOCK: tl.constexpr):
    chunk = tl.program_id(0).to(tl.int64)
    hits = tl.zeros((BLOCK,), dtype=tl.int32)
    for step in range(steps):
        i = (chunk * steps + step) * BLOCK + tl.arange(0, BLOCK)
        x = tl.load(x_ptr + i, mask=i < n, other=0.0)
        w = tl.load(w_ptr + i, mask=i < n, other=0.0)
        hits += (x < w).to(tl.int32)
    tl.store(count_ptr + chunk, tl.sum(hits, axis=0))


@triton.jit
def pack_kernel(y_ptr, result_ptr, count_ptr, x_ptr, w_ptr, n, steps, BLOCK: tl.constexpr, CHUNKS: tl.constexpr):
    chunk, others = tl.program_id(0).to(tl.int64), tl.arange(0, CHUNKS)
    packed = tl.sum(tl.load(count_ptr + others, mask=others < chunk, other=0), axis=0)
    for step in range(steps):
        i = (chunk * steps + step) * BLOCK + tl.arange(0, BLOCK)
        x = tl.load(x_ptr + i, mask=i < n, other=0.0)
        w = tl.load(w_ptr + i, mask=i < n, other=0.0)
        hit = x < w
        flags = hit.to(tl.int32)
        tl.store(y_ptr + packed + tl.cumsum(flags, axis=0) - flags, w - x, mask=hit)
        packed += tl.sum(flags, axis=0)
    if chunk == tl.num_programs(0) - 1:
        tl.store(result_ptr, packed)


def compaction(y: torch.Tensor, x: torch.Tensor, w: torch.Tensor, n: int) -> torch.Tensor:
    BLOCK = 1024
    steps = triton.cdiv(triton.cdiv(n, BLOCK), 512)
    chunks = triton.cdiv(n, BLOCK * steps)
    count = torch.empty(chunks, dtype=torch.int32, device=y.device)
    result = torch.empty(1, dtype=torch.int32, device=y.device)
    count_kernel[(chunks,)](count, x, w, n, steps, BLOCK=BLOCK)
    pack_kernel[(chunks,)](y, result, count, x, w, n, steps, BLOCK=BLOCK, CHUNKS=triton.next_power_of_2(chunks))
    return result
