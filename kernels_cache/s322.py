"""Second-order linear recurrence as an associative scan of affine maps of the state (a[i], a[i - 1]), where
elements 0 and 1 are maps that only enter their values: the first launch composes each chunk, the second one
composes the preceding chunks in order, which gives the state before its own chunk, and scans that chunk in
place.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s322_times(matrix, state):
    """A product that is 0 for a zero state, also where the matrix has overflown."""
    return tl.where(state == 0.0, 0.0, matrix * state)


@triton.jit
def s322_compose(a11, a12, a21, a22, u1, u2, b11, b12, b21, b22, v1, v2):
    return (
        b11 * a11 + b12 * a21,
        b11 * a12 + b12 * a22,
        b21 * a11 + b22 * a21,
        b21 * a12 + b22 * a22,
        s322_times(b11, u1) + s322_times(b12, u2) + v1,
        s322_times(b21, u1) + s322_times(b22, u2) + v2,
    )


@triton.jit
def s322_scan(a_ptr, b_ptr, c_ptr, offsets, n):
    mask = offsets < n
    a = tl.load(a_ptr + offsets, mask=mask, other=0.0)
    b = tl.load(b_ptr + offsets, mask=mask & (offsets >= 2), other=0.0)
    c = tl.load(c_ptr + offsets, mask=mask & (offsets >= 2), other=0.0)
    shift = tl.where(offsets >= 1, 1.0, 0.0)
    zero = tl.zeros_like(a)
    return tl.associative_scan((b, c, shift, zero, a, zero), 0, s322_compose)


@triton.jit
def s322_pick(values, lanes, index):
    return tl.sum(tl.where(lanes == index, values, 0.0), 0)


@triton.jit
def s322_chunk_kernel(a_ptr, b_ptr, c_ptr, maps_ptr, n, steps, chunks, BLOCK_SIZE: tl.constexpr):
    chunk = tl.program_id(0).to(tl.int64)
    lanes = tl.arange(0, BLOCK_SIZE)
    one = tl.full((), 1.0, dtype=tl.float32)
    zero = tl.full((), 0.0, dtype=tl.float32)
    m11, m12, m21, m22, v1, v2 = one, zero, zero, one, zero, zero
    for step in range(steps):
        offsets = (chunk * steps + step) * BLOCK_SIZE + lanes
        s11, s12, s21, s22, t1, t2 = s322_scan(a_ptr, b_ptr, c_ptr, offsets, n)
        last = BLOCK_SIZE - 1
        m11, m12, m21, m22, v1, v2 = s322_compose(
            m11,
            m12,
            m21,
            m22,
            v1,
            v2,
            s322_pick(s11, lanes, last),
            s322_pick(s12, lanes, last),
            s322_pick(s21, lanes, last),
            s322_pick(s22, lanes, last),
            s322_pick(t1, lanes, last),
            s322_pick(t2, lanes, last),
        )
    tl.store(maps_ptr + chunk, m11)
    tl.store(maps_ptr + chunks + chunk, m12)
    tl.store(maps_ptr + chunks * 2 + chunk, m21)
    tl.store(maps_ptr + chunks * 3 + chunk, m22)
    tl.store(maps_ptr + chunks * 4 + chunk, v1)
    tl.store(maps_ptr + chunks * 5 + chunk, v2)


@triton.jit
def s322_update_kernel(
    a_ptr,
    b_ptr,
    c_ptr,
    maps_ptr,
    n,
    steps,
    chunks,
    BLOCK_SIZE: tl.constexpr,
    BLOCK_CHUNKS: tl.constexpr,
):
    chunk = tl.program_id(0).to(tl.int64)
    lanes = tl.arange(0, BLOCK_SIZE)
    others = tl.arange(0, BLOCK_CHUNKS)
    before = others < chunk
    m11 = tl.load(maps_ptr + others, mask=before, other=1.0)
    m12 = tl.load(maps_ptr + chunks + others, mask=before, other=0.0)
    m21 = tl.load(maps_ptr + chunks * 2 + others, mask=before, other=0.0)
    m22 = tl.load(maps_ptr + chunks * 3 + others, mask=before, other=1.0)
    v1 = tl.load(maps_ptr + chunks * 4 + others, mask=before, other=0.0)
    v2 = tl.load(maps_ptr + chunks * 5 + others, mask=before, other=0.0)
    m11, m12, m21, m22, v1, v2 = tl.associative_scan((m11, m12, m21, m22, v1, v2), 0, s322_compose)
    x1 = s322_pick(v1, others, chunk - 1)
    x2 = s322_pick(v2, others, chunk - 1)
    for step in range(steps):
        offsets = (chunk * steps + step) * BLOCK_SIZE + lanes
        s11, s12, s21, s22, t1, t2 = s322_scan(a_ptr, b_ptr, c_ptr, offsets, n)
        a_new = s322_times(s11, x1) + s322_times(s12, x2) + t1
        a_before = s322_times(s21, x1) + s322_times(s22, x2) + t2
        tl.store(a_ptr + offsets, a_new, mask=(offsets >= 2) & (offsets < n))
        x1 = s322_pick(a_new, lanes, BLOCK_SIZE - 1)
        x2 = s322_pick(a_before, lanes, BLOCK_SIZE - 1)


def s322(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, n: int) -> None:
    BLOCK_SIZE = min(512, max(256, triton.next_power_of_2(n)))
    blocks = triton.cdiv(n, BLOCK_SIZE)
    steps = triton.cdiv(blocks, 1024)
    chunks = triton.cdiv(blocks, steps)
    maps = torch.empty(chunks * 6, dtype=a.dtype, device=a.device)
    s322_chunk_kernel[(chunks,)](a, b, c, maps, n, steps, chunks, BLOCK_SIZE=BLOCK_SIZE)
    s322_update_kernel[(chunks,)](
        a,
        b,
        c,
        maps,
        n,
        steps,
        chunks,
        BLOCK_SIZE=BLOCK_SIZE,
        BLOCK_CHUNKS=triton.next_power_of_2(chunks),
    )
