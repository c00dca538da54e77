"""What a kernel tells the compiler of its numbers, and whether it is so. Imported by the child alone.

Triton believes these words: it makes wide loads of what is called contiguous and aligned, and reads something else
where it is not. The interpreter notes them and does nothing with them.
"""

from collections.abc import Sequence

import numpy as np

#: Triton's attribute -> the function of its language that sets it.
HINTS = {
    "tt.divisibility": "tl.multiple_of",
    "tt.contiguity": "tl.max_contiguous",
    "tt.constancy": "tl.max_constancy",
}


def holds(attribute: str, numbers: np.ndarray, values: int | Sequence[int]) -> bool:
    """Whether numbers are what a hint says.

    values: of each dimension, as Triton means them: the first number of all is a multiple; numbers come in groups of so
    many, of which each is one more than the one before, or all are the same. What a group begins with is a multiple
    too where it is contiguous, which is another hint: of the others nothing is asked.
    """
    wanted = [int(value) for value in (values if isinstance(values, Sequence) else [values])]
    numbers = numbers if numbers.ndim else numbers.reshape(1)
    if len(wanted) != numbers.ndim:
        return True  # Triton refuses it
    for axis, value in enumerate(wanted):
        if value <= 1:
            continue
        if attribute == "tt.divisibility":
            if np.any(np.take(numbers, 0, axis).astype(np.int64) % value):
                return False
            continue
        steps = np.diff(numbers.astype(np.int64), axis=axis)
        places = [k for k in range(steps.shape[axis]) if (k + 1) % value]
        if np.any(np.take(steps, places, axis) != (attribute == "tt.contiguity")):
            return False
    return True
