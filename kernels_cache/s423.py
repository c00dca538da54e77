"""Each element takes an old element 63 further on: the first launch saves what the last 64 lanes of every
tile read, which the next tile may write; in the second a tile stores only when all its lanes have loaded.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s423_save_kernel(flat_ptr, saved_ptr, count, BLOCK_SIZE: tl.constexpr, SAVES: tl.constexpr):
    k = tl.program_id(0).to(tl.int64) * SAVES + tl.arange(0, SAVES)
    offsets = (k // 64 + 1) * BLOCK_SIZE - 64 + k % 64
    mask = offsets < count
    tl.store(saved_ptr + k, tl.load(flat_ptr + 64 + offsets, mask=mask), mask=mask)


@triton.jit
def update_tile(a_ptr, flat_ptr, saved_ptr, tile, mask, BLOCK_SIZE: tl.constexpr):
    lanes = tl.arange(0, BLOCK_SIZE)
    offsets = tile * BLOCK_SIZE + lanes
    inside = lanes < BLOCK_SIZE - 64
    saved_offsets = tile * 64 + lanes - (BLOCK_SIZE - 64)
    a = tl.load(a_ptr + offsets, mask=mask)
    old = tl.load(flat_ptr + 64 + offsets, mask=mask & inside, other=0.0)
    saved = tl.load(saved_ptr + saved_offsets, mask=mask & (lanes >= BLOCK_SIZE - 64), other=0.0)
    tl.debug_barrier()
    tl.store(flat_ptr + 1 + offsets, tl.where(inside, old, saved) + a, mask=mask)


@triton.jit
def s423_kernel(a_ptr, flat_ptr, saved_ptr, count, BLOCK_SIZE: tl.constexpr):
    tile = tl.program_id(0).to(tl.int64)
    if (tile + 1) * BLOCK_SIZE <= count:
        mask = tl.full((BLOCK_SIZE,), True, dtype=tl.int1)  # a constant mask keeps wide accesses
        update_tile(a_ptr, flat_ptr, saved_ptr, tile, mask, BLOCK_SIZE)
    else:
        mask = tile * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE) < count
        update_tile(a_ptr, flat_ptr, saved_ptr, tile, mask, BLOCK_SIZE)


def s423(a: torch.Tensor, flat: torch.Tensor, n: int) -> None:
    if n == 1:
        return
    BLOCK_SIZE, SAVES = 1024, 256
    tiles = triton.cdiv(n - 1, BLOCK_SIZE)
    saved = torch.empty(tiles * 64, dtype=torch.float32, device=flat.device)
    save_grid = (triton.cdiv(tiles * 64, SAVES),)
    s423_save_kernel[save_grid](flat, saved, n - 1, BLOCK_SIZE=BLOCK_SIZE, SAVES=SAVES)
    s423_kernel[(tiles,)](a, flat, saved, n - 1, BLOCK_SIZE=BLOCK_SIZE)
