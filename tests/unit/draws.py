"""Legal calls of a loop for the C reference: every size that matters, extreme parameters, hostile numbers."""

import itertools

import numpy as np

from tsvc.domain import bounds, defaults, is_legal
from tsvc.inputs import Case

#: One element, odd sizes, vector widths and their remainders; with the squares that the storage loops ask for.
SIZES = [
    (1, 1),
    (2, 1),
    (2, 2),
    (3, 2),
    (5, 3),
    (8, 3),
    (15, 9),
    (17, 10),
    (33, 6),
    (35, 6),
    (64, 13),
    (100, 13),
    (101, 11),
]
_EXTREMES = [2**31 - 1, 2**31 - 1000, -(2**31)]
_HOSTILE = [np.nan, np.inf, -np.inf, 0.0, -0.0, 1e-40, -1e-45, 3e38, -3e38, 1.0, -1.0, 0.5]


def parameters(loop, n: int, m: int) -> list[dict]:
    """Legal scalar arguments at these sizes: TSVC's own, both ends, all between where they are few, far outside."""
    choices = []
    for parameter in loop.params:
        low, high = bounds(parameter, n, m)
        if parameter.kind == "int":
            values = [*range(low, high + 1)] if high - low < 4 else [low, low + 1, (low + high) // 2, high - 1, high]
            values += _EXTREMES
        else:
            values = [low, high, 0.0, -0.0, 0.375]
        choices.append([defaults(loop, n, m)[parameter.name], *values])
    drawn = [dict(zip((p.name for p in loop.params), values, strict=True)) for values in itertools.product(*choices)]
    legal = [params for params in drawn if is_legal(loop, n, m, params)]
    return legal[:1] + legal[1 :: max(1, len(legal) // 16)]


def sizes(loop, extra=()) -> list[tuple[int, int]]:
    """The sizes that differ for this loop and are legal for some parameters."""
    distinct = {}
    for n, m in [*SIZES, *extra]:
        if parameters(loop, n, m):
            distinct[tuple({"n": n, "m": m}[name] for name in loop.sizes)] = (n, m)
    return list(distinct.values())


def hostile(case: Case) -> dict[str, np.ndarray]:
    """The case's arrays, its numbers replaced by NaN, infinities, zeros of both signs, denormals and huge ones."""
    rng = np.random.default_rng(case.seed)
    return {
        name: array if array.dtype == np.int32 else rng.choice(_HOSTILE, array.shape).astype(array.dtype)
        for name, array in case.arrays().items()
    }
