"""Elementwise: the scalar carried from the iteration before is b[i - 1] * c[i - 1], recomputed from the
inputs. Fusion is off, so that both products are rounded as in C.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s252_kernel(a_ptr, b_ptr, c_ptr, n, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = offsets < n
    before = mask & (offsets >= 1)
    b = tl.load(b_ptr + offsets, mask=mask)
    c = tl.load(c_ptr + offsets, mask=mask)
    b_before = tl.load(b_ptr + offsets - 1, mask=before, other=0.0)
    c_before = tl.load(c_ptr + offsets - 1, mask=before, other=0.0)
    tl.store(a_ptr + offsets, b * c + b_before * c_before, mask=mask)


def s252(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, n: int) -> None:
    BLOCK_SIZE = 256 if n <= 1 << 16 else 1024
    s252_kernel[(triton.cdiv(n, BLOCK_SIZE),)](a, b, c, n, BLOCK_SIZE=BLOCK_SIZE, enable_fp_fusion=False)
