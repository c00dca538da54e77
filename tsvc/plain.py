"""A comparison that long arrays can afford: C's strict build and its float64 build on the same data, nothing else.

The judge's own tolerance (tsvc.expected) takes a dozen runs of C, minutes at 2**24 elements. Here a number is right if
it lies between what the two builds give, or off by a few times their distance, or by 2**-18 of the array's largest
magnitude: what rounding does to a few operations. One element in a thousand may differ by more: where C branches on a
rounded value, the other side may be taken.
"""

from dataclasses import dataclass

import numpy as np

from tsvc.expected import CEILING, FACTOR
from tsvc.inputs import Case
from tsvc.reference import run

#: Of so many elements one may differ.
FEW = 1000
#: What may be missed anyway, of an array's largest magnitude.
ROUNDED = 2.0**-18


@dataclass(frozen=True)
class Plain:
    """What C leaves of given arrays.

    sent: the arrays before the call; strict, double: those that the loop writes, and "result" if it has one, after it.
    """

    case: Case
    sent: dict[str, np.ndarray]
    strict: dict[str, np.ndarray]
    double: dict[str, np.ndarray]

    @classmethod
    def of(cls, case: Case, sent: dict[str, np.ndarray]) -> "Plain":
        """Run both builds on copies of arrays of the case's sizes and parameters, whatever its data are."""
        return cls(case, sent, _left(case, sent, "strict"), _left(case, sent, "double"))

    def difference(self, got: dict[str, np.ndarray], result: float | None) -> str:
        """In words how an answer differs from C's, or "" where it does not."""
        for array in self.case.loop.arrays:
            if not array.is_written and not np.array_equal(self.sent[array.name], got[array.name], equal_nan=True):
                return f"{array.name} is an input, and was changed"
        answer = dict(got) if result is None else {**got, "result": np.array([result], np.float64)}
        for name, strict in self.strict.items():
            if name not in answer:
                return "returned no one-element tensor for the loop's scalar result"
            value = answer[name].reshape(strict.shape)
            wrong = np.flatnonzero(~_is_right(value, strict, self.double[name], self.case.loop.is_chained))
            if wrong.size > value.size // FEW:
                first = int(wrong[0])
                place = f"{name}: {wrong.size} of {value.size} differ; element {first}"
                where = "result" if name == "result" else place
                return f"{where}: got {value.flat[first]:.9g}, want {strict.flat[first]:.9g}"
        return ""


def _left(case: Case, sent: dict[str, np.ndarray], build: str) -> dict[str, np.ndarray]:
    arrays: dict[str, np.ndarray] = {
        array.name: sent[array.name].astype(array.numpy_type(build), copy=array.is_written or build == "double")
        for array in case.loop.arrays
    }
    result = run(case.loop, arrays, n=case.n, m=case.m, params=case.params, build=build)
    written = {array.name: arrays[array.name] for array in case.loop.outputs}
    return written if result is None else {**written, "result": np.array([result], np.float64)}


def _is_right(value: np.ndarray, strict: np.ndarray, double: np.ndarray, chained: bool) -> np.ndarray:
    with np.errstate(over="ignore", invalid="ignore"):
        other = double.astype(np.float32)  # what overflows float32 is infinite there
        low, high = np.minimum(strict, other), np.maximum(strict, other)
        finite = np.isfinite(low) & np.isfinite(high)
        spread = np.where(finite, np.abs(double - strict), 0)
        largest = float(np.max(np.where(finite, np.maximum(np.abs(low), np.abs(high)), 0), initial=0.0))
        slack = FACTOR * spread + ROUNDED * largest
        if chained and spread.any():  # two builds may agree on an element by luck: what is usual counts as well
            slack = np.maximum(slack, 2 * FACTOR * float(np.median(spread[spread > 0])))
        slack = np.minimum(slack, CEILING * largest)
        near = finite & (value >= low - slack) & (value <= high + slack)
    return near | (value == strict) | (value == other) | (np.isnan(value) & (np.isnan(strict) | np.isnan(other)))
