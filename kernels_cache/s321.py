"""Linear recurrence as an associative scan of the maps x -> p * x + q, where element 0 is the constant map to
a[0]: the first launch composes each chunk, the second one composes the preceding chunks in order, which gives
the a before its own chunk, and scans that chunk in place; a zero state is kept apart, so that an overflown
factor cannot turn it into NaN.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s321_compose(p1, q1, p2, q2):
    return p1 * p2, tl.where(q1 == 0.0, q2, p2 * q1 + q2)


@triton.jit
def s321_scan(a_ptr, b_ptr, offsets, n):
    mask = offsets < n
    p = tl.load(b_ptr + offsets, mask=mask & (offsets >= 1), other=0.0)
    q = tl.load(a_ptr + offsets, mask=mask, other=0.0)
    return tl.associative_scan((p, q), 0, s321_compose)


@triton.jit
def s321_chunk_kernel(a_ptr, b_ptr, factors_ptr, states_ptr, n, steps, BLOCK_SIZE: tl.constexpr):
    chunk = tl.program_id(0).to(tl.int64)
    lanes = tl.arange(0, BLOCK_SIZE)
    factor = tl.full((), 1.0, dtype=tl.float32)
    state = tl.full((), 0.0, dtype=tl.float32)
    for step in range(steps):
        p, q = s321_scan(a_ptr, b_ptr, (chunk * steps + step) * BLOCK_SIZE + lanes, n)
        last = lanes == BLOCK_SIZE - 1
        p_last = tl.sum(tl.where(last, p, 0.0), 0)
        q_last = tl.sum(tl.where(last, q, 0.0), 0)
        factor, state = s321_compose(factor, state, p_last, q_last)
    tl.store(factors_ptr + chunk, factor)
    tl.store(states_ptr + chunk, state)


@triton.jit
def s321_update_kernel(
    a_ptr, b_ptr, factors_ptr, states_ptr, n, steps, BLOCK_SIZE: tl.constexpr, BLOCK_CHUNKS: tl.constexpr
):
    chunk = tl.program_id(0).to(tl.int64)
    lanes = tl.arange(0, BLOCK_SIZE)
    others = tl.arange(0, BLOCK_CHUNKS)
    factors = tl.load(factors_ptr + others, mask=others < chunk, other=1.0)
    states = tl.load(states_ptr + others, mask=others < chunk, other=0.0)
    factors, states = tl.associative_scan((factors, states), 0, s321_compose)
    carry = tl.sum(tl.where(others == chunk - 1, states, 0.0), 0)
    for step in range(steps):
        offsets = (chunk * steps + step) * BLOCK_SIZE + lanes
        p, q = s321_scan(a_ptr, b_ptr, offsets, n)
        a_new = tl.where(carry == 0.0, q, p * carry + q)
        tl.store(a_ptr + offsets, a_new, mask=(offsets >= 1) & (offsets < n))
        carry = tl.sum(tl.where(lanes == BLOCK_SIZE - 1, a_new, 0.0), 0)


def s321(a: torch.Tensor, b: torch.Tensor, n: int) -> None:
    BLOCK_SIZE = min(1024, max(256, triton.next_power_of_2(n)))
    blocks = triton.cdiv(n, BLOCK_SIZE)
    steps = triton.cdiv(blocks, 1024)
    chunks = triton.cdiv(blocks, steps)
    factors = torch.empty(chunks, dtype=a.dtype, device=a.device)
    states = torch.empty(chunks, dtype=a.dtype, device=a.device)
    s321_chunk_kernel[(chunks,)](a, b, factors, states, n, steps, BLOCK_SIZE=BLOCK_SIZE)
    s321_update_kernel[(chunks,)](
        a,
        b,
        factors,
        states,
        n,
        steps,
        BLOCK_SIZE=BLOCK_SIZE,
        BLOCK_CHUNKS=triton.next_power_of_2(chunks),
    )
