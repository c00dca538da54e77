"""Packing by prefix counts: the first launch counts the positive elements of up to 1024 chunks, in the second
every program starts from the counts of the chunks before its own and stores its elements at their ranks.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s341_count_kernel(b_ptr, count_ptr, n, chunk, BLOCK_SIZE: tl.constexpr):
    pid = tl.program_id(0).to(tl.int64)
    end = tl.minimum((pid + 1) * chunk, n)
    acc = tl.zeros((BLOCK_SIZE,), dtype=tl.int32)
    for start in range(pid * chunk, end, BLOCK_SIZE):
        offsets = start + tl.arange(0, BLOCK_SIZE)
        b = tl.load(b_ptr + offsets, mask=offsets < n, other=0.0)
        acc += (b > 0).to(tl.int32)
    tl.store(count_ptr + pid, tl.sum(acc, axis=0))


@triton.jit
def s341_kernel(a_ptr, b_ptr, count_ptr, n, chunk, COUNTS: tl.constexpr, BLOCK_SIZE: tl.constexpr):
    pid = tl.program_id(0).to(tl.int64)
    end = tl.minimum((pid + 1) * chunk, n)
    chunks = tl.arange(0, COUNTS)
    packed = tl.sum(tl.load(count_ptr + chunks, mask=chunks < pid, other=0), axis=0)
    for start in range(pid * chunk, end, BLOCK_SIZE):
        offsets = start + tl.arange(0, BLOCK_SIZE)
        b = tl.load(b_ptr + offsets, mask=offsets < n, other=0.0)
        mask = b > 0
        flags = mask.to(tl.int32)
        j = packed + tl.cumsum(flags, axis=0) - flags
        tl.store(a_ptr + j, b, mask=mask)
        packed += tl.sum(flags, axis=0)


def s341(a: torch.Tensor, b: torch.Tensor, n: int) -> None:
    BLOCK_SIZE = 1024 if n <= 2**18 else 4096
    num_warps = BLOCK_SIZE // 256
    chunk = triton.cdiv(n, BLOCK_SIZE * 1024) * BLOCK_SIZE
    programs = triton.cdiv(n, chunk)
    count = torch.empty(programs, dtype=torch.int32, device=a.device)
    if programs > 1:
        s341_count_kernel[(programs,)](b, count, n, chunk, BLOCK_SIZE=BLOCK_SIZE, num_warps=num_warps)
    s341_kernel[(programs,)](a, b, count, n, chunk, COUNTS=1024, BLOCK_SIZE=BLOCK_SIZE, num_warps=num_warps)
