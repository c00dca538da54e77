"""One lane for each pair (i, n - 1 - i) of the two halves: the second element needs the new value of the
first, which the lane still holds; the middle element of an odd n is its own partner and is done once, with
its old value.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s281_kernel(a_ptr, b_ptr, c_ptr, n, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = offsets < (n + 1) // 2
    mirror = n - 1 - offsets
    second = mask & (mirror > offsets)
    a = tl.load(a_ptr + mirror, mask=mask)
    b_low = tl.load(b_ptr + offsets, mask=mask)
    c_low = tl.load(c_ptr + offsets, mask=mask)
    b_high = tl.load(b_ptr + mirror, mask=second)
    c_high = tl.load(c_ptr + mirror, mask=second)
    x_low = a + b_low * c_low
    a_low = x_low - 1.0
    x_high = a_low + b_high * c_high
    tl.store(a_ptr + offsets, a_low, mask=mask)
    tl.store(b_ptr + offsets, x_low, mask=mask)
    tl.store(a_ptr + mirror, x_high - 1.0, mask=second)
    tl.store(b_ptr + mirror, x_high, mask=second)


def s281(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, n: int) -> None:
    BLOCK_SIZE, num_warps = (256, 8) if n <= 1 << 16 else (128, 4)
    s281_kernel[(triton.cdiv((n + 1) // 2, BLOCK_SIZE),)](a, b, c, n, BLOCK_SIZE=BLOCK_SIZE, num_warps=num_warps)
