"""All that the suite asks of a kernel, in one call: what a generated kernel has to pass before it counts."""

from dataclasses import dataclass

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import FlakyFailure

from tsvc.cases import TIMED
from tsvc.device import Device
from tsvc.judge import Judge, require_evidence
from tsvc.named import suite_cases
from tsvc.strategies import largest_cases
from tsvc.targets import TARGETS
from tsvc.timing import timing_case
from tsvc.verdicts import KernelFailure, Racy

#: Cases drawn beside the fixed ones; the suite draws others.
DRAWN = 20


@dataclass(frozen=True)
class Acceptance:
    """What a kernel was accepted on. cases: how many; device: as the child described it."""

    cases: int
    device: dict


def accept(judge: Judge, compiler: Device, draws_seed: int = 0) -> Acceptance:
    """Judge fixed cases, smallest first, then drawn ones, then compile for every target.

    Raises the KernelFailure of a small case that fails; HarnessError.
    """
    on_gpu = judge.device.mode == "cuda"
    cases = sorted(suite_cases(judge.loop, judge.kernel.text, on_gpu), key=lambda case: (case.n, case.m))
    judged = [judge.check(case) for case in cases]
    require_evidence([*judged, *judge.check_more()])

    @seed(draws_seed)
    @settings(
        max_examples=DRAWN,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(largest_cases(judge.loop, on_gpu))
    def check(case):
        judge.check(case)

    try:
        check()
    except Exception as error:
        if failure := failure_of(error):
            raise failure.with_traceback(None) from None
        raise
    case = timing_case(judge.loop, *TIMED)
    assert case is not None, "every loop has a legal case near the timed size"
    judge.compile(compiler, case, list(TARGETS))
    judge.check_text()
    return Acceptance(len(judge.judged), judge.device.facts)


def failure_of(error: BaseException | None) -> KernelFailure | None:
    """The kernel's failure that an exception stands for, None where the trouble may be our own.

    hypothesis groups failures: FlakyFailure when the same case came out differently, else one of each kind.
    """
    if not isinstance(error, BaseExceptionGroup):
        return error if isinstance(error, KernelFailure) else None
    leaves = [failure_of(each) for each in error.exceptions]
    if not leaves or None in leaves:
        return None
    first = leaves[0]
    return (
        Racy(f"{first}\n  race    passed in another run on the same data") if isinstance(error, FlakyFailure) else first
    )
