"""s comes from the last index so far with a positive a: a running maximum of such indices, for which each
program first goes over the a before its block; then a gather of d and elementwise work. All that is read is
input. At m = 256 this is less work than a launch, and one core is faster.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s258_later(left, right):
    return tl.maximum(left, right)


@triton.jit
def s258_kernel(a_ptr, b_ptr, c_ptr, d_ptr, e_ptr, aa_ptr, m, BLOCK_SIZE: tl.constexpr):
    block = tl.program_id(0) * BLOCK_SIZE
    lanes = tl.arange(0, BLOCK_SIZE)
    latest = tl.full((BLOCK_SIZE,), -1, dtype=tl.int32)
    for start in range(0, block, BLOCK_SIZE):
        a = tl.load(a_ptr + start + lanes)
        latest = tl.maximum(latest, tl.where(a > 0.0, start + lanes, -1))
    offsets = block + lanes
    mask = offsets < m
    a = tl.load(a_ptr + offsets, mask=mask, other=0.0)
    c = tl.load(c_ptr + offsets, mask=mask)
    d = tl.load(d_ptr + offsets, mask=mask)
    aa = tl.load(aa_ptr + offsets, mask=mask)
    hits = tl.associative_scan(tl.where(a > 0.0, offsets, -1), 0, s258_later)
    source = tl.maximum(hits, tl.max(latest, 0))
    root = tl.load(d_ptr + source, mask=mask & (source >= 0), other=0.0)
    s = root * root
    tl.store(b_ptr + offsets, s * c + d, mask=mask)
    tl.store(e_ptr + offsets, (s + 1.0) * aa, mask=mask)


def s258(
    a: torch.Tensor,
    b: torch.Tensor,
    c: torch.Tensor,
    d: torch.Tensor,
    e: torch.Tensor,
    aa: torch.Tensor,
    m: int,
) -> None:
    BLOCK_SIZE, num_warps = (256, 4) if m <= 256 else (1024, 8)
    s258_kernel[(triton.cdiv(m, BLOCK_SIZE),)](a, b, c, d, e, aa, m, BLOCK_SIZE=BLOCK_SIZE, num_warps=num_warps)
