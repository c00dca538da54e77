"""Step i stores at i plus the number of earlier positive c, and once more behind it if its own c is positive.
The first launch counts the positive c of every tile, the second adds the counts of the preceding tiles to a
prefix count of its own tile and scatters; all positions are distinct."""

import torch
import triton
import triton.language as tl


@triton.jit
def s123_count_kernel(c_ptr, counts_ptr, half, BLOCK_SIZE: tl.constexpr):
    tile = tl.program_id(0).to(tl.int64)
    offsets = tile * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    c = tl.load(c_ptr + offsets, mask=offsets < half, other=0.0)
    tl.store(counts_ptr + tile, tl.sum((c > 0).to(tl.int32), axis=0))


@triton.jit
def s123_kernel(
    a_ptr, b_ptr, c_ptr, d_ptr, e_ptr, counts_ptr, half, BLOCK_SIZE: tl.constexpr, BLOCK_COUNTS: tl.constexpr
):
    tile = tl.program_id(0)
    offsets = tile.to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = offsets < half
    b = tl.load(b_ptr + offsets, mask=mask)
    c = tl.load(c_ptr + offsets, mask=mask, other=0.0)
    d = tl.load(d_ptr + offsets, mask=mask)
    e = tl.load(e_ptr + offsets, mask=mask)
    earlier = tl.zeros((BLOCK_COUNTS,), dtype=tl.int32)
    for start in range(0, tile, BLOCK_COUNTS):
        tiles = start + tl.arange(0, BLOCK_COUNTS)
        earlier += tl.load(counts_ptr + tiles, mask=tiles < tile, other=0)
    positive = (c > 0).to(tl.int32)
    slots = offsets + tl.sum(earlier, axis=0) + tl.cumsum(positive, axis=0) - positive
    tl.store(a_ptr + slots, b + d * e, mask=mask)
    tl.store(a_ptr + slots + 1, c + d * e, mask=mask & (c > 0))


def s123(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, d: torch.Tensor, e: torch.Tensor, n: int) -> None:
    half = n // 2
    if half == 0:
        return
    BLOCK_SIZE = 1024 if half <= 1 << 18 else 4096
    tiles = triton.cdiv(half, BLOCK_SIZE)
    counts = torch.empty(tiles, dtype=torch.int32, device=a.device)
    s123_count_kernel[(tiles,)](c, counts, half, BLOCK_SIZE=BLOCK_SIZE)
    s123_kernel[(tiles,)](a, b, c, d, e, counts, half, BLOCK_SIZE=BLOCK_SIZE, BLOCK_COUNTS=1024)
