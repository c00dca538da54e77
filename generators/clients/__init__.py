"""Clients: what answers a request. Each has ask(request) -> Reply, worst(request), model, close()."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from generators.exchange import Reply, Request, Usage

#: What the SDK reads its credentials from; see also its configuration folder.
CREDENTIALS = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_PROFILE", "ANTHROPIC_FEDERATION_RULE_ID")


class Client(Protocol):
    """model: the name that prices are looked up by, until a reply names its own."""

    model: str

    def ask(self, request: Request) -> Reply:
        """Blocks until the answer is there. Raises TimedOut, CallFailed, Unusable."""
        ...

    def worst(self, request: Request) -> Usage | None:
        """The most tokens that a call can use; None where that is not known."""
        ...

    def close(self) -> None:
        """End calls in flight, from any thread."""
        ...


@dataclass(frozen=True)
class Limits:
    """timeout: seconds for a whole answer. retries: how often a call is sent again after a transient failure.

    max_tokens, effort, thinking_budget: as the Messages API takes them; None leaves the model's default.
    """

    timeout: float = 600.0
    retries: int = 4
    max_tokens: int = 32000
    effort: str | None = None
    thinking_budget: int | None = None


class SpecError(ValueError):
    """A --llm that names no client; the message says what it may be."""


def parse_spec(spec: str | None) -> tuple[str, str]:
    """(kind, rest) of "anthropic:MODEL", "command:...", "replay:DIR"; None is the API with its default model.

    Raises SpecError.
    """
    kind, _, rest = (spec or "anthropic").partition(":")
    if kind not in ("anthropic", "command", "replay") or (kind != "anthropic" and not rest.strip()):
        raise SpecError(f"{spec}: expected anthropic:MODEL, command:'PROGRAM ...' or replay:DIR")
    if kind == "replay" and not Path(rest).is_dir():
        raise SpecError(f"{spec}: no such directory")
    return kind, rest


def make_client(spec: str | None, limits: Limits) -> Client:
    """The client that a --llm names. Raises SpecError; Unusable when the API's client cannot be made."""
    kind, rest = parse_spec(spec)
    if kind == "command":
        from generators.clients.command import CommandClient

        return CommandClient(rest, limits.timeout)
    if kind == "replay":
        from generators.clients.replay import ReplayClient

        return ReplayClient(Path(rest))
    # Its import takes seconds, and a run that asks nothing must not need the SDK.
    from generators.clients.messages_api import MessagesClient

    return MessagesClient(rest or None, limits)


def has_credentials() -> bool:
    """Whether the SDK would find credentials, judged without importing it."""
    folder = os.environ.get("ANTHROPIC_CONFIG_DIR") or Path.home() / ".config" / "anthropic"
    return any(os.environ.get(name) for name in CREDENTIALS) or (Path(folder) / "configs").is_dir()
