"""Each element takes an old element 4 further on: the first launch saves what the last 4 lanes of every tile
read, which the next tile may write; in the second a tile stores only when all its lanes have loaded.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s422_save_kernel(flat_ptr, saved_ptr, count, BLOCK_SIZE: tl.constexpr, SAVES: tl.constexpr):
    k = tl.program_id(0).to(tl.int64) * SAVES + tl.arange(0, SAVES)
    offsets = (k // 4 + 1) * BLOCK_SIZE - 4 + k % 4
    mask = offsets < count
    tl.store(saved_ptr + k, tl.load(flat_ptr + 8 + offsets, mask=mask), mask=mask)


@triton.jit
def s422_kernel(a_ptr, flat_ptr, saved_ptr, count, BLOCK_SIZE: tl.constexpr):
    tile = tl.program_id(0).to(tl.int64)
    lanes = tl.arange(0, BLOCK_SIZE)
    offsets = tile * BLOCK_SIZE + lanes
    mask = offsets < count
    inside = lanes < BLOCK_SIZE - 4
    saved_offsets = tile * 4 + lanes - (BLOCK_SIZE - 4)
    a = tl.load(a_ptr + offsets, mask=mask)
    old = tl.load(flat_ptr + 8 + offsets, mask=mask & inside, other=0.0)
    saved = tl.load(saved_ptr + saved_offsets, mask=mask & (lanes >= BLOCK_SIZE - 4), other=0.0)
    tl.debug_barrier()
    tl.store(flat_ptr + 4 + offsets, tl.where(inside, old, saved) + a, mask=mask)


def s422(a: torch.Tensor, flat: torch.Tensor, n: int) -> None:
    BLOCK_SIZE, SAVES = 1024, 256
    tiles = triton.cdiv(n, BLOCK_SIZE)
    saved = torch.empty(tiles * 4, dtype=torch.float32, device=flat.device)
    save_grid = (triton.cdiv(tiles * 4, SAVES),)
    s422_save_kernel[save_grid](flat, saved, n, BLOCK_SIZE=BLOCK_SIZE, SAVES=SAVES)
    s422_kernel[(tiles,)](a, flat, saved, n, BLOCK_SIZE=BLOCK_SIZE)
