"""One sample of one loop: attempts until the judge accepts a kernel or none is left, resumed where a run stopped."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import asdict, replace

from generators.answer import AnswerProblem, read_answer
from generators.clients import Client
from generators.exchange import CallFailed, Reply, Request, TimedOut, Usage
from generators.ledger import Ledger
from generators.policy import Policy
from generators.prompt import Prompt
from generators.transcript import PASSED, Attempt, Transcript, without_secrets
from tsvc.loops import Loop
from tsvc.verdicts import KernelFailure

#: judge(loop, code) -> what the kernel was verified on; raises KernelFailure. The full judge outside of tests.
Judging = Callable[[Loop, str], dict]


class Series:
    """The attempts at one sample of a loop, by its transcript.

    Take `request()`, send it, hand in the reply (`take`), that time was over (`time_out`) or that no answer came
    (`fail`), until `request()` is None. Everything is on disk before the next step; an answer that was not judged yet
    is judged first.
    """

    def __init__(
        self,
        loop: Loop,
        sample: int,
        prompt: Callable[[Loop], Prompt],
        transcript: Transcript,
        policy: Policy,
        judging: Judging,
    ):
        self.loop, self.sample, self.policy, self.judging = loop, sample, policy, judging
        self.transcript = transcript
        self._make_prompt = prompt
        self._prompt: Prompt | None = None
        self.attempts: list[Attempt] = transcript.attempts

    @property
    def accepted(self) -> Attempt | None:
        """The attempt that the judge accepted."""
        return next((attempt for attempt in self.attempts if attempt.passed), None)

    def request(self) -> Request | None:
        """The next question, None when there is none. Raises HarnessError and what building a prompt raises."""
        self.judge_last()
        if self.policy.is_over(self.attempts):
            return None
        if self._prompt is None:
            self._prompt = self._make_prompt(self.loop)
        turns = self.policy.turns(self._prompt, self.attempts)
        return Request(self.loop.name, self.sample, len(self.attempts) + 1, self._prompt.system, turns)

    def announce(self, request: Request, **more) -> None:
        """Note that a request is about to be sent."""
        digest = hashlib.sha256(request.system.encode()).hexdigest()
        known = {event.get("system_sha256") for event in self.transcript.events if event["event"] == "request"}
        text = {} if digest in known else {"system": request.system}
        facts = {"attempt": request.attempt, "system_sha256": digest, **text, "turns": list(request.turns), **more}
        self.transcript.append("request", **facts)

    def keep(self, reply: Reply) -> None:
        """Put an answer on disk, to be judged later."""
        reply = replace(reply, text=without_secrets(reply.text))
        number = len(self.attempts) + 1
        facts = asdict(reply) | {"usage": asdict(reply.usage) if reply.usage else None}
        self.transcript.append("answer", attempt=number, **facts)
        self.attempts.append(Attempt(number, reply))

    def judge_last(self) -> Attempt | None:
        """Judge the last answer if it was not yet; the attempt it belongs to. Raises HarnessError."""
        if not self.attempts or self.attempts[-1].word is not None:
            return None
        return self._judge(self.attempts[-1])

    def take(self, reply: Reply) -> Attempt:
        """Keep an answer, then judge it. Raises HarnessError; the answer is kept all the same."""
        self.keep(reply)
        return self._judge(self.attempts[-1])

    def time_out(self, message: str) -> Attempt:
        """Count an attempt that was not answered in time."""
        number = len(self.attempts) + 1
        self.attempts.append(Attempt(number))
        return self._close(self.attempts[-1], "TIMED_OUT", message)

    def fail(self, failure: CallFailed) -> None:
        """Note that a call brought nothing. The attempt remains to be made."""
        usage = asdict(failure.usage) if failure.usage else None
        self.transcript.append("failed", attempt=len(self.attempts) + 1, error=str(failure), usage=usage)

    def _judge(self, attempt: Attempt) -> Attempt:
        assert attempt.reply is not None
        start = time.monotonic()
        code = None
        try:
            code = read_answer(attempt.reply.text, stop_reason_of(attempt.reply))
            verified = self.judging(self.loop, code)
        except AnswerProblem as problem:
            return self._close(attempt, problem.word, str(problem))
        except KernelFailure as failure:
            return self._close(attempt, failure.word, str(failure), code, seconds=time.monotonic() - start)
        return self._close(attempt, PASSED, "", code, verified, time.monotonic() - start)

    def _close(self, attempt, word, message, code=None, verified=None, seconds=0.0) -> Attempt:
        facts = {"word": word, "message": message, "code": code, "verified": verified, "seconds": round(seconds, 3)}
        self.transcript.append("outcome", attempt=attempt.number, **facts)
        self.attempts[-1] = replace(attempt, **facts)
        return self.attempts[-1]


def stop_reason_of(reply: Reply) -> str | None:
    """The stop reason, in the words that read_answer knows."""
    return "max_tokens" if reply.stop_reason == "model_context_window_exceeded" else reply.stop_reason


def write_kernel(
    series: Series,
    client: Client,
    ledger: Ledger,
    retries: int = 0,
    tell: Callable[[str, Attempt | Request], None] = lambda kind, what: None,
    is_stopped: Callable[[], bool] = lambda: False,
) -> None:
    """Make attempts until the series is over.

    retries: how often a call that failed in the middle of its answer is sent again.
    tell: called with ("request", Request) before and ("attempt", Attempt) after each.
    Raises CostLimit before a call that could pass the limit, CallFailed when no answer can be had, HarnessError.
    """
    failures = 0
    while not is_stopped() and (request := series.request()) is not None:
        worst = client.worst(request)
        reserved = ledger.reserve(client.model, worst)
        series.announce(request)
        tell("request", request)
        try:
            reply = client.ask(request)
        except TimedOut as late:
            ledger.settle(reserved, client.model, None)
            tell("attempt", series.time_out(str(late)))
        except CallFailed as failure:
            settle_failure(ledger, reserved, client.model, failure)
            series.fail(failure)
            failures += 1
            if not failure.again or failures > retries:
                raise
        else:
            ledger.settle(reserved, reply.model if ledger.prices.knows(reply.model) else client.model, reply.usage)
            tell("attempt", series.take(reply))
            failures = 0


def settle_failure(ledger: Ledger, reserved: float, model: str, failure: CallFailed) -> None:
    """Book a call without an answer: nothing where it was refused before an answer began, else what is not known."""
    if failure.again or failure.usage:
        ledger.settle(reserved, model, None)
    else:
        ledger.release(reserved)


def known_usage(transcript: Transcript) -> Usage:
    """All tokens that a transcript has counted."""
    return sum((usage for _, usage in transcript.usages if usage), Usage())
