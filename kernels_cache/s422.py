"""Each element takes an old element 4 further on: the first launch saves what the last 4 lanes of every tile read,
which the next tile may write. In the second a tile stores only when all its lanes have loaded; where the GPU allows
it starts early, and waits for the first launch after the loads that do not need it.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s422_save_kernel(flat_ptr, saved_ptr, count, TILE: tl.constexpr, SAVES: tl.constexpr, OVERLAP: tl.constexpr):
    if OVERLAP:  # the second launch may start now; it waits where it needs what this one writes
        tl.extra.cuda.gdc_launch_dependents()
    k = tl.program_id(0).to(tl.int64) * SAVES + tl.arange(0, SAVES)
    offsets = (k // 4 + 1) * TILE - 4 + k % 4
    mask = offsets < count
    tl.store(saved_ptr + k, tl.load(flat_ptr + 8 + offsets, mask=mask), mask=mask)


@triton.jit
def update_tile(a_ptr, flat_ptr, saved_ptr, tile, mask, TILE: tl.constexpr, OVERLAP: tl.constexpr):
    lane = tl.arange(0, TILE)
    offsets = tile * TILE + lane
    inside = lane < TILE - 4
    a = tl.load(a_ptr + offsets, mask=mask)
    old = tl.load(flat_ptr + 8 + offsets, mask=mask & inside)
    tl.debug_barrier()
    if OVERLAP:
        tl.extra.cuda.gdc_wait()
    saved = tl.load(saved_ptr + tile * 4 + lane - (TILE - 4), mask=mask & ~inside)
    tl.store(flat_ptr + 4 + offsets, tl.where(inside, old, saved) + a, mask=mask)


@triton.jit
def s422_kernel(a_ptr, flat_ptr, saved_ptr, count, TILE: tl.constexpr, OVERLAP: tl.constexpr):
    tile = tl.program_id(0).to(tl.int64)
    if (tile + 1) * TILE <= count:  # a constant mask keeps accesses wide
        update_tile(a_ptr, flat_ptr, saved_ptr, tile, tl.full((TILE,), True, dtype=tl.int1), TILE, OVERLAP)
    else:
        mask = tile * TILE + tl.arange(0, TILE) < count
        update_tile(a_ptr, flat_ptr, saved_ptr, tile, mask, TILE, OVERLAP)


def s422(a: torch.Tensor, flat: torch.Tensor, n: int) -> None:
    overlap = a.is_cuda and torch.version.hip is None and torch.cuda.get_device_capability(a.device)[0] >= 9
    options = {"launch_pdl": True} if overlap else {}
    TILE = 1024
    tiles, SAVES = triton.cdiv(n, TILE), 128
    saved = torch.empty(tiles * 4, dtype=flat.dtype, device=flat.device)
    save_grid = (triton.cdiv(tiles * 4, SAVES),)
    s422_save_kernel[save_grid](flat, saved, n, TILE=TILE, SAVES=SAVES, OVERLAP=overlap)
    s422_kernel[(tiles,)](a, flat, saved, n, TILE=TILE, OVERLAP=overlap, num_warps=8, **options)
