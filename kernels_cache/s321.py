"""Linear recurrence as an associative scan of the maps x -> p * x + q, where element 0 is the constant map to a[0];
every lane composes four elements in sequence, then the lanes are scanned. The first launch composes each tile, the
second one composes the preceding tiles, which gives the a before its own tile, and updates that from there. Where
there are many tiles, a launch between them scans them, so that each program needs one of them only. A zero state is
kept apart, so that an overflown factor cannot turn it into NaN.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s321_compose(p1, q1, p2, q2):
    return p1 * p2, tl.where(q1 == 0.0, q2, p2 * q1 + q2)


@triton.jit
def s321_split(values, GROUPS: tl.constexpr):
    even, odd = tl.split(tl.reshape(values, (GROUPS, 2, 2)))
    v0, v2 = tl.split(even)
    v1, v3 = tl.split(odd)
    return v0, v1, v2, v3


@triton.jit
def s321_offsets(tile, GROUPS: tl.constexpr):
    return (tile * GROUPS + tl.arange(0, GROUPS)[:, None]) * 4 + tl.arange(0, 4)[None, :]


@triton.jit
def s321_maps(a_ptr, b_ptr, tile, n, GROUPS: tl.constexpr):
    """The maps from the a before four elements to each of them."""
    offsets = s321_offsets(tile, GROUPS)
    a = tl.load(a_ptr + offsets, mask=offsets < n, other=0.0)
    b = tl.load(b_ptr + offsets, mask=offsets < n, other=0.0)
    p0, b1, b2, b3 = s321_split(tl.where(offsets == 0, 0.0, b), GROUPS)
    q0, a1, a2, a3 = s321_split(a, GROUPS)
    p1, q1 = b1 * p0, b1 * q0 + a1
    p2, q2 = b2 * p1, b2 * q1 + a2
    p3, q3 = b3 * p2, b3 * q2 + a3
    return p0, p1, p2, p3, q0, q1, q2, q3


@triton.jit
def s321_tile_kernel(a_ptr, b_ptr, maps_ptr, n, tiles, GROUPS: tl.constexpr, OVERLAP: tl.constexpr):
    if OVERLAP:  # the next launch may start now; it waits where it needs what this one writes
        tl.extra.cuda.gdc_launch_dependents()
    tile = tl.program_id(0).to(tl.int64)
    _p0, _p1, _p2, p3, _q0, _q1, _q2, q3 = s321_maps(a_ptr, b_ptr, tile, n, GROUPS)
    p, q = tl.associative_scan((p3, q3), 0, s321_compose)
    lanes = tl.arange(0, GROUPS)
    tl.store(maps_ptr + tile + lanes * 0, p, mask=lanes == GROUPS - 1)
    tl.store(maps_ptr + tiles + tile + lanes * 0, q, mask=lanes == GROUPS - 1)


@triton.jit
def s321_state_kernel(maps_ptr, tiles, BLOCK_SIZE: tl.constexpr, OVERLAP: tl.constexpr):
    """Turns the second half of the maps into the a behind each tile."""
    if OVERLAP:
        tl.extra.cuda.gdc_launch_dependents()
        tl.extra.cuda.gdc_wait()
    lanes = tl.arange(0, BLOCK_SIZE)
    state = tl.full((), 0.0, dtype=tl.float32)
    for start in range(0, tiles, BLOCK_SIZE):
        mask = start + lanes < tiles
        p = tl.load(maps_ptr + start + lanes, mask=mask, other=1.0)
        q = tl.load(maps_ptr + tiles + start + lanes, mask=mask, other=0.0)
        p, q = tl.associative_scan((p, q), 0, s321_compose)
        states = tl.where(state == 0.0, q, p * state + q)
        tl.store(maps_ptr + tiles + start + lanes, states, mask=mask)
        state = tl.sum(tl.where(lanes == BLOCK_SIZE - 1, states, 0.0), 0)


@triton.jit
def s321_update_kernel(
    a_ptr,
    b_ptr,
    maps_ptr,
    n,
    tiles,
    GROUPS: tl.constexpr,
    BLOCK_TILES: tl.constexpr,
    STATES: tl.constexpr,
    OVERLAP: tl.constexpr,
):
    tile = tl.program_id(0).to(tl.int64)
    if STATES:  # the last tiles first: they are still in the cache
        tile = tl.num_programs(0) - 1 - tile
    p0, p1, p2, p3, q0, q1, q2, q3 = s321_maps(a_ptr, b_ptr, tile, n, GROUPS)
    p, q = tl.associative_scan((p3, q3), 0, s321_compose)
    if OVERLAP:
        tl.extra.cuda.gdc_wait()
    if STATES:
        state = tl.load(maps_ptr + tiles + tile - 1, mask=tile > 0, other=0.0)
    else:
        others = tl.arange(0, BLOCK_TILES)
        factors = tl.load(maps_ptr + others, mask=others < tile, other=1.0)
        states = tl.load(maps_ptr + tiles + others, mask=others < tile, other=0.0)
        factors, states = tl.associative_scan((factors, states), 0, s321_compose)
        state = tl.sum(tl.where(others == BLOCK_TILES - 1, states, 0.0), 0)
    lanes = tl.arange(0, GROUPS)
    behind = tl.where(state == 0.0, q, p * state + q)
    before = tl.where(lanes == 0, state, tl.gather(behind, tl.maximum(lanes - 1, 0), 0))
    zero = before == 0.0
    a0 = tl.where(zero, q0, p0 * before + q0)
    a1 = tl.where(zero, q1, p1 * before + q1)
    a2 = tl.where(zero, q2, p2 * before + q2)
    a3 = tl.where(zero, q3, p3 * before + q3)
    a_new = tl.reshape(tl.join(tl.join(a0, a2), tl.join(a1, a3)), (GROUPS, 4))
    offsets = s321_offsets(tile, GROUPS)
    tl.store(a_ptr + offsets, a_new, mask=offsets < n)  # a[0] keeps its value


def s321(a: torch.Tensor, b: torch.Tensor, n: int) -> None:
    overlap = a.is_cuda and torch.version.hip is None and torch.cuda.get_device_capability(a.device)[0] >= 9
    options = {"launch_pdl": True} if overlap else {}
    BLOCK_SIZE, num_warps = (256, 1) if n <= 1 << 15 else (1024, 4) if n <= 1 << 18 else (2048, 4)
    GROUPS = BLOCK_SIZE // 4
    tiles = triton.cdiv(n, BLOCK_SIZE)
    states = tiles > 512
    maps = torch.empty(2 * tiles, dtype=a.dtype, device=a.device)
    s321_tile_kernel[(tiles,)](a, b, maps, n, tiles, GROUPS=GROUPS, OVERLAP=overlap, num_warps=num_warps)
    if states:
        s321_state_kernel[(1,)](maps, tiles, BLOCK_SIZE=4096, OVERLAP=overlap, num_warps=16, **options)
    s321_update_kernel[(tiles,)](
        a,
        b,
        maps,
        n,
        tiles,
        GROUPS=GROUPS,
        BLOCK_TILES=32 if states else max(32, triton.next_power_of_2(tiles)),
        STATES=states,
        OVERLAP=overlap,
        num_warps=num_warps,
        **options,
    )
