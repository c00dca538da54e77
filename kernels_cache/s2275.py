"""Both statements are elementwise: programs run over the flat matrix, the first also over the vectors."""

import torch
import triton
import triton.language as tl


@triton.jit
def s2275_kernel(a_ptr, b_ptr, c_ptr, d_ptr, aa_ptr, bb_ptr, cc_ptr, m, size, BLOCK_SIZE: tl.constexpr):
    start = tl.program_id(0).to(tl.int64) * BLOCK_SIZE
    offsets = start + tl.arange(0, BLOCK_SIZE)
    mask = offsets < size
    aa = tl.load(aa_ptr + offsets, mask=mask)
    bb = tl.load(bb_ptr + offsets, mask=mask)
    cc = tl.load(cc_ptr + offsets, mask=mask)
    tl.store(aa_ptr + offsets, aa + bb * cc, mask=mask)
    if start < m:
        in_vector = offsets < m
        b = tl.load(b_ptr + offsets, mask=in_vector)
        c = tl.load(c_ptr + offsets, mask=in_vector)
        d = tl.load(d_ptr + offsets, mask=in_vector)
        tl.store(a_ptr + offsets, b + c * d, mask=in_vector)


def s2275(
    a: torch.Tensor,
    b: torch.Tensor,
    c: torch.Tensor,
    d: torch.Tensor,
    aa: torch.Tensor,
    bb: torch.Tensor,
    cc: torch.Tensor,
    m: int,
) -> None:
    BLOCK_SIZE = 512
    size = m * m
    s2275_kernel[(triton.cdiv(size, BLOCK_SIZE),)](a, b, c, d, aa, bb, cc, m, size, BLOCK_SIZE=BLOCK_SIZE, num_warps=8)
