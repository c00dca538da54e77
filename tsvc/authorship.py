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

#: Elements that torch may work on at any size, and for which a loop's data are too small to say who did the work.
FEW = 64
#: Of a loop's largest array, the part that torch may work on: what is left when each program sums up its block.
PARTIALS = 256


@dataclass(frozen=True)
class Authorship:
    """What one call did. Fields are None where nobody observed it.

    launches: how many; programs: the most that one launch had; torch: operator -> elements it worked on.
    """

    launches: int | None = None
    programs: int | None = None
    torch: tuple[tuple[str, int], ...] = ()

    @classmethod
    def of(cls, answer: Answer) -> "Authorship":
        header = answer.header
        return cls(header.get("launches"), header.get("programs"), tuple(sorted(header.get("torch", {}).items())))

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
        if answer.header.get("unaccounted"):
            raise TorchFallback(f"{answer.header['unaccounted']} has changed, and neither a launch nor torch wrote it")


def _check_torch(case: Case, torch: dict[str, int]) -> None:
    if torch.get("thread"):
        raise TorchFallback(f"it started {torch['thread']} threads: what they do is not seen")
    allowed = allowed_elements(case)
    if sum(torch.values()) > allowed:
        words = ", ".join(f"{name} ({count} elements)" for name, count in sorted(torch.items(), key=lambda kv: -kv[1]))
        raise TorchFallback(f"torch does the work: {words}; beside the launches it may work on {allowed} here")


def allowed_elements(case: Case) -> int:
    """How many elements torch may work on beside the launches."""
    return max(FEW, min(_sizes(case)) // 4, largest(case) // PARTIALS)


def is_serial(found: Authorship, bundled: Authorship) -> bool:
    """Whether one program does what the bundled kernel's launches spread over several."""
    return found.programs == 1 and (bundled.programs or 1) > 1


def largest(case: Case) -> int:
    """Elements of a case's largest array; for a loop that has none, its size."""
    return max(_sizes(case))


def _sizes(case: Case) -> list[int]:
    return [math.prod(extents(array, case.n, case.m)) for array in case.loop.arrays] or [case.n * case.m]
