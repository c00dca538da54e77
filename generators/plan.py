"""What a run is asked to generate, and which loops and samples have work left by what is on disk."""

from dataclasses import dataclass
from pathlib import Path

from generators.clients import Limits
from generators.policy import Policy
from generators.store import Store
from generators.transcript import Transcript, without_secrets
from tsvc.loops import Loop


@dataclass(frozen=True)
class Plan:
    """A run's options.

    is_always: also loops that have a kernel. llm: as --llm, None for the API's default model. analyses: as --analyses.
    parallel: calls in flight. max_cost: US dollars, all that the transcripts of the loops asked for have cost.
    prices: tables besides the repository's. poll: seconds between two looks at a batch.
    """

    folder: Path
    is_always: bool = False
    llm: str | None = None
    analyses: str = "all"
    samples: int = 1
    policy: Policy = Policy()  # noqa: RUF009 - frozen
    limits: Limits = Limits()  # noqa: RUF009 - frozen
    parallel: int = 8
    max_cost: float | None = None
    prices: tuple[Path, ...] = ()
    poll: float = 30.0

    def identity(self, loop: Loop, sample: int) -> dict:
        """What attempts must have in common to stand in one transcript."""
        return {
            "loop": loop.name,
            "sample": sample,
            "source_sha256": loop.source_sha256,
            "llm": without_secrets(self.llm or "anthropic"),
            "analyses": self.analyses,
            "reset_after": self.policy.reset_after,
            "max_tokens": self.limits.max_tokens,
            "effort": self.limits.effort,
            "thinking_budget": self.limits.thinking_budget,
        }

    def open_samples(self, store: Store, loop: Loop) -> list[int]:
        """The samples of a loop that have work left. A kernel that was not generated leaves none."""
        every = list(range(1, self.samples + 1))
        if self.is_always:
            return every
        known, has_kernel = store.samples(loop.name), store.has_kernel(loop.name)
        if has_kernel and not known:
            return []
        return [sample for sample in every if not self._is_over(store, loop, sample, has_kernel)]

    def _is_over(self, store: Store, loop: Loop, sample: int, has_kernel: bool) -> bool:
        transcript = Transcript(store.transcript(loop.name, sample))
        attempts = transcript.attempts
        if not attempts or not self.policy.is_over(attempts):
            return False
        if any(attempt.passed for attempt in attempts):
            return has_kernel  # else it is written again, and nothing is asked
        # Without success all attempts are used up, but another model, say, has its own.
        return has_kernel or transcript.start == self.identity(loop, sample)

    def begin(self, store: Store, loop: Loop, sample: int) -> Transcript:
        """The transcript to go on with: the one that is there if it is about the same and not over, else a new one.

        Call it under the loop's lock.
        """
        transcript = Transcript(store.transcript(loop.name, sample))
        transcript.mend()
        if transcript.events:
            is_same = transcript.start == self.identity(loop, sample)
            has_passed = any(attempt.passed for attempt in transcript.attempts)
            is_over = self.policy.is_over(transcript.attempts)
            keep = is_same and not is_over if self.is_always else is_same or has_passed
            if keep:
                return transcript
            store.set_aside(loop.name, sample)
        if self.is_always:
            store.set_kernel_aside(loop.name)  # whatever comes of this, it is not the old kernel that is judged
        if transcript.events:
            transcript = Transcript(transcript.path)
        transcript.append("start", **self.identity(loop, sample))
        return transcript
