"""A/A: some kernels of a run are timed again at its end, to learn how far two timings of the same thing lie apart."""

import copy
from collections.abc import Callable
from dataclasses import dataclass

from tsvc.inputs import Case
from tsvc.judge import Judge
from tsvc.timing import CALLS, WARMUPS, Timing, time_kernel
from tsvc.verdicts import KernelFailure

#: How many kernels, and the seconds that the calls of one may take.
REPEATED, SECONDS = 5, 2.0


@dataclass(frozen=True)
class _Timed:
    judge: Judge
    case: Case
    median: float


def time_again(judge: Judge, case: Case) -> Timing:
    """A second timing, by the same clocks on data drawn anew; what its calls leave was looked at the first time."""
    repeated = copy.copy(judge)
    repeated.gates = judge.gates - {"checked_outputs", "floor"}
    return time_kernel(repeated, case)


class Repeats:
    """The kernels that a run has timed; `band` times some of them once more.

    All that was timed in between separates the two timings of one, as it separates those of two runs.
    """

    def __init__(self, measure: Callable[[Judge, Case], Timing] = time_again) -> None:
        self.measure = measure
        self.timed: list[_Timed] = []

    def add(self, judge: Judge, case: Case, timing: Timing) -> None:
        """Take what was just timed; a time that includes the launch is noisier and does not count."""
        if timing.method == "graph" and timing.median * (WARMUPS + CALLS) <= SECONDS:
            self.timed.append(_Timed(judge, case, timing.median))

    def chosen(self) -> list[_Timed]:
        """REPEATED kernels at most: the fastest, the slowest, and those at even ranks between."""
        ranked = sorted(self.timed, key=lambda one: one.median)
        count = min(REPEATED, len(ranked))
        return [ranked[k * (len(ranked) - 1) // max(1, count - 1)] for k in range(count)]

    def band(self) -> float | None:
        """The largest ratio of two medians of one kernel, less 1; None where none could be timed again."""
        ratios = []
        for one in self.chosen():
            try:
                again = self.measure(one.judge, one.case).median
            except KernelFailure:
                continue
            ratios.append(max(again / one.median, one.median / again))
        return max(ratios) - 1 if ratios else None
