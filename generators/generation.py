"""Generation of many loops: several at a time, each by one process of all that ask; what is known is on disk."""

import hashlib
import threading
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field

from filelock import FileLock, Timeout

from generators.clients import Client
from generators.exchange import CallFailed, Request, Unusable
from generators.judging import Interrupted
from generators.ledger import CostLimit, Ledger, read_prices
from generators.plan import Plan
from generators.prompt import Prompt, build_prompt
from generators.run import Judging, Series, known_usage, write_kernel
from generators.store import Store
from generators.transcript import Attempt, Transcript, TranscriptError, without_secrets
from tsvc.loops import Loop
from tsvc.verdicts import HarnessError

#: Seconds between two looks at a loop that another process works on, and at threads that should end.
_PAUSE = 0.2


@dataclass
class Course:
    """How far a run has come; its threads write it.

    working: the attempt that each loop in progress is at. problems: loops that could not be finished through nobody's
    wrong kernel, and why. halt: why no further call is made, "" as long as calls are.
    """

    total: int = 0
    done: int = 0
    passed: int = 0
    attempts: int = 0
    working: dict[str, int] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    halt: str = ""
    began: float = field(default_factory=time.monotonic)


class Generation:
    """Works through the loops of a plan that have work left.

    judging: what accepts a kernel. Raises PriceError for a price table that cannot be used.
    """

    def __init__(self, plan: Plan, loops: Iterable[Loop], client: Client, judging: Judging):
        self.plan, self.client, self.judging = plan, client, judging
        self.store = Store(plan.folder)
        asked = list(loops)
        self.loops = [loop for loop in asked if plan.open_samples(self.store, loop)]
        self.ledger = Ledger(read_prices(plan.prices), plan.max_cost, spent=self._spent_before(asked))
        self.course = Course(len(self.loops))
        self._prompt_lock, self._count_lock = threading.Lock(), threading.Lock()
        self._is_stopped = threading.Event()
        self._waiting = deque(self.loops)
        self._bugs: list[BaseException] = []

    def run(self, show=lambda course, ledger: None) -> None:
        """Work until every loop is done or no call can be made; show(course, ledger) is called every now and then.

        Raises what a bug raises in a thread, and KeyboardInterrupt after calls and judging have been ended.
        """
        count = min(self.plan.parallel, len(self.loops))
        threads = [threading.Thread(target=self._work, name=f"generate-{k}", daemon=True) for k in range(count)]
        for thread in threads:
            thread.start()
        try:
            while any(thread.is_alive() for thread in threads):
                time.sleep(_PAUSE)
                show(self.course, self.ledger)
        finally:
            self._is_stopped.set()
        if self._bugs:
            raise self._bugs[0]

    def _work(self) -> None:
        while not self._is_stopped.is_set():
            try:
                loop = self._waiting.popleft()
            except IndexError:
                return
            try:
                with self.store.lock(loop.name).acquire(timeout=0):
                    self._generate(loop)
            except Timeout:  # another process is at it: look again, and find its kernel
                self._waiting.append(loop)
                time.sleep(_PAUSE)
                continue
            except Interrupted:
                return
            except CostLimit as limit:
                self._halt(f"--max-cost: {limit}")
            except Unusable as failure:
                self.course.problems[loop.name] = str(failure)
                self._halt(str(failure))
            except (CallFailed, HarnessError, TranscriptError) as failure:
                self.course.problems[loop.name] = str(failure)
            except BaseException as bug:
                self._bugs.append(bug)  # run() raises it where someone sees it
                self._is_stopped.set()
                return
            self.course.working.pop(loop.name, None)
            self._count(done=int(not self.course.halt))

    def _count(self, **more: int) -> None:
        """Add to the course's counts; two threads that add at once would lose one of them."""
        with self._count_lock:
            for name, step in more.items():
                setattr(self.course, name, getattr(self.course, name) + step)

    def _halt(self, why: str) -> None:
        self.course.halt = self.course.halt or why
        self._waiting.clear()

    def _generate(self, loop: Loop) -> None:
        for sample in self.plan.open_samples(self.store, loop):
            series = self.series(loop, sample)
            if self.course.halt and not series.accepted:
                return

            def tell(kind: str, what: Attempt | Request, name: str = loop.name) -> None:
                if isinstance(what, Request):
                    self.course.working[name] = what.attempt
                else:
                    self._count(attempts=1)

            def is_stopped() -> bool:
                return self._is_stopped.is_set() or bool(self.course.halt)

            write_kernel(series, self.client, self.ledger, self.plan.limits.retries, tell, is_stopped)
            self.keep(series)
        self.finish(loop)

    # -- steps that generation by batches takes too ---------------------------

    def lock(self, loop: Loop) -> FileLock:
        return self.store.lock(loop.name)

    def series(self, loop: Loop, sample: int) -> Series:
        """A sample's attempts, begun or resumed. Call it under the loop's lock. Raises TranscriptError."""
        transcript = self.plan.begin(self.store, loop, sample)
        return Series(loop, sample, self.prompt, transcript, self.plan.policy, self.judging)

    def prompt(self, loop: Loop) -> Prompt:
        """The loop's prompt; one at a time, since the analyses' isl context is not for several threads."""
        with self._prompt_lock:
            return build_prompt(loop, self.plan.analyses)

    def keep(self, series: Series) -> None:
        """Write the kernel that a series came to, if it did."""
        if series.accepted is not None:
            is_only = self.plan.samples == 1
            record = self._record(series, series.accepted)
            self.store.write_kernel(series.loop.name, series.sample, is_only, series.accepted.code or "", record)

    def finish(self, loop: Loop) -> None:
        """Make the first accepted sample the loop's kernel, and count the loop."""
        if self.plan.samples > 1:
            for sample in range(1, self.plan.samples + 1):
                if any(attempt.passed for attempt in Transcript(self.store.transcript(loop.name, sample)).attempts):
                    self.store.promote(loop.name, sample)
                    break
        self._count(passed=int(self.store.has_kernel(loop.name)))

    def _record(self, series: Series, accepted: Attempt) -> dict:
        assert accepted.reply is not None
        usage = accepted.reply.usage
        return {
            "loop": series.loop.name,
            "origin": without_secrets(accepted.reply.model),
            "source_sha256": series.loop.source_sha256,
            "kernel_sha256": sha256(accepted.code or ""),
            "verified": accepted.verified,
            "generation": {
                "llm": series.transcript.start.get("llm"),
                "sample": series.sample,
                "attempt": accepted.number,
                "usage": asdict(usage) if usage else None,
                "usage_of_all_attempts": asdict(known_usage(series.transcript)),
                "transcript": f"transcripts/{series.transcript.path.name}",
            },
        }

    def _spent_before(self, loops: list[Loop]) -> float:
        prices = read_prices(self.plan.prices)
        costs = [
            prices.cost(model, usage) or 0.0
            for loop in loops
            for sample in self.store.samples(loop.name)
            for model, usage in Transcript(self.store.transcript(loop.name, sample)).usages
        ]
        return sum(costs)


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
