"""Every element takes its old right neighbour. The first launch saves the first element of every following tile. The
second loads its tile and that element, and stores only after all its loads; where the GPU allows it starts early, and
waits for the first launch after the loads that do not need it.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s151_save_kernel(a_ptr, halo_ptr, tiles, n, TILE: tl.constexpr, BLOCK_SIZE: tl.constexpr, OVERLAP: tl.constexpr):
    if OVERLAP:  # the second launch may start now; it waits where it needs what this one writes
        tl.extra.cuda.gdc_launch_dependents()
    tile = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    following = (tile + 1) * TILE
    a = tl.load(a_ptr + following, mask=following < n)
    tl.store(halo_ptr + tile, a, mask=tile < tiles)


@triton.jit
def shift_tile(a_ptr, b_ptr, halo_ptr, tile, mask, TILE: tl.constexpr, OVERLAP: tl.constexpr):
    lane = tl.arange(0, TILE)
    offsets = tile * TILE + lane
    last = lane == TILE - 1
    ahead = tl.load(a_ptr + offsets + 1, mask=mask & ~last)
    b = tl.load(b_ptr + offsets, mask=mask)
    tl.debug_barrier()
    if OVERLAP:
        tl.extra.cuda.gdc_wait()
    halo = tl.load(halo_ptr + tile + lane - (TILE - 1), mask=mask & last)
    tl.store(a_ptr + offsets, tl.where(last, halo, ahead) + b, mask=mask)


@triton.jit
def s151_kernel(a_ptr, b_ptr, halo_ptr, n, TILE: tl.constexpr, OVERLAP: tl.constexpr):
    tile = tl.program_id(0).to(tl.int64)
    if (tile + 1) * TILE < n:  # a constant mask keeps accesses wide
        shift_tile(a_ptr, b_ptr, halo_ptr, tile, tl.full((TILE,), True, dtype=tl.int1), TILE, OVERLAP)
    else:
        mask = tile * TILE + tl.arange(0, TILE) < n - 1
        shift_tile(a_ptr, b_ptr, halo_ptr, tile, mask, TILE, OVERLAP)


def s151(a: torch.Tensor, b: torch.Tensor, n: int) -> None:
    if n < 2:
        return
    overlap = a.is_cuda and torch.version.hip is None and torch.cuda.get_device_capability(a.device)[0] >= 9
    options = {"launch_pdl": True} if overlap else {}
    TILE = 1024
    tiles = triton.cdiv(n - 1, TILE)
    halo = torch.empty(tiles, dtype=a.dtype, device=a.device)
    save_grid = (triton.cdiv(tiles, 128),)
    s151_save_kernel[save_grid](a, halo, tiles, n, TILE=TILE, BLOCK_SIZE=128, OVERLAP=overlap)
    s151_kernel[(tiles,)](a, b, halo, n, TILE=TILE, OVERLAP=overlap, num_warps=8, **options)
