"""The judge: runs a kernel in its child and compares what it leaves with C, element by element, in this process."""

import contextlib
import math
from dataclasses import dataclass, field, replace
from pathlib import Path

from tsvc.ablation import Run, check_bare_call, check_launches_alone_see, check_launches_matter
from tsvc.asks import first_question
from tsvc.authorship import FEW, Authorship, allowed_elements, check_observed, is_serial, largest, seems_serial
from tsvc.between import cases_between
from tsvc.cases import TIMED, make
from tsvc.comparison import check_guards, compare
from tsvc.device import Device
from tsvc.domain import arguments, extents
from tsvc.expected import Expected, expect
from tsvc.far import far_cases
from tsvc.gates import ALL
from tsvc.inputs import Case
from tsvc.kernel import Answer, Kernel, call, request_for
from tsvc.loops import Loop
from tsvc.pdl import first_race
from tsvc.reach import first_use
from tsvc.verdicts import Crashed, HarnessError, Hung, KernelFailure, Racy, ReachesOut, Tampered, TorchFallback, Wrong

#: (program order, old contents of write-only arrays) of the calls that one case is judged by; in the interpreter the
#: first is left out above 2**11 elements, and all but the last above 2**13: shorter cases show what orders do.
#: INTERLEAVED comes besides where several programs of a launch use atomics.
INTERPRETED: tuple[tuple[str, int], ...] = (("natural", 0), ("reversed", 1), ("random", 2))
INTERLEAVED = "interleaved", 3
_TWO_ORDERS, _ONE_ORDER = 1 << 11, 1 << 13
#: Loads, stores and atomics of the first call from which on the second is left out: such a kernel takes seconds.
_MANY_STEPS = 250
ON_GPU: tuple[tuple[str, int], ...] = (("natural", 0), ("natural", 1))
#: The size of a case behind many calls, that of these calls, how many they are, and for how long they may go on.
_AGED, _LITTLE = (1000, 37), (4, 4)
_CALLS, _SECONDS = 2000, 2.0


@dataclass(frozen=True)
class Judged:
    """A case that a kernel passed.

    is_evidence: False when doing nothing would have passed too, or C's answer hangs on rounding.
    calls: how many calls it was judged by; authorship: what one of them did.
    """

    case: Case
    is_evidence: bool
    calls: int
    authorship: Authorship = field(default_factory=Authorship)

    @property
    def launches(self) -> int | None:
        """Triton launches of one call, None where they are not counted."""
        return self.authorship.launches


class Judge:
    """Judges one kernel on one device. The kernel is read at the first use, so that its absence is a verdict.

    directory: where kernels are; None for the bundled set.
    patience: how many hangs or crashes are waited for; afterwards smaller cases are not run any more.
    gates: which of tsvc.gates are in force; fewer than all only in tests of the gates.

    A failure in a child in which another kernel has run before is judged again in a fresh one, so that nobody answers
    for what others left behind.
    """

    def __init__(
        self,
        loop: Loop,
        device: Device,
        directory: Path | None = None,
        trust_record: bool = False,
        gates: frozenset[str] = ALL,
    ):
        self.loop, self.device, self.directory, self.trust_record = loop, device, directory, trust_record
        self.gates = gates
        self.patience = 2
        self.fatal: tuple[int, KernelFailure] | None = None
        self.judged: list[Judged] = []
        self._ablated = FEW  # elements of the largest array for which launches have been shown to matter
        self._kernel: Kernel | KernelFailure | None = None

    def __repr__(self) -> str:
        return f"Judge({self.loop.name} on {self.device.mode})"

    @property
    def is_bundled(self) -> bool:
        """Whether the kernel is one of the project's own set."""
        return self.directory is None

    @property
    def kernel(self) -> Kernel:
        """The kernel under judgement. Raises Missing, Damaged or Stale."""
        if self._kernel is None:
            try:
                self._kernel = Kernel.load(self.loop, self.directory, self.trust_record)
            except KernelFailure as failure:
                self._kernel = failure
        if isinstance(self._kernel, KernelFailure):
            raise self._kernel.with_traceback(None)
        return self._kernel

    def check(self, case: Case, once: bool = False) -> Judged:
        """Judge one case. Raises KernelFailure with what differs, where, and how to replay it.

        once: by one call, whatever its size.
        """
        __tracebackhide__ = True
        failure, judged = self._outcome(case, once)
        if failure is not None:
            raise failure.with_traceback(None)  # one line for old and new failures: hypothesis tells bugs apart by it
        assert judged is not None
        return judged

    def check_more(self) -> list[Judged]:
        """Judge a kernel of another directory than the bundled set on more.

        Sizes between the usual ones (tsvc.between), a case behind many calls, and without a GPU sizes above (tsvc.far).
        """
        if self.is_bundled:
            return []
        once = cases_between(self.loop, self.kernel.text) if "between" in self.gates else []
        if "age" in self.gates and (aged := make(self.loop, *_AGED, "aged", 9000)):
            once.append(aged)
        return [*(self.check(case, once=True) for case in once), *map(self.check, self.far_cases())]

    def far_cases(self) -> list[Case]:
        """Long cases for a kernel of another directory, where there is no GPU; see tsvc.far."""
        longest = max(self.judged, key=lambda one: largest(one.case), default=None)
        if longest is None or self.is_bundled or self.device.mode != "interpreter" or "far" not in self.gates:
            return []
        return far_cases(self.loop, self.kernel.text, longest.case, longest.authorship.steps)

    def check_text(self) -> None:
        """Raises Racy or ReachesOut for what the text alone shows: to be asked when all cases have passed."""
        text = self.kernel.text
        if "races" in self.gates and (race := first_race(text)):
            raise self.explained(Racy(race))
        if "reach" in self.gates and (use := first_use(text, self.loop.name)):
            raise self.explained(ReachesOut(str(use)))
        if self.device.mode == "interpreter" and "whereabouts" in self.gates and (asked := first_question(text)):
            raise self.explained(ReachesOut(asked))

    def classify(self) -> str:
        """Who does the work of what has been judged, in a word.

        "serial": one program does all, or nearly all, even of a case as long as the timed one, or of the largest, where
        the bundled kernel's share the work; "glue": torch works on partial results beside the launches; else "triton".
        """
        most = max((largest(one.case) for one in self.judged), default=0)
        long = {one.case.n * one.case.m: one for one in self.judged if largest(one.case) >= min(most, TIMED[0])}
        if any(is_serial(one.authorship, self._bundled(one)) for one in long.values()):
            return "serial"
        return "glue" if self.glue else "triton"

    @property
    def glue(self) -> list[str]:
        """The torch operators that do arithmetic beside the launches."""
        return sorted({name for one in self.judged for name in one.authorship.glue})

    def _bundled(self, judged: Judged) -> Authorship:
        """What the bundled kernel does in the same case; asked for only where one program seems to do all."""
        if self.directory is None or not seems_serial(judged.authorship):
            return judged.authorship
        try:
            return Authorship.of(self._send(Kernel.load(self.loop), judged.case, 0)[1])
        except KernelFailure:  # a loop that none is bundled for
            return judged.authorship

    def compile(self, device: Device, case: Case, targets: list[str], with_data: bool = True) -> list[dict]:
        """Compile the launches of one call for GPUs that need not be there; see tsvc.offline. Raises KernelFailure.

        with_data: False sends the arrays' shapes alone, as it is best for large cases.
        """
        if self.fatal and isinstance(self.fatal[1], Hung):
            raise self.fatal[1].with_traceback(None)
        values = arguments(self.loop, case.n, case.m, case.params)
        header = request_for(self.kernel, case.n, case.m, values, op="compile")
        arrays = case.arrays() if with_data else {}
        if not with_data:
            header["shapes"] = {
                array.name: (extents(array, case.n, case.m), array.numpy_type().__name__) for array in self.loop.arrays
            }
        try:
            # Without a target the call is only recorded: its own code gets no more time than anywhere else.
            device.request({**header, "targets": []}, arrays)
            answer, _ = device.request({**header, "targets": targets}, arrays, timeout=10 * device.timeout)
            if not isinstance(answer.get("kernels"), list):
                raise Crashed("the process answered with something that is no answer")
        except KernelFailure as failure:
            raise self.explained(failure, case) from None
        return answer["kernels"]

    def _outcome(self, case: Case, once: bool) -> tuple[KernelFailure | None, Judged | None]:
        size = math.prod({"n": case.n, "m": case.m}[name] for name in self.loop.sizes)
        if self.fatal and size >= self.fatal[0]:
            return self.fatal[1], None
        if not self.patience:
            # Enough hangs: smaller sizes count as right, so that hypothesis stops shrinking.
            return None, Judged(case, False, 0)
        try:
            judged = self._judge_fairly(case, once)
        except (Hung, Crashed) as failure:
            self.patience -= 1
            self.fatal = size, self.explained(failure, case)
            return self.fatal[1], None
        except KernelFailure as failure:
            return self.explained(failure, case), None
        finally:
            case.forget()
        self.judged.append(judged)
        return None, judged

    def _judge_fairly(self, case: Case, once: bool) -> Judged:
        kernel = self.kernel
        try:
            return self._judge(kernel, case, once)
        except Racy:
            raise
        except KernelFailure as failure:
            alone = not self.device.tenants - {kernel.sha256}
            if isinstance(failure, Tampered):
                self.device.close()  # whoever comes next would be told the same
            if alone or "fresh_child" not in self.gates:
                raise
            if isinstance(failure, Hung):
                self.patience -= 1
        self.device.close()
        return self._judge(kernel, case, once)

    def _judge(self, kernel: Kernel, case: Case, once: bool) -> Judged:
        expected = expect(case)
        calls = ON_GPU
        if self.device.mode == "interpreter":
            size = largest(case)
            calls = INTERPRETED[(size > _TWO_ORDERS) + (size > _ONE_ORDER) :]
        found: list[tuple[str, int, Wrong | None, Answer]] = []
        todo = list(calls[-1:] if once else calls)
        while todo:
            (order, fill), *todo = todo
            first = found[0][-1].header if found else {}
            if len(found) > 1 and first.get("programs", 2) == 1:
                break  # one program has no order
            # What is accessed does not depend on the order of programs, unless atomics make it so.
            gates = self.gates if not found or first.get("atomics") else self.gates - {"races"}
            found.append((order, fill, *self._call(kernel, expected, order, fill, gates)))
            if len(found) == 1 and found[0][-1].header.get("steps", 0) > _MANY_STEPS:
                todo = todo[1:]
        if found[0][-1].header.get("exchanges") and {"order", "interleaving"} <= self.gates:
            found.append((*INTERLEAVED, *self._call(kernel, expected, *INTERLEAVED, self.gates)))
        for position, (order, fill, failure, answer) in enumerate(found):
            if failure:
                if answer.header.get("kept"):
                    note = "what earlier calls kept of their data is noise by now: it may rely on that"
                    raise type(failure)(f"{failure}\n  note    {note}")
                if self._hangs_on_undefined(kernel, expected, order, fill, answer):
                    note = (
                        "lanes that a load's mask leaves out hold anything where no `other` is given: it relies on them"
                    )
                    raise type(failure)(f"{failure}\n  note    {note}")
                racy = self._racy(kernel, expected, order, fill, failure, answer)
                if racy is None and position:
                    note = "right with other old contents of memory: something is read unwritten"
                    raise Wrong(f"{failure}\n  note    {note}")
                raise racy or failure
            check_observed(expected, answer, order, self.gates)
        self._ablate(kernel, expected, found[-1][-1].header.get("launches") or 0)
        return Judged(case, expected.is_evidence, len(found), Authorship.of(found[-1][-1]))

    def _ablate(self, kernel: Kernel, expected: Expected, launches: int) -> None:
        """Show that launches matter, for a case with four times the data for which it has been shown."""
        size = largest(expected.case)
        if not expected.is_evidence or size < 4 * self._ablated:
            return
        self._check_launches_matter(kernel, expected)
        if "bare" in self.gates:
            check_bare_call(expected, self._without_launches(kernel, expected), launches, self.gates)
        if "blindness" in self.gates and not self._is_blind(expected):
            check_launches_alone_see(expected, self._without_launches(kernel, expected), self.gates)
        self._ablated = size

    def _check_launches_matter(self, kernel: Kernel, expected: Expected) -> None:
        if "ablation" in self.gates and expected.is_evidence:
            check_launches_matter(expected, self._without_launches(kernel, expected))

    def _without_launches(self, kernel: Kernel, expected: Expected) -> Run:
        few = allowed_elements(expected.case)

        def run(case: Case, fill: int, launch: str) -> tuple[dict, Answer]:
            return self._send(kernel, case, fill, ablation=launch, few=few)

        return run

    def _send(self, kernel: Kernel, case: Case, fill: int, **options) -> tuple[dict, Answer]:
        """The arrays that are sent, with other old contents for another fill, and the answer to them."""
        sent = case.arrays_cached(fill)
        values = arguments(self.loop, case.n, case.m, case.params)
        options = {"seed": case.seed + fill, "gates": sorted(self.gates), **options}
        return sent, call(self.device, kernel, sent, case.n, case.m, values, **options)

    def _age(self, kernel: Kernel) -> None:
        """Call a kernel so often as it is called where it is used; what it does meanwhile is not looked at."""
        young = make(self.loop, *_LITTLE, "exact", 0)
        if young is None:
            return
        values = arguments(self.loop, young.n, young.m, young.params)
        request = request_for(kernel, young.n, young.m, values, op="age", calls=_CALLS, seconds=_SECONDS)
        with contextlib.suppress(KernelFailure):  # without its launches a kernel may wait for ever
            self.device.request(request, young.arrays(), timeout=3 * _SECONDS)

    def _call(
        self, kernel: Kernel, expected: Expected, order: str, fill: int, gates: frozenset[str]
    ) -> tuple[Wrong | None, Answer]:
        seed = expected.case.seed + fill
        fill = fill if "fills" in gates else 0
        order = order if "order" in gates else "natural"

        def call_once(**options) -> tuple[Wrong | None, Answer]:
            if expected.case.kind == "near":  # what it keeps of data that hardly differ is left as it is
                self._send(kernel, replace(expected.case, kind="exact"), 0, keep=True, **options)
            if expected.case.kind == "aged":
                self._age(kernel)
            sent, answer = self._send(
                kernel, expected.case, fill, order=order, seed=seed, gates=sorted(gates), **options
            )
            if "guards" in gates:
                check_guards(sent, answer, seed)
            return compare(self.loop, expected, fill, sent, answer.arrays, answer.result, gates), answer

        if not self._is_blind(expected):
            return call_once()
        try:
            wrong, answer = call_once(ablation="blind", few=allowed_elements(expected.case))
            if wrong is None:
                return None, answer
            blind = f"right only where the host sees the data, too: someone else works on them\n  blind   {wrong}"
        except (Hung, Crashed):
            raise
        except KernelFailure as failure:
            blind = f"it fails where launches alone see the data: {failure}"
        for _ in range(2):  # what is wrong in every other call is no work of someone else
            wrong, answer = call_once()
            if wrong is not None:
                return wrong, answer
        check_observed(expected, answer, order, self.gates)
        self._check_launches_matter(kernel, expected)
        raise TorchFallback(blind)

    def _is_blind(self, expected: Expected) -> bool:
        """Whether launches alone see the data in every call, so that no call can be told from those that are counted.

        On a GPU, where hiding takes longer than calling, one call at each of a few sizes is made so (_ablate).
        """
        interpreted = self.device.mode == "interpreter"
        return interpreted and "blindness" in self.gates and largest(expected.case) > FEW

    def _hangs_on_undefined(self, kernel: Kernel, expected: Expected, order: str, fill: int, answer: Answer) -> bool:
        """Whether a wrong answer is right where lanes without a value hold zeros."""
        if not answer.header.get("has_undefined"):
            return False
        without = self.gates - {"undefined"}  # twice: it may be wrong in every other call
        return all(self._call(kernel, expected, order, fill, without)[0] is None for _ in range(2))

    def _racy(self, kernel, expected, order, fill, failure: Wrong, answer: Answer) -> Racy | None:
        """Racy when the same call on the same data comes out right, or otherwise wrong, as well."""
        interpreted = self.device.mode == "interpreter"
        for _ in range(1 if interpreted else 3):
            again, other = self._call(kernel, expected, "natural", fill, self.gates)
            if again is None:
                how = f"with programs in natural order, wrong in {order} order" if interpreted else "in another run"
                return Racy(f"{failure}\n  race    right {how}, on the same data")
            if not interpreted and any(answer.arrays[k].tobytes() != other.arrays[k].tobytes() for k in answer.arrays):
                return Racy(f"{failure}\n  race    another run on the same data left something else")
        return None

    def explained(self, failure: KernelFailure, case: Case | None = None) -> KernelFailure:
        """The same failure with the case if there is one, the kernel and the command that replays it."""
        where = f"\n  kernel  {self.kernel} ({self.kernel.origin})" if isinstance(self._kernel, Kernel) else ""
        more = "" if self.directory is None else f" --kernels {self.directory}"
        more += "" if self.loop.path.parent.name == "src" else f" --loops {self.loop.path}"
        replay = f"\n  replay  python -m tsvc judge {self.loop.name}{f' {case}' if case else ''}{more}" if where else ""
        which = f"\n  case    {case}" if case else ""
        return type(failure)(f"{self.loop.name}: {failure}{which}{where}{replay}")


def require_evidence(judged: list[Judged], gates: frozenset[str] = ALL) -> None:
    """Raises HarnessError when none of the cases could have told a kernel that does nothing from a right one."""
    if "evidence" in gates and judged and not any(one.is_evidence for one in judged):
        cases = "; ".join(str(one.case) for one in judged)
        raise HarnessError(f"{judged[0].case.loop.name}: no case is evidence, an untouched input passes all: {cases}")
