"""No chain: a negative old a[j-1] replaces b[j], and a[j] follows from its own old value and the new b[j].

The first launch saves the old element of a before each tile, so that no program reads what another writes.
Product and sum are rounded separately, as in C, because a branch depends on them. A short a is read along with all that
may be needed; of a long one the rest is read by programs alone that find a negative element, and only where it is
needed.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s277_save_kernel(a_ptr, halo_ptr, tiles, TILE: tl.constexpr, BLOCK_SIZE: tl.constexpr, OVERLAP: tl.constexpr):
    if OVERLAP:  # the second launch may start now; it waits where it needs what this one writes
        tl.extra.cuda.gdc_launch_dependents()
    tile = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = tile < tiles
    value = tl.load(a_ptr + tile * TILE - 1, mask=mask & (tile > 0), other=0.0)
    tl.store(halo_ptr + tile, value, mask=mask)


@triton.jit
def s277_kernel(a_ptr, b_ptr, c_ptr, d_ptr, e_ptr, halo_ptr, n, TILE: tl.constexpr, OVERLAP: tl.constexpr):
    tile = tl.program_id(0).to(tl.int64)
    lane = tl.arange(0, TILE)
    offsets = tile * TILE + lane
    mask = offsets < n
    has_previous = mask & (offsets > 0)
    a_previous = tl.load(a_ptr + offsets - 1, mask=mask & (lane > 0), other=0.0)
    c_previous = tl.load(c_ptr + offsets - 1, mask=has_previous, other=0.0)
    d_previous = tl.load(d_ptr + offsets - 1, mask=has_previous, other=0.0)
    e_previous = tl.load(e_ptr + offsets - 1, mask=has_previous, other=0.0)
    a = tl.load(a_ptr + offsets, mask=mask)
    b = tl.load(b_ptr + offsets, mask=mask)
    c = tl.load(c_ptr + offsets, mask=mask)
    d = tl.load(d_ptr + offsets, mask=mask)
    if OVERLAP:
        tl.extra.cuda.gdc_wait()
    halo = tl.load(halo_ptr + tile)
    replaced = has_previous & ~(tl.where(lane > 0, a_previous, halo) >= 0.0)
    b = tl.where(replaced, c_previous + d_previous * e_previous, b)
    changed = (offsets < n - 1) & ~(a >= 0.0) & ~(b >= 0.0)
    tl.debug_barrier()
    tl.store(b_ptr + offsets, b, mask=replaced)
    tl.store(a_ptr + offsets, a + c * d, mask=changed)


@triton.jit
def s277_sparse_kernel(a_ptr, b_ptr, c_ptr, d_ptr, e_ptr, halo_ptr, n, TILE: tl.constexpr, OVERLAP: tl.constexpr):
    tile = tl.program_id(0).to(tl.int64)
    lane = tl.arange(0, TILE)
    offsets = tile * TILE + lane
    mask = offsets < n
    a = tl.load(a_ptr + offsets, mask=mask, other=0.0)
    if OVERLAP:
        tl.extra.cuda.gdc_wait()
    halo = tl.load(halo_ptr + tile)
    a_negative = ~(a >= 0.0)
    if (tl.max(a_negative.to(tl.int32), 0) == 1) | ~(halo >= 0.0):
        a_previous = tl.load(a_ptr + offsets - 1, mask=mask & (lane > 0), other=0.0)
        replaced = mask & (offsets > 0) & ~(tl.where(lane > 0, a_previous, halo) >= 0.0)
        negative = (offsets < n - 1) & a_negative
        c_previous = tl.load(c_ptr + offsets - 1, mask=replaced, other=0.0)
        d_previous = tl.load(d_ptr + offsets - 1, mask=replaced, other=0.0)
        e_previous = tl.load(e_ptr + offsets - 1, mask=replaced, other=0.0)
        b = tl.load(b_ptr + offsets, mask=negative & ~replaced, other=0.0)
        c = tl.load(c_ptr + offsets, mask=negative, other=0.0)
        d = tl.load(d_ptr + offsets, mask=negative, other=0.0)
        b = tl.where(replaced, c_previous + d_previous * e_previous, b)
        tl.debug_barrier()
        tl.store(b_ptr + offsets, b, mask=replaced)
        tl.store(a_ptr + offsets, a + c * d, mask=negative & ~(b >= 0.0))


def s277(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, d: torch.Tensor, e: torch.Tensor, n: int) -> None:
    overlap = a.is_cuda and torch.version.hip is None and torch.cuda.get_device_capability(a.device)[0] >= 9
    options = {"launch_pdl": True} if overlap else {}
    BLOCK_SIZE = 128
    kernel, TILE = (s277_kernel, 256) if n <= 1 << 17 else (s277_sparse_kernel, 1024)
    tiles = triton.cdiv(n, TILE)
    halo = torch.empty(tiles, dtype=a.dtype, device=a.device)
    save_grid = (triton.cdiv(tiles, BLOCK_SIZE),)
    s277_save_kernel[save_grid](a, halo, tiles, TILE=TILE, BLOCK_SIZE=BLOCK_SIZE, OVERLAP=overlap)
    num_warps = 4 if TILE == 256 else 8
    kernel[(tiles,)](
        a, b, c, d, e, halo, n, TILE=TILE, OVERLAP=overlap, num_warps=num_warps, enable_fp_fusion=False, **options
    )
