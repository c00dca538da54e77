"""Each element takes an old element 63 further on: the first launch saves what the last 64 lanes of every tile read,
which the next tile may write. In the second a tile stores only when all its lanes have loaded; where the GPU allows
it starts early, and waits for the first launch after the loads that do not need it.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s423_save_kernel(flat_ptr, saved_ptr, count, TILE: tl.constexpr, SAVES: tl.constexpr, OVERLAP: tl.constexpr):
    if OVERLAP:  # the second launch may start now; it waits where it needs what this one writes
        tl.extra.cuda.gdc_launch_dependents()
    k = tl.program_id(0).to(tl.int64) * SAVES + tl.arange(0, SAVES)
    offsets = (k // 64 + 1) * TILE - 64 + k % 64
    mask = offsets < count
    tl.store(saved_ptr + k, tl.load(flat_ptr + 64 + offsets, mask=mask), mask=mask)


@triton.jit
def update_tile(a_ptr, flat_ptr, saved_ptr, tile, mask, TILE: tl.constexpr, OVERLAP: tl.constexpr):
    lane = tl.arange(0, TILE)
    offsets = tile * TILE + lane
    inside = lane < TILE - 64
    a = tl.load(a_ptr + offsets, mask=mask)
    old = tl.load(flat_ptr + 64 + offsets, mask=mask & inside)
    tl.debug_barrier()
    if OVERLAP:
        tl.extra.cuda.gdc_wait()
    saved = tl.load(saved_ptr + tile * 64 + lane - (TILE - 64), mask=mask & ~inside)
    tl.store(flat_ptr + 1 + offsets, tl.where(inside, old, saved) + a, mask=mask)


@triton.jit
def s423_kernel(a_ptr, flat_ptr, saved_ptr, count, TILE: tl.constexpr, OVERLAP: tl.constexpr):
    tile = tl.program_id(0).to(tl.int64)
    if (tile + 1) * TILE <= count:  # a constant mask keeps accesses wide
        update_tile(a_ptr, flat_ptr, saved_ptr, tile, tl.full((TILE,), True, dtype=tl.int1), TILE, OVERLAP)
    else:
        mask = tile * TILE + tl.arange(0, TILE) < count
        update_tile(a_ptr, flat_ptr, saved_ptr, tile, mask, TILE, OVERLAP)


def s423(a: torch.Tensor, flat: torch.Tensor, n: int) -> None:
    if n == 1:
        return
    overlap = a.is_cuda and torch.version.hip is None and torch.cuda.get_device_capability(a.device)[0] >= 9
    options = {"launch_pdl": True} if overlap else {}
    TILE = 1024
    tiles, SAVES = triton.cdiv(n - 1, TILE), 256
    saved = torch.empty(tiles * 64, dtype=flat.dtype, device=flat.device)
    save_grid = (triton.cdiv(tiles * 64, SAVES),)
    s423_save_kernel[save_grid](flat, saved, n - 1, TILE=TILE, SAVES=SAVES, OVERLAP=overlap)
    s423_kernel[(tiles,)](a, flat, saved, n - 1, TILE=TILE, OVERLAP=overlap, num_warps=8, **options)
