"""Every element below the limit is multiplied by its old right neighbour; the limit is the number of full
blocks of five times five. The first launch saves the first element of every following tile; the second loads
its tile and that saved element, and stores only after all its loads."""

import torch
import triton
import triton.language as tl


@triton.jit
def s116_save_kernel(a_ptr, halo_ptr, tiles, limit, TILE: tl.constexpr, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    following = (offsets + 1) * TILE
    a = tl.load(a_ptr + following, mask=following <= limit)
    tl.store(halo_ptr + offsets, a, mask=offsets < tiles)


@triton.jit
def s116_kernel(a_ptr, halo_ptr, limit, BLOCK_SIZE: tl.constexpr):
    lane = tl.arange(0, BLOCK_SIZE)
    tile = tl.program_id(0).to(tl.int64)
    offsets = tile * BLOCK_SIZE + lane
    mask = offsets < limit
    a = tl.load(a_ptr + offsets, mask=mask)
    ahead = tl.load(a_ptr + offsets + 1, mask=mask & (lane < BLOCK_SIZE - 1))
    ahead = tl.where(lane < BLOCK_SIZE - 1, ahead, tl.load(halo_ptr + tile))
    tl.debug_barrier()
    tl.store(a_ptr + offsets, ahead * a, mask=mask)


def s116(a: torch.Tensor, n: int) -> None:
    limit = (n - 1) // 5 * 5
    if limit == 0:
        return
    TILE = 1024
    tiles = triton.cdiv(limit, TILE)
    halo = torch.empty(tiles, dtype=a.dtype, device=a.device)
    s116_save_kernel[(triton.cdiv(tiles, 1024),)](a, halo, tiles, limit, TILE=TILE, BLOCK_SIZE=1024)
    s116_kernel[(tiles,)](a, halo, limit, BLOCK_SIZE=TILE)
