"""Claude through the official SDK: one streamed call at a time. The only module that imports anthropic."""

import re
import time
import typing

import anthropic
from anthropic.types import Message, Model

from generators.clients import Limits
from generators.exchange import CallFailed, Reply, Request, TimedOut, Unusable, Usage

#: Answers of the API that another call would get as well.
_FINAL = (
    anthropic.AuthenticationError,
    anthropic.BadRequestError,
    anthropic.NotFoundError,
    anthropic.PermissionDeniedError,
)
_CANNOT_BEGIN = (anthropic.AnthropicError, TypeError, ValueError)


class MessagesClient:
    """The Messages API. ANTHROPIC_API_KEY and ANTHROPIC_BASE_URL are read by the SDK.

    model: None for the newest Sonnet that the SDK knows.
    The SDK itself sends a call again after 408, 409, 429, 5xx and lost connections, as the server's retry-after says.
    """

    def __init__(self, model: str | None, limits: Limits):
        self.model, self.limits = model or default_model(), limits
        try:
            self.sdk = anthropic.Anthropic(timeout=limits.timeout, max_retries=limits.retries)
        except _CANNOT_BEGIN as error:
            raise Unusable(f"the SDK cannot start: {error}") from None

    def ask(self, request: Request) -> Reply:
        start = time.monotonic()
        message: Message | None = None
        try:
            with self.sdk.messages.stream(**self.parameters(request)) as stream:
                for event in stream:
                    message = stream.current_message_snapshot if event.type != "ping" else message
                    if time.monotonic() - start > self.limits.timeout:
                        raise TimedOut(f"no whole answer within {self.limits.timeout:g} s")
        except TimedOut:
            raise
        except anthropic.APITimeoutError:
            raise TimedOut(f"no answer within {self.limits.timeout:g} s") from None
        except Exception as error:  # whatever a broken stream makes of the SDK; its traceback would hold the headers
            raise failure_of(error, message) from None
        if message is None or message.stop_reason is None:
            raise CallFailed("the stream ended before the answer did", True, usage_of(message))
        return reply_of(message, time.monotonic() - start)

    def parameters(self, request: Request) -> dict:
        """The request as the API takes it; the prefix that all loops share is marked for its cache."""
        limits = self.limits
        wanted = {
            "model": self.model,
            "max_tokens": limits.max_tokens,
            "system": [{"type": "text", "text": request.system, "cache_control": {"type": "ephemeral"}}],
            "messages": [{"role": "user", "content": [{"type": "text", "text": turn} for turn in request.turns]}],
        }
        if limits.thinking_budget is not None:
            wanted["thinking"] = {"type": "enabled", "budget_tokens": limits.thinking_budget}
        if limits.effort is not None:
            wanted["output_config"] = {"effort": limits.effort}
        return wanted

    def worst(self, request: Request) -> Usage | None:
        return Usage(cache_write=request.size, output=self.limits.max_tokens)

    def close(self) -> None:
        self.sdk.close()


def default_model() -> str:
    """The newest Sonnet in the SDK's own list of models, under its undated name."""
    names = [name for part in typing.get_args(Model) for name in typing.get_args(part)]
    versions = {name: re.fullmatch(r"claude-sonnet-(\d+)(?:-(\d{1,2}))?", name) for name in names}
    return max((int(found[1]), int(found[2] or 0), name) for name, found in versions.items() if found)[2]


def reply_of(message: Message, seconds: float) -> Reply:
    """What a message of the API says."""
    text = "".join(block.text for block in message.content if block.type == "text")
    raw = message.to_dict(mode="json")
    return Reply(text, message.stop_reason, message.model, usage_of(message), round(seconds, 3), raw)


def usage_of(message: Message | None) -> Usage | None:
    """The tokens that a message was counted with."""
    if message is None or message.usage is None:
        return None
    usage = message.usage
    read, written = usage.cache_read_input_tokens or 0, usage.cache_creation_input_tokens or 0
    return Usage(usage.input_tokens, usage.output_tokens, read, written)


def failure_of(error: Exception, message: Message | None) -> CallFailed:
    """What an exception of the SDK means for the run; message: the part of the answer that had come by then."""
    words = f"{type(error).__name__}: {' '.join(str(error).split())[:500]}"
    if isinstance(error, _FINAL) or (isinstance(error, TypeError) and "authentication" in str(error)):
        return Unusable(words)
    # The SDK has tried again until an answer began; from there on it is ours to do.
    has_begun = message is not None or not isinstance(error, anthropic.APIError)
    has_begun = has_begun or (isinstance(error, anthropic.APIStatusError) and error.status_code < 400)
    return CallFailed(words, has_begun, usage_of(message))
