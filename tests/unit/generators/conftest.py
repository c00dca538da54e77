"""A model on this machine, and the plainest surroundings of one generation."""

from collections.abc import Callable

import pytest
from messages_server import Answer, MessagesServer
from stub_model import KEY, judge_by_mark

from generators.clients import Limits
from generators.clients.messages_api import MessagesClient
from generators.generation import Generation
from generators.plan import Plan
from generators.policy import Policy
from generators.prompt import Prompt
from tsvc.loops import LOOPS


@pytest.fixture
def server(monkeypatch):
    """server(answer) -> a MessagesServer that the SDK will talk to."""
    servers = []

    def serve(answer: Callable[[dict, int], Answer]) -> MessagesServer:
        servers.append(MessagesServer(answer))
        monkeypatch.setenv("ANTHROPIC_BASE_URL", servers[-1].url)
        monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
        return servers[-1]

    yield serve
    for one in servers:
        one.close()


@pytest.fixture
def short_prompts(monkeypatch):
    """Prompts that cost no analysis."""
    monkeypatch.setattr(
        "generators.generation.build_prompt", lambda loop, analyses: Prompt("You write kernels.", f"loop {loop.name}\n")
    )


@pytest.fixture
def generation(tmp_path, short_prompts):
    """generation(names, client=..., judging=..., **plan options) -> Generation in tmp_path/kernels."""
    clients = []

    def make(names=("s000",), client=None, judging=judge_by_mark, **options) -> Generation:
        limits = options.pop("limits", Limits(timeout=20, retries=2, max_tokens=1000))
        policy = options.pop("policy", Policy())
        plan = Plan(tmp_path / "kernels", policy=policy, limits=limits, **options)
        clients.append(client or MessagesClient(None, limits))
        return Generation(plan, [LOOPS[name] for name in names], clients[-1], judging)

    yield make
    for each in clients:
        each.close()
