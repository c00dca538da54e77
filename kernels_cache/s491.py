"""Scatter in which the last write wins: an atomic maximum elects the last index that writes each element, the second
launch stores for the elected only. The winners are not filled in before: an entry counts only if the index that it
holds does write that element (after the sparse set of Briggs and Torczon, 1993), so it does not matter what the
memory held.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s491_elect_kernel(ip_ptr, winner_ptr, n, BLOCK_SIZE: tl.constexpr, OVERLAP: tl.constexpr):
    if OVERLAP:  # the next launch may start now; it waits where it needs what this one writes
        tl.extra.cuda.gdc_launch_dependents()
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    pending = offsets < n
    index = tl.load(ip_ptr + offsets, mask=pending, other=0)
    best = offsets.to(tl.int32)
    rounds = 1
    while rounds > 0:
        old = tl.atomic_max(winner_ptr + index, best, mask=pending, sem="relaxed")
        # A greater entry counts if it does name this element, whoever left it there. Any other is thrown out, and
        # with it what others have entered meanwhile: that is entered again.
        greater = pending & (old > best)
        named = tl.load(ip_ptr + old, mask=greater & (old < n), other=-1)
        pending = greater & (named != index)
        rounds = tl.max(pending.to(tl.int32), 0)
        if rounds > 0:
            thrown = tl.atomic_xchg(winner_ptr + index, best, mask=pending, sem="relaxed")
            named = tl.load(ip_ptr + thrown, mask=pending & (thrown >= 0) & (thrown < n), other=-1)
            best = tl.where(pending & (named == index), tl.maximum(best, thrown), best)


@triton.jit
def s491_store_kernel(
    a_ptr, b_ptr, c_ptr, d_ptr, ip_ptr, winner_ptr, n, BLOCK_SIZE: tl.constexpr, OVERLAP: tl.constexpr
):
    offsets = tl.program_id(0).to(tl.int64) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = offsets < n
    index = tl.load(ip_ptr + offsets, mask=mask, other=0)
    b = tl.load(b_ptr + offsets, mask=mask)
    c = tl.load(c_ptr + offsets, mask=mask)
    d = tl.load(d_ptr + offsets, mask=mask)
    if OVERLAP:
        tl.extra.cuda.gdc_wait()
    winner = tl.load(winner_ptr + index, mask=mask, other=-1)
    tl.store(a_ptr + index, b + c * d, mask=mask & (winner == offsets))


def s491(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, d: torch.Tensor, ip: torch.Tensor, n: int) -> None:
    overlap = a.is_cuda and torch.version.hip is None and torch.cuda.get_device_capability(a.device)[0] >= 9
    options = {"launch_pdl": True} if overlap else {}
    BLOCK_SIZE, num_warps = (512, 16) if n <= 1 << 17 else (1024, 4)
    grid = (triton.cdiv(n, BLOCK_SIZE),)
    winner = torch.empty(n, dtype=torch.int32, device=a.device)
    s491_elect_kernel[grid](ip, winner, n, BLOCK_SIZE=BLOCK_SIZE, OVERLAP=overlap, num_warps=num_warps)
    s491_store_kernel[grid](
        a, b, c, d, ip, winner, n, BLOCK_SIZE=BLOCK_SIZE, OVERLAP=overlap, num_warps=num_warps, **options
    )
