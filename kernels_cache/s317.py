"""A power of one number, by repeated squaring in double precision from the float32 factor: accurate to the
last bit of float32, where the loop's own product drifts, and denormal or zero where it underflows.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s317_kernel(result_ptr, exponent):
    factor = tl.full((), 0.99, dtype=tl.float32).to(tl.float64)
    power = tl.full((), 1.0, dtype=tl.float64)
    remaining = tl.cast(exponent, tl.int32)
    while remaining > 0:
        power = tl.where(remaining % 2 == 1, power * factor, power)
        factor = factor * factor
        remaining = remaining // 2
    tl.store(result_ptr, power.to(tl.float32))


def s317(n: int, device: torch.device | str) -> torch.Tensor:
    result = torch.empty(1, dtype=torch.float32, device=device)
    s317_kernel[(1,)](result, n // 2, num_warps=1)
    return result
