"""What lanes hold that a load's mask leaves out where no `other` is given. Imported by the child alone.

Triton promises nothing of them. Its interpreter, and the GPUs that we know, put zeros there, which hides that a sum or
an extreme takes them in.
"""

from functools import lru_cache

import numpy as np


def undefined(shape: tuple[int, ...], dtype: np.dtype, seed: int) -> np.ndarray:
    """Values that nobody may rely on; of three seeds in a row each lane has another, none of them zero. Read-only."""
    size = int(np.prod(shape))
    return _pool(np.dtype(dtype), seed % 3, 1 << max(10, (size - 1).bit_length()))[:size].reshape(shape)


@lru_cache
def _pool(dtype: np.dtype, phase: int, size: int) -> np.ndarray:
    if dtype.kind == "f":
        largest = np.finfo(dtype).max
        values = np.array([np.nan, largest, -largest], dtype)
    elif dtype.kind == "b":
        values = np.array([True, True, True])
    else:
        largest = np.iinfo(dtype).max
        values = np.array([largest // 2, np.iinfo(dtype).min // 2 or 1, 77], dtype)
    found = np.resize(np.roll(values, phase), size)
    found.flags.writeable = False
    return found
