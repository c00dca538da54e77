"""Step k replaces a[k * inc] by the old a[(k + 1) * inc] plus b[k * inc]: a shift by one step. The first launch saves
the first element of every following tile. The second loads its tile and that element, and stores only after all its
loads; where the GPU allows it starts early, and waits for the first launch after the loads that do not need it.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s175_save_kernel(
    a_ptr, halo_ptr, tiles, steps, stride, TILE: tl.constexpr, BLOCK_SIZE: tl.constexpr, OVERLAP: tl.constexpr
):
    if OVERLAP:  # the second launch may start now; it waits where it needs what this one writes
        tl.extra.cuda.gdc_launch_dependents()
    tile = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    following = (tile + 1) * TILE
    a = tl.load(a_ptr + following * stride, mask=following <= steps)
    tl.store(halo_ptr + tile, a, mask=tile < tiles)


@triton.jit
def shift_tile(a_ptr, b_ptr, halo_ptr, stride, tile, mask, TILE: tl.constexpr, OVERLAP: tl.constexpr):
    lane = tl.arange(0, TILE)
    offsets = tile * TILE + lane
    last = lane == TILE - 1
    ahead = tl.load(a_ptr + (offsets + 1) * stride, mask=mask & ~last)
    b = tl.load(b_ptr + offsets * stride, mask=mask)
    tl.debug_barrier()
    if OVERLAP:
        tl.extra.cuda.gdc_wait()
    halo = tl.load(halo_ptr + tile + lane - (TILE - 1), mask=mask & last)
    tl.store(a_ptr + offsets * stride, tl.where(last, halo, ahead) + b, mask=mask)


@triton.jit
def s175_kernel(a_ptr, b_ptr, halo_ptr, steps, stride, TILE: tl.constexpr, OVERLAP: tl.constexpr):
    tile = tl.program_id(0).to(tl.int64)
    if (tile + 1) * TILE <= steps:  # a constant mask keeps accesses wide
        shift_tile(a_ptr, b_ptr, halo_ptr, stride, tile, tl.full((TILE,), True, dtype=tl.int1), TILE, OVERLAP)
    else:
        mask = tile * TILE + tl.arange(0, TILE) < steps
        shift_tile(a_ptr, b_ptr, halo_ptr, stride, tile, mask, TILE, OVERLAP)


def s175(a: torch.Tensor, b: torch.Tensor, inc: int, n: int) -> None:
    steps = triton.cdiv(n - 1, inc)
    if steps == 0:
        return
    overlap = a.is_cuda and torch.version.hip is None and torch.cuda.get_device_capability(a.device)[0] >= 9
    options = {"launch_pdl": True} if overlap else {}
    TILE = 1024
    tiles = triton.cdiv(steps, TILE)
    halo = torch.empty(tiles, dtype=a.dtype, device=a.device)
    save_grid = (triton.cdiv(tiles, 128),)
    s175_save_kernel[save_grid](a, halo, tiles, steps, inc, TILE=TILE, BLOCK_SIZE=128, OVERLAP=overlap)
    s175_kernel[(tiles,)](a, b, halo, steps, inc, TILE=TILE, OVERLAP=overlap, num_warps=8, **options)
