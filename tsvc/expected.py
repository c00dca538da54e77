"""What a call must leave behind, and how far a right kernel may be from it.

The strict build is the arbiter. How much its own roundings matter is measured, element by element: the loop is run
under the four rounding modes of IEEE 754, with fused multiply-add, and in float64. Their spread bounds what another
legal order of evaluation may give (the idea of CESTAC and of directed-rounding error analysis). Where data are exact
(multiples of 1/8) and all of these agree bit for bit, nothing was rounded, and the kernel must agree exactly: sums of
such numbers are exact in any order. Products of many factors are not, (ab + c)d as abd + cd, so a loop that multiplies
what it hands on is left out of this.

An order in which C happens to round nothing, a + (1 - 1), says little about another, (a + 1) - 1. So the float64 run is
repeated with each input moved by a unit of float32 rounding: a right kernel may miss the answer by twice what that
moves it by (backward error analysis).
"""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from tsvc.domain import arguments
from tsvc.inputs import Case
from tsvc.reference import ROUNDINGS, run

#: A right kernel may be this many times as far from the truth as C under its worst rounding mode, plus ULPS.
FACTOR = 4
ULPS = 4 * 2.0**-23
#: How many neighbours on each side count in a chained loop.
REACH = 2
#: The project's classic bound, relative to the array's largest magnitude: no tolerance is wider.
CEILING = 1e-3
#: Kinds of data on which sums and products of a few terms are exact.
_EXACT_KINDS = (
    "exact",
    "awkward",
    "late",
    "early",
    "large",
    "vast",
    "units",
    "single",
    "positive",
    "sparse",
    "gap",
    "constant",
    "unread",
    "aged",
)
#: Elements for which a thread costs more than it saves.
_FEW = 2**15
_LARGEST = float(np.finfo(np.float32).max)
#: The least tolerance of rounded answers, but on denormal data: four of the steps that these are apart.
_TINY = float(np.finfo(np.float32).tiny)
_DENORMAL = 4 * float(np.finfo(np.float32).smallest_subnormal)
#: Steps of neighbouring elements, in units of rounding: no difference of two, nor a sum of three, is blind to them. Of
#: two patterns both count, since in a long sum the steps of one may cancel by luck.
_NUDGES = [np.array(steps) * 2.0**-24 for steps in ([1, -1, -2, 2], [2, 1, 1, -2, 2, -1, 2, -1, -2])]


@dataclass(frozen=True)
class Expected:
    """The right answer of one case.

    arrays: name -> what C leaves, for the old contents `fill`; result: C's scalar result or None.
    tolerance: name (and "result") -> largest absolute difference, elementwise; infinite where C's own answer hangs on
        rounding (a branch on a rounded value).
    is_exact: nothing was rounded, every tolerance is 0.
    is_evidence: whether an untouched input would be wrong, and at most a tenth of the answer is left undecided.
    """

    case: Case
    arrays: dict[str, np.ndarray]
    result: float | int | None
    tolerance: dict[str, np.ndarray]
    is_exact: bool
    is_evidence: bool

    def after(self, fill: int) -> dict[str, np.ndarray]:
        """The arrays that C leaves when write-only arrays had the old contents `fill`."""
        if fill == 0 or all(array.role != "out" for array in self.case.loop.arrays):
            return self.arrays
        written = _reference(self.case, "strict", "nearest", fill)
        written.pop("result", None)
        return {**self.arrays, **written}


def expect(case: Case) -> Expected:
    """Run the C reference in all its builds on a case.

    Raises ReferenceOutOfBounds when the loop itself leaves its arrays: its annotation allows what its code does not.
    """
    variants = [("strict", mode) for mode in ROUNDINGS] + [("contracted", "nearest"), ("double", "nearest")]
    before = case.arrays_cached()
    with _side_by_side(case, len(variants)) as run_all:
        runs = run_all(lambda variant: _reference(case, *variant), variants)
        strict, others, double = runs[0], runs[1:-1], runs[-1]
        spreads = {name: _spread(name, strict, others, double) for name in double}
        few_factors = case.kind in _EXACT_KINDS and not case.loop.multiplies_elements
        exact = (few_factors or not case.loop.computes) and all(not spread.any() for spread in spreads.values())
        nudges = [] if exact else [(name, pattern) for name in _real_inputs(case) for pattern in range(len(_NUDGES))]
        moved = run_all(lambda nudge: _reference(case, "double", "nearest", nudge=nudge), nudges)
    # What is like a matrix product may be made by tensor cores, and a sum by atomic additions: both take denormals for
    # zeros on a GPU.
    is_fine = case.kind == "denormal" and not case.loop.adds_to_elements
    chained = case.loop.is_chained
    least = {name: _DENORMAL if is_fine and name != "result" else _TINY for name in double}
    tolerance = {
        name: _tolerance(double[name], spreads[name], [run[name] for run in moved], exact, chained, least[name])
        for name in double
    }
    if case.kind in ("vast", "extreme") and case.loop.computes:
        # Where C overflows, another order of evaluation need not, unless what is computed lies beyond float32 itself.
        for name, bound in tolerance.items():
            overflows = ~np.isfinite(strict[name])
            bound[overflows & (chained | ~_is_beyond(double[name], strict[name]))] = np.inf
    if case.kind == "infinite" and not any(np.isnan(before[array.name]).any() for array in case.loop.read_arrays):
        # a * b + a * c may be no number where a * (b + c) is infinite.
        for name, bound in tolerance.items():
            bound[np.isnan(strict[name])] = np.inf
    untouched = case.loop.result is None and all(
        strict[array.name].tobytes() == before[array.name].tobytes() for array in case.loop.outputs
    )
    undecided = sum(int(np.isinf(bound).sum()) for bound in tolerance.values())
    total = sum(bound.size for bound in tolerance.values())
    result = strict.pop("result", None)
    return Expected(
        case,
        {**before, **strict},
        None if result is None else result.reshape(())[()].item(),
        tolerance,
        exact,
        not untouched and undecided * 10 <= total,
    )


@contextlib.contextmanager
def _side_by_side(case: Case, count: int) -> Iterator[Callable[[Callable, Iterable], list]]:
    """A map: in threads, for C runs without the interpreter's lock and rounds by thread, unless these cost more."""
    if sum(array.size for array in case.arrays_cached().values()) < _FEW:
        yield lambda function, values: list(map(function, values))
        return
    with ThreadPoolExecutor(count) as pool:
        yield lambda function, values: list(pool.map(function, values))


class ReferenceOutOfBounds(Exception):
    """A loop's C code left its arrays at a size that its annotation calls legal."""


def _real_inputs(case: Case) -> list[str]:
    """The arrays and scalars whose old value may reach the answer as a rounded number."""
    arrays = [array.name for array in case.loop.arrays if array.dtype == "real" and array.role != "out"]
    return arrays + [parameter.name for parameter in case.loop.params if parameter.kind == "real"]


def _reference(
    case: Case, build: str, rounding: str, fill: int = 0, nudge: tuple[str, int] = ("", 0)
) -> dict[str, np.ndarray]:
    """The arrays that a build writes, and its result, in the build's own precision.

    nudge: the array or scalar whose value is moved by a unit of float32 rounding, up or down, and by which pattern.
    """
    nudged, pattern = nudge
    margin = 64
    arrays: dict[str, np.ndarray] = {}
    frames: dict[str, np.ndarray] = {}
    for array in case.loop.arrays:
        data = case.arrays_cached(fill)[array.name]
        frames[array.name] = np.full(data.size + 2 * margin, 77, array.numpy_type(build))
        arrays[array.name] = frames[array.name][margin:-margin].reshape(data.shape)
        arrays[array.name][...] = data
        if array.name == nudged:
            arrays[array.name] *= 1 + np.resize(_NUDGES[pattern], data.shape)
    params = arguments(case.loop, case.n, case.m, case.params)
    if nudged in params:
        params[nudged] *= 1 + _NUDGES[pattern][0]
    result = run(case.loop, arrays, n=case.n, m=case.m, params=params, build=build, rounding=rounding)
    for name, frame in frames.items():
        if not (np.all(frame[:margin] == 77) and np.all(frame[-margin:] == 77)):
            raise ReferenceOutOfBounds(
                f"{case.loop.path}:{case.loop.line}: {case.loop.name} writes outside {name} at {case}: "
                "state its legal sizes with `requires` in the comment before it"
            )
    written = {array.name: arrays[array.name] for array in case.loop.outputs}
    return written if result is None else {**written, "result": np.array([result])}


def _spread(name: str, strict: dict, others: list[dict], double: dict) -> np.ndarray:
    """The largest distance of any float32 evaluation from the float64 one; infinite where they differ in kind."""
    truth = double[name].astype(np.float64)
    values = [run[name].astype(np.float64) for run in (strict, *others)]
    with np.errstate(invalid="ignore", over="ignore"):
        spread = np.max([np.abs(value - truth) for value in values], axis=0)
    settled = values[0]
    fused = values[-1]
    finite = np.isfinite(settled) & np.isfinite(truth)
    same_kind = (settled == fused) | (np.isnan(settled) & np.isnan(fused))
    # Infinities and NaN: expected where both roundings of the arbiter agree on them, undecided elsewhere.
    return np.where(finite, np.where(np.isfinite(spread), spread, np.inf), np.where(same_kind, 0.0, np.inf))


def _is_beyond(truth: np.ndarray, found: np.ndarray) -> np.ndarray:
    """Where float64 holds a number that is too large for float32 by half, and float32 the infinity of its sign."""
    return (np.abs(truth) > 1.5 * _LARGEST) & (found == np.copysign(np.inf, truth))


def _tolerance(
    truth: np.ndarray, spread: np.ndarray, moved: list[np.ndarray], exact: bool, chained: bool, least: float
) -> np.ndarray:
    if exact or truth.dtype.kind == "i":
        return np.zeros(truth.shape)
    magnitude = np.abs(truth.astype(np.float64))
    magnitude = np.where(magnitude <= _LARGEST, magnitude, 0.0)  # neither infinity nor what becomes one
    ceiling = CEILING * magnitude.max(initial=0.0)
    with np.errstate(invalid="ignore", over="ignore"):
        sensitivity = np.sum([np.abs(other - truth) for other in moved], axis=0) + np.zeros(truth.shape)
    # Above the ceiling, or not a number, an input that moved has changed a branch: that excuses nothing.
    sensitivity = np.where(sensitivity <= ceiling, sensitivity, 0.0)
    undecided = spread > max(ceiling, least)
    allowed = np.where(undecided, 0.0, np.maximum(FACTOR * spread, 2 * sensitivity))
    usual = spread[(spread > 0) & ~undecided]
    if chained and usual.size:
        # A chain hands errors on from element to element, and a few evaluations may agree on one by luck: what its
        # neighbours may miss counts as well, and twice what is usual in the array.
        allowed = np.maximum(_largest_nearby(allowed), 2 * FACTOR * float(np.median(usual)))
    bound = np.maximum(np.minimum(allowed + ULPS * magnitude, ceiling), least)
    return np.where(undecided, np.inf, bound)


def _largest_nearby(values: np.ndarray) -> np.ndarray:
    """The maximum over the elements up to REACH away along each axis."""
    for axis in range(values.ndim):
        margin = [(REACH, REACH) if k == axis else (0, 0) for k in range(values.ndim)]
        padded, length = np.moveaxis(np.pad(values, margin), axis, 0), values.shape[axis]
        nearby = padded[:length].copy()
        for step in range(1, 2 * REACH + 1):
            np.maximum(nearby, padded[step : step + length], out=nearby)
        values = np.moveaxis(nearby, 0, axis)
    return values
