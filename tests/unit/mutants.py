"""Wrong answers made from right ones, and right ones that are rounded otherwise.

`PYTHONPATH=. python tests/unit/mutants.py > docs/mutation-score.md` renews the table of scores.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from kernel_section import read_rows, section

from clib.binding import bind
from clib.build import build
from tsvc.cases import fixed
from tsvc.domain import arguments
from tsvc.expected import Expected, expect
from tsvc.inputs import Case
from tsvc.judge import compare
from tsvc.loops import LOOPS
from tsvc.reference import run

#: The sizes of the suite's fixed cases, as in tests/test_tsvc.py.
SIZES = [(1000, 37), (1, 1), (2, 2), (33, 3), (257, 9), (1024, 32), (2049, 17), (4096, 64), (5003, 34)]
#: The columns of docs/mutation-score.md, in order.
MUTANTS = (
    "untouched",
    "reversed",
    "rolled",
    "sorted",
    "mean",
    "last missing",
    "tail missing",
    "off by 0.1",
    "off by 1e-3",
    "zeros",
    "NaN",
    "clobbered",
    "result off",
    "result missing",
)
HONEST = ("C itself", "double", "contracted", "fast")


def mutants(case: Case, expected: Expected) -> Iterator[tuple[str, str, dict, object]]:
    """(name, array or "result", arrays, result) of each mutant of C's own answer.

    Each changes one array, so that a judge that looks at the others alone lets it through. One that is nowhere wrong is
    left out: s222 adds a product and takes it away again, so that an untouched `a` is no worse than C's, only rounded
    otherwise.
    """
    before, right, result = case.arrays(), expected.arrays, expected.result
    truth, _ = _answer(case, "double")
    for array in case.loop.arrays:
        name = array.name
        if not array.is_written:
            changed = np.zeros_like(right[name])
            if changed.tobytes() != right[name].tobytes():
                yield "clobbered", name, {**right, name: changed}, result
            continue
        own, true, tolerance = right[name].ravel(), truth[name].ravel(), expected.tolerance[name].ravel()
        for mutant, values in _of_array(before[name].ravel(), own, true, tolerance):
            if _wrong(values, own, true).any():
                yield mutant, name, {**right, name: values.astype(right[name].dtype).reshape(right[name].shape)}, result
    if result is not None:
        yield "result missing", "result", right, None
        off = result + (1 if case.loop.result == "int" else 0.1 * max(1.0, abs(result)))
        if np.isfinite(result) and np.isfinite(expected.tolerance["result"]).all():
            yield "result off", "result", right, off


def _of_array(before, right, truth, tolerance) -> Iterator[tuple[str, np.ndarray]]:
    changed = np.flatnonzero(_wrong(before, right, truth))
    with np.errstate(invalid="ignore", over="ignore"):
        yield "untouched", before
        yield "reversed", right[::-1]
        yield "rolled", np.roll(right, 1)
        yield "sorted", np.sort(right)
        yield "mean", np.full_like(right, right.mean(dtype=np.float64))
        yield "zeros", np.zeros_like(right)
        if right.dtype.kind == "f":
            yield "NaN", np.full_like(right, np.nan)
        for mutant, left in (("last missing", changed[-1:]), ("tail missing", changed[-(len(changed) // 10 + 1) :])):
            values = right.copy()
            values[left] = before[left]
            yield mutant, values
        if len(changed) and right.dtype.kind == "f":
            one = changed[len(changed) // 2]
            for mutant, step in (("off by 0.1", 0.1), ("off by 1e-3", 1e-3 * abs(right[one]))):
                values = right.copy()
                values[one] += step
                if mutant == "off by 0.1" or step > tolerance[one]:
                    yield mutant, values


def _wrong(values: np.ndarray, right: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Where values are neither C's nor the float64 answer rounded."""
    same = [(values == other) | (np.isnan(values) & np.isnan(other)) for other in (right, truth)]
    return ~(same[0] | same[1])


def difference(case: Case, expected: Expected, arrays: dict, result):
    """What the judge says of an answer."""
    return compare(case.loop, expected, 0, case.arrays_cached(), arrays, result)


def honest(case: Case, expected: Expected) -> Iterator[tuple[str, dict, object]]:
    """(name, arrays, result) of answers that a right kernel may give."""
    yield "C itself", expected.arrays, expected.result
    for kind in ("double", "contracted"):
        yield kind, *_answer(case, kind)
    arrays = case.arrays()
    yield "fast", arrays, _run_fast(case, arrays)


def _answer(case: Case, kind: str) -> tuple[dict, object]:
    """(arrays, result) of a build, rounded to float32."""
    arrays = {a.name: case.arrays_cached()[a.name].astype(a.numpy_type(kind)) for a in case.loop.arrays}
    result = run(case.loop, arrays, n=case.n, m=case.m, params=case.params, build=kind)
    with np.errstate(over="ignore"):
        single = {array.name: arrays[array.name].astype(array.numpy_type()) for array in case.loop.arrays}
        return single, float(np.float32(result)) if case.loop.result == "real" else result


def _run_fast(case: Case, arrays: dict):
    """The fast build for any size: compiled once a file, unlike the timed one."""
    loop = case.loop
    kinds = ["int" if kind == "size" else kind for _, kind in loop.signature]
    call = bind(build(loop.path, "fast"), "fast", loop.name, loop.result, kinds)
    values = {"n": case.n, "m": case.m, **arguments(loop, case.n, case.m, case.params)}
    return call(*(arrays[name].ctypes.data if kind == "array" else values[name] for name, kind in loop.signature))


@dataclass
class Score:
    """How often each mutant of each array differed in a case that is evidence, and how often it was rejected there.

    refused: honest variants that the judge did not accept, in any case at all.
    """

    differs: Counter = field(default_factory=Counter)
    rejected: Counter = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)

    def mark(self, mutant: str) -> str:
        """The mutant's word in the table."""
        counts = [self.rejected[key] for key in self.differs if key[0] == mutant]
        return "." if not counts else "x" if all(counts) else "LET THROUGH"


def is_rounding(expected, array: str, arrays: dict) -> bool:
    """Whether a mutated array differs from the right one by no more than a rounding of its largest number."""
    right = expected.arrays.get(array)
    if right is None or right.dtype.kind != "f" or not np.isfinite(arrays[array]).all():
        return False
    distance = np.abs(arrays[array].astype(np.float64) - right).max(initial=0)
    return 0 < distance <= 2.0**-24 * np.abs(right).max(initial=0)


@cache
def score(name: str) -> Score:
    """Judge all mutants and honest variants of a loop's answers over the suite's fixed cases."""
    loop, found = LOOPS[name], Score()
    for case in fixed(loop, SIZES):
        expected = expect(case)
        if expected.is_evidence:
            for mutant, array, arrays, result in mutants(case, expected):
                if is_rounding(expected, array, arrays):
                    continue
                found.differs[mutant, array] += 1
                found.rejected[mutant, array] += difference(case, expected, arrays, result) is not None
        for variant, arrays, result in honest(case, expected):
            if refusal := difference(case, expected, arrays, result):
                found.refused.append(f"{variant} at {case}: {refusal}")
    return found


def table() -> str:
    """docs/mutation-score.md: what a mutant is, how many are rejected, and each loop's row."""
    marks = {name: [score(name).mark(mutant) for mutant in MUTANTS] for name in LOOPS}
    lines = ["| mutant | loops where it differs | rejected | let through |", "| --- | --: | --: | --: |"]
    for k, mutant in enumerate(MUTANTS):
        column = [row[k] for row in marks.values() if row[k] != "."]
        lines.append(f"| {mutant} | {len(column)} | {column.count('x')} | {len(column) - column.count('x')} |")
    lines += [
        "",
        "`x`: rejected; `.`: nowhere different from the right answer; `LET THROUGH`: a hole in the judge.",
        "",
    ]
    lines += ["| loop | " + " | ".join(MUTANTS) + " |", "| --- |" + " :-: |" * len(MUTANTS)]
    lines += [f"| {name} | " + " | ".join(row) + " |" for name, row in marks.items()]
    kernels = section(read_rows())
    return _INTRODUCTION + "\n".join(lines) + "\n" + (kernels + "\n" if kernels else "")


_INTRODUCTION = """\
# Mutation score of the judge

A judge is as good as the wrong answers that it rejects. C's own answer is spoilt in a known way, one array at a time,
over the fixed cases of the suite, and handed to the judge as a kernel's answer. A mutant counts for an array where it
differs from the right answer in a case that is evidence, and is rejected when one such case tells it apart; for a loop
it is rejected when it is for each of its arrays.

untouched, reversed, rolled (by one), sorted, mean (in every element), zeros, NaN: the whole array. Last missing, tail
missing: the last element, or tenth, of those that C changed has its old value. Off by 0.1, by 1e-3 (of its magnitude,
where that is above the tolerance): one element. Clobbered: zeros in an array that C only reads. Result off: by a tenth
(at least 0.1), or by 1 for an index.

"""


if __name__ == "__main__":
    print(table(), end="")
