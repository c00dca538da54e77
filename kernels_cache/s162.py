"""The first launch saves the old element that follows each tile; the second shifts each tile with it.

A program then reads no element that another one writes. Only k = 1 moves anything: k <= 0 does nothing in C,
and k > 1 is legal for n = 1 alone, where the loop is empty.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s162_save_kernel(a_ptr, halo_ptr, n, tiles, TILE: tl.constexpr, BLOCK_SIZE: tl.constexpr):
    tile = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    following = (tile + 1) * TILE
    value = tl.load(a_ptr + following, mask=following < n, other=0.0)
    tl.store(halo_ptr + tile, value, mask=tile < tiles)


@triton.jit
def s162_kernel(a_ptr, b_ptr, c_ptr, halo_ptr, n, TILE: tl.constexpr):
    tile = tl.program_id(0).to(tl.int64)
    lane = tl.arange(0, TILE)
    offsets = tile * TILE + lane
    mask = offsets < n
    halo = tl.load(halo_ptr + tile)
    following = tl.load(a_ptr + offsets + 1, mask=(offsets < n - 1) & (lane < TILE - 1), other=0.0)
    b = tl.load(b_ptr + offsets, mask=mask)
    c = tl.load(c_ptr + offsets, mask=mask)
    following = tl.where(lane < TILE - 1, following, halo)
    tl.debug_barrier()
    tl.store(a_ptr + offsets, following + b * c, mask=offsets < n - 1)


def s162(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, k: int, n: int) -> None:
    if k <= 0 or n < 2:
        return
    TILE, BLOCK_SIZE = 256, 128
    tiles = triton.cdiv(n, TILE)
    halo = torch.empty(tiles, dtype=a.dtype, device=a.device)
    s162_save_kernel[(triton.cdiv(tiles, BLOCK_SIZE),)](a, halo, n, tiles, TILE=TILE, BLOCK_SIZE=BLOCK_SIZE)
    s162_kernel[(tiles,)](a, b, c, halo, n, TILE=TILE, num_warps=8)
