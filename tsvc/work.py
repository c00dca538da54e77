"""The least work of a loop on given data, counted by running it: never guessed, and never by its name.

Each element that the loop reads before it has written it must be read by any kernel, and each that it writes must be
written; both count once, however often C touches them, since a kernel has registers and caches. What the C text reads
and does not use counts too, and so do its operations: an algorithm with less of either may be faster than the limit.
"""

from dataclasses import astuple, fields
from itertools import pairwise

from tsvc.cases import make
from tsvc.child import run_counted
from tsvc.counted import NotCounted
from tsvc.device import Device
from tsvc.domain import arguments
from tsvc.inputs import Case
from tsvc.limits import Work
from tsvc.read_first import request
from tsvc.verdicts import Hung, KernelFailure

#: Seconds that counting may take, and the iterations from which a nest deeper than its arrays is not run but fitted.
LIMIT, ITERATIONS = 60.0, 1 << 31
#: Sizes at which work that grows as a polynomial is counted: so far apart, that each divides alike by small numbers.
_STEP = 720


def count(device: Device, case: Case) -> Work:
    """What the loop does on a case's data.

    device: a Device in mode "c". A nest deeper than its arrays may be too long to run (s176 has 2**46 iterations at
    n = 2**24): its counts are a polynomial in the size, taken through small sizes and checked on two more.
    Raises NotCounted: it cannot be translated, takes longer than LIMIT, leaves its arrays, or is no polynomial.
    """
    size, depth = (case.m, 3) if case.loop.is_2d else (case.n, 2)
    if not case.loop.is_superlinear or size**depth <= ITERATIONS:
        return _run(device, case)
    counts = []
    for step in range(3, depth + 6):
        smaller = size % _STEP + step * _STEP
        n, m = (case.n, smaller) if case.loop.is_2d else (smaller, case.m)
        one = make(case.loop, n, m, case.kind, case.seed)
        if one is None or (one.n, one.m) != (n, m):
            raise NotCounted(f"{case.loop.name} is not legal at n = {n}, m = {m}")
        found = _run(device, one)
        counts.append(astuple(found))
    at = size // _STEP - 3
    return Work(*(_polynomial(list(series), at, depth) for series in zip(*counts, strict=True)))


def _polynomial(values: list[int], at: int, degree: int) -> int:
    """The value at position `at` of a series that is a polynomial of at most this degree.

    values: those at positions 0, 1, ..., more than the degree needs. Raises NotCounted where they do not fit.
    """
    total, weight = 0, 1
    for order in range(len(values)):
        difference = values[0]
        if order > degree and difference:
            raise NotCounted("its work is no polynomial in its size")
        total += weight * difference
        weight = weight * (at - order) // (order + 1)
        values = [after - before for before, after in pairwise(values)]
    return total


def touched(case: Case) -> int | None:
    """How many distinct elements the loop reads before it writes them, or writes, whichever are more; None where that
    is not counted.

    Runs in this process, as the reference does: the case must be legal, and of an ordinary size.
    """
    if case.loop.is_superlinear:
        return None
    try:
        found, _ = run_counted(_request(case), case.arrays_cached())
    except NotCounted:
        return None
    return max(found["read"], found["written"])


def _request(case: Case) -> dict:
    return request(case.loop, {"n": case.n, "m": case.m, **arguments(case.loop, case.n, case.m, case.params)})


def _run(device: Device, case: Case) -> Work:
    loop, header = case.loop, _request(case)
    try:
        answer, _ = device.request(header, case.arrays_cached(), timeout=LIMIT)
    except Hung:
        raise NotCounted(f"{loop.name} takes longer than {LIMIT:g} s to count") from None
    except KernelFailure as failure:
        raise NotCounted(f"{loop.name}: {failure}") from None
    return Work(**{field.name: int(answer[field.name]) for field in fields(Work)})
