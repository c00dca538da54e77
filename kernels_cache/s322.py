"""Second-order linear recurrence as an associative scan of affine maps of the state (a[i], a[i - 1]), where elements
0 and 1 are maps that only enter their values; every lane of a warp composes eight elements in sequence, then the
lanes are scanned. The first launch composes each tile, the second one composes the preceding tiles, which gives the
state before its own tile, scans that again and goes through every lane's eight elements as C does. Where there are
many tiles, a launch between them scans them, so that each program needs one of them only.
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
def s322_last(values, LANES: tl.constexpr):
    """The last lane's value in every lane."""
    return tl.gather(values, tl.full((LANES,), LANES - 1, dtype=tl.int32), 0)


@triton.jit
def s322_split(values, LANES: tl.constexpr):
    even, odd = tl.split(tl.reshape(values, (LANES, 2, 2)))
    v0, v2 = tl.split(even)
    v1, v3 = tl.split(odd)
    return v0, v1, v2, v3


@triton.jit
def s322_join(v0, v1, v2, v3, LANES: tl.constexpr):
    return tl.reshape(tl.join(tl.join(v0, v2), tl.join(v1, v3)), (LANES, 4))


@triton.jit
def s322_offsets(block, LANES: tl.constexpr):
    """The first four of each lane's eight elements."""
    return (block * LANES + tl.arange(0, LANES)[:, None]) * 8 + tl.arange(0, 4)[None, :]


@triton.jit
def s322_load_eight(x_ptr, offsets, skipped, n, LANES: tl.constexpr):
    """Each lane's eight elements, 0 instead of the first of the array and beyond its end."""
    low = tl.load(x_ptr + offsets, mask=offsets < n, other=0.0)
    high = tl.load(x_ptr + offsets + 4, mask=offsets + 4 < n, other=0.0)
    x0, x1, x2, x3 = s322_split(tl.where(offsets < skipped, 0.0, low), LANES)
    x4, x5, x6, x7 = s322_split(high, LANES)
    return x0, x1, x2, x3, x4, x5, x6, x7


@triton.jit
def s322_next(a, b, c, p1, q1, u1, p2, q2, u2):
    return b * p1 + c * p2, b * q1 + c * q2, b * u1 + c * u2 + a


@triton.jit
def s322_pick(values, lanes, index):
    return tl.sum(tl.where(lanes == index, values, 0.0), 0)


@triton.jit
def s322_load(maps_ptr, tiles, lanes, mask):
    m11 = tl.load(maps_ptr + lanes, mask=mask, other=1.0)
    m12 = tl.load(maps_ptr + tiles + lanes, mask=mask, other=0.0)
    m21 = tl.load(maps_ptr + tiles * 2 + lanes, mask=mask, other=0.0)
    m22 = tl.load(maps_ptr + tiles * 3 + lanes, mask=mask, other=1.0)
    v1 = tl.load(maps_ptr + tiles * 4 + lanes, mask=mask, other=0.0)
    v2 = tl.load(maps_ptr + tiles * 5 + lanes, mask=mask, other=0.0)
    return tl.associative_scan((m11, m12, m21, m22, v1, v2), 0, s322_compose)


@triton.jit
def s322_scan(a_ptr, b_ptr, c_ptr, block, n, LANES: tl.constexpr):
    """The maps from the state before the first lane to the one behind each, and all elements of a, b and c."""
    offsets = s322_offsets(block, LANES)
    a0, a1, a2, a3, a4, a5, a6, a7 = s322_load_eight(a_ptr, offsets, 0, n, LANES)
    b0, b1, b2, b3, b4, b5, b6, b7 = s322_load_eight(b_ptr, offsets, 2, n, LANES)
    c0, c1, c2, c3, c4, c5, c6, c7 = s322_load_eight(c_ptr, offsets, 2, n, LANES)
    p0, q0, u0 = b0, c0, a0
    p1, q1, u1 = b1 * p0 + c1, b1 * q0, b1 * u0 + a1
    p2, q2, u2 = s322_next(a2, b2, c2, p1, q1, u1, p0, q0, u0)
    p3, q3, u3 = s322_next(a3, b3, c3, p2, q2, u2, p1, q1, u1)
    p4, q4, u4 = s322_next(a4, b4, c4, p3, q3, u3, p2, q2, u2)
    p5, q5, u5 = s322_next(a5, b5, c5, p4, q4, u4, p3, q3, u3)
    p6, q6, u6 = s322_next(a6, b6, c6, p5, q5, u5, p4, q4, u4)
    p7, q7, u7 = s322_next(a7, b7, c7, p6, q6, u6, p5, q5, u5)
    maps = tl.associative_scan((p7, q7, p6, q6, u7, u6), 0, s322_compose)
    return maps, (a0, a1, a2, a3, a4, a5, a6, a7), (b0, b1, b2, b3, b4, b5, b6, b7), (c0, c1, c2, c3, c4, c5, c6, c7)


@triton.jit
def s322_maps(a_ptr, b_ptr, c_ptr, block, n, LANES: tl.constexpr):
    maps, _a, _b, _c = s322_scan(a_ptr, b_ptr, c_ptr, block, n, LANES)
    return maps


@triton.jit
def s322_apply(a_ptr, block, maps, a, b, c, x1, x2, n, LANES: tl.constexpr):
    """Updates a block from the state before it, which every lane has; returns the state behind it."""
    m11, m12, m21, m22, v1, v2 = maps
    a0, a1, a2, a3, a4, a5, a6, a7 = a
    b0, b1, b2, b3, b4, b5, b6, b7 = b
    c0, c1, c2, c3, c4, c5, c6, c7 = c
    lanes = tl.arange(0, LANES)
    left = tl.maximum(lanes - 1, 0)
    z1 = s322_times(m11, x1) + s322_times(m12, x2) + v1
    z2 = s322_times(m21, x1) + s322_times(m22, x2) + v2
    y1 = tl.where(lanes == 0, x1, tl.gather(z1, left, 0))
    y2 = tl.where(lanes == 0, x2, tl.gather(z2, left, 0))
    a0 += b0 * y1 + c0 * y2
    a1 += b1 * a0 + c1 * y1
    a2 += b2 * a1 + c2 * a0
    a3 += b3 * a2 + c3 * a1
    a4 += b4 * a3 + c4 * a2
    a5 += b5 * a4 + c5 * a3
    a6 += b6 * a5 + c6 * a4
    a7 += b7 * a6 + c7 * a5
    offsets = s322_offsets(block, LANES)  # a[0] and a[1] keep their values
    tl.store(a_ptr + offsets, s322_join(a0, a1, a2, a3, LANES), mask=offsets < n)
    tl.store(a_ptr + offsets + 4, s322_join(a4, a5, a6, a7, LANES), mask=offsets + 4 < n)
    return s322_last(z1, LANES), s322_last(z2, LANES)


@triton.jit
def s322_tile_kernel(a_ptr, b_ptr, c_ptr, maps_ptr, n, tiles, steps, LANES: tl.constexpr, OVERLAP: tl.constexpr):
    if OVERLAP:  # the next launch may start now; it waits where it needs what this one writes
        tl.extra.cuda.gdc_launch_dependents()
    tile = tl.program_id(0).to(tl.int64)
    m11, m12, m21, m22, v1, v2 = s322_maps(a_ptr, b_ptr, c_ptr, tile * steps, n, LANES)
    for step in range(1, steps):
        s11, s12, s21, s22, t1, t2 = s322_maps(a_ptr, b_ptr, c_ptr, tile * steps + step, n, LANES)
        m11, m12, m21, m22, v1, v2 = s322_compose(
            s322_last(m11, LANES),
            s322_last(m12, LANES),
            s322_last(m21, LANES),
            s322_last(m22, LANES),
            s322_last(v1, LANES),
            s322_last(v2, LANES),
            s11,
            s12,
            s21,
            s22,
            t1,
            t2,
        )
    lanes = tl.arange(0, LANES)
    last = lanes == LANES - 1
    place = maps_ptr + tile + lanes * 0
    tl.store(place, m11, mask=last)
    tl.store(place + tiles, m12, mask=last)
    tl.store(place + tiles * 2, m21, mask=last)
    tl.store(place + tiles * 3, m22, mask=last)
    tl.store(place + tiles * 4, v1, mask=last)
    tl.store(place + tiles * 5, v2, mask=last)


@triton.jit
def s322_state_kernel(maps_ptr, tiles, BLOCK_SIZE: tl.constexpr, OVERLAP: tl.constexpr):
    """Turns the last two parts of the maps into the state behind each tile."""
    if OVERLAP:
        tl.extra.cuda.gdc_launch_dependents()
        tl.extra.cuda.gdc_wait()
    lanes = tl.arange(0, BLOCK_SIZE)
    x1 = tl.full((), 0.0, dtype=tl.float32)
    x2 = tl.full((), 0.0, dtype=tl.float32)
    for start in range(0, tiles, BLOCK_SIZE):
        mask = start + lanes < tiles
        m11, m12, m21, m22, v1, v2 = s322_load(maps_ptr + start, tiles, lanes, mask)
        y1 = s322_times(m11, x1) + s322_times(m12, x2) + v1
        y2 = s322_times(m21, x1) + s322_times(m22, x2) + v2
        tl.store(maps_ptr + tiles * 4 + start + lanes, y1, mask=mask)
        tl.store(maps_ptr + tiles * 5 + start + lanes, y2, mask=mask)
        x1 = s322_pick(y1, lanes, BLOCK_SIZE - 1)
        x2 = s322_pick(y2, lanes, BLOCK_SIZE - 1)


@triton.jit
def s322_update_kernel(
    a_ptr,
    b_ptr,
    c_ptr,
    maps_ptr,
    n,
    tiles,
    steps,
    LANES: tl.constexpr,
    BLOCK_TILES: tl.constexpr,
    STATES: tl.constexpr,
    OVERLAP: tl.constexpr,
):
    tile = tl.program_id(0).to(tl.int64)
    if STATES:  # the last tiles first: they are still in the cache
        tile = tl.num_programs(0) - 1 - tile
    maps, a, b, c = s322_scan(a_ptr, b_ptr, c_ptr, tile * steps, n, LANES)
    if OVERLAP:
        tl.extra.cuda.gdc_wait()
    if STATES:
        x1 = tl.load(maps_ptr + tiles * 4 + tile - 1, mask=tile > 0, other=0.0)
        x2 = tl.load(maps_ptr + tiles * 5 + tile - 1, mask=tile > 0, other=0.0)
    else:
        others = tl.arange(0, BLOCK_TILES)
        _m11, _m12, _m21, _m22, w1, w2 = s322_load(maps_ptr, tiles, others, others < tile)
        x1 = s322_pick(w1, others, BLOCK_TILES - 1)
        x2 = s322_pick(w2, others, BLOCK_TILES - 1)
    x1 = tl.broadcast_to(x1, (LANES,))
    x2 = tl.broadcast_to(x2, (LANES,))
    x1, x2 = s322_apply(a_ptr, tile * steps, maps, a, b, c, x1, x2, n, LANES)
    for step in range(1, steps):
        maps, a, b, c = s322_scan(a_ptr, b_ptr, c_ptr, tile * steps + step, n, LANES)
        x1, x2 = s322_apply(a_ptr, tile * steps + step, maps, a, b, c, x1, x2, n, LANES)


def s322(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, n: int) -> None:
    overlap = a.is_cuda and torch.version.hip is None and torch.cuda.get_device_capability(a.device)[0] >= 9
    options = {"launch_pdl": True} if overlap else {}
    LANES = 32
    steps = 1 if n <= 1 << 16 else 4 if n <= 1 << 21 else 8
    tiles = triton.cdiv(n, LANES * 8 * steps)
    states = tiles > 256
    maps = torch.empty(6 * tiles, dtype=a.dtype, device=a.device)
    s322_tile_kernel[(tiles,)](a, b, c, maps, n, tiles, steps, LANES=LANES, OVERLAP=overlap, num_warps=1)
    if states:
        s322_state_kernel[(1,)](maps, tiles, BLOCK_SIZE=4096, OVERLAP=overlap, num_warps=16, **options)
    s322_update_kernel[(tiles,)](
        a,
        b,
        c,
        maps,
        n,
        tiles,
        steps,
        LANES=LANES,
        BLOCK_TILES=32 if states else max(32, triton.next_power_of_2(tiles)),
        STATES=states,
        OVERLAP=overlap,
        num_warps=1,
        **options,
    )
