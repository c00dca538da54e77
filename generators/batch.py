"""Generation by batches: attempt 1 of all loops in one, then the next attempt of those that need it, and so on.

DIR/transcripts/batches.jsonl notes each batch before it is sent ("sending", with its requests' ids), when its id is
known ("sent") and when all its answers are in the loops' transcripts ("collected"), so that a run that was killed
finds the batch again instead of paying for another.
"""

import contextlib
import secrets
import time

from generators.clients.batches import Batches
from generators.exchange import CallFailed, Reply, Request, Unusable
from generators.generation import Generation
from generators.ledger import CostLimit
from generators.run import Series, settle_failure
from generators.transcript import Transcript, TranscriptError
from tsvc.verdicts import HarnessError

#: How often in a row a request may come back without an answer.
_FAILURES = 3


class BatchRun:
    """Does the work of a generation through batches; the loops' locks are held until it ends."""

    def __init__(self, generation: Generation, batches: Batches):
        self.generation, self.batches = generation, batches
        self.course, self.ledger = generation.course, generation.ledger
        self.ledger.is_batch = True
        self.notes = Transcript(generation.store.transcripts / "batches.jsonl")
        self.failures: dict[tuple[str, int], int] = {}

    def run(self, show=lambda course, ledger: None) -> None:
        """As Generation.run; loops that another process works on are left to it."""
        with contextlib.ExitStack() as locks:
            every = self._open(locks)
            try:
                self._resume(every, show)
                while not self.course.halt and (requests := self._requests(every)):
                    self._send(every, requests)
                    self._await(every, show)
            except CostLimit as limit:
                self.course.halt = f"--max-cost: {limit}"
            except CallFailed as failure:
                self.course.halt = str(failure)
                self.course.problems |= {
                    one.loop.name: str(failure) for one in every.values() if not self._is_over(one)
                }
            for one in every.values():
                self.generation.keep(one)
            for loop in {one.loop for one in every.values()}:
                self.generation.finish(loop)
                self.course.done += not any(one.loop is loop and not self._is_over(one) for one in every.values())

    def _open(self, locks: contextlib.ExitStack) -> dict[tuple[str, int], Series]:
        every: dict[tuple[str, int], Series] = {}
        for loop in self.generation.loops:
            lock = self.generation.lock(loop)
            try:
                locks.enter_context(lock.acquire(timeout=0))
            except TimeoutError:
                self.course.problems[loop.name] = "another process is generating it"
                continue
            for sample in self.generation.plan.open_samples(self.generation.store, loop):
                every[loop.name, sample] = self.generation.series(loop, sample)
        return every

    def _is_over(self, series: Series) -> bool:
        return bool(series.attempts) and self.generation.plan.policy.is_over(series.attempts)

    def _requests(self, every: dict[tuple[str, int], Series]) -> dict[tuple[str, int], Request]:
        found = {}
        for key, series in every.items():
            if key[0] in self.course.problems:
                continue
            try:
                request = series.request()
            except (HarnessError, TranscriptError) as failure:
                self.course.problems[key[0]] = str(failure)
                continue
            if request is not None:
                found[key] = request
                self.course.working[key[0]] = request.attempt
        return found

    def _send(self, every: dict[tuple[str, int], Series], requests: dict[tuple[str, int], Request]) -> None:
        nonce = secrets.token_hex(6)
        client = self.batches.client
        held = [self.ledger.reserve(client.model, client.worst(request)) for request in requests.values()]
        ids = {f"{nonce}-{place}": key for place, key in enumerate(requests)}
        reserved = dict(zip(ids, held, strict=True))
        for key, request in requests.items():
            every[key].announce(request, batch=nonce)
        facts = {name: [*key, requests[key].attempt, reserved[name]] for name, key in ids.items()}
        self.notes.append("sending", nonce=nonce, requests=facts)
        try:
            batch = self.batches.submit({name: requests[key] for name, key in ids.items()})
        except CallFailed:
            for one in held:
                self.ledger.release(one)
            self.notes.append("collected", nonce=nonce)
            raise
        self.notes.append("sent", nonce=nonce, batch=batch)

    def _resume(self, every: dict[tuple[str, int], Series], show) -> None:
        """Find the batch that an earlier run sent and did not collect."""
        self.notes.mend()
        sending = self._uncollected()
        if not sending:
            return
        nonce = sending["nonce"]
        if not any(event.get("nonce") == nonce and event["event"] == "sent" for event in self.notes.events):
            first = next(iter(sending["requests"]))
            while True:
                try:
                    batch = self.batches.find(sending["time"], len(sending["requests"]), first)
                    break
                except Unusable:
                    raise
                except CallFailed as failure:
                    if not failure.again:
                        raise
                    self._pause(show)
            if batch is None:
                self.notes.append("collected", nonce=nonce)
                return
            self.notes.append("sent", nonce=nonce, batch=batch)
        for *_, reserved in sending["requests"].values():
            self.ledger.held += reserved
        self._await(every, show)

    def _uncollected(self) -> dict | None:
        collected = {event["nonce"] for event in self.notes.events if event["event"] == "collected"}
        open_ones = [e for e in self.notes.events if e["event"] == "sending" and e["nonce"] not in collected]
        return open_ones[-1] if open_ones else None

    def _await(self, every: dict[tuple[str, int], Series], show) -> None:
        """Wait for the batch in progress, then keep every answer before any is judged."""
        sending = self._uncollected()
        assert sending is not None
        nonce = sending["nonce"]
        batch = next(e["batch"] for e in self.notes.events if e["event"] == "sent" and e["nonce"] == nonce)
        while not self.batches.has_ended(batch):
            self._pause(show)
        for name, answer in self.batches.results(batch):
            if name in sending["requests"]:
                loop, sample, attempt, reserved = sending["requests"][name]
                if (series := every.get((loop, sample))) is not None:
                    self._book(series, attempt, answer, reserved)
        self.notes.append("collected", nonce=nonce)
        for series in every.values():
            self._judge(series)
            show(self.course, self.ledger)

    def _book(self, series: Series, attempt: int, answer: Reply | CallFailed, reserved: float) -> None:
        if attempt != len(series.attempts) + 1:
            return  # an earlier run has kept it
        key = (series.loop.name, series.sample)
        if isinstance(answer, Reply):
            self.ledger.settle(reserved, answer.model, answer.usage)
            series.keep(answer)
            self.failures.pop(key, None)
            return
        settle_failure(self.ledger, reserved, self.batches.client.model, answer)
        series.fail(answer)
        self.failures[key] = self.failures.get(key, 0) + 1
        if self.failures[key] >= _FAILURES:
            self.course.problems[key[0]] = str(answer)

    def _judge(self, series: Series) -> None:
        try:
            if series.judge_last() is not None:
                self.course.attempts += 1
                self.generation.keep(series)
        except HarnessError as failure:
            self.course.problems[series.loop.name] = str(failure)

    def _pause(self, show) -> None:
        until = time.monotonic() + self.generation.plan.poll
        while (left := until - time.monotonic()) > 0:
            show(self.course, self.ledger)
            time.sleep(min(0.5, left))
