"""Step k replaces a[k * inc] by the old a[(k + 1) * inc] plus b[k * inc]: a shift by one step. The first
launch saves the first element of every following tile; the second loads its tile and that saved element, and
stores only after all its loads."""

import torch
import triton
import triton.language as tl


@triton.jit
def s175_save_kernel(a_ptr, halo_ptr, tiles, steps, stride, TILE: tl.constexpr, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    following = (offsets + 1) * TILE
    a = tl.load(a_ptr + following * stride, mask=following <= steps)
    tl.store(halo_ptr + offsets, a, mask=offsets < tiles)


@triton.jit
def s175_kernel(a_ptr, b_ptr, halo_ptr, steps, stride, BLOCK_SIZE: tl.constexpr):
    lane = tl.arange(0, BLOCK_SIZE)
    tile = tl.program_id(0).to(tl.int64)
    offsets = tile * BLOCK_SIZE + lane
    mask = offsets < steps
    ahead = tl.load(a_ptr + (offsets + 1) * stride, mask=mask & (lane < BLOCK_SIZE - 1))
    ahead = tl.where(lane < BLOCK_SIZE - 1, ahead, tl.load(halo_ptr + tile))
    b = tl.load(b_ptr + offsets * stride, mask=mask)
    tl.debug_barrier()
    tl.store(a_ptr + offsets * stride, ahead + b, mask=mask)


def s175(a: torch.Tensor, b: torch.Tensor, inc: int, n: int) -> None:
    steps = triton.cdiv(n - 1, inc)
    if steps == 0:
        return
    TILE = 1024
    tiles = triton.cdiv(steps, TILE)
    halo = torch.empty(tiles, dtype=a.dtype, device=a.device)
    s175_save_kernel[(triton.cdiv(tiles, 1024),)](a, halo, tiles, steps, inc, TILE=TILE, BLOCK_SIZE=1024)
    s175_kernel[(tiles,)](a, b, halo, steps, inc, BLOCK_SIZE=TILE)
