"""A scatter in which the last write wins: the largest i that names an element is found by an atomic maximum,
then each named element fetches the value of its winner.

A maximum does not depend on the order of programs; fill, search and fetch are launches of their own.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def vas_winner_kernel(ip_ptr, winner_ptr, n, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = offsets < n
    target = tl.load(ip_ptr + offsets, mask=mask, other=0)
    tl.atomic_max(winner_ptr + target, offsets.to(tl.int32), mask=mask, sem="relaxed")


@triton.jit
def vas_kernel(a_ptr, b_ptr, winner_ptr, n, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    winner = tl.load(winner_ptr + offsets, mask=offsets < n, other=-1)
    named = winner >= 0
    b = tl.load(b_ptr + winner, mask=named)
    tl.store(a_ptr + offsets, b, mask=named)


def vas(a: torch.Tensor, b: torch.Tensor, ip: torch.Tensor, n: int) -> None:
    BLOCK_SIZE = 256
    grid = (triton.cdiv(n, BLOCK_SIZE),)
    winner = torch.full((n,), -1, dtype=torch.int32, device=a.device)
    vas_winner_kernel[grid](ip, winner, n, BLOCK_SIZE=BLOCK_SIZE, num_warps=8)
    vas_kernel[grid](a, b, winner, n, BLOCK_SIZE=BLOCK_SIZE, num_warps=8)
