"""Loads that a pipelined loop makes ahead. Imported by the child alone.

In a loop over tl.range(..., num_stages=K) Triton issues an iteration's loads up to K - 1 iterations before, and does
not look whether a store of these iterations changes what they read. The interpreter makes them where they stand, so
that nothing shows in any value; here the addresses do.
"""

from collections import deque
from collections.abc import Iterator

import numpy as np


class PipelinedLoop:
    """What the last iterations of one pipelined loop have stored, in one program."""

    def __init__(self, stages: int):
        self._stored: deque[list[np.ndarray]] = deque([[]], maxlen=stages)

    def begin_iteration(self) -> None:
        """What follows is in the next iteration."""
        self._stored.append([])

    def store(self, addresses: np.ndarray) -> None:
        """An iteration has written to these addresses."""
        self._stored[-1].append(addresses.reshape(-1))

    def overtaken(self, addresses: np.ndarray) -> int | None:
        """The first of the addresses that a load reads and one of these iterations has stored, if any."""
        stored = [each for iteration in self._stored for each in iteration]
        if not stored:
            return None
        found = addresses.reshape(-1)[np.isin(addresses.reshape(-1), np.concatenate(stored))]
        return int(found[0]) if found.size else None


def iterate(numbers: range, loop: PipelinedLoop, active: list[PipelinedLoop]) -> Iterator[int]:
    """The numbers, with the loop among those that are active meanwhile."""
    active.append(loop)
    try:
        for number in numbers:
            loop.begin_iteration()
            yield number
    finally:
        active.remove(loop)
