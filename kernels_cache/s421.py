"""Each element takes its old right neighbour: the first launch saves what the last lane of every tile reads,
which the next tile writes; in the second a tile stores only when all its lanes have loaded.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s421_save_kernel(flat_ptr, saved_ptr, count, BLOCK_SIZE: tl.constexpr, SAVES: tl.constexpr):
    k = tl.program_id(0).to(tl.int64) * SAVES + tl.arange(0, SAVES)
    offsets = (k + 1) * BLOCK_SIZE - 1
    mask = offsets < count
    tl.store(saved_ptr + k, tl.load(flat_ptr + 1 + offsets, mask=mask), mask=mask)


@triton.jit
def update_tile(a_ptr, flat_ptr, saved_ptr, tile, mask, BLOCK_SIZE: tl.constexpr):
    lanes = tl.arange(0, BLOCK_SIZE)
    offsets = tile * BLOCK_SIZE + lanes
    inside = lanes < BLOCK_SIZE - 1
    saved_offsets = tile + lanes - (BLOCK_SIZE - 1)
    a = tl.load(a_ptr + offsets, mask=mask)
    old = tl.load(flat_ptr + 1 + offsets, mask=mask & inside, other=0.0)
    saved = tl.load(saved_ptr + saved_offsets, mask=mask & (lanes >= BLOCK_SIZE - 1), other=0.0)
    tl.debug_barrier()
    tl.store(flat_ptr + offsets, tl.where(inside, old, saved) + a, mask=mask)


@triton.jit
def s421_kernel(a_ptr, flat_ptr, saved_ptr, count, BLOCK_SIZE: tl.constexpr):
    tile = tl.program_id(0).to(tl.int64)
    if (tile + 1) * BLOCK_SIZE <= count:
        mask = tl.full((BLOCK_SIZE,), True, dtype=tl.int1)  # a constant mask keeps wide accesses
        update_tile(a_ptr, flat_ptr, saved_ptr, tile, mask, BLOCK_SIZE)
    else:
        mask = tile * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE) < count
        update_tile(a_ptr, flat_ptr, saved_ptr, tile, mask, BLOCK_SIZE)


def s421(a: torch.Tensor, flat: torch.Tensor, n: int) -> None:
    if n == 1:
        return
    BLOCK_SIZE, SAVES = 1024, 256
    tiles = triton.cdiv(n - 1, BLOCK_SIZE)
    saved = torch.empty(tiles, dtype=torch.float32, device=flat.device)
    save_grid = (triton.cdiv(tiles, SAVES),)
    s421_save_kernel[save_grid](flat, saved, n - 1, BLOCK_SIZE=BLOCK_SIZE, SAVES=SAVES)
    s421_kernel[(tiles,)](a, flat, saved, n - 1, BLOCK_SIZE=BLOCK_SIZE)
