"""The retry policy: how many attempts, and what of the last one is fed back."""

from dataclasses import dataclass

from generators.prompt import Prompt, feedback
from generators.transcript import Attempt


@dataclass(frozen=True)
class Policy:
    """Up to max_attempts; after every reset_after of them (0: never) the next starts from a clean prompt."""

    max_attempts: int = 10
    reset_after: int = 5

    def is_over(self, attempts: list[Attempt]) -> bool:
        """Whether a kernel was accepted or no attempt is left."""
        return len(attempts) >= self.max_attempts or any(attempt.passed for attempt in attempts)

    def is_clean(self, number: int) -> bool:
        """Whether an attempt, counted from 1, sees nothing of those before it."""
        return number == 1 or (self.reset_after > 0 and (number - 1) % self.reset_after == 0)

    def turns(self, prompt: Prompt, attempts: list[Attempt]) -> tuple[str, ...]:
        """The parts of the next request: the loop, and unless the context is reset the last candidate's outcome."""
        if self.is_clean(len(attempts) + 1):
            return (prompt.loop,)
        last = attempts[-1]
        return prompt.loop, feedback(last.word or "", last.message, last.code)
