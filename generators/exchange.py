"""What goes to a model and what comes back, whichever client carries it."""

from dataclasses import asdict, dataclass, field


@dataclass(frozen=True)
class Usage:
    """Tokens of one call, as the provider counts them: read afresh, written, read from its cache, put in its cache."""

    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(*(one + two for one, two in zip(asdict(self).values(), asdict(other).values(), strict=True)))

    @property
    def total(self) -> int:
        return self.input + self.output + self.cache_read + self.cache_write


@dataclass(frozen=True)
class Request:
    """One question.

    loop, sample, attempt: what it is for, sample and attempt from 1.
    system: the prefix that all loops share; turns: the parts of the user's message, the loop first, then what became
        of the attempt before, if it is fed back.
    """

    loop: str
    sample: int
    attempt: int
    system: str
    turns: tuple[str, ...]

    @property
    def text(self) -> str:
        """All of it as one text, for a client that knows no system prompt."""
        return "\n".join([self.system, *self.turns])

    @property
    def size(self) -> int:
        """Bytes in UTF-8: no tokenizer makes more tokens of it."""
        return len(self.text.encode())


@dataclass(frozen=True)
class Reply:
    """An answer.

    stop_reason: in the words of the Messages API, None where the client does not know; usage: None where nobody
    counted; seconds: from sending to the last byte; raw: the provider's answer as JSON.
    """

    text: str
    stop_reason: str | None = None
    model: str = "unknown"
    usage: Usage | None = None
    seconds: float = 0.0
    raw: dict = field(default_factory=dict)


class CallFailed(Exception):
    """No answer came, and it is not the model's fault: a connection, an overloaded provider, a program that failed.

    again: whether the same call may be tried again at once; usage: what is known to have been counted nevertheless.
    """

    def __init__(self, message: str, again: bool = False, usage: Usage | None = None):
        super().__init__(message)
        self.again, self.usage = again, usage


class Unusable(CallFailed):
    """No call of this run can succeed: no credentials, an unknown model, a command that does not exist."""


class TimedOut(Exception):
    """The model gave no whole answer in time; that is an attempt, and it failed."""
