"""y[i] = p * y[i - 1] + q: maps (p, q) compose associatively. The first launch composes each chunk to one map,
the second one composes the maps of the chunks before its own, which gives the y to start from. (A prefix sum is the
case p = 1: there tl.cumsum, which is inclusive, and sums of chunks do.)
"""

import torch
import triton
import triton.language as tl


@triton.jit
def compose(p1, q1, p2, q2):
    return p1 * p2, p2 * q1 + q2


@triton.jit
def scan_block(y_ptr, x_ptr, w_ptr, i, n):
    # Element 0 is the constant map to y[0]; past the end all maps are the identity.
    p = -tl.load(w_ptr + i, mask=(i >= 1) & (i < n), other=-1.0)
    q = tl.load(x_ptr + i, mask=(i >= 1) & (i < n), other=0.0)
    p = tl.where(i == 0, 0.0, p)
    q = tl.where(i == 0, tl.load(y_ptr), q)
    return tl.associative_scan((p, q), 0, compose)


@triton.jit
def last_of(values, lanes, BLOCK: tl.constexpr):
    return tl.sum(tl.where(lanes == BLOCK - 1, values, 0.0), axis=0)


@triton.jit
def chunk_kernel(p_ptr, q_ptr, y_ptr, x_ptr, w_ptr, n, steps, BLOCK: tl.constexpr):
    chunk, lanes = tl.program_id(0).to(tl.int64), tl.arange(0, BLOCK)
    p_all, q_all = tl.full((), 1.0, tl.float32), tl.full((), 0.0, tl.float32)
    for step in range(steps):
        p, q = scan_block(y_ptr, x_ptr, w_ptr, (chunk * steps + step) * BLOCK + lanes, n)
        p_all, q_all = compose(p_all, q_all, last_of(p, lanes, BLOCK), last_of(q, lanes, BLOCK))
    tl.store(p_ptr + chunk, p_all)
    tl.store(q_ptr + chunk, q_all)


@triton.jit
def scan_kernel(p_ptr, q_ptr, y_ptr, x_ptr, w_ptr, n, steps, BLOCK: tl.constexpr, CHUNKS: tl.constexpr):
    chunk, lanes, others = tl.program_id(0).to(tl.int64), tl.arange(0, BLOCK), tl.arange(0, CHUNKS)
    factors = tl.load(p_ptr + others, mask=others < chunk, other=1.0)
    terms = tl.load(q_ptr + others, mask=others < chunk, other=0.0)
    _, starts = tl.associative_scan((factors, terms), 0, compose)
    carry = last_of(starts, others, CHUNKS)
    for step in range(steps):
        i = (chunk * steps + step) * BLOCK + lanes
        p, q = scan_block(y_ptr, x_ptr, w_ptr, i, n)
        y = p * carry + q
        tl.store(y_ptr + i, y, mask=(i >= 1) & (i < n))  # y[0], which all programs read, is not stored
        carry = last_of(y, lanes, BLOCK)


def scan(y: torch.Tensor, x: torch.Tensor, w: torch.Tensor, n: int) -> None:
    BLOCK = 1024
    steps = triton.cdiv(triton.cdiv(n, BLOCK), 512)
    chunks = triton.cdiv(n, BLOCK * steps)
    p = torch.empty(chunks, dtype=torch.float32, device=y.device)
    q = torch.empty(chunks, dtype=torch.float32, device=y.device)
    chunk_kernel[(chunks,)](p, q, y, x, w, n, steps, BLOCK=BLOCK)
    scan_kernel[(chunks,)](p, q, y, x, w, n, steps, BLOCK=BLOCK, CHUNKS=triton.next_power_of_2(chunks))
