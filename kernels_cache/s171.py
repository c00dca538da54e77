"""Elementwise with a stride of one; with stride 0 all of b is summed into a[0] (in one launch when b is
short, otherwise through one partial sum per program)."""

import torch
import triton
import triton.language as tl


@triton.jit
def s171_kernel(a_ptr, b_ptr, stride, n, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = offsets < n
    a = tl.load(a_ptr + offsets * stride, mask=mask)
    b = tl.load(b_ptr + offsets, mask=mask)
    tl.store(a_ptr + offsets * stride, a + b, mask=mask)


@triton.jit
def s171_partial_kernel(b_ptr, partials_ptr, n, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    b = tl.load(b_ptr + offsets, mask=offsets < n, other=0.0)
    tl.store(partials_ptr + tl.program_id(0), tl.sum(b, axis=0))


@triton.jit
def s171_add_kernel(a_ptr, terms_ptr, n, BLOCK_SIZE: tl.constexpr):
    total = tl.zeros((BLOCK_SIZE,), dtype=tl.float32)
    for start in range(0, n, BLOCK_SIZE):
        offsets = start + tl.arange(0, BLOCK_SIZE)
        total += tl.load(terms_ptr + offsets, mask=offsets < n, other=0.0)
    tl.store(a_ptr, tl.load(a_ptr) + tl.sum(total, axis=0))


def s171(a: torch.Tensor, b: torch.Tensor, inc: int, n: int) -> None:
    if inc > 0:
        BLOCK_SIZE = 1024
        s171_kernel[(triton.cdiv(n, BLOCK_SIZE),)](a, b, inc, n, BLOCK_SIZE=BLOCK_SIZE, num_warps=8)
    elif n <= 1 << 16:
        s171_add_kernel[(1,)](a, b, n, BLOCK_SIZE=8192, num_warps=16)
    else:
        BLOCK_SIZE = 16384
        programs = triton.cdiv(n, BLOCK_SIZE)
        partials = torch.empty(programs, dtype=b.dtype, device=b.device)
        s171_partial_kernel[(programs,)](b, partials, n, BLOCK_SIZE=BLOCK_SIZE, num_warps=8)
        s171_add_kernel[(1,)](a, partials, programs, BLOCK_SIZE=1024)
