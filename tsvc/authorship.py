"""Who does a kernel's work: Triton, torch beside it, or torch alone.

What the child observed is judged here: launches, torch operators, elements that they worked on. A kernel runs in the
process of those who observe it and could deceive them; tsvc.ablation does not depend on what they saw.
"""

import math
from dataclasses import dataclass

from tsvc.domain import extents
from tsvc.expected import Expected
from tsvc.gates import ALL
from tsvc.inputs import Case
from tsvc.kernel import Answer
from tsvc.verdicts import NoTriton, Tampered, TorchFallback
from tsvc.work import touched

#: Elements that torch may work on at any size, and for which a loop's data are too small to say who did the work.
FEW = 64
#: Of a loop's largest array, the part that torch may work on: what is left when each program sums up its block.
PARTIALS = 256
#: Of all accesses, the part from which on the program that makes them works alone.
ALONE = 0.9
#: Of what C changes in an array, the part that may come from elsewhere than from launches.
SHARE = 0.25


@dataclass(frozen=True)
class Authorship:
    """What one call did. Fields are None where nobody observed it.

    launches: how many; programs: the most that one launch had; torch: operator -> elements it worked on.
    busiest: of all that its programs touched, the part that the busiest of each launch did. steps: how many loads,
    stores and atomics they made.
    """

    launches: int | None = None
    programs: int | None = None
    torch: tuple[tuple[str, int], ...] = ()
    busiest: float | None = None
    steps: int | None = None

    @classmethod
    def of(cls, answer: Answer) -> "Authorship":
        header = answer.header
        busiest = header["busiest"] / header["accesses"] if header.get("accesses") else None
        torch = tuple(sorted(header.get("torch", {}).items()))
        return cls(header.get("launches"), header.get("programs"), torch, busiest, header.get("steps"))

    @property
    def glue(self) -> tuple[str, ...]:
        """The torch operators that it used beside allocating, viewing, copying and filling."""
        return tuple(name for name, _ in self.torch if name != "_local_scalar_dense")


def check_observed(expected: Expected, answer: Answer, order: str, gates: frozenset[str] = ALL) -> None:
    """Raises NoTriton, TorchFallback or Tampered for what the child observed in a call that came out right.

    order: the order of programs that was asked for.
    """
    found, case = Authorship.of(answer), expected.case
    if "order" in gates:
        if answer.header.get("tampered"):
            raise Tampered(f"it replaced, or searched for, what observes it: {answer.header['tampered']}")
        if order != "natural" and (found.programs or 1) > 1 and not answer.header.get("reordered"):
            raise Tampered(f"its programs did not run in {order} order, as they were asked to")
    if "launches" in gates and found.launches == 0 and expected.is_evidence and largest(case) > FEW:
        raise NoTriton("no Triton kernel was launched")
    if "dispatch" in gates:
        _check_torch(case, dict(found.torch))
        _check_own(case, answer.header)
        if answer.header.get("unaccounted"):
            raise TorchFallback(f"{answer.header['unaccounted']} has changed, and neither a launch nor torch wrote it")


def _check_own(case: Case, header: dict) -> None:
    """Raises TorchFallback where torch works on, or writes, much of the loop's own arrays."""
    own = header.get("torch_on_own", 0)
    allowed = FEW
    if own and largest(case) > FEW:  # of a loop that touches few elements of long arrays it may work on fewer
        allowed = min(FEW, (touched(case) or 4 * FEW) // 4)
    if own > allowed:
        raise TorchFallback(
            f"torch does the work: on {own} elements of the loop's own arrays, which are no partial results of a "
            f"launch; {allowed} are all that it may work on of them"
        )
    for name, (count, changed) in header.get("copied", {}).items():
        if count > max(FEW, SHARE * changed):
            raise TorchFallback(f"torch copies or fills {count} of the {changed} elements of {name} that change")


def _check_torch(case: Case, torch: dict[str, int]) -> None:
    if torch.get("thread"):
        raise TorchFallback(f"it started {torch['thread']} threads: what they do is not seen")
    total = sum(torch.values())
    if total <= FEW:
        return
    allowed = allowed_elements(case, touched(case))
    if total > allowed:
        words = ", ".join(f"{name} ({count} elements)" for name, count in sorted(torch.items(), key=lambda kv: -kv[1]))
        raise TorchFallback(f"torch does the work: {words}; beside the launches it may work on {allowed} here")


def allowed_elements(case: Case, touched: int | None = None) -> int:
    """How many elements torch may work on beside the launches.

    touched: how many the loop touches, where that is known: a few rows or a diagonal may be all of a large array's.
    """
    bound = largest(case) if touched is None else touched
    return max(FEW, min(bound, *_sizes(case)) // 4, min(bound, largest(case)) // PARTIALS)


def seems_serial(found: Authorship) -> bool:
    """Whether one program does all, or nearly all, beside others that do little."""
    return found.programs == 1 or (found.busiest or 0) > ALONE


def is_serial(found: Authorship, bundled: Authorship) -> bool:
    """Whether one program does what the bundled kernel's launches spread over several."""
    return seems_serial(found) and not seems_serial(bundled)


def largest(case: Case) -> int:
    """Elements of a case's largest array; for a loop that has none, its size."""
    return max(_sizes(case))


def _sizes(case: Case) -> list[int]:
    return [math.prod(extents(array, case.n, case.m)) for array in case.loop.arrays] or [case.n * case.m]
