"""Every element takes its old right neighbour. The first launch does so, but for the first element of each tile,
which the tile before may not have read yet: its new value is kept, and the second launch stores it. Where the GPU allows
the second one starts early, and waits for the first.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def shift_tile(a_ptr, b_ptr, kept_ptr, tile, mask, TILE: tl.constexpr):
    lane = tl.arange(0, TILE)
    offsets = tile * TILE + lane
    ahead = tl.load(a_ptr + offsets + 1, mask=mask)
    b = tl.load(b_ptr + offsets, mask=mask)
    new = ahead + b
    tl.debug_barrier()
    tl.store(a_ptr + offsets, new, mask=mask & (lane > 0))
    tl.store(kept_ptr + tile + lane, new, mask=mask & (lane == 0))


@triton.jit
def s131_kernel(a_ptr, b_ptr, kept_ptr, n, TILE: tl.constexpr, OVERLAP: tl.constexpr):
    if OVERLAP:  # the second launch may start now; it waits for what this one keeps
        tl.extra.cuda.gdc_launch_dependents()
    tile = tl.program_id(0).to(tl.int64)
    if (tile + 1) * TILE <= n - 1:  # a constant mask keeps accesses wide
        shift_tile(a_ptr, b_ptr, kept_ptr, tile, tl.full((TILE,), True, dtype=tl.int1), TILE)
    else:
        mask = tile * TILE + tl.arange(0, TILE) < n - 1
        shift_tile(a_ptr, b_ptr, kept_ptr, tile, mask, TILE)


@triton.jit
def s131_first_kernel(a_ptr, kept_ptr, tiles, TILE: tl.constexpr, BLOCK_SIZE: tl.constexpr, OVERLAP: tl.constexpr):
    tile = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = tile < tiles
    if OVERLAP:
        tl.extra.cuda.gdc_wait()
    kept = tl.load(kept_ptr + tile, mask=mask)
    tl.store(a_ptr + tile * TILE, kept, mask=mask)


def s131(a: torch.Tensor, b: torch.Tensor, n: int) -> None:
    if n < 2:
        return
    overlap = a.is_cuda and torch.version.hip is None and torch.cuda.get_device_capability(a.device)[0] >= 9
    options = {"launch_pdl": True} if overlap else {}
    TILE, BLOCK_SIZE = 1024, 32
    tiles = triton.cdiv(n - 1, TILE)
    kept = torch.empty(tiles, dtype=a.dtype, device=a.device)
    s131_kernel[(tiles,)](a, b, kept, n, TILE=TILE, OVERLAP=overlap, num_warps=8)
    s131_first_kernel[(triton.cdiv(tiles, BLOCK_SIZE),)](
        a, kept, tiles, TILE=TILE, BLOCK_SIZE=BLOCK_SIZE, OVERLAP=overlap, num_warps=1, **options
    )
