"""What memory holds that was allocated and never written: other noise in each call. Imported by the child alone."""

import torch

#: Operators whose results nobody has written yet; resize_ leaves its new elements so.
UNWRITTEN = frozenset(
    ("empty", "empty_like", "empty_strided", "empty_permuted", "new_empty", "new_empty_strided", "resize_")
)


def poison(tensor: torch.Tensor, seed: int, written: int = 0) -> None:
    """Put noise in a fresh tensor.

    Of three calls with seeds in a row each element is NaN, the largest number and the smallest one in turn: what takes
    an extreme does not see one of these. A whole number is far above, far below and among those that index the tensor.

    written: how many elements at its start are left as they are.
    """
    if not tensor.numel():
        return
    if tensor.dtype.is_floating_point:
        largest = torch.finfo(tensor.dtype).max
        values: tuple[float, ...] = (float("nan"), largest, -largest)
    elif tensor.dtype in (torch.int32, torch.int64):
        values = (seed % tensor.numel(), 2**30 + seed % 1000, -(2**30))
    elif tensor.dtype.is_complex:
        values = (float("nan"),) * 3
    elif tensor.dtype == torch.bool:
        values = (1, 0, 1)
    else:
        values = (1, 77, 100)
    if not tensor.is_contiguous():
        tensor.fill_(values[seed % 3])
        return
    fresh = tensor.view(-1)[written:]
    for start, value in enumerate(values):
        fresh[(start + seed) % 3 :: 3].fill_(value)
    if tensor.dtype in (torch.int32, torch.int64):
        numbers = fresh[seed % 3 :: 3]
        numbers.copy_((torch.arange(numbers.numel(), device=tensor.device) * 7919 + seed) % tensor.numel())
