"""Dot product of m - 1 elements with a gather of aa, counted from the start of row j - 1 and free to run into
later rows: one program, each lane adds up its own products.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s4116_kernel(a_ptr, aa_ptr, ip_ptr, result_ptr, j, inc, m, BLOCK_SIZE: tl.constexpr):
    row_ptr = aa_ptr + tl.cast(j - 1, tl.int64) * m
    acc = tl.zeros((BLOCK_SIZE,), dtype=tl.float32)
    for start in range(0, m - 1, BLOCK_SIZE):
        offsets = start + tl.arange(0, BLOCK_SIZE)
        mask = offsets < m - 1
        index = tl.load(ip_ptr + offsets, mask=mask, other=0)
        a = tl.load(a_ptr + inc + offsets, mask=mask, other=0.0)
        aa = tl.load(row_ptr + index, mask=mask, other=0.0)
        acc += a * aa
    tl.store(result_ptr, tl.sum(acc, axis=0))


def s4116(a: torch.Tensor, aa: torch.Tensor, ip: torch.Tensor, j: int, inc: int, m: int) -> torch.Tensor:
    BLOCK_SIZE = 256 if m <= 257 else 1024 if m <= 1025 else 4096
    result = torch.empty(1, dtype=torch.float32, device=a.device)
    s4116_kernel[(1,)](a, aa, ip, result, j, inc, m, BLOCK_SIZE=BLOCK_SIZE, num_warps=min(16, BLOCK_SIZE // 128))
    return result
